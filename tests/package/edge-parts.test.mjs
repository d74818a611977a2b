/**
 * Parts of `examples/worker` alone: what it reads from requests, answers and events.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { IMAGE, JSON_TYPE, models, pool, TOOLS } from "./endpoint.mjs";
import { workerFolder } from "./services.mjs";

let folder = "";
/** @type {(() => unknown)[]} */
const ending = [];
before(async () => {
  folder = await workerFolder(ending);
  await models.start();
});
after(async () => {
  models.stop();
  for (const end of ending) await end();
});

test("the prompt is the last turn of the user; earlier turns, answers and all else are kept apart", async () => {
  const { requestOf } = await import(pathToFileURL(join(folder, "messages.js")).href);
  const text = (/** @type {string} */ role, /** @type {unknown} */ content, more = {}) => ({
    role,
    content,
    ...more,
  });
  const call = { function: { name: "search", arguments: '{"q":"cats"}' } };
  assert.deepEqual(
    requestOf({
      messages: [
        text("system", "S"),
        text("user", "first"),
        text("assistant", null, { tool_calls: [call] }),
        text("tool", "found"),
        text("user", [{ type: "text", text: "second" }, IMAGE, { type: "text", text: "part" }]),
        text("assistant", "A"),
        text("user", "third"),
        text("assistant", "started"),
      ],
    }),
    {
      prompt: "third",
      earlier: ["first", "second\n\npart"],
      answers: ["", "A", "started"],
      context: 'S\n\nsearch {"q":"cats"}\nfound',
      need: ["vision"],
    },
  );
  const without = requestOf({ messages: [text("system", "S"), text("assistant", "A")] });
  assert.deepEqual([without.prompt, without.context], ["A", "S"]);
  const tools = requestOf({
    messages: [text("user", "a")],
    tools: TOOLS,
    response_format: { type: "json_object" },
  });
  assert.deepEqual([tools.prompt, tools.earlier, tools.need], ["a", [], ["tools", "json"]]);
  assert.match(tools.context, /get_weather/); // definitions of tools count for the input tokens
});

test("tokens are read from an answer however it is cut, and not from what a model wrote", async () => {
  const { Usage } = await import(pathToFileURL(join(folder, "usage.js")).href);
  const content = '"model":"evil","usage":{"prompt_tokens":99,"completion_tokens":99} é';
  const chunk = (/** @type {object} */ more) => `data: ${JSON.stringify({ model: "m-1", ...more })}\n\n`;
  const filler = chunk({ choices: [{ delta: { content: "x".repeat(5000) } }] }).repeat(10);
  const usage = { prompt_tokens: 5, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 4 } };
  const text =
    chunk({ choices: [{ delta: { content } }], usage: null }) + filler + chunk({ choices: [], usage });
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, 1000, bytes.length]) {
    const reader = new Usage();
    for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size));
    assert.deepEqual(reader.read(), { model: "m-1", input: 5, output: 6 }, String(size));
  }
  const silent = new Usage();
  silent.add(new TextEncoder().encode(JSON.stringify({ choices: [{ message: { content } }], usage: null })));
  assert.deepEqual(silent.read(), { model: undefined, input: undefined, output: undefined });
});

test("the events of a stream are passed on whole, however they are cut", async () => {
  const { WholeEvents } = await import(pathToFileURL(join(folder, "events.js")).href);
  const decoder = new TextDecoder();
  for (const end of ["\n\n", "\r\n\r\n"]) {
    const text = ["data: one", "event: two\ndata: é", ": three", "data: four"].join(end);
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size++) {
      const whole = new WholeEvents();
      let passed = "";
      for (let at = 0; at < bytes.length; at += size) {
        const part = decoder.decode(whole.add(bytes.subarray(at, at + size)));
        assert.ok(part === "" || part.endsWith(end), JSON.stringify(part));
        passed += part;
      }
      assert.deepEqual(
        [passed, decoder.decode(whole.rest())],
        [text.slice(0, text.length - 10), "data: four"],
      );
    }
  }
  // A service that never ends an event does not fill the memory.
  const endless = new WholeEvents();
  const part = new Uint8Array(1024 * 1024).fill(65);
  let passed = 0;
  for (let i = 0; i < 20; i++) passed += endless.add(part).length;
  assert.ok(passed >= 15 * part.length, String(passed));
});

test("without a service for embeddings, the answer says how to set one", async () => {
  const { default: worker } = await import(pathToFileURL(join(folder, "worker.js")).href);
  const request = new Request("http://localhost/v1/embeddings", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ model: "embedder-1", input: "a" }),
  });
  const answer = await worker.fetch(request, { POOL: pool() });
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code], [501, "no_embeddings"]);
  assert.match(error.message, /Set EMBEDDINGS_URL/);
});
