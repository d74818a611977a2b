/**
 * What `examples/worker` makes of models that fail, in each runtime.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { deploy, leave, RUNTIMES, workerFolder } from "./services.mjs";
import { KEY, Models, PRIVATE } from "./upstreams.mjs";

/** @typedef {import("./services.mjs").Service} Service */
/** @typedef {import("./services.mjs").Start} Start */

/** An id with Chinese, Arabic, a character that reverses the text, one without width, and an escape. */
const STRANGE = "503 模型/نموذج%0d";

const PATH = "/v1/chat/completions";
const request = (/** @type {string} */ model) =>
  JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });

const models = new Models();
const asked = () => models.asked.map(({ model }) => model);
let folder = "";
/** @type {(() => unknown)[]} */
const ending = [];
before(async () => {
  folder = await workerFolder(ending);
  await deploy(folder);
  await models.start();
});
after(async () => {
  models.stop();
  for (const end of ending) await end();
});

for (const [name, start] of Object.entries(RUNTIMES)) {
  describe(name, { skip: start === undefined }, () => {
    /** @type {Service} */
    let service;
    /**
     * @param {string[]} names
     * @param {() => Promise<void>} use
     * @param {Record<string, string>} [variables]
     */
    async function using(names, use, variables) {
      models.asked.length = 0;
      service = await /** @type {Start} */ (start)(folder, {
        POOL: models.pool(names),
        TEST_KEY: KEY,
        TIMEOUT_MS: "5000",
        IDLE_TIMEOUT_MS: "300",
        ATTEMPTS: "5",
        ...variables,
      });
      try {
        await use();
      } finally {
        await service.stop();
      }
    }

    const chat = (model = "auto:best") =>
      service.fetch(PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: request(model),
      });

    test("models with ids in any script fail and are named, in headers encoded, in messages visible", () =>
      using([STRANGE, "500 второй"], async () => {
        const answer = await chat();
        const { error } = await answer.json();
        assert.deepEqual([answer.status, error.code], [502, "upstream"]);
        const tried = answer.headers.get("x-uniroute-tried") ?? "";
        assert.match(tried, /^[\x20-\x7e]+$/);
        assert.equal(decodeURIComponent(tried), `${STRANGE}: status 503, 500 второй: status 500`);
        assert.match(error.message, /503 模型\/نموذج%0d: status 503/);
        const missing = (await (await chat("\u202enone")).json()).error;
        assert.equal(missing.code, "model_not_found");
        assert.doesNotMatch(missing.message, /[\u202e\u200b]/);
      }));

    test("a redirect is not followed; HTML, an empty answer and a refused key are no answers", () =>
      using(["moved", "html", "empty", "401 locked out", "good ✓"], async () => {
        const answer = await chat();
        assert.equal((await answer.json()).model, "good ✓");
        assert.equal(decodeURIComponent(answer.headers.get("x-uniroute-model") ?? ""), "good ✓");
        assert.equal(
          decodeURIComponent(answer.headers.get("x-uniroute-tried") ?? ""),
          "moved: redirect, html: neither JSON nor an event stream, empty: empty answer, 401 locked out: status 401",
        );
        assert.ok(models.asked.every(({ path }) => path === "/v1/chat/completions"));
      }));

    test("if all models are busy, the caller learns when the first is free", () =>
      using(["429-90 a", "busy until later", "429-7 b", "429 c"], async () => {
        const answer = await chat();
        const { error } = await answer.json();
        assert.deepEqual(
          [answer.status, answer.headers.get("retry-after"), error.code, error.type],
          [429, "7", "busy", "rate_limit_error"],
        );
        assert.equal(asked().length, 4);
        const later = await chat("busy until later");
        const wait = Number(later.headers.get("retry-after"));
        assert.ok(wait > 3000 && wait <= 3600, String(wait)); // a date, in seconds
        const unknown = await chat("429 c");
        assert.deepEqual([unknown.status, unknown.headers.get("retry-after")], [429, null]);
      }));

    test("one busy model among broken ones is no reason to say that all are busy", () =>
      using(["429-90 a", "503 b"], async () => assert.equal((await chat()).status, 502)));

    test("a rejection keeps its status and the name of its cause, and no text of the model's service", () =>
      using(["400 picky", "rejects in words", "good"], async () => {
        const answer = await chat();
        const text = await answer.text();
        const { error } = JSON.parse(text);
        assert.deepEqual(
          [answer.status, error.code, error.type, answer.headers.get("x-uniroute-model")],
          [400, "context_length_exceeded", "invalid_request_error", "400 picky"],
        );
        assert.ok(!text.includes(PRIVATE));
        const wordy = await chat("rejects in words");
        const reason = await wordy.text();
        assert.deepEqual([wordy.status, JSON.parse(reason).error.code], [422, "rejected"]);
        assert.ok(!reason.includes(PRIVATE));
        assert.deepEqual(asked(), ["400 picky", "rejects in words"]);
      }));

    test("an answer that halts ends with an error, and the model's connection is closed", () =>
      using(["halts"], async () => {
        const answer = await chat();
        assert.equal(answer.status, 200);
        let text = "";
        const reading = async () => {
          const reader = answer.body?.getReader() ?? assert.fail();
          for (let part = await reader.read(); !part.done; part = await reader.read())
            text += new TextDecoder().decode(part.value);
        };
        // Miniflare ends the connection as if the answer were complete.
        if (name === "workerd") await reading();
        else await assert.rejects(reading);
        const [first, last] = text.split(/\n+data: /);
        assert.equal(first, "data: one");
        assert.equal(JSON.parse(last ?? "").error.code, "halted");
        await models.asked[0]?.closed;
        assert.equal((await chat("none")).status, 404); // the service goes on
      }));

    test("when the caller leaves, the model's connection is closed", { timeout: 60_000 }, () =>
      using(
        ["streams", "silent"],
        async () => {
          await leave(service, PATH, request("streams"), (socket) => once(socket, "data"));
          await models.asked[0]?.closed;
          const isAsked = async () => {
            while (models.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
          };
          await leave(service, PATH, request("silent"), isAsked);
          await models.asked[1]?.closed;
          assert.deepEqual(asked(), ["streams", "silent"]);
        },
        { TIMEOUT_MS: "1000000", IDLE_TIMEOUT_MS: "1000000" },
      ),
    );
  });
}
