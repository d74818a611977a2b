/**
 * Random calls of every method of a router with arguments of every kind. Each one is answered, or refused with
 * an error of ours; the decision after them is the one before. `UNIROUTE_CALLS` and `UNIROUTE_SEED` choose how
 * many and which.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const load = (/** @type {string} */ name) => import(new URL(name, PACKAGE).href);
const { Router, UnirouteError } = await load("node.js");
const { METHODS } = await load("lib/methods.js");
const bindings = await load("dist/uniroute.js");

const CALLS = Number(process.env.UNIROUTE_CALLS ?? 10_000);
const SEED = Number(process.env.UNIROUTE_SEED ?? 12);
const PROMPT = "Write a SQL query joining two tables";
const POOL = {
  models: [
    { id: "small", accuracy: 0.5, cost: { input: 0.1, output: 0.4 } },
    { id: "large", benchmarks: [{ name: "GPQA Diamond", score: 0.8 }], cost: { input: 3, output: 15 } },
  ],
};
/** Codes that would be defects of ours. */
const DEFECTS = ["internal", "stopped", "panic", "conversion"];

/**
 * Random numbers in [0, 1) from a seed (mulberry32).
 *
 * @param {number} state
 */
function randomFrom(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(SEED);
const below = (/** @type {number} */ n) => Math.floor(random() * n);
/**
 * @template T
 * @param {T[]} list
 * @returns {T}
 */
const one = (list) => /** @type {T} */ (list[below(list.length)]);
const repeat = (/** @type {() => unknown} */ make, most = 4) => Array.from({ length: below(most + 1) }, make);

const TEXTS = [
  "",
  "hi",
  PROMPT,
  "small",
  "large",
  "a.csv",
  "a.jsonl",
  "prompt,score\np,1\n",
  '{"prompt":"p"}',
  "\ud800",
];
const text = () =>
  one([() => one(TEXTS), () => one(TEXTS).repeat(below(50)), () => String.fromCodePoint(below(0x110000))])();
const number = () => one([0, -0, 1, -1, 0.5, 100, 1e12, 1e308, -1e308, NaN, Infinity, -Infinity, 2 ** 53]);
const leaf = () =>
  one([
    text,
    number,
    () => null,
    () => undefined,
    () => random() < 0.5,
    () => 7n,
    () => Symbol("s"),
    () => () => 1,
  ])();

const KEYS = [
  ...[
    "lambda",
    "maxCost",
    "minQuality",
    "allow",
    "deny",
    "need",
    "expectedOutputTokens",
    "context",
    "inputTokens",
    "earlier",
    "answers",
    "previous",
    "allowTags",
    "maxLatency",
    "role",
    "content",
  ],
  ...[
    "cachedTokens",
    "reasoningTokens",
    "allowUnpriced",
    "top",
    "counters",
    "models",
    "id",
    "accuracy",
    "labels",
  ],
  ...[
    "benchmarks",
    "cost",
    "errors",
    "name",
    "score",
    "prompt",
    "length",
    "toJSON",
    "then",
    "__proto__",
    "constructor",
  ],
];

/**
 * @param {number} [depth]
 * @returns {unknown}
 */
function anything(depth = 3) {
  if (depth === 0 || random() < 0.4) return leaf();
  const inner = /** @type {() => unknown} */ (() => anything(depth - 1));
  return one([
    () => repeat(inner),
    () => Object.fromEntries(repeat(() => [one(KEYS), inner()]).map((pair) => /** @type {any} */ (pair))),
    () => ({ models: repeat(inner) }),
    () => new Uint8Array(repeat(() => below(256), 9).map(Number)),
    () => new TextEncoder().encode(JSON.stringify(POOL).slice(0, below(200))).buffer,
    () => new Map([[inner(), inner()]]),
    () => new Date(NaN),
    () => Object.create({ lambda: 1 }),
    () => ({
      get lambda() {
        throw leaf();
      },
    }),
    () =>
      new Proxy(/** @type {any} */ ({}), {
        ownKeys() {
          throw leaf();
        },
      }),
    () => Object.defineProperty([], "0", { get: inner, enumerable: true }),
    () => "[".repeat(below(4000)),
  ])();
}

const request = () =>
  one([() => undefined, () => ({ lambda: 10 ** below(6) }), () => ({ top: below(5) }), anything])();
const pool = () => one([() => POOL, () => JSON.stringify(POOL), () => POOL.models[below(2)], anything])();

/** The arguments of each method: right ones, and any. @type {Record<string, () => unknown[]>} */
const ARGUMENTS = {
  route: () => [one([text, anything])(), request()],
  explain: () => [one([text, anything])(), request()],
  routeBatch: () => [one([() => repeat(text), anything])(), request()],
  openBatch: () => [one([() => repeat(text), anything])()],
  report: () => [request()],
  estimateCost: () => [one([text, anything])(), one([() => "small", anything])(), request()],
  totals: () => [one([() => "small", anything])(), request()],
  feedback: () => [
    one([() => ({ model: "small", prompt: text() }), () => router.route(PROMPT), anything])(),
    one([() => below(2), anything])(),
    one([() => undefined, () => ({ trust: 0.5, at: below(1e9) }), anything])(),
  ],
  importFeedback: () => [one([() => router.exportFeedback(), anything])(), anything()],
  compare: () => [pool(), one([text, anything])(), request()],
};
const arguments_ = (/** @type {string} */ method) =>
  ARGUMENTS[method]?.() ??
  one([() => [pool(), pool()], () => [text(), text(), text()], () => repeat(anything)])();

const router = await Router.load({ pool: POOL });

test(`${CALLS} random calls (seed ${SEED}) are answered or refused, and change no decision`, async () => {
  const decide = () => JSON.stringify(router.route(PROMPT, { lambda: 50 }));
  const before = decide();
  const memory = () => bindings.initSync({ module: new Uint8Array() }).memory.buffer.byteLength;
  const names = Object.keys(METHODS);
  const counts = { answered: 0, refused: 0 };
  let [earlier, size] = ["", 0];
  for (let call = 0; call < CALLS; call += 1) {
    const method = one(names);
    const args = arguments_(method);
    try {
      await router[method](...args);
      counts.answered += 1;
    } catch (error) {
      counts.refused += 1;
      assert.ok(error instanceof UnirouteError, `${method}: ${error}`);
      const { code, message } = /** @type {any} */ (error);
      assert.ok(!DEFECTS.includes(code), `${method} after ${earlier}: ${code}: ${message}`);
      assert.ok(message.length < 2_000, `${method}: a message of ${message.length} characters`);
    }
    earlier = method;
    if (call % 100 === 0) {
      router.setPool(POOL);
      router.resetFeedback();
      assert.equal(decide(), before, `after call ${call}`);
    }
    if (call === CALLS >> 1) size = memory();
  }
  console.log(`${counts.answered} answered, ${counts.refused} refused; ${memory() >> 20} MB`);
  assert.ok(counts.answered > CALLS / 10 && counts.refused > CALLS / 10);
  assert.equal(memory(), size, "the memory of the second half");
});
