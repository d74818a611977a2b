/**
 * `POST /feedback` of `examples/worker`: verdicts move decisions, are kept in a binding, and go to no model. The
 * worker runs here, in Node, with bindings of this test; workerd has its own.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { deploy, RUNTIMES, workerFolder } from "./services.mjs";

const POOL = JSON.stringify({
  models: [
    { id: "small", accuracy: 0.6, cost: { input: 0.1, output: 0.4 } },
    { id: "large", accuracy: 0.8, cost: { input: 3, output: 15 } },
  ],
});
const PROMPT = "Prove that the square root of two is irrational.";
const TOKEN = "correct-horse";

let folder = "";
/** @type {(() => unknown)[]} */
const ending = [];
before(async () => {
  folder = await workerFolder(ending);
});
after(async () => {
  for (const end of ending) await end();
});

/** A namespace in memory, as Cloudflare's KV has it. */
class Namespace {
  /** @type {Map<string, ArrayBuffer>} */
  values = new Map();

  /** @param {string} key @param {string} type */
  async get(key, type) {
    assert.equal(type, "arrayBuffer");
    return this.values.get(key)?.slice(0) ?? null;
  }

  /** @param {string} key @param {Uint8Array} value */
  async put(key, value) {
    this.values.set(key, new Uint8Array(value).buffer);
  }
}

let isolates = 0;

/**
 * A new isolate of the worker.
 *
 * @param {Record<string, unknown>} env
 */
async function isolate(env) {
  isolates += 1;
  const { default: worker } = await import(`${pathToFileURL(join(folder, "worker.js"))}?${isolates}`);
  /**
   * @param {string} path
   * @param {unknown} body
   * @param {Record<string, string>} [headers]
   */
  return async (path, body, headers = {}) => {
    const request = new Request(`http://localhost${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const answer = await worker.fetch(request, { POOL, ...env });
    return { status: answer.status, body: await answer.json() };
  };
}

test("verdicts move the decisions, are kept in the binding, and reach another isolate", async (t) => {
  const asked = t.mock.method(globalThis, "fetch", () => assert.fail("a verdict went out"));
  const FEEDBACK = new Namespace();
  const call = await isolate({ FEEDBACK });
  assert.equal((await call("/route", { prompt: PROMPT })).body.model, "large");
  for (let i = 1; i <= 30; i += 1) {
    const said = await call("/feedback", { model: "large", prompt: PROMPT, score: 0 });
    assert.deepEqual([said.status, said.body.verdicts], [200, i]);
    assert.match(said.body.kept, /binding/);
  }
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: PROMPT },
  ];
  for (let i = 0; i < 30; i += 1) await call("/feedback", { model: "small", messages, score: 1, trust: 0.8 });
  assert.equal((await call("/route", { prompt: PROMPT })).body.model, "small");
  const other = await isolate({ FEEDBACK });
  assert.equal((await other("/route", { prompt: PROMPT })).body.model, "small");
  await Promise.all([other, call].map((one) => one("/feedback", { model: "small", prompt: "hi", score: 1 })));
  const { body } = await call("/feedback", { model: "small", prompt: "hi", score: 1 });
  assert.ok(body.verdicts >= 32, `${body.verdicts}`);
  assert.equal(asked.mock.callCount(), 0);
});

test("without a binding verdicts are in memory, and the answer says so", async () => {
  const call = await isolate({});
  const { body } = await call("/feedback", { model: "small", prompt: PROMPT, score: 1 });
  assert.match(body.kept, /memory only/);
  const other = await isolate({});
  assert.equal((await other("/feedback", { model: "small", prompt: PROMPT, score: 1 })).body.verdicts, 1);
});

test("what was kept and cannot be used stays, and routing goes on", async (t) => {
  t.mock.method(console, "error", () => {});
  const FEEDBACK = new Namespace();
  const damaged = new Uint8Array([1, 2, 3]);
  await FEEDBACK.put("uniroute-feedback", damaged);
  const call = await isolate({ FEEDBACK });
  assert.equal((await call("/route", { prompt: PROMPT })).status, 200);
  const { status, body } = await call("/feedback", { model: "small", prompt: PROMPT, score: 1 });
  assert.deepEqual([status, body.error.code], [409, "feedback_kept"]);
  assert.deepEqual(new Uint8Array(/** @type {any} */ (FEEDBACK.values.get("uniroute-feedback"))), damaged);
});

test("the token is checked, and each wrong field is named", async () => {
  const good = { model: "small", prompt: PROMPT, score: 1 };
  const closed = await isolate({ ACCESS_TOKEN: TOKEN });
  assert.equal((await closed("/feedback", good)).status, 401);
  const authorization = `Bearer ${TOKEN}`;
  assert.equal((await closed("/feedback", good, { authorization })).status, 200);
  const call = await isolate({});
  for (const [change, code] of /** @type {[Record<string, unknown>, string][]} */ ([
    [{ model: 5 }, "model"],
    [{ model: "nobody" }, "unknown_model"],
    [{ prompt: undefined }, "prompt"],
    [{ prompt: ["a"] }, "prompt"],
    [{ messages: [] }, "prompt"],
    [{ prompt: undefined, messages: [] }, "messages"],
    [{ prompt: undefined, messages: [{ role: "user", content: 5 }] }, "messages"],
    [{ score: "1" }, "score"],
    [{ score: 1.1 }, "score"],
    [{ score: null }, "score"],
    [{ trust: 0 }, "trust"],
    [{ at: 5 }, "body"],
  ])) {
    const { status, body } = await call("/feedback", { ...good, ...change });
    assert.deepEqual([status, body.error?.code], [400, code], JSON.stringify(change));
  }
  const wrong = await isolate({ FEEDBACK: "a text" });
  assert.equal((await wrong("/feedback", good)).body.error.code, "settings");
});

test("workerd answers it, too", async () => {
  await deploy(folder);
  const start = RUNTIMES["workerd"];
  assert.ok(start);
  const service = await start(folder, { POOL });
  try {
    const answer = await service.fetch("/feedback", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "small", prompt: PROMPT, score: 1 }),
    });
    assert.deepEqual([answer.status, (await answer.json()).verdicts], [200, 1]);
  } finally {
    await service.stop();
  }
});
