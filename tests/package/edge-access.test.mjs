/**
 * Who may call `examples/worker`, in each runtime: by host, token, web page and type of the body.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { deploy, raw, RUNTIMES, workerFolder } from "./services.mjs";

/** @typedef {import("./services.mjs").Service} Service */
/** @typedef {import("./services.mjs").Start} Start */

const TOKEN = "correct-horse";
const PAGE = "https://chat.example";

let folder = "";
/** @type {(() => unknown)[]} */
const ending = [];
before(async () => {
  folder = await workerFolder(ending);
  await deploy(folder);
});
after(async () => {
  for (const end of ending) await end();
});

/**
 * @param {Service} service
 * @param {Record<string, string>} headers
 */
async function route(service, headers) {
  const body = JSON.stringify({ prompt: "Hello" });
  const answer = await raw(service, "/route", {
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  const { error } = await answer.json();
  return { status: answer.status, code: error?.code, message: error?.message, headers: answer.headers };
}

for (const [name, start] of Object.entries(RUNTIMES)) {
  describe(name, { skip: start === undefined }, () => {
    /**
     * @param {Record<string, string>} variables
     * @param {(service: Service) => Promise<void>} use
     */
    async function using(variables, use) {
      const service = await /** @type {Start} */ (start)(folder, variables);
      try {
        await use(service);
      } finally {
        await service.stop();
      }
    }

    test("without a token, this machine may call, and no other name or web page", () =>
      using({}, async (service) => {
        const { port, origin } = service.address;
        for (const headers of /** @type {Record<string, string>[]} */ ([
          {},
          { host: `localhost:${port}` },
          { host: `LOCALHOST:${port}` },
          { host: `[::1]:${port}` },
          { origin, host: new URL(origin).host, "sec-fetch-site": "same-origin" },
          { "sec-fetch-site": "none" },
          { "content-type": "Application/JSON; charset=utf-8" },
        ]))
          assert.equal((await route(service, headers)).status, 200, JSON.stringify(headers));
        for (const [headers, status, code, remedy] of /** @type {const} */ ([
          [{ host: `evil.example:${port}` }, 403, "host", /Set ACCESS_TOKEN/],
          [{ host: `localhost.evil.example` }, 403, "host", /Set ACCESS_TOKEN/],
          [{ host: "192.168.0.1" }, 403, "host", /Set ACCESS_TOKEN/],
          [{ origin: PAGE }, 403, "origin", /chat\.example .*ALLOWED_ORIGINS/],
          [{ origin: "null" }, 403, "origin", /ALLOWED_ORIGINS/],
          [{ origin: `http://localhost:1` }, 403, "origin", /ALLOWED_ORIGINS/],
          [{ "sec-fetch-site": "cross-site" }, 403, "origin", /ALLOWED_ORIGINS/],
          [{ "sec-fetch-site": "same-site" }, 403, "origin", /ALLOWED_ORIGINS/],
          [{ "content-type": "text/plain" }, 415, "content_type", /application\/json/],
          [{ "content-type": "text/plain; application/json" }, 415, "content_type", /application\/json/],
          [{ "content-type": "" }, 415, "content_type", /application\/json/],
        ])) {
          const answer = await route(service, headers);
          assert.deepEqual([answer.status, answer.code], [status, code], JSON.stringify(headers));
          assert.match(answer.message, remedy);
          assert.equal(answer.headers.get("access-control-allow-origin"), null);
        }
      }));

    test("with a token, those who send it may call under any name, and of web pages the listed ones", () =>
      using({ ACCESS_TOKEN: TOKEN, ALLOWED_ORIGINS: `https://other.example, ${PAGE}` }, async (service) => {
        const host = "router.example";
        for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER  ${TOKEN}`])
          assert.equal((await route(service, { host, authorization })).status, 200, authorization);
        for (const given of [
          "",
          "Bearer",
          "Bearer ",
          TOKEN,
          `Basic ${TOKEN}`,
          `Bearer ${TOKEN}x`,
          "Bearer correct-horsf",
        ]) {
          const answer = await route(service, { host, ...(given && { authorization: given }) });
          assert.deepEqual([answer.status, answer.code], [401, "unauthorized"], given);
          assert.equal(answer.headers.get("www-authenticate"), "Bearer");
        }
        const authorization = `Bearer ${TOKEN}`;
        const foreign = await route(service, { origin: "https://evil.example", authorization });
        assert.deepEqual([foreign.status, foreign.code], [403, "origin"]);

        const asks = {
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        };
        const preflight = await raw(service, "/route", {
          method: "OPTIONS",
          headers: { origin: PAGE, "sec-fetch-site": "cross-site", ...asks },
        });
        assert.deepEqual(
          [
            preflight.status,
            preflight.headers.get("access-control-allow-origin"),
            preflight.headers.get("access-control-allow-methods"),
            preflight.headers.get("access-control-allow-headers"),
          ],
          [204, PAGE, "POST", "authorization"],
        );
        const refused = await raw(service, "/route", {
          method: "OPTIONS",
          headers: { origin: "https://evil.example", ...asks },
        });
        assert.equal(refused.status, 403);
        assert.equal(refused.headers.get("access-control-allow-origin"), null);
        const listed = await route(service, { origin: PAGE, "sec-fetch-site": "cross-site", authorization });
        assert.deepEqual([listed.status, listed.headers.get("access-control-allow-origin")], [200, PAGE]);
        // The page can read why it was rejected.
        const unknown = await route(service, { origin: PAGE });
        assert.deepEqual([unknown.status, unknown.headers.get("access-control-allow-origin")], [401, PAGE]);
      }));

    test("an empty token is an error of the settings and lets nobody in", () =>
      using({ ACCESS_TOKEN: "" }, async (service) => {
        for (const authorization of ["Basic a", "Bearer ", "Bearer undefined"]) {
          const answer = await route(service, { authorization });
          assert.deepEqual([answer.status, answer.code], [500, "settings"]);
          assert.match(answer.message, /ACCESS_TOKEN is empty.* remove it/);
        }
      }));
  });
}
