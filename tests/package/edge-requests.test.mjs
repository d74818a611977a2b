/**
 * Requests that the endpoint of `examples/worker` rejects, in each runtime.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { client, failed, inEachRuntime, models } from "./endpoint.mjs";

inEachRuntime((endpoint) => {
  const { post, isServed } = endpoint;

  test("bodies of wrong types are rejected, and the next request is served", async () => {
    const user = (/** @type {unknown} */ content) => ({ messages: [{ role: "user", content }] });
    const nested = `${"[".repeat(600)}${"]".repeat(600)}`;
    const call = (/** @type {unknown} */ called) => ({
      messages: [
        { role: "assistant", tool_calls: [called] },
        { role: "user", content: "a" },
      ],
    });
    for (const [path, body, status, code] of /** @type {[string, unknown, number, string][]} */ ([
      ["chat/completions", { messages: 5 }, 400, "messages"],
      ["chat/completions", user(null), 400, "messages"],
      ["chat/completions", user(undefined), 400, "messages"],
      ["chat/completions", user([{ type: "text" }]), 400, "messages"],
      ["chat/completions", user([{ type: "input_text", text: 5 }]), 400, "messages"],
      ["chat/completions", call(5), 400, "messages"],
      ["chat/completions", call({ function: "f" }), 400, "messages"],
      ["chat/completions", call({ function: { name: "f", arguments: {} } }), 400, "messages"],
      ["chat/completions", { tools: "t" }, 400, "tools"],
      ["chat/completions", { functions: [5] }, 400, "functions"],
      ["chat/completions", { response_format: "json" }, 400, "response_format"],
      ["chat/completions", { response_format: { type: ["json_object"] } }, 400, "response_format"],
      // A service behind the worker would let these answer, beyond the limits of the token.
      ["chat/completions", { models: ["large"] }, 400, "models"],
      ["responses", { fallbacks: ["large"] }, 400, "fallbacks"],
      ["chat/completions", { model: "gpt-0" }, 404, "model_not_found"],
      ["chat/completions", { model: "AUTO" }, 404, "model_not_found"],
      ["chat/completions", { model: "x".repeat(5000) }, 404, "model_not_found"],
      ["chat/completions", { model: "constructor" }, 404, "model_not_found"],
      ["chat/completions", { model: "locked" }, 503, "missing_key"],
      ["chat/completions", `{"model":"auto","messages":${nested}}`, 400, "too_deep"],
      ["chat/completions", "", 400, "bad_json"],
      ["responses", { input: 5 }, 400, "input"],
      ["responses", { input: [] }, 400, "input"],
      ["responses", { input: null }, 400, "input"],
      ["responses", { input: ["a"] }, 400, "input"],
      ["responses", { input: [{ role: "user", content: null }] }, 400, "input"],
      ["responses", { input: [{ role: 5, content: "a" }] }, 400, "input"],
      ["responses", { input: [{ type: "function_call", name: "f", arguments: {} }] }, 400, "input"],
      ["responses", { input: [{ type: "function_call_output", output: 5 }] }, 400, "input"],
      ["responses", { input: [{ type: 5 }] }, 400, "input"],
      ["responses", { instructions: ["a"] }, 400, "instructions"],
      ["responses", { text: "json" }, 400, "text"],
      ["responses", { text: { format: "json" } }, 400, "text"],
      ["responses", { stream: "true" }, 400, "stream"],
      ["responses", { model: "gpt-0" }, 404, "model_not_found"],
      ["responses", `{"model":"auto","input":${nested}}`, 400, "too_deep"],
      ["embeddings", { model: 5 }, 400, "model"],
      ["embeddings", { input: [] }, 400, "input"],
      ["embeddings", { input: 5 }, 400, "input"],
      ["embeddings", { input: ["a", 5] }, 400, "input"],
      ["embeddings", { input: [[0.5]] }, 400, "input"],
      ["embeddings", { input: Array(2049).fill("a") }, 400, "input"],
    ])) {
      const model = path === "embeddings" ? "embedder-1" : "auto";
      const whole =
        typeof body === "string"
          ? body
          : { model, ...user("a"), input: "a", .../** @type {object} */ (body) };
      const before = models.asked.length;
      assert.deepEqual(
        await failed(await post(`/v1/${path}`, whole)),
        [status, code],
        `${path} ${JSON.stringify(body).slice(0, 200)}`,
      );
      assert.equal(models.asked.length, before, "a model was asked");
      await isServed();
    }
  });

  test("unknown addresses and methods are rejected, and the next request is served", async () => {
    for (const [method, path, status, code] of /** @type {const} */ ([
      ["GET", "/", 404, "not_found"],
      ["GET", "/v1", 404, "not_found"],
      ["GET", "/v1/models/", 404, "not_found"],
      ["POST", "/v1/chat/completions/", 404, "not_found"],
      ["POST", "/v1/completions", 404, "not_found"],
      ["GET", "/v1/chat/completions", 405, "method"],
      ["POST", "/v1/models", 405, "method"],
      ["DELETE", "/v1/models/large", 405, "method"],
      ["PUT", "/v1/responses", 405, "method"],
    ])) {
      const answer = await endpoint.service.fetch(path, { method, headers: client() });
      assert.deepEqual(await failed(answer), [status, code], `${method} ${path}`);
      await isServed();
    }
  });
});
