/**
 * `uniroute/ai` with models that fail, callers that leave, and wrong arguments.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { APICallError, generateText, streamText } from "ai";
import { parts, textOf } from "./models.mjs";
import { load, UnirouteError } from "./uniroute.mjs";
import { PROMPT, modelOf, said, all, onError, deltas, auto, allowList } from "./ai.mjs";

const { restrict } = /** @type {typeof import("../../pkg/sensitive.js")} */ (await load("./sensitive"));

for (const status of [408, 429, 500, 503]) {
  test(`after status ${status} the next model answers, and the decision says so`, async (t) => {
    const { model, upstream } = await modelOf(t, [`${status} large`, "small"]);
    const answer = await generateText({ model, prompt: PROMPT, maxRetries: 0 });
    assert.equal(answer.text, textOf("small"));
    assert.equal(said(answer).model, "small");
    assert.deepEqual(said(answer).tried, [{ model: `${status} large`, reason: `status ${status}` }]);
    assert.deepEqual(upstream.names, [`${status} large`, "small"]);
  });
}

for (const [kind, reason] of [
  ["503", "status 503"],
  ["drop", "no connection"],
  ["reset", "no connection"],
  ["troubled", "stopped before it answered"],
]) {
  test(`a stream that fails before its first part (${kind}) is taken over by the next model`, async (t) => {
    const { model, upstream } = await modelOf(t, [`${kind} large`, "small"]);
    const result = streamText({ model, prompt: PROMPT, maxRetries: 0, onError });
    assert.deepEqual(await deltas(result.stream), parts("small"));
    assert.deepEqual(said(await result.finalStep).tried, [{ model: `${kind} large`, reason }]);
    assert.equal(upstream.asked.length, 2);
  });
}

test("a stream without any part is taken over by the next model", async (t) => {
  const { model } = await modelOf(t, ["empty large", "small"]);
  const result = streamText({ model, prompt: PROMPT, maxRetries: 0, onError });
  assert.deepEqual(await deltas(result.stream), parts("small"));
  const [{ model: tried }] = said(await result.finalStep).tried;
  assert.equal(tried, "empty large");
});

for (const unified of /** @type {const} */ (["error", "interrupted"])) {
  test(`a stream that only says that it ended early (${unified}) is taken over by the next model`, async (t) => {
    const { router, models } = await modelOf(t, ["early", "small"]);
    const parts = [
      { type: "stream-start", warnings: [] },
      {
        type: "finish",
        finishReason: { unified, raw: undefined },
        usage: { inputTokens: {}, outputTokens: {} },
      },
    ];
    const doStream = async () => ({ stream: /** @type {any} */ (ReadableStream).from(parts) });
    const early = /** @type {any} */ ({
      ...models["small"],
      specificationVersion: "v4",
      doGenerate() {},
      doStream,
    });
    const model = auto(router, { early, small: /** @type {any} */ (models["small"]) }, { lambda: 0 });
    const result = streamText({ model, prompt: PROMPT, onError });
    assert.equal(await result.text, textOf("small"));
    const { tried } = said(await result.finalStep);
    assert.deepEqual(tried, [{ model: "early", reason: "stopped before it answered" }]);
  });
}

for (const kind of ["silent", "mute"]) {
  test(`a model that does not begin in time (${kind}) is left for the next one, and its connection ends`, async (t) => {
    const { model, upstream } = await modelOf(t, [`${kind} large`, "small"], { timeout: 1000 });
    const result = streamText({ model, prompt: PROMPT, maxRetries: 0, onError });
    assert.deepEqual(await deltas(result.stream), parts("small"));
    const { tried } = said(await result.finalStep);
    assert.deepEqual(tried, [{ model: `${kind} large`, reason: "nothing within 1000 ms" }]);
    await upstream.asked[0]?.closed;
  });
}

test("the time-out holds for a whole answer that is not streamed", async (t) => {
  const { model, upstream } = await modelOf(t, ["silent large", "small"], { timeout: 1000 });
  assert.equal((await generateText({ model, prompt: PROMPT })).text, textOf("small"));
  await upstream.asked[0]?.closed;
});

test("the time-out ends when a stream has begun", async (t) => {
  const { model, upstream } = await modelOf(t, ["slow", "small"], { timeout: 1000 });
  const result = streamText({ model, prompt: PROMPT, onError });
  setTimeout(() => upstream.release(), 1500);
  assert.deepEqual(await deltas(result.stream), parts("slow"));
});

test("a model that heeds no signal is left all the same", async (t) => {
  const { router, models } = await modelOf(t, ["deaf", "small"]);
  const deaf = /** @type {any} */ ({
    ...models["small"],
    specificationVersion: "v4",
    doGenerate: () => new Promise(() => {}),
    doStream: () => new Promise(() => {}),
  });
  const model = auto(
    router,
    { deaf, small: /** @type {any} */ (models["small"]) },
    { lambda: 0, timeout: 1000 },
  );
  assert.equal((await generateText({ model, prompt: PROMPT })).text, textOf("small"));
  const abort = new AbortController();
  const patient = auto(router, { deaf }, { lambda: 0 });
  const answer = assert.rejects(generateText({ model: patient, prompt: PROMPT, abortSignal: abort.signal }), {
    name: "AbortError",
  });
  setTimeout(() => abort.abort(), 50);
  await answer;
});

test("a stream that stays silent is cancelled when its time is over", async (t) => {
  const { router, models } = await modelOf(t, ["mute", "small"]);
  /** @type {(reason: unknown) => void} */
  let cancel = () => {};
  const cancelled = new Promise((resolve) => (cancel = resolve));
  const doStream = async () => ({ stream: new ReadableStream({ cancel }) });
  const mute = /** @type {any} */ ({
    ...models["small"],
    specificationVersion: "v4",
    doGenerate() {},
    doStream,
  });
  const model = auto(
    router,
    { mute, small: /** @type {any} */ (models["small"]) },
    { lambda: 0, timeout: 1000 },
  );
  assert.deepEqual(await deltas(streamText({ model, prompt: PROMPT }).stream), parts("small"));
  assert.match(String(await cancelled), /nothing within 1000 ms/);
});

test("an error in the middle of a stream reaches the caller, and no other model is asked", async (t) => {
  const { model, upstream } = await modelOf(t, ["stumbling", "small"]);
  const found = await all(streamText({ model, prompt: PROMPT, maxRetries: 0, onError }).stream);
  assert.equal(found.find(({ type }) => type === "text-delta")?.text, "Hello");
  assert.match(JSON.stringify(found.find(({ type }) => type === "error")?.error), /trouble of stumbling/);
  assert.deepEqual(upstream.names, ["stumbling"]);
});

test("a connection that fails in the middle of a stream is an error, and no other model is asked", async (t) => {
  const { model, upstream } = await modelOf(t, ["cut", "small"]);
  const prompt = /** @type {any} */ ([{ role: "user", content: [{ type: "text", text: PROMPT }] }]);
  const { stream } = await model.doStream({ prompt });
  const seen = /** @type {any[]} */ ([]);
  await assert.rejects(async () => {
    for await (const part of /** @type {any} */ (stream)) seen.push(part);
  });
  assert.equal(seen.find(({ type }) => type === "text-delta")?.delta, "Hello");
  assert.deepEqual(upstream.names, ["cut"]);
});

test("an error of the request in the first part of a stream reaches the caller, and no other model is asked", async (t) => {
  const { model, upstream } = await modelOf(t, ["refusing large", "small"]);
  const found = await all(streamText({ model, prompt: PROMPT, maxRetries: 0, onError }).stream);
  assert.match(JSON.stringify(found.find(({ type }) => type === "error")?.error), /trouble of refusing/);
  assert.deepEqual(upstream.names, ["refusing large"]);
});

for (const status of [400, 401, 404, 422]) {
  test(`status ${status} is the caller's to solve: the error arrives as it is`, async (t) => {
    const { model, upstream } = await modelOf(t, [`${status} large`, "small"]);
    const error = await generateText({ model, prompt: PROMPT, maxRetries: 0 }).catch((e) => e);
    assert.ok(APICallError.isInstance(error), String(error));
    assert.equal(error.statusCode, status);
    assert.equal(upstream.asked.length, 1);
  });
}

test("if all models fail, the error says what was tried and has the last failure as its cause", async (t) => {
  const { model } = await modelOf(t, ["503 large", "429 small"]);
  const error = await generateText({ model, prompt: PROMPT, maxRetries: 0 }).catch((e) => e);
  assert.ok(error instanceof UnirouteError, String(error));
  assert.equal(error.code, "no_answer");
  assert.match(error.message, /503 large: status 503, 429 small: status 429/);
  assert.equal(/** @type {any} */ (error.cause).statusCode, 429);
  assert.deepEqual([/** @type {any} */ (error).statusCode, APICallError.isInstance(error)], [429, true]);
});

test("the SDK's own retries begin again with the best model, after the wait that the last one asks for", async (t) => {
  const { model, upstream } = await modelOf(t, ["500 large", "500 small"]);
  const error = await generateText({ model, prompt: PROMPT, maxRetries: 1 }).catch((e) => e);
  assert.equal(error.name, "AI_RetryError");
  assert.deepEqual(upstream.names, ["500 large", "500 small", "500 large", "500 small"]);
});

test("`attempts` limits how many models are asked", async (t) => {
  const ids = ["500 a", "500 b", "500 c", "500 d", "good"];
  const { model, upstream } = await modelOf(t, ids);
  await assert.rejects(generateText({ model, prompt: PROMPT, maxRetries: 0 }));
  assert.deepEqual(upstream.names, ids.slice(0, 3));
});

test("an abort before the answer ends the request, and no other model is asked", async (t) => {
  const { model, upstream } = await modelOf(t, ["silent", "small"], { timeout: 60_000 });
  const abort = new AbortController();
  const failed = assert.rejects(generateText({ model, prompt: PROMPT, abortSignal: abort.signal }), {
    name: "AbortError",
  });
  while (upstream.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  await failed;
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["silent"]);
});

test("a call that was aborted before asks no model", async (t) => {
  const { model, upstream } = await modelOf(t, ["large", "small"]);
  const reason = new Error("the caller has left");
  await assert.rejects(
    async () => model.doGenerate({ prompt: [], abortSignal: AbortSignal.abort(reason) }),
    reason,
  );
  await assert.rejects(
    async () => model.doStream({ prompt: [], abortSignal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(upstream.asked.length, 0);
});

test("an abort in the middle of a stream ends the connection to the model", async (t) => {
  const { model, upstream } = await modelOf(t, ["slow", "small"], { timeout: 60_000 });
  const abort = new AbortController();
  const types = [];
  for await (const { type } of streamText({ model, prompt: PROMPT, abortSignal: abort.signal, onError })
    .stream) {
    types.push(type);
    if (type === "text-delta") abort.abort();
  }
  assert.equal(types.at(-1), "abort");
  await upstream.asked[0]?.closed;
});

test("a reader that cancels the stream ends the connection to the model", async (t) => {
  const { model, upstream } = await modelOf(t, ["slow", "small"]);
  const prompt = /** @type {any} */ ([{ role: "user", content: [{ type: "text", text: PROMPT }] }]);
  const { stream } = await model.doStream({ prompt });
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel("enough");
  await upstream.asked[0]?.closed;
});

test("a model that the pool does not have is an error that names it and the ids of the pool", async (t) => {
  const { model } = await modelOf(t, ["large", "small"], { names: ["large", "smal"] });
  const error = await generateText({ model, prompt: PROMPT }).catch((e) => e);
  assert.deepEqual([error.code, error.path], ["unknown_model", "models.smal"]);
  assert.match(error.message, /large, small/);
});

test("if no model is left, the error has the reason", async (t) => {
  const { model, upstream } = await modelOf(t, ["large", "small"], { lambda: undefined, maxCost: 0 });
  await assert.rejects(generateText({ model, prompt: PROMPT }), { code: "no_model" });
  assert.equal(upstream.asked.length, 0);
});

test("a prompt with personal data stays with models that have a tag, also after a failure", async (t) => {
  const more = { "503 home": { tags: ["local"] }, cellar: { tags: ["local"] } };
  const { model, upstream } = await modelOf(t, ["large", "503 home", "cellar", "small"], { more });
  const ask = (/** @type {string} */ prompt, /** @type {string} */ tag) =>
    generateText({
      model,
      prompt,
      maxRetries: 0,
      providerOptions: { uniroute: /** @type {any} */ (restrict(prompt, { tags: [tag] })) },
    });
  await ask("Write to jane.roe@example.com.", "local");
  assert.deepEqual(upstream.names, ["503 home", "cellar"]);
  await assert.rejects(ask("Write to jane.roe@example.com.", "trusted"), { code: "no_model" });
  assert.equal(upstream.asked.length, 2);
  await ask("Write to nobody.", "local");
  assert.deepEqual(upstream.names, ["503 home", "cellar", "large"]);
});

test("the allow list gives the models that it names, and no others", () => {
  const choose = allowList({ auto: "A", "auto:cheap": "C" }, "auto");
  assert.deepEqual(["auto", "auto:cheap", undefined, null].map(choose), ["A", "C", "A", "A"]);
  for (const name of ["gpt-x", "", "__proto__", "constructor", "toString", 5, {}, ["auto"]]) {
    assert.throws(
      () => choose(name),
      (/** @type {any} */ error) => {
        assert.deepEqual([error.code, error.path], ["model_not_allowed", "model"]);
        return /auto, auto:cheap/.test(error.message);
      },
    );
  }
  assert.throws(() => allowList({ auto: "A" }, "other"), { code: "request_type", path: "usual" });
  assert.throws(() => allowList(/** @type {any} */ (null), "a"), { code: "request_type", path: "models" });
});

const earlier = { specificationVersion: "v3", doGenerate() {}, doStream() {} };
for (const [path, models, options] of /** @type {[string, any, any][]} */ ([
  ["router", null, {}],
  ["models", undefined, {}],
  ["models", {}, {}],
  ["models.large", { large: "openai/gpt-x" }, {}],
  ["models.large", { large: {} }, {}],
  ["models.large", { large: null }, {}],
  ["models.large", { large: earlier }, {}],
  ["options", null, 5],
  ["options.lamda", null, { lamda: 5 }],
  ["options.lambda", null, { lambda: "5" }],
  ["options.attempts", null, { attempts: 0 }],
  ["options.timeout", null, { timeout: -1 }],
  ["options.timeout", null, { timeout: 2 ** 31 }],
])) {
  test(`a wrong ${path} is rejected at once: ${JSON.stringify([models, options])}`, async (t) => {
    const { router, models: good } = await modelOf(t, ["large", "small"]);
    assert.throws(
      () =>
        auto(path === "router" ? /** @type {any} */ ({}) : router, models === null ? good : models, options),
      (/** @type {any} */ error) =>
        error instanceof UnirouteError &&
        error.code === "request_type" &&
        error.path === path &&
        error.message.endsWith("."),
    );
  });
}
