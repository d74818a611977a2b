/**
 * Hostile arguments, and a module that stops: every call is answered, and the next decision is the same.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(name, PACKAGE).href);
const { Router, UnirouteError } = await load("node.js");
const bindings = await load("dist/uniroute.js");

const PROMPT = "Prove that 7 is prime.";
const POOL = {
  models: [
    { id: "small", accuracy: 0.5, cost: { input: 0.1, output: 0.4 } },
    { id: "large", accuracy: 0.9, cost: { input: 3, output: 15 } },
  ],
};

/** The exports of the module as it runs now. */
const exports = () => bindings.initSync({ module: new Uint8Array() });
const memory = () => exports().memory.buffer.byteLength;

/** @param {string} code */
const coded = (code) => (/** @type {any} */ error) => error instanceof UnirouteError && error.code === code;

/** Makes the module read far out of its memory, as a defect would. */
const trap = () => exports().router_pool(0xfffffff0);

/** @param {number} depth */
function nested(depth) {
  /** @type {unknown} */
  let list = "a";
  for (let i = 0; i < depth; i += 1) list = [list];
  return list;
}

const throwing = (/** @type {unknown} */ thrown) => ({
  get lambda() {
    throw thrown;
  },
});

const cyclic = /** @type {any} */ ({ lambda: 1 });
cyclic.allow = [cyclic];

/** Requests that a router refuses, each with the start of the path that the error names. */
const REFUSED = /** @type {[unknown, string][]} */ ([
  [{ allow: nested(20_000) }, "allow"],
  [{ allow: nested(3) }, "allow[0]"],
  [throwing(new Error("no")), "request"],
  [throwing(undefined), "request"],
  [throwing(Object.create(null)), "request"],
  [
    throwing({
      get message() {
        throw new Error("twice");
      },
    }),
    "request",
  ],
  [new Proxy({}, { ownKeys: () => assert.fail() }), "request"],
  [new Proxy([], { get: () => assert.fail() }), "request"],
  [cyclic, "allow[0]"],
  [{ lambda: NaN }, "lambda"],
  [{ lambda: 1n }, "lambda"],
  [{ lambda: "1" }, "lambda"],
  [{ lambda: () => 1 }, "lambda"],
  [{ lamda: 1 }, "lamda"],
  [{ allow: { length: 1e9 } }, "allow"],
  [{ allow: Array(2e5) }, "allow"],
  [{ context: "a".repeat(9e6) }, "context"],
  [{ inputTokens: { o200k: {} } }, "inputTokens.o200k"],
  [{ top: -1 }, "top"],
  [[], "request"],
  [5, "request"],
  ["lambda", "request"],
  [Symbol("request"), "request"],
]);

test("a refused request names its place, and the next one is answered", async () => {
  const router = await Router.load();
  const before = router.route(PROMPT);
  for (const [request, path] of REFUSED) {
    for (const call of [
      () => router.route(PROMPT, request),
      () => router.explain(PROMPT, request),
      () => router.estimateCost(PROMPT, undefined, request),
      () => router.totals(undefined, request),
      () => router.report(request),
      () => router.compare(POOL, PROMPT, request),
    ]) {
      assert.throws(call, (/** @type {any} */ error) => {
        assert.ok(coded("request_type")(error), `${path}: ${error?.stack}`);
        assert.ok(error.path.startsWith(path), `${error.path} for ${path}`);
        return true;
      });
    }
    await assert.rejects(router.routeBatch([PROMPT], request), coded("request_type"), path);
  }
  assert.deepEqual(router.route(PROMPT), before);
  assert.deepEqual(router.report().chosen, [], "the router is not in use");
});

test("100,000 refused requests leave the memory as it was, and the decision", async () => {
  const router = await Router.load();
  const small = REFUSED.filter(([, path]) => path !== "context" && path !== "allow");
  const before = router.route(PROMPT, { lambda: 1 });
  const round = () => {
    for (const [request] of small) assert.throws(() => router.route(PROMPT, request));
  };
  round();
  const size = memory();
  for (let done = 0; done < 100_000; done += small.length) round();
  assert.equal(memory(), size);
  assert.deepEqual(router.route(PROMPT, { lambda: 1 }), before);
});

test("pools and models that cannot be read are refused, and the pool stays", async () => {
  const router = await Router.load({ pool: POOL });
  const json = router.pool();
  const gone = { models: [], toJSON: () => undefined };
  for (const pool of [
    5,
    null,
    undefined,
    true,
    cyclic,
    throwing(new Error("no")),
    { models: 1n },
    gone,
    Symbol(""),
  ]) {
    for (const method of ["setPool", "addModel", "previewModel", "importPrices"]) {
      assert.throws(
        () => router[method](pool),
        { name: "UnirouteError" },
        `${method} ${String(typeof pool)}`,
      );
    }
  }
  const deep = { models: [{ id: "a", note: nested(200) }] };
  assert.throws(() => router.setPool(JSON.stringify(deep)), coded("pool_syntax"));
  assert.equal(router.pool(), json);
});

test("a request may free the router while its parts are read", async () => {
  const router = await Router.load();
  const request = {
    get lambda() {
      router.free();
      return 1;
    },
  };
  assert.throws(() => router.route(PROMPT, request), coded("freed"));
  assert.throws(() => router.route(PROMPT), coded("freed"));
  router.free();
  const other = await Router.load();
  await assert.rejects(
    other.routeBatch(Array(200).fill(PROMPT), undefined, () => other.free()),
    coded("freed"),
  );
});

test("a counter may use the router itself", async () => {
  const router = await Router.load({ pool: POOL });
  const inner = /** @type {string[]} */ ([]);
  const counters = { o200k: (/** @type {string} */ text) => inner.push(router.route(text).model) };
  assert.equal(router.route(PROMPT, { counters }).model, "large");
  assert.deepEqual(inner, ["large"]);
});

test("a module that stopped is replaced, and each router is made again with its pool", async () => {
  const [first, second] = [await Router.load({ pool: POOL }), await Router.load()];
  first.addModel({ id: "added", accuracy: 0.99, cost: { input: 0, output: 0 } });
  const [ofFirst, ofSecond] = [first.route(PROMPT), second.route(PROMPT)];
  assert.equal(ofFirst.model, "added");
  await first.openBatch([PROMPT, "hi"]);
  const { Engine } = await load("lib/engine.js");
  const { readFile } = await import("node:fs/promises");
  const router = new Uint8Array(await readFile(new URL("dist/default.router", PACKAGE)));
  const pool = new TextEncoder().encode(JSON.stringify(POOL));
  const engine = await Engine.load(bindings, { router, pool, weights: undefined });
  const { starts } = engine;
  for (let round = 1; round <= 20; round += 1) {
    assert.throws(() => engine.use(trap), coded("stopped"));
    assert.deepEqual(first.route(PROMPT), ofFirst);
    assert.deepEqual(second.route(PROMPT), ofSecond);
    assert.equal(engine.starts, starts + round);
  }
  assert.throws(() => first.report(), coded("batch_lost"));
  await first.openBatch([PROMPT]);
  assert.equal(first.report().chosen.length, 1);
  assert.throws(() => engine.use(trap), coded("stopped"));
  engine.free();
  first.free();
  second.free();
});
