/**
 * `examples/worker` as an endpoint for clients of OpenAI's interface, in each runtime: the list of models,
 * completions, responses and embeddings.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  ABLE,
  chosen,
  client,
  EMBEDDINGS_KEY,
  events,
  failed,
  FAULTS,
  IMAGE,
  inEachRuntime,
  models,
  PROMPT,
  said,
  TEAM,
  TOKEN,
  TOOLS,
  WAITS,
  webui,
} from "./endpoint.mjs";
import { KEY } from "./upstreams.mjs";

const AUTO = ["auto", "auto:cheap", "auto:best"];

inEachRuntime((endpoint) => {
  const { post, chat, isServed, logged } = endpoint;

  test("the list of models has the names that route and the models that answer, for each caller", async () => {
    const list = async (/** @type {Record<string, string>} */ headers) => {
      const answer = await endpoint.service.fetch("/v1/models", { headers });
      assert.equal(answer.status, 200);
      return answer.json();
    };
    const { object, data } = await list(client());
    assert.equal(object, "list");
    assert.deepEqual(
      data.map(({ id = "" }) => id),
      [...AUTO, "small", "caller", ABLE, "seer", "large"], // without the one that has no key
    );
    const created = Date.UTC(2026, 10, 1) / 1000;
    assert.deepEqual(data.at(-1), { id: "large", object: "model", created, owned_by: "Example" });
    assert.deepEqual((await list(webui)).data, data);
    const ids = (/** @type {any} */ { data }) => data.map(({ id = "" }) => id);
    assert.deepEqual(ids(await list(client(TEAM))), [...AUTO, "small", "caller"]);
    assert.ok(ids(await list(client(FAULTS))).includes("halts"));
    for (const token of ["", "x", TOKEN.slice(0, -1), createHash("sha256").update(TEAM).digest("hex")])
      assert.deepEqual(
        await failed(await endpoint.service.fetch("/v1/models", { headers: client(token || " ") })),
        [401, "unauthorized"],
        token,
      );
  });

  test("one model is found by its id, in any encoding of the address", async () => {
    const get = (/** @type {string} */ path, token = TOKEN) =>
      endpoint.service.fetch(`/v1/models/${path}`, { headers: client(token) });
    for (const path of ["auto:best", "auto%3Abest", "large", encodeURIComponent(ABLE), encodeURI(ABLE)]) {
      const answer = await get(path);
      assert.deepEqual([answer.status, (await answer.json()).id], [200, decodeURIComponent(path)]);
    }
    for (const path of ["none", "%", "%ff", "locked", "large/", "__proto__", "x".repeat(3000)])
      assert.deepEqual(await failed(await get(path)), [404, "model_not_found"], path);
    assert.deepEqual(await failed(await get("large", TEAM)), [404, "model_not_found"]);
    assert.equal((await get("caller", TEAM)).status, 200);
    assert.equal((await get("large", "x")).status, 401);
  });

  test("a completion is passed on unchanged, with its usage, and the headers are ASCII", async () => {
    const body = {
      model: ABLE,
      messages: [{ role: "user", content: PROMPT }],
      temperature: 0.2,
      max_completion_tokens: 1000,
      stream: false,
    };
    const answer = await endpoint.service.fetch("/v1/chat/completions", {
      method: "POST",
      headers: webui,
      body: JSON.stringify(body),
    });
    const { model, usage, choices } = await answer.json();
    assert.deepEqual([model, usage.total_tokens, choices[0].message.content], [ABLE, 18, PROMPT]);
    for (const [name, value] of answer.headers)
      if (name.startsWith("x-uniroute")) assert.match(value, /^[\x20-\x7e]+$/, name);
    assert.equal(chosen(answer), ABLE);
    assert.match(decodeURIComponent(answer.headers.get("x-uniroute-reason") ?? ""), /writer\/json ✓/);
    assert.equal(answer.headers.get("x-request-id"), "req_1");
    const { key, path, body: sent } = models.asked.at(-1) ?? assert.fail();
    assert.deepEqual([key, path], [`Bearer ${KEY}`, "/v1/chat/completions"]);
    assert.deepEqual(sent, body);
  });

  test("a stream is passed on unchanged, with its usage", async () => {
    const answer = await endpoint.service.fetch("/v1/chat/completions", {
      method: "POST",
      headers: webui,
      body: JSON.stringify({
        model: "auto",
        stream: true,
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: [{ type: "text", text: PROMPT }] },
        ],
        stream_options: { include_usage: true },
      }),
    });
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    const chunks = events(await answer.text());
    assert.equal(said(chunks), PROMPT);
    assert.deepEqual([chunks.at(-2).usage.completion_tokens, chunks.at(-1)], [7, "[DONE]"]);
  });

  test("tools, images and JSON go to models that can do them", async () => {
    const image = [{ role: "user", content: [{ type: "text", text: PROMPT }, IMAGE] }];
    const format = { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } };
    for (const [body, expected] of /** @type {[object, string][]} */ ([
      [{}, "small"],
      [{ tools: [], response_format: { type: "text" } }, "small"],
      [{ tools: null, response_format: null }, "small"],
      [{ tools: TOOLS }, "caller"],
      [{ functions: [{ name: "get_weather" }] }, "caller"],
      [{ response_format: format }, ABLE],
      [{ response_format: { type: "json_object" } }, ABLE],
      [{ messages: image }, "seer"],
      [
        {
          messages: [...image, { role: "assistant", content: "A cat." }, { role: "user", content: "Why?" }],
        },
        "seer",
      ],
      [{ messages: image, tools: TOOLS }, "large"],
    ])) {
      const answer = await chat(body);
      assert.equal(chosen(answer), expected, JSON.stringify(body));
    }
    // No model of this caller can see.
    assert.deepEqual(await failed(await chat({ messages: image }, TEAM)), [422, "no_model"]);
  });

  test("a conversation with calls of tools is answered, and the calls come back", async () => {
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
    };
    const messages = [
      { role: "system", content: [{ type: "text", text: "You write code." }] },
      { role: "user", content: PROMPT },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "3 degrees" },
    ];
    const answer = await chat({ messages, tools: TOOLS, tool_choice: "auto", user: "u1" });
    const { choices } = await answer.json();
    assert.equal(choices[0].message.tool_calls[0].function.name, "get_weather");
    assert.deepEqual(models.asked.at(-1)?.body.messages, messages);
  });

  test("responses are passed on, from a string or from items, whole or as events", WAITS, async () => {
    const item = { role: "user", content: [{ type: "input_text", text: PROMPT }] };
    const seen = {
      role: "user",
      content: [
        { type: "input_text", text: PROMPT },
        { type: "input_image", image_url: "data:" },
      ],
    };
    const tools = [{ type: "function", name: "get_weather", parameters: {} }];
    const called = [
      item,
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "abc" },
      { type: "function_call", call_id: "c", name: "get_weather", arguments: "{}" },
      { type: "function_call_output", call_id: "c", output: PROMPT },
    ];
    for (const [body, expected] of /** @type {[object, string][]} */ ([
      [{ input: PROMPT }, "small"],
      [{ input: PROMPT, instructions: "Be brief.", text: { format: { type: "text" } } }, "small"],
      [{ input: PROMPT, text: { format: { type: "json_object" } } }, ABLE],
      [{ input: [item] }, "small"],
      [{ input: [{ type: "message", ...seen }] }, "seer"],
      [{ input: called, tools }, "caller"],
      [{ input: PROMPT, previous_response_id: null, background: false }, "small"],
    ])) {
      const answer = await post("/v1/responses", { model: "auto:cheap", ...body });
      const { usage, output } = await answer.json();
      assert.deepEqual(
        [chosen(answer), usage.output_tokens, output[0].content[0].text],
        [expected, 8, PROMPT],
        JSON.stringify(body),
      );
      const { path, body: sent } = models.asked.at(-1) ?? assert.fail();
      assert.deepEqual([path, sent], ["/v1/responses", { ...body, model: expected }]);
    }
    const streamed = await post("/v1/responses", { model: "auto:best", input: [item], stream: true });
    const types = events(await streamed.text()).map(({ type }) => type);
    assert.deepEqual(types, ["response.created", "response.output_text.delta", "response.completed"]);
    const line = await logged({ "url.path": "/v1/responses", "gen_ai.request.model": "auto:best" });
    assert.deepEqual(
      [line["gen_ai.response.model"], line["gen_ai.usage.input_tokens"], line["gen_ai.usage.output_tokens"]],
      ["large", 12, 8],
    );
  });

  test("what only the memory of one service could answer is rejected", async () => {
    for (const [body, code] of /** @type {[object, string][]} */ ([
      [{ previous_response_id: "resp_1" }, "previous_response_id"],
      [{ conversation: "conv_1" }, "conversation"],
      [{ background: true }, "background"],
      [{ input: [{ type: "item_reference", id: "msg_1" }] }, "input"],
    ])) {
      const answer = await post("/v1/responses", { model: "auto", input: PROMPT, ...body });
      assert.deepEqual(await failed(answer), [400, code]);
    }
    await isServed();
  });

  test("embeddings come from their own service, with its key, and for the listed models only", async () => {
    for (const input of [PROMPT, [PROMPT, "b"], [1, 2, 3], [[1], [2, 3]]]) {
      const body = { model: "embedder-1", input, encoding_format: "float" };
      const answer = await post("/v1/embeddings", body);
      const { data, usage } = await answer.json();
      assert.deepEqual([data[0].embedding[1], usage.prompt_tokens], [0.5, 3]);
      const { key, path, body: sent } = models.asked.at(-1) ?? assert.fail();
      assert.deepEqual([key, path, sent], [`Bearer ${EMBEDDINGS_KEY}`, "/v1/embeddings", body]);
    }
    for (const [model, token, expected] of /** @type {const} */ ([
      ["large", TOKEN, 404],
      ["auto", TOKEN, 404],
      ["embedder-1", TEAM, 404],
      ["embedder-2", TEAM, 200],
      ["embedder-1", "x", 401],
    ]))
      assert.equal((await post("/v1/embeddings", { model, input: "a" }, token)).status, expected, model);
    models.asked.length = 0;
    assert.deepEqual(await failed(await post("/v1/embeddings", { model: "503", input: "a" })), [
      502,
      "upstream",
    ]);
    const busy = await post("/v1/embeddings", { model: "429-9", input: "a" });
    assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "9"]);
    assert.equal(models.asked.length, 2); // no other model took their place
    await isServed();
  });
});
