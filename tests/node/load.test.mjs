/**
 * Loading: shared, retried, aborted, with progress. Uses the module for browsers, with a fetch that the
 * tests answer.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, test } from "node:test";

const { Router, UnirouteError } = await import(new URL("../../pkg/index.js", import.meta.url).href);
const originalFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = originalFetch;
});

/**
 * Answers with the package's files; the first `failures` requests for each file fail.
 *
 * @param {number} [failures]
 */
function network(failures = 0) {
  const asked = /** @type {string[]} */ ([]);
  globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    asked.push(pathname.replace(/^.*\/dist\//, ""));
    await new Promise((resolve) => setTimeout(resolve, 20));
    init?.signal?.throwIfAborted();
    if (asked.filter((name) => pathname.endsWith(name)).length <= failures)
      throw new TypeError("fetch failed");
    return new Response(await readFile(pathname));
  };
  return asked;
}

/** @param {string} code */
const coded = (code) => (/** @type {any} */ error) => error instanceof UnirouteError && error.code === code;

test("a failed load reports the error, and a second one succeeds", async () => {
  const asked = network(1);
  await assert.rejects(Router.load(), coded("network"));
  const router = await Router.load();
  assert.ok(router.route("hi").model);
  assert.equal(asked.filter((name) => name === "default.router").length, 2);
});

test("concurrent loads share their downloads, and an aborted one does not affect the others", async () => {
  const asked = network();
  const abort = new AbortController();
  const [aborted, first, second] = [Router.load({ signal: abort.signal }), Router.load(), Router.load()];
  abort.abort();
  await assert.rejects(aborted, coded("aborted"));
  const routers = await Promise.all([first, second]);
  assert.deepEqual(
    asked.filter((name) => name === "default.router"),
    ["default.router"],
  );
  routers[0].free();
  assert.throws(() => routers[0].route("hi"), coded("freed"));
  assert.ok(routers[1].route("hi").model, "each caller has its own router");
});

test("after all callers aborted, the next caller starts the load again", async () => {
  network();
  const abort = new AbortController();
  const given = Router.load({ signal: abort.signal });
  abort.abort();
  const next = Router.load();
  await assert.rejects(given, coded("aborted"));
  assert.ok((await next).route("hi").model);
});

test("progress is reported for each part, up to its end", async () => {
  network();
  const last = /** @type {Record<string, { loaded: number, total: number | null }>} */ ({});
  await Router.load({ onProgress: (/** @type {any} */ { phase, ...far }) => (last[phase] = far) });
  const { files } = await import(new URL("../../pkg/dist/files.js", import.meta.url).href);
  const size = files["default.router"].bytes;
  assert.deepEqual(last.router, { loaded: size, total: size });
  assert.deepEqual(last.start, { loaded: 1, total: 1 });
});

test("a file that is not the published one is rejected", async () => {
  globalThis.fetch = async (input) => {
    const bytes = new Uint8Array(await readFile(new URL(String(input))));
    bytes.reverse();
    return new Response(bytes);
  };
  await assert.rejects(Router.load(), coded("integrity"));
});

test("a router given by the caller is checked, with the platform's SHA-256 and without", async () => {
  network();
  const router = new Uint8Array(await readFile(new URL("../../pkg/dist/default.router", import.meta.url)));
  const changed = router.slice();
  changed[router.length >> 1] = (changed[router.length >> 1] ?? 0) ^ 1;
  const isRejected = coded("router_damaged");
  const { sha256 } = (await Router.load({ router })).info();
  await assert.rejects(Router.load({ router: changed }), isRejected);
  Object.defineProperty(crypto, "subtle", { configurable: true, value: undefined });
  try {
    assert.equal((await Router.load({ router })).info().sha256, sha256);
    await assert.rejects(Router.load({ router: changed }), isRejected);
  } finally {
    Reflect.deleteProperty(crypto, "subtle");
  }
});

test("an error names the place in the pool, and the router keeps its pool", async () => {
  network();
  const router = await Router.load({
    pool: { models: [{ id: "a", accuracy: 0.5, cost: { input: 1, output: 1 } }] },
  });
  const wrong = { models: [{ id: "b", cost: { input: -1, output: 1 } }] };
  assert.throws(
    () => router.setPool(wrong),
    (/** @type {any} */ error) => coded("pool_range")(error) && error.path === "$.models[0].cost.input",
  );
  assert.equal(router.route("hi").model, "a");
});

test("an argument of a wrong type is rejected by name, and the next call is answered", async () => {
  network();
  const router = await Router.load();
  const before = router.route("hi").model;
  const any = /** @type {any} */ (router);
  const huge = { length: 1e9 };
  const wrong = /** @type {[string, () => unknown, string][]} */ ([
    ["route", () => any.route(5), "prompt"],
    ["route", () => any.route({}), "prompt"],
    ["route", () => any.route(huge), "prompt"],
    ["explain", () => any.explain(null), "prompt"],
    ["estimateCost", () => any.estimateCost("x", 5), "model"],
    ["estimateCost", () => any.estimateCost([], "x"), "prompt"],
    ["totals", () => any.totals({}), "model"],
    ["compare", () => any.compare({ models: [{ id: "a" }] }, 7), "prompt"],
    ["readPrompts", () => any.readPrompts(1, "a"), "name"],
    ["readPrompts", () => any.readPrompts("a.csv", "a", { separator: 1 }), "separator"],
    ["readPrompts", () => any.readPrompts("a.csv", "a", { header: "yes" }), "header"],
    ["savings", () => any.savings(3), "reference"],
    ["whatIf", () => any.whatIf("1", 0), "quality"],
    ["readLabels", () => any.readLabels("a.csv", "a", 3), "options"],
    ["readLabels", () => any.readLabels("a.csv", "a", { score: 3 }), "score"],
    ["readLabels", () => any.readLabels("a.csv", "a", { skipBad: 1 }), "skipBad"],
    ["readLabels", () => any.readLabels("a.csv", "a", { others: [{ name: "b" }] }), "others[0].content"],
    ["readScores", () => any.readScores(3), "scores"],
    ["routeBatch", () => any.routeBatch(["a", 4]), "prompts[1]"],
    ["routeBatch", () => any.routeBatch(huge), "prompts"],
    ["openBatch", () => any.openBatch("a"), "prompts"],
  ]);
  for (const [method, call, path] of wrong) {
    await assert.rejects(
      async () => call(),
      (/** @type {any} */ error) => coded("request_type")(error) && error.path === path,
      method,
    );
    assert.equal(router.route("hi").model, before);
  }
});
