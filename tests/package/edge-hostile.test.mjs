/**
 * Hostile requests to the handler of `examples/worker`, in this process.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { workerFolder } from "./services.mjs";

/** For a long run: `UNIROUTE_CALLS=200000 node --test tests/package/edge-hostile.test.mjs`. */
const REQUESTS = Number(process.env.UNIROUTE_CALLS ?? 5000);
const SEED = Number(process.env.UNIROUTE_SEED ?? 12);
const MAX_BODY = 100_000;
const ADDRESS = "http://127.0.0.1:8787";
const ENV = {
  TEST_KEY: "key",
  MAX_BODY: String(MAX_BODY),
  TIMEOUT_MS: "1000",
  LOG: "off",
  EMBEDDINGS_URL: "https://models.invalid/v1",
  EMBEDDINGS_MODELS: "auto",
};
const POOL = {
  models: ["best", "cheap"].map((id, i) => ({
    id,
    accuracy: 0.9 - 0.1 * i,
    labels_count: 1e5,
    cost: { input: 100 / 4 ** i, output: 100 / 4 ** i },
    upstream: { url: "https://models.invalid/v1", key: "TEST_KEY" },
  })),
};
const MESSAGES = [{ role: "user", content: "Hello" }];

/** @type {(() => unknown)[]} */
const ending = [];
/** @type {{ fetch(request: Request, env: Record<string, unknown>): Promise<Response> }} */
let worker;
/** @type {(name: string) => Promise<any>} */
let load;
const { fetch: realFetch } = globalThis;

before(async () => {
  const folder = await workerFolder(ending);
  load = (name) => import(pathToFileURL(join(folder, name)).href);
  const { default: handler, start } = await load("worker.js");
  await start({ pool: JSON.stringify(POOL) });
  worker = handler;
});
afterEach(() => void (globalThis.fetch = realFetch));
after(async () => {
  for (const end of ending) await end();
});

/** Lets every model answer. */
function modelsAnswer() {
  globalThis.fetch = async () =>
    new Response('{"choices":[]}', { headers: { "content-type": "application/json" } });
}

/**
 * @param {string} path
 * @param {string | Uint8Array} body
 * @param {RequestInit} [more]
 */
const post = (path, body, more) =>
  new Request(`${ADDRESS}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: /** @type {BodyInit} */ (body),
    ...more,
  });

/** @param {Request} request */
async function answerTo(request) {
  const answer = await worker.fetch(request, ENV);
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text) };
}

/** A decision of the service, to see whether it still works. */
const decision = () =>
  answerTo(post("/route", '{"prompt":"Prove that there are infinitely many primes.","lambda":1}'));

const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";
const nested = (/** @type {number} */ depth, open = "[", inner = "", close = "]") =>
  open.repeat(depth) + inner + close.repeat(depth);
const chats = (/** @type {Record<string, unknown>[]} */ bodies) =>
  bodies.map((body) => ({
    path: CHAT,
    body: JSON.stringify({ model: "auto", messages: MESSAGES, ...body }),
  }));
const options = (/** @type {Record<string, unknown>[]} */ bodies) =>
  bodies.flatMap((more) =>
    ["/route", "/cost"].map((path) => ({ path, body: JSON.stringify({ prompt: "x", ...more }) })),
  );

/** Each is wrong in one way. */
const WRONG = /** @type {{ path: string, body: string | Uint8Array }[]} */ ([
  ...chats([5, null, [], {}, true, undefined, "__proto__", "constructor"].map((model) => ({ model }))),
  ...chats([{ length: 1 }, 5, "x", [5], [null], [[]]].map((tools) => ({ tools }))),
  ...chats(
    [[], [null], [5], ["x"], [[]], [{}], {}, "x", null, 5, { length: 1 }, [{ role: 5 }]].map((messages) => ({
      messages,
    })),
  ),
  ...chats(
    [
      5,
      {},
      [null],
      [5],
      ["x"],
      [{}],
      [{ type: "text" }],
      [{ type: "text", text: 5 }],
      [{ type: "x", text: [] }],
    ].map((content) => ({ messages: [{ role: "user", content }] })),
  ),
  ...chats([
    { stream: "yes" },
    { messages: Array(100_000).fill(MESSAGES[0]) },
    { messages: Array(20_000).fill(0) },
  ]),
  { path: CHAT, body: '{"model":"auto","messages":[{"role":"user","content":"x"}],"__proto__":{"a":1}}' },
  { path: CHAT, body: '{"model":"auto","messages":[{"role":"user","content":"x","__proto__":null}]}' },
  ...["/route", "/cost", CHAT].flatMap((path) =>
    [
      "",
      "{",
      "null",
      '"x"',
      new Uint8Array([0x7b, 0xff, 0x7d]),
      `{"prompt":"x","model":"auto","messages":${JSON.stringify(MESSAGES)},"a":${nested(65)}}`,
      `{"prompt":"x","model":"auto","a":${nested(20_000)}}`,
      `{"prompt":"x","model":"auto","a":${nested(10_000, '{"a":', "1", "}")}}`,
      `{"prompt":"${"x".repeat(MAX_BODY)}"}`,
    ].map((body) => ({ path, body })),
  ),
  ...[5, null, [], {}, ["x"], { length: 1e9 }].map((prompt) => ({
    path: "/route",
    body: JSON.stringify({ prompt }),
  })),
  ...[5, [], {}, true].map((model) => ({ path: "/cost", body: JSON.stringify({ prompt: "x", model }) })),
  ...options([
    ...["x", -1, []].map((lambda) => ({ lambda })),
    ...[5, { length: 1e9 }, [[]]].map((allow) => ({ allow })),
    { need: [null] },
    { context: 5 },
    { inputTokens: "x" },
    { inputTokens: { best: "x" } },
    { counters: { best: 5 } },
    { minQuality: 2 },
  ]),
]);

/**
 * A generator of numbers in [0, 1): mulberry32.
 *
 * @param {number} seed
 */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = [
  ..."prompt model messages role content type text tools stream lambda maxCost minQuality allow deny need".split(
    " ",
  ),
  ..."expectedOutputTokens context inputTokens counters length toString constructor".split(" "),
  ..."input output instructions name arguments function tool_calls functions response_format format".split(
    " ",
  ),
];
const SCALARS = [
  null,
  true,
  0,
  -1,
  5,
  1e308,
  0.5,
  "",
  "x",
  "user",
  "text",
  "auto",
  "best",
  "\ud800",
  "\u202e",
];
const DAMAGE = ["", "{", "]", '"', "\\ud800", "\u0000", "\u202e", "1e999", "-", ",null"];

/**
 * Makes hostile requests: wrong ones, damaged ones and ones with random fields.
 *
 * @param {() => number} next
 */
function hostile(next) {
  const among = (/** @type {any[]} */ list) => list[Math.floor(next() * list.length)];
  const some = (/** @type {number} */ most, /** @type {() => any} */ make) =>
    Array.from({ length: Math.floor(next() * most) }, make);
  /** @type {(depth: number) => any} */
  const value = (depth) => {
    const kind = next();
    if (depth > 0 && kind < 0.2) return some(4, () => value(depth - 1));
    return depth > 0 && kind < 0.4 ? fields(depth - 1) : among(SCALARS);
  };
  /** @type {(depth: number) => any} */
  const fields = (depth) => Object.fromEntries(some(5, () => [among(NAMES), value(depth)]));
  return () => {
    const kind = next();
    const wrong = among(WRONG);
    if (kind < 0.3 || wrong.body.length > 2000) return wrong;
    const path = among(["/route", "/cost", CHAT, RESPONSES, "/v1/embeddings"]);
    if (kind < 0.6) {
      const body = String(wrong.body);
      const at = Math.floor(next() * body.length);
      return { path, body: body.slice(0, at) + among(DAMAGE) + body.slice(at + Math.floor(next() * 3)) };
    }
    const start = among([
      {},
      { prompt: "x" },
      { model: "auto", messages: MESSAGES },
      { model: "auto", input: "x" },
    ]);
    return { path, body: JSON.stringify({ ...start, ...fields(4) }) };
  };
}

test("each wrong request is rejected, and the decision afterwards is the same", async () => {
  modelsAnswer();
  const first = await decision();
  assert.equal(first.status, 200);
  for (const { path, body } of WRONG) {
    const sent = `${path} ${String(body).slice(0, 200)}`;
    const answer = await answerTo(post(path, body));
    assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(answer)} to ${sent}`);
    const { code, message } = answer.body.error;
    assert.ok(typeof code === "string" && message.length < 2000, sent);
  }
  assert.deepEqual(await decision(), first);
});

test(`${REQUESTS} random requests are all answered, and the decision afterwards is the same`, async (t) => {
  modelsAnswer();
  const first = await decision();
  const next = hostile(random(SEED));
  /** @type {Record<string, number>} */
  const counts = {};
  for (let i = 0; i < REQUESTS; i++) {
    const { path, body } = next();
    const sent = `${path} ${String(body).slice(0, 300)}`;
    const answer = await answerTo(post(path, body));
    const { status } = answer;
    assert.ok(status === 200 || (status >= 400 && status < 500), `${JSON.stringify(answer)} to ${sent}`);
    counts[status] = (counts[status] ?? 0) + 1;
    if (i % 500 === 0) assert.deepEqual(await decision(), first, sent);
  }
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(await decision(), first);
});

test("a signal of the caller keeps no listener after an answer, a failure or a cancellation", async () => {
  const signal = new AbortController().signal;
  const events = () =>
    new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([65])) }), {
      headers: { "content-type": "text/event-stream" },
    });
  for (const [answers, use] of /** @type {const} */ ([
    [() => Response.json({}), (/** @type {Response} */ answer) => answer.text()],
    [() => new Response(null, { status: 503 }), (/** @type {Response} */ answer) => answer.text()],
    [events, (/** @type {Response} */ answer) => answer.body?.cancel()],
  ])) {
    globalThis.fetch = async () => answers();
    const request = post(CHAT, JSON.stringify({ model: "auto", messages: MESSAGES }));
    Object.defineProperty(request, "signal", { value: signal });
    await use(await worker.fetch(request, ENV));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  }
});

test("a variable that is not valid is named", async () => {
  const { settings } = await load("settings.js");
  for (const [name, value] of [
    ["ACCESS_TOKEN", ""],
    ["ACCESS_TOKEN", "two words"],
    ["ACCESS_TOKEN", "пароль"],
    ["ALLOWED_ORIGINS", "*"],
    ["ALLOWED_ORIGINS", "null"],
    ["ALLOWED_ORIGINS", "https://a.example/path"],
    ["TIMEOUT_MS", ""],
    ["TIMEOUT_MS", "1e12"], // a timer would end at once
    ["IDLE_TIMEOUT_MS", "0"],
    ["ATTEMPTS", "-1"],
    ["MAX_BODY", "x"],
    ["ANSWER_TIMEOUT_MS", "0"],
    ["LOG", "yes"],
    ["EMBEDDINGS_URL", "https://models.example/v1"], // without its models
    ["EMBEDDINGS_MODELS", "small"],
    ["CALLERS", ""],
    ["CALLERS", "[]"],
    ["CALLERS", "{}"],
    ["CALLERS", "[5]"],
    ...[
      { token: "t" },
      { name: "a" },
      { name: "a", token: "" },
      { name: "a", token: "t", sha256: "0".repeat(64) },
      { name: "a", sha256: "0".repeat(63) },
      { name: "two words", token: "t" },
      { name: "a", token: "t", model: ["small"] }, // misspelt: it would limit nothing
      { name: "a", token: "t", models: [] },
      { name: "a", token: "t", models: "small" },
      { name: "a", token: "t", maxCost: "1" },
      { name: "a", token: "t", pool: 5 },
    ].map((caller) => ["CALLERS", JSON.stringify([caller])]),
  ])
    assert.throws(
      () => settings({ [name ?? ""]: value }),
      (/** @type {any} */ error) =>
        error.status === 500 && error.code === "settings" && error.message.includes(name),
      `${name}=${value}`,
    );
  assert.deepEqual(settings({ ALLOWED_ORIGINS: "https://a.example, chrome-extension://b" }).allowedOrigins, [
    "https://a.example",
    "chrome-extension://b",
  ]);
});

test("without a token, a runtime that listens for other machines answers this one only", async () => {
  for (const [hostname, status] of /** @type {const} */ ([
    ["127.0.0.1", 200],
    ["::1", 200],
    ["192.168.0.7", 403],
  ])) {
    // Deno passes this instead of variables.
    const answer = await worker.fetch(post("/route", '{"prompt":"Hello"}'), { remoteAddr: { hostname } });
    assert.equal(answer.status, status, hostname);
  }
});

test("a token is that of a caller only if all their characters are equal", async () => {
  const { callerWith } = await load("callers.js");
  const next = random(SEED);
  for (let i = 0; i < 200; i++) {
    const one = Array.from({ length: 1 + Math.floor(next() * 3) }, () => (next() < 0.5 ? "a" : "b")).join("");
    const other = Array.from({ length: 1 + Math.floor(next() * 3) }, () => (next() < 0.5 ? "a" : "b")).join(
      "",
    );
    const sha256 = createHash("sha256").update(other).digest("hex");
    for (const caller of [{ token: other }, { sha256 }, { sha256: sha256.toUpperCase() }]) {
      const found = await callerWith(one, [{ token: "c" }, caller, { token: "d" }]);
      assert.equal(found, one === other ? caller : undefined, `${one} ${other}`);
    }
  }
});

test("any text becomes the value of a header and back", async () => {
  const { headerValue, visible } = await load("text.js");
  for (const text of [
    "gpt-4.1",
    "openai/gpt 4",
    "模型",
    "50%",
    "a\r\nset-cookie: b",
    "\u202e\u200b\u2066",
    "\ud800",
    "😀",
  ]) {
    const value = headerValue(text);
    assert.equal(new Headers({ x: value }).get("x"), value);
    assert.equal(decodeURIComponent(value), text.replace("\ud800", "\ufffd"));
  }
  assert.equal(visible("a\u202eb\u200bc\r\n"), "a\\u{202e}b\\u{200b}c\\u{d}\\u{a}");
});
