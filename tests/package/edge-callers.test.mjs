/**
 * Who may ask the endpoint of `examples/worker`: pages and tokens, with their pools, models and limits; and what the log
 * says of them. In each runtime.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosen,
  client,
  EXTENSION,
  failed,
  FAULTS,
  hidesSecrets,
  inEachRuntime,
  JSON_TYPE,
  LOST,
  models,
  PROMPT,
  SAVER,
  TEAM,
  WAITS,
} from "./endpoint.mjs";
import { raw } from "./services.mjs";

const FOREIGN = "https://evil.example";

inEachRuntime((endpoint) => {
  const { post, chat, isServed, logged } = endpoint;

  test("a listed page may ask, list and call; a foreign page may do nothing", async () => {
    const asks = {
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization,x-stainless-lang",
      "sec-fetch-site": "cross-site",
    };
    for (const [path, methods] of /** @type {const} */ ([
      ["/v1/models", "GET"],
      ["/v1/models/large", "GET"],
      ["/v1/chat/completions", "POST"],
      ["/v1/responses", "POST"],
      ["/v1/embeddings", "POST"],
      ["/nowhere", "GET, POST"],
    ])) {
      const preflight = await raw(endpoint.service, path, {
        method: "OPTIONS",
        headers: { origin: EXTENSION, ...asks },
      });
      assert.deepEqual(
        [
          preflight.status,
          preflight.headers.get("access-control-allow-origin"),
          preflight.headers.get("access-control-allow-methods"),
          preflight.headers.get("access-control-allow-headers"),
        ],
        [204, EXTENSION, methods, asks["access-control-request-headers"]],
        path,
      );
      for (const origin of [FOREIGN, "null", `${EXTENSION}x`]) {
        const refused = await raw(endpoint.service, path, {
          method: "OPTIONS",
          headers: { origin, ...asks },
        });
        assert.equal(refused.status, 403);
        assert.equal(refused.headers.get("access-control-allow-origin"), null);
      }
    }
    const page = { origin: EXTENSION, "sec-fetch-site": "cross-site", ...client() };
    const listed = await raw(endpoint.service, "/v1/models", { method: "GET", headers: page });
    assert.deepEqual([listed.status, listed.headers.get("access-control-allow-origin")], [200, EXTENSION]);
    assert.equal(listed.headers.get("vary"), "origin");
    const asked = models.asked.length;
    const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "a" }] });
    const pages = /** @type {Record<string, string>[]} */ ([
      { origin: FOREIGN },
      { "sec-fetch-site": "cross-site" },
    ]);
    for (const headers of pages)
      for (const [method, path] of /** @type {const} */ ([
        ["GET", "/v1/models"],
        ["POST", "/v1/chat/completions"],
        ["POST", "/v1/responses"],
      ])) {
        const answer = await raw(endpoint.service, path, {
          method,
          headers: { ...client(), ...JSON_TYPE, ...headers },
          body: method === "POST" ? body : "",
        });
        assert.deepEqual(await failed(answer), [403, "origin"], `${method} ${path}`);
      }
    assert.equal(models.asked.length, asked);
    // A program that asks what an address accepts has no origin.
    const options = await raw(endpoint.service, "/v1/models", { method: "OPTIONS" });
    assert.deepEqual([options.status, options.headers.get("allow")], [204, "OPTIONS, GET"]);
    await isServed();
  });

  test("a token has its pool, its models and its limit", WAITS, async () => {
    assert.equal(chosen(await chat({ model: "auto:best" })), "large");
    assert.equal(chosen(await chat({ model: "auto:best" }, TEAM)), "caller");
    assert.deepEqual(await failed(await chat({ model: "large" }, TEAM)), [404, "model_not_found"]);
    const decided = async (/** @type {string} */ token, /** @type {object} */ more = {}) =>
      (await (await post("/route", { prompt: PROMPT, lambda: 0, ...more }, token)).json()).model;
    assert.equal(await decided(TEAM), "caller");
    await logged({ "url.path": "/route", "uniroute.caller": "team", "uniroute.decision.model": "caller" });
    assert.equal(await decided(TEAM, { deny: ["caller"] }), "small");
    assert.equal(await decided(FAULTS), "503 broken");
    assert.equal((await post("/route", { prompt: PROMPT, deny: 5 }, TEAM)).status, 400);
    const verdict = { prompt: PROMPT, score: 1 };
    assert.deepEqual(await failed(await post("/feedback", { ...verdict, model: "large" }, TEAM)), [
      400,
      "unknown_model",
    ]);
    assert.equal((await post("/feedback", { ...verdict, model: "small" }, TEAM)).status, 200);
    // The best model for half a thousandth of a dollar, which a long conversation exceeds.
    const saver = await chat({ model: "auto:best" }, SAVER);
    assert.ok(Number(saver.headers.get("x-uniroute-cost")) <= 0.0005);
    assert.notEqual(chosen(saver), "large");
    assert.ok(decodeURIComponent(saver.headers.get("x-uniroute-reason") ?? "").startsWith(chosen(saver)));
    assert.deepEqual(await failed(await chat({ model: "large" }, SAVER)), [422, "max_cost"]);
    // A mistake in the variable of one caller does not stop the others.
    assert.deepEqual(await failed(await chat({}, LOST)), [500, "settings"]);
    await isServed();
  });

  test("each request to a model has a line in the log, without prompts, keys and tokens", WAITS, async () => {
    await (await chat({ model: "auto:best" }, TEAM)).text();
    await (await post("/v1/embeddings", { model: "embedder-1", input: PROMPT })).text();
    assert.equal((await chat({ model: "429-7 busy" }, FAULTS)).status, 429);
    const {
      timestamp,
      "uniroute.duration_ms": duration,
      ...line
    } = await logged({
      "uniroute.caller": "team",
      "gen_ai.request.model": "auto:best",
    });
    assert.ok(Date.parse(String(timestamp)) > 0 && Number(duration) >= 0);
    const { "uniroute.decision.quality": quality, "uniroute.decision.cost_usd": cost, ...rest } = line;
    assert.ok(Number(quality) > 0.5 && Number(cost) > 0);
    assert.deepEqual(rest, {
      "event.name": "uniroute.decision",
      "gen_ai.operation.name": "chat",
      "url.path": "/v1/chat/completions",
      "gen_ai.request.model": "auto:best",
      "uniroute.caller": "team",
      "uniroute.lambda": 0,
      "uniroute.candidates": 2,
      "uniroute.decision.model": "caller",
      "uniroute.model": "caller",
      "gen_ai.response.model": "caller",
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.usage.output_tokens": 7,
      "http.response.status_code": 200,
    });
    await logged({ "gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 3 });
    await logged({ "error.type": "busy", "http.response.status_code": 429 });
    hidesSecrets(endpoint.service.lines);
  });
});
