/**
 * Verdicts on answers: they move decisions, and are kept, merged and reset.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(name, PACKAGE).href);
const { Router, UnirouteError } = await load("node.js");
const { Engine } = await load("lib/engine.js");
const bindings = await load("dist/uniroute.js");

const PROMPT = "Prove that the square root of two is irrational.";
const POOL = {
  models: [
    { id: "small", accuracy: 0.6, cost: { input: 0.1, output: 0.4 } },
    { id: "large", accuracy: 0.8, cost: { input: 3, output: 15 } },
  ],
};
const DAY = 86_400_000;

/** @param {string} code */
const coded =
  (code, path = /** @type {string | undefined} */ (undefined)) =>
  (/** @type {any} */ error) =>
    error instanceof UnirouteError && error.code === code && (path === undefined || error.path === path);
const verdicts = (/** @type {any} */ router) =>
  router.poolInfo().models.map((/** @type {any} */ model) => model.verdicts);

test("verdicts on decisions move the decisions after them, and not the pool", async () => {
  const router = await Router.load({ pool: POOL });
  const before = router.pool();
  const first = router.route(PROMPT);
  assert.equal(first.model, "large");
  for (let i = 0; i < 40; i += 1) {
    const known = router.feedback(router.route(PROMPT), 0, { trust: 0.9 });
    assert.equal(known.id === "large" || known.id === "small", true);
    router.feedback({ model: "small", prompt: PROMPT }, 1);
  }
  assert.equal(router.route(PROMPT).model, "small");
  assert.equal(router.explain(PROMPT).decision.model, "small");
  assert.equal(router.pool(), before);
  const folded = await Router.load({ pool: router.pool({ feedback: true }) });
  assert.equal(folded.route(PROMPT).model, "small");
  assert.deepEqual(verdicts(folded), [0, 0]);
  const info = router.resetFeedback("small");
  assert.equal(info.models[0].verdicts, 0);
  router.resetFeedback();
  assert.deepEqual(router.route(PROMPT), first);
  router.free();
  folded.free();
});

test("the prompt of a decision is known from route, explain and routeBatch, and else is asked for", async () => {
  const router = await Router.load({ pool: POOL });
  const [one, two] = await router.routeBatch([PROMPT, "hi"]);
  router.feedback(one, 1);
  router.feedback(two, 1);
  const explained = router.explain(PROMPT).decision;
  router.feedback(explained, 1);
  const copy = structuredClone(explained);
  assert.throws(() => router.feedback(copy, 1), coded("feedback_prompt", "prompt"));
  router.feedback(copy, 1, { prompt: PROMPT });
  assert.deepEqual(verdicts(router), [0, 4]);
  const nothing = router.route(PROMPT, { need: ["telepathy"] });
  assert.throws(() => router.feedback(nothing, 1), coded("feedback_model", "model"));
  for (const [given, code] of /** @type {[unknown[], string][]} */ ([
    [[one, 2], "feedback_range"],
    [[one, NaN], "request_type"],
    [[one, "good"], "request_type"],
    [[one, 1, { trust: 0 }], "feedback_range"],
    [[one, 1, { at: new Date(NaN) }], "request_type"],
    [[one, 1, 7], "request_type"],
    [[null, 1], "request_type"],
    [[{ model: "nobody", prompt: PROMPT }, 1], "unknown_model"],
    [[{ model: 5, prompt: PROMPT }, 1], "request_type"],
  ])) {
    assert.throws(() => router.feedback(...given), coded(code), JSON.stringify(given));
  }
  assert.deepEqual(verdicts(router), [0, 4]);
  router.free();
});

test("exported verdicts are imported, merged, refused when damaged, and go with a new pool", async () => {
  const router = await Router.load({ pool: POOL });
  for (let i = 0; i < 9; i += 1) router.feedback(router.route(PROMPT), 0);
  const [state, info] = [router.exportFeedback(), router.poolInfo()];
  assert.ok(state instanceof Uint8Array && state.length < 500_000, `${state.length} bytes`);
  const other = await Router.load({ pool: { models: [{ id: "else" }] } });
  other.importFeedback(state);
  assert.deepEqual(verdicts(other), [0]);
  other.setPool(POOL);
  assert.deepEqual(other.poolInfo(), info);
  assert.ok(Buffer.from(other.exportFeedback()).equals(state), "exported as it was imported");
  other.importFeedback(state.buffer, { merge: true });
  assert.equal(
    verdicts(other).reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b),
    18,
  );
  const damaged = state.slice();
  damaged.set([(damaged.at(-9) ?? 0) ^ 1], damaged.length - 9);
  assert.throws(() => router.importFeedback(damaged), coded("feedback_damaged"));
  assert.throws(() => router.importFeedback(state.slice(100)), coded("feedback_format"));
  assert.throws(() => router.importFeedback("state", { merge: 1 }), coded("request_type", "merge"));
  assert.deepEqual(router.poolInfo(), info);
  router.free();
  other.free();
});

test("verdicts are forgotten with time where that is asked for", async () => {
  const router = await Router.load({ pool: POOL });
  const fresh = router.poolInfo().models[1].quality;
  router.setHalfLife(1);
  const now = Date.now();
  for (let i = 0; i < 30; i += 1) {
    router.feedback({ model: "large", prompt: PROMPT }, 0, { at: new Date(now - 60 * DAY) });
  }
  const told = router.poolInfo().models[1].quality;
  assert.ok(told < fresh - 0.01, `${told} ${fresh}`);
  const state = router.exportFeedback();
  router.resetFeedback();
  router.importFeedback(state);
  assert.ok(Math.abs(router.poolInfo().models[1].quality - fresh) < 1e-6);
  router.setHalfLife(null);
  assert.throws(() => router.setHalfLife(0), coded("feedback_range", "halfLife"));
  router.free();
});

test("a router that is made again after its module stopped has its verdicts", async () => {
  const router = await Router.load({ pool: POOL });
  for (let i = 0; i < 5; i += 1) router.feedback({ model: "large", prompt: PROMPT }, 0);
  const [info, decision] = [router.poolInfo(), router.route(PROMPT)];
  const { readFile } = await import("node:fs/promises");
  const file = new Uint8Array(await readFile(new URL("dist/default.router", PACKAGE)));
  const pool = new TextEncoder().encode(JSON.stringify(POOL));
  const engine = await Engine.load(bindings, { router: file, pool, weights: undefined });
  const exports = bindings.initSync({ module: new Uint8Array() });
  assert.throws(() => engine.use(() => exports.router_poolInfo(0xfffffff0)), coded("stopped"));
  assert.deepEqual(router.route(PROMPT), decision);
  assert.deepEqual(router.poolInfo(), info);
  engine.free();
  router.free();
});
