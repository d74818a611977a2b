/**
 * `examples/worker` in workerd, Deno and Node, in front of models that this test simulates.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { expected, LAMBDA, PROMPTS, ROOT } from "./install.mjs";
import { deploy, RUNTIMES, workerd, workerFolder } from "./services.mjs";
import { KEY, Models } from "./upstreams.mjs";

const TIMEOUT_MS = 1500;
const JSON_TYPE = { "content-type": "application/json" };
/** Cloudflare's limit of the free plan for a script after gzip, in KiB. */
const LIMIT_KIB = 3 * 1024;

/** @typedef {import("./services.mjs").Service} Service */
/** @typedef {import("./services.mjs").Start} Start */

const models = new Models();
const { asked } = models;
let folder = "";
/** The output of wrangler. */
let deployed = "";
/** @type {(() => unknown)[]} */
const ending = [];

before(async () => {
  folder = await workerFolder(ending);
  deployed = await deploy(folder);
  await models.start();
});
after(async () => {
  models.stop();
  for (const end of ending) await end();
});

/**
 * @param {Service} service
 * @param {Record<string, unknown>} body
 * @param {Record<string, string>} [headers]
 */
const chat = (service, body, headers) =>
  service.fetch("/v1/chat/completions", {
    method: "POST",
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }], ...body }),
  });

for (const [name, start] of Object.entries(RUNTIMES)) {
  describe(name, { skip: start === undefined }, () => {
    /**
     * @param {string[]} names
     * @param {(service: Service) => Promise<void>} use
     * @param {Record<string, string>} [variables]
     */
    async function before(names, use, variables) {
      asked.length = 0;
      const service = await /** @type {Start} */ (start)(folder, {
        POOL: models.pool(names),
        TEST_KEY: KEY,
        TIMEOUT_MS: String(TIMEOUT_MS),
        MAX_BODY: "20000",
        ...variables,
      });
      try {
        await use(service);
      } finally {
        await service.stop();
      }
    }

    test("auto is replaced by the routed model, with names and with a number", () =>
      before(["best", "cheap"], async (service) => {
        for (const [model, lambda, expected] of /** @type {const} */ ([
          ["auto:best", undefined, "best"],
          ["auto:cheap", undefined, "cheap"],
          ["auto", "0", "best"],
          ["auto", "1e6", "cheap"],
          ["cheap", undefined, "cheap"],
        ])) {
          const answer = await chat(
            service,
            { model, temperature: 0.5 },
            lambda === undefined ? {} : { "x-uniroute-lambda": lambda },
          );
          assert.equal(answer.headers.get("x-uniroute-model"), expected);
          assert.equal((await answer.json()).model, expected);
          assert.ok(
            Number(answer.headers.get("x-uniroute-cost")) > 0 &&
              Number(answer.headers.get("x-uniroute-quality")) > 0.5,
          );
          const { key, body } = asked.at(-1) ?? assert.fail();
          assert.deepEqual([key, body.temperature], [`Bearer ${KEY}`, 0.5]);
        }
      }));

    test("an answer is streamed chunk by chunk as it arrives", () =>
      before(["streams"], async (service) => {
        const answer = await chat(service, { model: "auto", stream: true });
        assert.equal(answer.headers.get("content-type"), "text/event-stream");
        const reader = answer.body?.getReader() ?? assert.fail();
        const next = async () => new TextDecoder().decode((await reader.read()).value);
        assert.equal(await next(), "data: one\n\n"); // the model has not sent more yet
        models.continueStream();
        let rest = "";
        for (let part = await next(); part !== ""; part = await next()) rest += part;
        assert.equal(rest, "data: two\n\ndata: [DONE]\n\n");
      }));

    test("a model that is busy, broken, silent or mute is skipped, and the next best one answers", () =>
      before(
        ["429 busy", "503 broken", "silent", "mute", "good"],
        async (service) => {
          const answer = await chat(service, { model: "auto:best", stream: true });
          assert.equal(answer.headers.get("x-uniroute-model"), "good");
          assert.match(await answer.text(), /"model":"good"/);
          const tried = decodeURIComponent(answer.headers.get("x-uniroute-tried") ?? "");
          assert.match(
            tried,
            /429 busy: status 429, 503 broken: status 503, silent: nothing within \d+ ms, mute: nothing within/,
          );
        },
        { ATTEMPTS: "5" },
      ));

    test("no more models are tried than allowed, and the failures are reported", () =>
      before(
        ["429 busy", "503 broken", "good"],
        async (service) => {
          const answer = await chat(service, { model: "auto:best" });
          assert.equal(answer.status, 502);
          assert.equal((await answer.json()).error.code, "upstream");
          assert.deepEqual(
            asked.map(({ model }) => model),
            ["429 busy", "503 broken"],
          );
        },
        { ATTEMPTS: "2" },
      ));

    test("a model without its key is not chosen; if none is left, the error names the variable", async () => {
      await before(["locked", "good"], async (service) => {
        assert.equal((await chat(service, { model: "auto:best" })).headers.get("x-uniroute-model"), "good");
        const answer = await chat(service, { model: "locked" });
        const { error } = await answer.json();
        assert.deepEqual([answer.status, error.code], [503, "missing_key"]);
        assert.match(error.message, /KEY_NOBODY_SET/);
      });
    });

    test("an invalid request is rejected with its cause", () =>
      before(["good"], async (service) => {
        const post = (/** @type {string} */ path, /** @type {BodyInit} */ body) =>
          service.fetch(
            path,
            /** @type {RequestInit} */ ({ method: "POST", headers: JSON_TYPE, body, duplex: "half" }),
          );
        const unmeasured = () =>
          new ReadableStream({
            start(controller) {
              for (let i = 0; i < 12; i++) controller.enqueue(new Uint8Array(5000).fill(32));
              controller.close();
            },
          });
        for (const [answer, status, code] of /** @type {const} */ ([
          [await post("/route", "{"), 400, "bad_json"],
          [await post("/route", "[1]"), 400, "bad_json"],
          [await post("/route", JSON.stringify({ prompt: 5 })), 400, "prompt"],
          [await post("/route", JSON.stringify({ prompt: "hi", lambda: -1 })), 400, "request_number"],
          [await post("/cost", JSON.stringify({ prompt: "hi", model: 5 })), 400, "request_type"],
          [await post("/cost", JSON.stringify({ prompt: ["hi"] })), 400, "prompt"],
          [await post("/route", JSON.stringify({ prompt: "x".repeat(30_000) })), 413, "too_large"],
          [await chat(service, { model: "gpt-0" }), 404, "model_not_found"],
          [await chat(service, { model: "auto", messages: [] }), 400, "messages"],
          [await chat(service, { model: "auto" }, { "x-uniroute-lambda": "cheap" }), 400, "lambda"],
          [await service.fetch("/route"), 405, "method"],
          [await post("/nowhere", "{}"), 404, "not_found"],
        ])) {
          assert.deepEqual([answer.status, (await answer.json()).error.code], [status, code]);
        }
        // The next request is answered.
        assert.equal((await post("/route", JSON.stringify({ prompt: "hi" }))).status, 200);
        // Also without a content length.
        assert.equal((await post("/route", unmeasured())).status, 413);
      }));

    test("two hundred concurrent requests are all answered", () =>
      before(
        ["best", "cheap"],
        async (service) => {
          const answers = await Promise.all(
            Array.from({ length: 200 }, (_, i) =>
              chat(service, { model: i % 2 ? "auto:best" : "auto:cheap" }),
            ),
          );
          const chosen = await Promise.all(answers.map(async (answer) => (await answer.json()).model));
          assert.deepEqual(
            chosen,
            answers.map((_, i) => (i % 2 ? "best" : "cheap")),
          );
        },
        // Long enough for a slow machine: this is not about time.
        { TIMEOUT_MS: "60000" },
      ));

    test("decisions and costs are those of the command line", async () => {
      // A variable of a worker holds a small pool; a large one is a static asset.
      const pool = await readFile(join(ROOT, "assets/pools/reasoning.json"), "utf8");
      await before(
        [],
        async (service) => {
          const found = [];
          for (const prompt of PROMPTS) {
            const answer = await service.fetch("/route", {
              method: "POST",
              headers: JSON_TYPE,
              body: JSON.stringify({ prompt, lambda: LAMBDA }),
            });
            found.push((await answer.json()).model);
          }
          assert.deepEqual(found, await expected("reasoning"));
          const costs = await service.fetch("/cost", {
            method: "POST",
            headers: JSON_TYPE,
            body: JSON.stringify({ prompt: "Hello", context: "Be brief." }),
          });
          const { models } = await costs.json();
          assert.ok(
            models.length > 5 &&
              models.every((/** @type {any} */ m) => m.cost.tokensIn >= 3 && m.cost.exact === false),
          );
        },
        { POOL: pool, MAX_BODY: "100000" },
      );
    });
  });
}

test("the script is within the limit of Cloudflare's free plan", (t) => {
  const [size, kib] = /gzip: ([\d.]+) KiB/.exec(deployed) ?? assert.fail(deployed);
  t.diagnostic(size);
  assert.ok(Number(kib) > 300 && Number(kib) < LIMIT_KIB);
});

test("router and pool may be static assets", async () => {
  await build({
    entryPoints: [join(folder, "worker.js")],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    outfile: join(folder, "bare/worker.js"),
    logLevel: "error",
  });
  /** @type {Record<string, string>} */
  const assets = {
    "/default.router": "node_modules/uniroute/dist/default.router",
    "/pool.json": "assets/pool.json",
  };
  const ASSETS = async (/** @type {Request} */ request) =>
    new Response(await readFile(join(folder, assets[new URL(request.url).pathname] ?? "")));
  const service = await workerd("bare/worker.js", { ASSETS })(folder, {});
  try {
    const answer = await service.fetch("/cost", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ prompt: "Hello", model: "gpt-4.1" }),
    });
    assert.equal((await answer.json()).models[0].id, "gpt-4.1");
  } finally {
    await service.stop();
  }
});
