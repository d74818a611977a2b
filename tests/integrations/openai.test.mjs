/**
 * `uniroute/openai`: the OpenAI client with models that are simulated on this machine.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { Models, INPUT, parts, textOf } from "./models.mjs";
import { routerOf } from "./uniroute.mjs";
import { MESSAGES, TOOLS, PIXEL, clientOf, texts, routed } from "./openai.mjs";

test("`auto` is replaced by the best model with lambda 0", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"]);
  const { choices, model } = await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] });
  assert.equal(choices[0]?.message.content, textOf("large"));
  assert.equal(model, "large");
  assert.deepEqual(upstream.names, ["large"]);
});

test("`auto:cheap` and `auto:best` change the weight of cost", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"], { lambda: 1e9 });
  for (const model of ["auto", "auto:cheap", "auto:best"])
    await openai.chat.completions.create({ model, messages: [...MESSAGES] });
  assert.deepEqual(upstream.names, ["small", "small", "large"]);
});

test("without an aim the weight of cost is 100", async (t) => {
  const { openai } = await clientOf(t, ["large", "small"], { lambda: undefined });
  const { response } = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .withResponse();
  assert.equal(response.headers.get("x-uniroute-lambda"), "100");
});

test("`auto:best` takes the place of a floor of quality", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"], { lambda: undefined, minQuality: 0.1 });
  for (const model of ["auto", "auto:best"])
    await openai.chat.completions.create({ model, messages: [...MESSAGES] });
  assert.deepEqual(upstream.names, ["small", "large"]);
});

test("names are configurable, and then `auto` is a name like any other", async (t) => {
  const names = { thrifty: { lambda: 1e9 }, good: { minQuality: 0.85 } };
  const { openai, upstream } = await clientOf(t, ["large", "small"], { names });
  for (const model of ["thrifty", "good", "auto"])
    await openai.chat.completions.create({ model, messages: [...MESSAGES] });
  assert.deepEqual(upstream.names, ["small", "large", "auto"]);
});

test("the model's name at its service may differ from its id", async (t) => {
  const models = { large: "vendor/large-2026-01", small: "vendor/small" };
  const { openai, upstream } = await clientOf(t, ["large", "small"], { models });
  const { response } = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .withResponse();
  assert.deepEqual(upstream.names, ["vendor/large-2026-01"]);
  assert.equal(response.headers.get("x-uniroute-model"), "large");
});

test("only models that have a name are chosen", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "middle", "small"], {
    models: { middle: "m", small: "s" },
  });
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] });
  assert.deepEqual(upstream.names, ["m"]);
});

test("the decision is in the headers of the response", async (t) => {
  const { openai } = await clientOf(t, ["large", "small"]);
  const { response } = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .withResponse();
  const header = (/** @type {string} */ name) => response.headers.get(`x-uniroute-${name}`);
  assert.equal(header("model"), "large");
  assert.ok(Number(header("quality")) > 0.5 && Number(header("quality")) <= 1, `${header("quality")}`);
  assert.ok(Number(header("cost")) > 0 && Number(header("cost")) < 1, `${header("cost")}`);
  assert.equal(header("lambda"), "0");
  assert.equal(header("tried"), null);
});

test("a header holds an id that is not ASCII in percent-encoding", async (t) => {
  const { openai } = await clientOf(t, ["größte", "small"], { models: { größte: "g", small: "s" } });
  const { response } = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES] })
    .withResponse();
  assert.equal(decodeURIComponent(response.headers.get("x-uniroute-model") ?? ""), "größte");
});

test("the body keeps every other field, and the headers of the client arrive", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"]);
  const more = { temperature: 0.3, seed: 7, metadata: { a: "b" }, stop: ["x", "y"] };
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES], ...more });
  const { body, headers } = upstream.asked[0] ?? assert.fail();
  assert.deepEqual(body, { model: "large", messages: [...MESSAGES], ...more });
  assert.equal(headers.authorization, "Bearer key");
  assert.equal(headers["content-length"], String(Buffer.byteLength(JSON.stringify(body))));
});

test("a length of the body that the caller states is not sent for the changed body", async (t) => {
  const { fetch, upstream } = await clientOf(t, ["large", "small"]);
  const body = JSON.stringify({ model: "auto", messages: [...MESSAGES] });
  const headers = { "content-type": "application/json", "content-length": String(body.length) };
  const response = await fetch(`${upstream.url}/chat/completions`, { method: "post", headers, body });
  assert.equal(response.headers.get("x-uniroute-model"), "large");
  assert.equal((await response.json()).model, "large");
});

test("other models and other requests pass unchanged", async (t) => {
  const { fetch, upstream } = await clientOf(t, ["large", "small"]);
  /** @type {[string, RequestInit | undefined][]} */
  const requests = [
    [
      "/chat/completions",
      { method: "POST", body: '{"model":"gpt-x", "messages":[{"role":"user","content":"a"}]}' },
    ],
    ["/embeddings", { method: "POST", body: '{"model":"auto","input":"a"}' }],
    ["/chat/completions/chat_1", { method: "POST", body: '{"model":"auto"}' }],
    ["/models", undefined],
  ];
  for (const [path, init] of requests) {
    const response = await fetch(upstream.url + path, init);
    assert.equal(response.headers.get("x-uniroute-model"), null, path);
    await response.text();
  }
  assert.deepEqual(upstream.names, ["gpt-x", "auto", "auto", "undefined"]);
});

test("what is not sent as JSON text goes to the given fetch as it is", async (t) => {
  /** @type {any[][]} */
  const passed = [];
  const router = await routerOf(["a", "b"]);
  t.after(() => router.free());
  const fetch = routed(router, {
    models: { a: "a" },
    fetch: async (...args) => {
      passed.push(args);
      return new Response("{}");
    },
  });
  const address = "https://example.test/v1/chat/completions";
  const bytes = new TextEncoder().encode('{"model":"auto"}');
  const calls = /** @type {[string, RequestInit][]} */ ([
    [address, { method: "POST", body: bytes }],
    [address, { method: "POST", body: "{not json" }],
    [address, { method: "POST", body: '{"model":5}' }],
    [address, { method: "POST", body: "null" }],
    [address, { method: "GET" }],
  ]);
  for (const [input, init] of calls) await fetch(input, init);
  assert.equal(passed.length, calls.length);
  for (const [i, call] of calls.entries()) assert.ok(passed[i]?.[0] === call[0] && passed[i][1] === call[1]);
});

test("a stream arrives in its order, with the decision in the headers", async (t) => {
  const { openai } = await clientOf(t, ["large", "small"]);
  const { data, response } = await openai.chat.completions
    .create({ model: "auto", messages: [...MESSAGES], stream: true })
    .withResponse();
  assert.equal(response.headers.get("x-uniroute-model"), "large");
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.deepEqual(await texts(data), parts("large"));
});

test("the first part of a stream arrives before the model has written the rest", async (t) => {
  const { openai, upstream } = await clientOf(t, ["slow", "small"]);
  const stream = await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    stream: true,
  });
  const seen = [];
  for await (const { choices } of stream) {
    if (choices[0]?.delta.content) seen.push(choices[0].delta.content);
    if (seen.length === 1) upstream.release();
  }
  assert.deepEqual(seen, parts("slow"));
});

test("a call of a tool and its result pass through, and the conversation goes on", async (t) => {
  const { openai, upstream } = await clientOf(t, ["tool large", "small"]);
  const ask = (/** @type {any[]} */ messages) =>
    openai.chat.completions.create({ model: "auto", messages, tools: [...TOOLS] });
  const first = (await ask([...MESSAGES])).choices[0]?.message ?? assert.fail();
  const call = first.tool_calls?.[0] ?? assert.fail();
  assert.deepEqual(JSON.parse(/** @type {any} */ (call).function.arguments), INPUT);
  const second = await ask([...MESSAGES, first, { role: "tool", tool_call_id: call.id, content: "rain" }]);
  assert.equal(second.choices[0]?.message.content, textOf("tool large"));
  assert.deepEqual(upstream.asked[1]?.body.messages.at(-1), {
    role: "tool",
    tool_call_id: call.id,
    content: "rain",
  });
});

for (const [ability, change] of /** @type {[string, object][]} */ ([
  ["tools", { tools: [...TOOLS] }],
  ["json", { response_format: { type: "json_object" } }],
  [
    "json",
    { response_format: { type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } } },
  ],
  ["vision", { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: PIXEL } }] }] }],
])) {
  test(`a chat with ${Object.keys(change)} ${JSON.stringify(change).length} goes to a model with ${ability}`, async (t) => {
    const more = { small: { capabilities: [ability] } };
    const { openai, upstream } = await clientOf(t, ["large", "small"], { more });
    await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES], ...change });
    assert.deepEqual(upstream.names, ["small"]);
  });
}

test("tools that may not be called need no ability, and abilities that no model lists are not asked for", async (t) => {
  const more = { small: { capabilities: ["tools"] } };
  const { openai, upstream } = await clientOf(t, ["large", "small"], { more });
  const tools = [...TOOLS];
  await openai.chat.completions.create({
    model: "auto",
    messages: [...MESSAGES],
    tools,
    tool_choice: "none",
  });
  const response_format = { type: /** @type {const} */ ("json_object") };
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES], response_format });
  assert.deepEqual(upstream.names, ["large", "large"]);
});

test("structured output is parsed by the client", async (t) => {
  const { openai } = await clientOf(t, ["json large", "small"]);
  const schema = { type: "object", properties: { answer: { type: "number" } } };
  const completion = await openai.chat.completions.parse({
    model: "auto",
    messages: [...MESSAGES],
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
  });
  assert.deepEqual(completion.choices[0]?.message.parsed, { answer: 42 });
});

test("a header names the model of the turn before, whose cache makes it cheaper, and is not sent on", async (t) => {
  const cost = { input: 50, output: 0, cache_read: 0.5 };
  const more = { "größte %": { accuracy: 0.8, cost }, second: { accuracy: 0.81, cost } };
  const ids = Object.keys(more);
  const models = { "größte %": "first", second: "second" };
  const { openai, upstream } = await clientOf(t, ids, { more, models, lambda: 100 });
  const content = `${MESSAGES[0].content} ${"and of three ".repeat(600)}`;
  const ask = async (/** @type {object | undefined} */ previous, isChat = true) => {
    const headers = previous && { "x-uniroute-previous": JSON.stringify(previous) };
    const sent = isChat
      ? openai.chat.completions.create(
          { model: "auto", messages: [{ role: "user", content }] },
          { headers: { ...headers } },
        )
      : openai.responses.create({ model: "auto", input: content }, { headers: { ...headers } });
    const { response } = await /** @type {any} */ (sent).withResponse();
    return response.headers.get("x-uniroute-model");
  };
  assert.equal(await ask(undefined), "second");
  const model = "gr%C3%B6%C3%9Fte %25"; // as the header of a response has it
  assert.equal(await ask({ model, cachedTokens: 2000, age: 60 }), model);
  assert.equal(await ask({ model, cachedTokens: 2000 }, false), model);
  assert.equal(await ask({ model, cachedTokens: 2000, age: 60, ttl: 30 }), "second");
  assert.deepEqual(upstream.names, ["second", "first", "first", "second"]);
  for (const { headers } of upstream.asked) assert.equal(headers["x-uniroute-previous"], undefined);
});

test("a header about the turn before that cannot be read is an error of the request", async (t) => {
  const { openai, upstream } = await clientOf(t, ["large", "small"]);
  const ask = (/** @type {string} */ previous) =>
    openai.chat.completions.create(
      { model: "auto", messages: [...MESSAGES] },
      { headers: { "x-uniroute-previous": previous } },
    );
  for (const [header, code, param] of [
    ["", "request_type", "x-uniroute-previous"],
    ["large", "request_type", "x-uniroute-previous"],
    ["[]", "request_type", "x-uniroute-previous"],
    ['{"model":"%","cachedTokens":1}', "request_type", "x-uniroute-previous"],
    ['{"model":5,"cachedTokens":1}', "request_type", "previous.model"],
    ['{"model":"nobody","cachedTokens":1}', "unknown_model", "previous.model"],
    ['{"model":"large","cachedTokens":-1}', "request_number", "previous.cachedTokens"],
  ])
    await assert.rejects(ask(header ?? ""), { status: 400, code, param }, header);
  assert.deepEqual(upstream.names, []);
});

test("an effort in the id becomes an option of a chat and of a response", async (t) => {
  const { openai, upstream } = await clientOf(t, ["m@high", "m@low"], { models: { m: "upstream" } });
  await openai.chat.completions.create({ model: "auto", messages: [...MESSAGES] });
  await openai.responses.create({ model: "auto:cheap", input: "Hi there", reasoning: { summary: "auto" } });
  const [chat, response] = upstream.asked.map(({ body }) => body);
  assert.deepEqual([chat.model, chat.reasoning_effort], ["upstream", "high"]);
  assert.deepEqual([response.model, response.reasoning], ["upstream", { effort: "low", summary: "auto" }]);
});

test("an effort of the call restricts the choice, and is sent as it is if no id has it", async (t) => {
  const { openai, upstream } = await clientOf(t, ["m@high", "m@low"], { models: { m: "m" } });
  for (const reasoning_effort of /** @type {const} */ (["low", "medium"])) {
    const { response } = await openai.chat.completions
      .create({ model: "auto", messages: [...MESSAGES], reasoning_effort })
      .withResponse();
    assert.equal(response.headers.get("x-uniroute-model"), reasoning_effort === "low" ? "m@low" : "m@high");
  }
  assert.deepEqual(
    upstream.asked.map(({ body }) => body.reasoning_effort),
    ["low", "medium"],
  );
});

test("a response is routed by the text of its input, and streams in its order", async (t) => {
  const { openai, upstream } = await clientOf(t, ["429 large", "small"]);
  const { output_text } = await openai.responses.create({
    model: "auto",
    input: "Hi",
    instructions: "Be short.",
  });
  assert.equal(output_text, textOf("small"));
  const seen = [];
  const input = [{ role: /** @type {const} */ ("user"), content: "Hi" }];
  for await (const event of await openai.responses.create({ model: "auto", input, stream: true }))
    if (event.type === "response.output_text.delta") seen.push(event.delta);
  assert.deepEqual(seen, parts("small"));
  assert.deepEqual(
    upstream.asked.map(({ path }) => path),
    Array(4).fill("/v1/responses"),
  );
});

for (const [ability, change] of /** @type {[string, object][]} */ ([
  ["tools", { tools: [{ type: "function", name: "weather", parameters: {}, strict: false }] }],
  ["json", { text: { format: { type: "json_object" } } }],
  [
    "vision",
    { input: [{ role: "user", content: [{ type: "input_image", image_url: PIXEL, detail: "auto" }] }] },
  ],
])) {
  test(`a response with ${Object.keys(change)} goes to a model with ${ability}`, async (t) => {
    const { openai, upstream } = await clientOf(t, ["large", "small"], {
      more: { small: { capabilities: [ability] } },
    });
    await openai.responses.create({ model: "auto", input: "Hi", ...change });
    assert.deepEqual(upstream.names, ["small"]);
  });
}

test("the text of the user's last message is routed, with the earlier ones, the answers and the context", async (t) => {
  const router = await routerOf(["large", "small"]);
  t.after(() => router.free());
  /** @type {any[][]} */
  const asked = [];
  const spy = {
    poolInfo: async () => router.poolInfo(),
    route: async (/** @type {string} */ prompt, /** @type {any} */ request) => {
      asked.push([prompt, request.earlier, request.answers, request.context]);
      return router.route(prompt, request);
    },
  };
  const upstream = await Models.start(t);
  const fetch = routed(spy, { models: { large: "large" } });
  const openai = new OpenAI({ apiKey: "key", baseURL: upstream.url, fetch });
  await openai.chat.completions.create({
    model: "auto",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      {
        role: "user",
        content: [
          { type: "text", text: "And" },
          { type: "image_url", image_url: { url: PIXEL } },
          { type: "text", text: "two?" },
        ],
      },
      { role: "assistant", content: "2" },
    ],
  });
  const input = [
    { role: /** @type {const} */ ("user"), content: "Where?" },
    { type: /** @type {const} */ ("function_call_output"), call_id: "c", output: "Oslo" },
  ];
  await openai.responses.create({ model: "auto", instructions: "Be brief.", input });
  assert.deepEqual(asked, [
    ["And\ntwo?", ["One?"], ["1", "2"], "Be brief."],
    ["Where?", [], [], "Be brief.\nOslo"],
  ]);
});
