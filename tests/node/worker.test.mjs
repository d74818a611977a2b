/**
 * The router in a worker: one list of methods, the same answers, and no other calls. Both sides run here,
 * connected by messages that are copied as a worker copies them.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(name, PACKAGE).href);

const self = new EventTarget();
const page = new EventTarget();
/** @param {EventTarget} to */
const sender = (to) => (/** @type {unknown} */ data) => {
  const copy = structuredClone(data);
  queueMicrotask(() => to.dispatchEvent(Object.assign(new Event("message"), { data: copy })));
};
const worker = Object.assign(page, { postMessage: sender(self), terminate: () => {} });
Object.assign(globalThis, { self: Object.assign(self, { postMessage: sender(page), performance }) });
globalThis.fetch = async (/** @type {any} */ input) => new Response(await readFile(new URL(String(input))));

const { METHODS } = await load("lib/methods.js");
const { CoreRouter } = await load("lib/router.js");
const { Router } = await load("index.js");
const { WorkerRouter } = await load("worker.js");
await load("worker-main.js");

const here = await Router.load();
const beforeLoading = new WorkerRouter(worker).call("info", []);
await assert.rejects(beforeLoading, { code: "not_loaded" });
const there = await WorkerRouter.load({ worker: /** @type {any} */ (worker) });
after(() => here.free());

test("the list names every method of a router, and the worker's router has them", () => {
  const own = Object.getOwnPropertyNames(CoreRouter.prototype);
  assert.deepEqual(
    Object.keys(METHODS).sort(),
    own.filter((name) => name !== "constructor" && name !== "free").sort(),
  );
  for (const name of Object.keys(METHODS)) assert.equal(typeof there[name], "function", name);
});

test("each method answers as it does without a worker", async () => {
  const prompts = ["Prove that 7 is prime.", "hi"];
  const request = { lambda: 40 };
  const pool = { models: [{ id: "a", accuracy: 0.5, cost: { input: 1, output: 1 } }] };
  const prices = { "gpt-4.1": { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, mode: "chat" } };
  for (const [name, ...args] of [
    ["route", prompts[0], request],
    ["route", prompts[0]],
    ["explain", prompts[0], request],
    ["routeBatch", prompts, request],
    ["openBatch", prompts],
    ["report", request],
    ["totals"],
    ["estimateCost", prompts[0]],
    ["compare", pool, prompts[0], request],
    ["importPrices", prices],
    ["map"],
    ["setPool", pool],
    ["addModel", { ...pool.models[0], id: "b" }],
    ["setHalfLife", 30],
    ["feedback", { model: "a", prompt: prompts[0] }, 0, { trust: 0.5, at: 1e12 }],
    ["exportFeedback"],
    ["importFeedback", here.exportFeedback()],
    ["pool", { feedback: true }],
    ["resetFeedback", "a"],
    ["pool"],
    ["poolInfo"],
    ["info"],
  ]) {
    const expected = await here[/** @type {string} */ (name)](...args);
    assert.deepEqual(await there[/** @type {string} */ (name)](...args), expected, String(name));
  }
});

test("a decision that crossed to the page still knows its prompt", async () => {
  const before = (await there.poolInfo()).models[0].verdicts;
  const decision = await there.route("Prove that 7 is prime.");
  const { decision: explained } = await there.explain("hi");
  const [one] = await there.routeBatch(["hello"]);
  for (const decided of [decision, explained, one]) {
    await there.feedback({ ...decided, model: "a", prompt: undefined }, 1, { prompt: "hi" });
    if (decided.model !== null) await there.feedback(decided, 1);
  }
  assert.ok((await there.poolInfo()).models[0].verdicts >= before + 3);
  await assert.rejects(there.feedback({ ...decision }, 1), { code: "feedback_prompt" });
  await there.resetFeedback();
});

test("counters run before the request is sent", async () => {
  const [{ cost }] = await there.estimateCost("Hello", undefined, { counters: { o200k: () => 77 } });
  const [expected] = here.estimateCost("Hello", undefined, { counters: { o200k: () => 77 } });
  assert.deepEqual(cost, expected.cost);
});

test("a batch reports its progress and can be aborted", async () => {
  const prompts = Array.from({ length: 200 }, (_, i) => `Prompt ${i}`);
  const seen = /** @type {number[][]} */ ([]);
  await there.routeBatch(prompts, {}, (/** @type {number[]} */ ...progress) => seen.push(progress));
  assert.deepEqual(seen.at(-1), [200, 200]);
  const abort = new AbortController();
  const cancelled = there.openBatch(prompts, () => abort.abort(), abort.signal);
  await assert.rejects(cancelled, { code: "aborted" });
});

test("a message that names no method of the list is rejected", async () => {
  for (const kind of ["constructor", "__proto__", "toString", "free", "nothing", 5, undefined]) {
    await assert.rejects(there.call(kind, []), { code: "unknown_method" }, String(kind));
  }
});
