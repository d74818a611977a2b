/**
 * `uniroute/openai` with models that fail, callers that leave, and wrong arguments.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
  UnprocessableEntityError,
} from "openai";
import { parts, textOf } from "./models.mjs";
import { routerOf, UnirouteError } from "./uniroute.mjs";
import { MESSAGES, clientOf, texts, routed } from "./openai.mjs";

for (const status of [408, 429, 500, 503, 529]) {
  test(`after status ${status} the next model answers`, async (t) => {
    const { openai, upstream } = await clientOf(t, [`${status} large`, "small"]);
    const { data, response } = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES] })
      .withResponse();
    assert.equal(data.choices[0]?.message.content, textOf("small"));
    assert.equal(response.headers.get("x-uniroute-model"), "small");
    assert.equal(response.headers.get("x-uniroute-tried"), `${status} large: status ${status}`);
    assert.deepEqual(upstream.names, [`${status} large`, "small"]);
  });
}

for (const kind of ["drop", "reset"]) {
  test(`after a connection that fails (${kind}) before the body, the next model answers a stream`, async (t) => {
    const { openai, upstream } = await clientOf(t, [`${kind} large`, "small"]);
    const { data, response } = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES], stream: true })
      .withResponse();
    assert.deepEqual(await texts(data), parts("small"));
    assert.equal(response.headers.get("x-uniroute-tried"), `${kind} large: no connection`);
    assert.equal(upstream.asked.length, 2);
  });
}

for (const kind of ["silent", "mute"]) {
  test(`a model that sends no body in time (${kind}) is left for the next one, and its connection ends`, async (t) => {
    const { openai, upstream } = await clientOf(t, [`${kind} large`, "small"], { timeout: 1000 });
    const { data, response } = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES], stream: true })
      .withResponse();
    assert.deepEqual(await texts(data), parts("small"));
    assert.equal(response.headers.get("x-uniroute-tried"), `${kind} large: nothing within 1000 ms`);
    await upstream.asked[0]?.closed;
  });
}

test("the connection of a model that failed ends, although its body does not", async (t) => {
  const { openai, upstream } = await clientOf(t, ["endless 503", "small"]);
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] });
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["endless 503", "small"]);
});

test("the time-out ends when the body begins", async (t) => {
  const { openai, upstream } = await clientOf(t, ["slow", "small"], { timeout: 1000 });
  const stream = await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    stream: true,
  });
  setTimeout(() => upstream.release(), 1500);
  assert.deepEqual(await texts(stream), parts("slow"));
  assert.deepEqual(upstream.names, ["slow"]);
});

test("a connection that fails in the middle is an error, and no other model is asked", async (t) => {
  const { openai, upstream } = await clientOf(t, ["cut", "small"]);
  const stream = await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    stream: true,
  });
  await assert.rejects(texts(stream));
  assert.deepEqual(upstream.names, ["cut"]);
});

test("an error event in the middle of a stream reaches the client", async (t) => {
  const { openai, upstream } = await clientOf(t, ["stumbling", "small"]);
  const stream = await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    stream: true,
  });
  await assert.rejects(texts(stream), /trouble of stumbling/);
  assert.deepEqual(upstream.names, ["stumbling"]);
});

for (const [status, type] of /** @type {[number, any][]} */ ([
  [400, BadRequestError],
  [422, UnprocessableEntityError],
])) {
  test(`status ${status} says that the request is wrong, and no other model is asked`, async (t) => {
    const { openai, upstream } = await clientOf(t, [`${status} large`, "small"]);
    const error = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES] })
      .catch((e) => e);
    assert.ok(error instanceof type, String(error));
    assert.match(error.message, /status of/);
    assert.equal(error.headers.get("x-uniroute-model"), `${status} large`);
    assert.equal(upstream.asked.length, 1);
  });
}

for (const status of [401, 403, 404]) {
  test(`status ${status}, a fault of the key or the name, is shown and not hidden by another model`, async (t) => {
    const { openai, upstream } = await clientOf(t, [`${status} large`, "small"]);
    const error = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES] })
      .catch((e) => e);
    assert.equal(error.status, status);
    assert.equal(upstream.asked.length, 1);
  });
}

test("if all models fail, the client gets the last response, with its headers and what was tried", async (t) => {
  const { openai } = await clientOf(t, ["503 large", "429 small"]);
  const error = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .catch((e) => e);
  assert.ok(error instanceof RateLimitError, String(error));
  assert.match(error.message, /status of 429 small/);
  assert.equal(error.headers.get("retry-after"), "7");
  assert.equal(error.headers.get("x-uniroute-tried"), "503 large: status 503, 429 small: status 429");
});

test("if no model can be reached, the client gets an error of the connection", async (t) => {
  const { openai, upstream } = await clientOf(t, ["drop large", "drop small"]);
  await assert.rejects(
    openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] }),
    (error) => error instanceof APIConnectionError,
  );
  assert.equal(upstream.asked.length, 2);
});

test("if no model answers in time, the client gets its own error for that", async (t) => {
  const { openai } = await clientOf(t, ["silent large", "silent small"], { timeout: 200 });
  await assert.rejects(
    openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] }),
    (error) => error instanceof APIConnectionTimeoutError,
  );
});

test("`attempts` limits how many models are asked", async (t) => {
  const ids = ["500 a", "500 b", "500 c", "500 d", "good"];
  const { openai, upstream } = await clientOf(t, ids, { attempts: 2 });
  const error = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .catch((e) => e);
  assert.ok(error instanceof InternalServerError);
  assert.deepEqual(upstream.names, ids.slice(0, 2));
});

test("the client's own retries begin again with the best model", async (t) => {
  const { openai, upstream } = await clientOf(t, ["500 large", "500 small"]);
  await assert.rejects(
    openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] }, { maxRetries: 1 }),
  );
  assert.deepEqual(upstream.names, ["500 large", "500 small", "500 large", "500 small"]);
});

test("an abort before the answer ends the request, and no other model is asked", async (t) => {
  const { openai, upstream } = await clientOf(t, ["silent", "small"], { timeout: 60_000 });
  const abort = new AbortController();
  const answer = openai.chat.completions.create(
    { model: "auto", messages: [...MESSAGES] },
    { signal: abort.signal },
  );
  const failed = assert.rejects(answer, (error) => error instanceof APIUserAbortError);
  while (upstream.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  await failed;
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["silent"]);
});

test("an abort in the middle of a stream ends the connection to the model", async (t) => {
  const { openai, upstream } = await clientOf(t, ["slow", "small"], { timeout: 60_000 });
  const stream = await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    stream: true,
  });
  for await (const { choices } of stream) {
    if (choices[0]?.delta.content) break; // the client aborts its request
  }
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["slow"]);
});

test("a reader that cancels the body ends the connection to the model", async (t) => {
  const { fetch, upstream } = await clientOf(t, ["slow", "small"]);
  const body = JSON.stringify({ model: "auto", messages: [...MESSAGES], stream: true });
  const response = await fetch(`${upstream.url}/chat/completions`, { method: "POST", body });
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel("enough");
  await upstream.asked[0]?.closed;
  assert.deepEqual(upstream.names, ["slow"]);
});

test("after a failure, other models come before other efforts of the same model", async (t) => {
  const ids = ["m@high", "m@low", "small"];
  const { openai, upstream } = await clientOf(t, ids, {
    models: { m: "503 m", small: "503 small" },
    attempts: 9,
  });
  const error = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .catch((e) => e);
  assert.deepEqual(upstream.names, ["503 m", "503 small", "503 m"]);
  const tried = ["m@high", "small", "m@low"].map((id) => `${id}: status 503`);
  assert.equal(error.headers.get("x-uniroute-tried"), tried.join(", "));
  assert.equal(error.headers.get("x-uniroute-model"), "m@low");
});

test("if no model is left, the client gets an error with the reason and does not try again", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"], { lambda: undefined, maxCost: 0 });
  const error = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] }, { maxRetries: 2 })
    .catch((e) => e);
  assert.ok(error instanceof UnprocessableEntityError, String(error));
  assert.equal(error.code, "no_model");
  assert.equal(upstream.asked.length, 0);
});

test("a floor that no model reaches leaves the best model", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"], { lambda: undefined, minQuality: 1 });
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] });
  assert.deepEqual(upstream.names, ["large"]);
});

test("a model that the pool does not have is an error that names it and the ids of the pool", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"], { models: { large: "l", smal: "s" } });
  const error = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .catch((e) => e);
  assert.ok(error instanceof BadRequestError, String(error));
  assert.deepEqual([error.code, error.param], ["unknown_model", "models.smal"]);
  assert.match(error.message, /large, small/);
  assert.equal(upstream.asked.length, 0);
});

test("a body with wrong types is answered by the service, not by an accident", async (t) => {
  const { fetch, upstream } = await clientOf(t, ["400 large", "small"]);
  for (const messages of [
    undefined,
    null,
    5,
    "text",
    [null, 5, { role: 7, content: { a: 1 } }],
    [{ content: [null] }],
  ]) {
    const init = {
      method: "POST",
      body: JSON.stringify({ model: "auto", messages, tools: 5, response_format: 5 }),
    };
    const response = await fetch(`${upstream.url}/chat/completions`, init);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /status of/);
  }
});

for (const [path, router, options] of /** @type {[string, any, any][]} */ ([
  ["router", {}, { models: { large: "l" } }],
  ["router", undefined, { models: { large: "l" } }],
  ["options", null, undefined],
  ["models", null, {}],
  ["models", null, { models: {} }],
  ["models", null, { models: ["large"] }],
  ["models.large", null, { models: { large: 5 } }],
  ["models.large", null, { models: { large: "" } }],
  ["options.lamda", null, { models: { large: "l" }, lamda: 5 }],
  ["options.lambda", null, { models: { large: "l" }, lambda: "5" }],
  ["options.attempts", null, { models: { large: "l" }, attempts: 0 }],
  ["options.attempts", null, { models: { large: "l" }, attempts: 1.5 }],
  ["options.timeout", null, { models: { large: "l" }, timeout: 0 }],
  ["options.timeout", null, { models: { large: "l" }, timeout: "9" }],
  ["options.fetch", null, { models: { large: "l" }, fetch: "x" }],
  ["options.names", null, { models: { large: "l" }, names: ["auto"] }],
  ["options.names.auto", null, { models: { large: "l" }, names: { auto: 5 } }],
  ["options.names.auto.lamda", null, { models: { large: "l" }, names: { auto: { lamda: 5 } } }],
  ["options.names.auto.lambda", null, { models: { large: "l" }, names: { auto: { lambda: NaN } } }],
])) {
  test(`a wrong ${path} is rejected at once: ${JSON.stringify(options)}`, async (t) => {
    const good = await routerOf(["large", "small"]);
    t.after(() => good.free());
    assert.throws(
      () => routed(router === null ? good : router, options),
      (/** @type {any} */ error) =>
        error instanceof UnirouteError &&
        error.code === "request_type" &&
        error.path === path &&
        /[.!]$/.test(error.message),
    );
  });
}
