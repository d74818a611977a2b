/**
 * `uniroute/langchain` with models that fail, callers that leave, and wrong arguments.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { createAgent } from "langchain";
import { parts, textOf } from "./models.mjs";
import { routerOf, UnirouteError } from "./uniroute.mjs";
import { ASKED, agentOf, last, streamed, routingMiddleware } from "./langchain.mjs";

for (const status of [408, 429, 500, 503]) {
  test(`after status ${status} the next model answers, and the decision says so`, async (t) => {
    const { agent, upstream } = await agentOf(t, [`${status} large`, "small"]);
    const { text, said } = last(await agent.invoke(ASKED));
    assert.equal(text, textOf("small"));
    assert.equal(said.model, "small");
    assert.deepEqual(said.tried, [{ model: `${status} large`, reason: `status ${status}` }]);
    assert.deepEqual(upstream.names, [`${status} large`, "small"]);
  });
}

for (const kind of ["503", "drop", "reset"]) {
  test(`a stream that fails before its first part (${kind}) is taken over by the next model`, async (t) => {
    const { agent, upstream } = await agentOf(t, [`${kind} large`, "small"]);
    assert.deepEqual(await streamed(agent), parts("small"));
    assert.deepEqual(upstream.names, [`${kind} large`, "small"]);
  });
}

for (const kind of ["cut", "stumbling"]) {
  test(`a stream that fails in the middle (${kind}) is an error, and no other model is asked`, async (t) => {
    const { agent, upstream } = await agentOf(t, [kind, "small"]);
    await assert.rejects(streamed(agent));
    assert.deepEqual(upstream.names, [kind]);
  });
}

test("a model that does not answer in time is left for the next one, and its connection ends", async (t) => {
  const { agent, upstream } = await agentOf(t, ["silent large", "small"], { timeout: 1000 });
  const { text, said } = last(await agent.invoke(ASKED));
  assert.equal(text, textOf("small"));
  assert.deepEqual(said.tried, [{ model: "silent large", reason: "nothing within 1000 ms" }]);
  await upstream.asked[0]?.closed;
});

test("the time-out ends when a stream has begun", async (t) => {
  const { agent, upstream } = await agentOf(t, ["slow", "small"], { timeout: 1000 });
  setTimeout(() => upstream.release(), 1500);
  assert.deepEqual(await streamed(agent), parts("slow"));
  assert.deepEqual(upstream.names, ["slow"]);
});

test("the time-out of a model itself counts as a failure", async (t) => {
  const { router, chat, upstream } = await agentOf(t, ["silent large", "small"]);
  const models = { "silent large": chat("silent large", { timeout: 200 }), small: chat("small") };
  const agent = createAgent({
    model: chat("default"),
    middleware: [routingMiddleware(router, models, { lambda: 0 })],
  });
  const { text, said } = last(await agent.invoke(ASKED));
  assert.equal(text, textOf("small"));
  assert.deepEqual(said.tried, [{ model: "silent large", reason: "timed out" }]);
  assert.equal(upstream.asked.length, 2);
});

for (const status of [400, 401, 404, 422]) {
  test(`status ${status} is the caller's to solve: the error arrives, and no other model is asked`, async (t) => {
    const { agent, upstream } = await agentOf(t, [`${status} large`, "small"]);
    const error = await agent.invoke(ASKED).catch((/** @type {any} */ e) => e);
    assert.match(error.message, /status of/);
    assert.equal(error.cause.status, status);
    assert.equal(upstream.asked.length, 1);
  });
}

test("if all models fail, the error says what was tried and has the last failure as its cause", async (t) => {
  const { agent } = await agentOf(t, ["503 large", "429 small"]);
  const error = await agent.invoke(ASKED).catch((/** @type {any} */ e) => e);
  assert.match(error.message, /503 large: status 503, 429 small: status 429/);
  assert.ok(error.cause instanceof UnirouteError, String(error.cause));
  assert.equal(error.cause.code, "no_answer");
  assert.equal(/** @type {any} */ (error.cause.cause).status, 429);
});

test("`attempts` limits how many models are asked", async (t) => {
  const ids = ["500 a", "500 b", "500 c", "good"];
  const { agent, upstream } = await agentOf(t, ids, { attempts: 2 });
  await assert.rejects(agent.invoke(ASKED));
  assert.deepEqual(upstream.names, ids.slice(0, 2));
});

test("an abort before the answer ends the request, and no other model is asked", async (t) => {
  const { agent, upstream } = await agentOf(t, ["silent", "small"], { timeout: 60_000 });
  const abort = new AbortController();
  const failed = assert.rejects(agent.invoke(ASKED, { signal: abort.signal }));
  while (upstream.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  await failed;
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["silent"]);
});

test("an abort in the middle of a stream ends the connection to the model", async (t) => {
  const { agent, upstream } = await agentOf(t, ["slow", "small"]);
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const [message] of await agent.stream(ASKED, { streamMode: "messages", signal: abort.signal }))
      if (message.text) abort.abort();
  });
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["slow"]);
});

test("a model that the pool does not have is an error that names it and the ids of the pool", async (t) => {
  const { agent } = await agentOf(t, ["large", "small"], { names: ["large", "smal"] });
  const { cause, message } = await agent.invoke(ASKED).catch((/** @type {any} */ e) => e);
  assert.deepEqual([cause.code, cause.path], ["unknown_model", "models.smal"]);
  assert.match(message, /large, small/);
});

test("if no model is left, the error has the reason", async (t) => {
  const { agent, upstream } = await agentOf(t, ["large", "small"], { lambda: undefined, maxCost: 0 });
  const { cause } = await agent.invoke(ASKED).catch((/** @type {any} */ e) => e);
  assert.equal(cause.code, "no_model");
  assert.equal(upstream.asked.length, 0);
});

const fake = new FakeListChatModel({ responses: ["a"] });
for (const [path, models, options] of /** @type {[string, any, any][]} */ ([
  ["router", null, {}],
  ["models", undefined, {}],
  ["models", {}, {}],
  ["models.large", { large: "openai:gpt-x" }, {}],
  ["models.large", { large: {} }, {}],
  ["models.large", { large: null }, {}],
  ["options", null, 5],
  ["options.lamda", null, { lamda: 5 }],
  ["options.minQuality", null, { minQuality: "high" }],
  ["options.attempts", null, { attempts: 0 }],
  ["options.timeout", null, { timeout: -1 }],
  ["options.effort", null, { effort: "low" }],
])) {
  test(`a wrong ${path} is rejected at once: ${JSON.stringify([models, options])}`, async (t) => {
    const router = await routerOf(["large", "small"]);
    t.after(() => router.free());
    assert.throws(
      () =>
        routingMiddleware(
          path === "router" ? /** @type {any} */ (5) : router,
          models === null ? { large: fake } : models,
          options,
        ),
      (/** @type {any} */ error) =>
        error instanceof UnirouteError &&
        error.code === "request_type" &&
        error.path === path &&
        error.message.endsWith("."),
    );
  });
}
