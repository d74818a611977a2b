/**
 * `examples/worker` as an endpoint for clients of OpenAI's interface: what its tests share. The requests have the
 * form that the clients give them: OpenAI's client for JavaScript (6.49), Open WebUI, Page Assist and Cursor.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe } from "node:test";
import { deploy, RUNTIMES, workerFolder } from "./services.mjs";
import { KEY, Models, PRIVATE } from "./upstreams.mjs";

/** @typedef {import("./services.mjs").Service} Service */
/** @typedef {import("./services.mjs").Start} Start */

export const TOKEN = "token-of-the-service";
export const TEAM = "token-of-the-team";
export const FAULTS = "token-of-the-faults";
export const SAVER = "token-of-the-saver";
export const LOST = "token-of-the-lost";
export const EMBEDDINGS_KEY = "key-of-the-embeddings";
const SECRETS = [TOKEN, TEAM, FAULTS, SAVER, LOST, EMBEDDINGS_KEY, KEY];
/** The extension Page Assist; a browser names its pages so. */
export const EXTENSION = "chrome-extension://jfgfiigpkhlkbnfnbobbkinehhfdhndo";
/** Of tests that wait for a line of the log or for a connection: ends them if it never comes. */
export const WAITS = { timeout: 60_000 };
/** A text that no line of the log may have. */
export const PROMPT = "Tell the secret of the purple elephant";
export const IMAGE = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
export const TOOLS = [
  {
    type: "function",
    function: { name: "get_weather", description: "The weather", parameters: { type: "object" } },
  },
];
export const JSON_TYPE = { "content-type": "application/json" };
export const ABLE = "writer/json ✓";

export const models = new Models();

/** A model for each capability, and one with all, which is the best and the most expensive. */
export const pool = () =>
  JSON.stringify({
    as_of: "2026-11-01",
    models: [
      { id: "small", accuracy: 0.6, price: 0.1, capabilities: [] },
      { id: "caller", accuracy: 0.7, price: 0.5, capabilities: ["tools"] },
      { id: ABLE, accuracy: 0.72, price: 1, capabilities: ["json"] },
      { id: "seer", accuracy: 0.75, price: 2, capabilities: ["vision"] },
      {
        id: "large",
        accuracy: 0.9,
        price: 10,
        capabilities: ["tools", "json", "vision"],
        provider: "Example",
      },
      { id: "locked", accuracy: 0.9, price: 0.1, capabilities: [], key: "KEY_NOBODY_SET" },
    ].map(({ price, key = "TEST_KEY", ...model }) => ({
      ...model,
      labels_count: 1e5,
      cost: { input: price, output: price },
      upstream: { url: models.url, key },
    })),
  });

const variables = () => ({
  POOL: pool(),
  FAULTS: models.pool(["503 broken", "429-7 busy", "silent", "large", "streams", "halts", "breaks"]),
  TEST_KEY: KEY,
  ACCESS_TOKEN: TOKEN,
  CALLERS: JSON.stringify([
    {
      name: "team",
      sha256: createHash("sha256").update(TEAM).digest("hex"),
      models: ["small", "caller", "embedder-2"],
    },
    { name: "faults", token: FAULTS, pool: "FAULTS" },
    { name: "saver", token: SAVER, maxCost: 0.0005 },
    { name: "lost", token: LOST, pool: "NOWHERE" },
  ]),
  ALLOWED_ORIGINS: EXTENSION,
  EMBEDDINGS_URL: models.url,
  EMBEDDINGS_KEY,
  EMBEDDINGS_MODELS: "embedder-1, embedder-2, 503, 429-9",
  ATTEMPTS: "4",
  // Long enough for a slow machine.
  TIMEOUT_MS: "60000",
  IDLE_TIMEOUT_MS: "60000",
});

/** The headers of OpenAI's client for JavaScript. */
export const client = (token = TOKEN) => ({
  accept: "application/json",
  authorization: `Bearer ${token}`,
  "user-agent": "OpenAI/JS 6.49.0",
  "x-stainless-arch": "x64",
  "x-stainless-lang": "js",
  "x-stainless-os": "Linux",
  "x-stainless-package-version": "6.49.0",
  "x-stainless-retry-count": "0",
  "x-stainless-runtime": "node",
  "x-stainless-runtime-version": "v22.1.0",
});
/** Open WebUI declares a type for requests without a body, too. */
export const webui = {
  ...JSON_TYPE,
  authorization: `Bearer ${TOKEN}`,
  accept: "*/*",
  "user-agent": "Python/3.11 aiohttp/3.12",
};

/** @param {string} text of an event stream */
export const events = (text) =>
  text
    .split("\n\n")
    .flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? [])
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));

/** @param {any[]} chunks of a streamed chat completion */
export const said = (chunks) => chunks.map(({ choices }) => choices?.[0]?.delta.content ?? "").join("");

/**
 * @typedef {object} Endpoint the worker in one runtime
 * @property {Service} service
 * @property {(use: () => Promise<void>) => Promise<void>} impatiently uses a service that does not wait long for a model
 * @property {(path: string, body: unknown, token?: string) => Promise<Response>} post sends JSON, or a text as it is
 * @property {(body: object, token?: string) => Promise<Response>} chat asks for a completion
 * @property {() => Promise<void>} isServed asserts that the next request is served
 * @property {(fields: Record<string, unknown>) => Promise<Record<string, unknown>>} logged the line of the log that
 *   has these fields; it may come after the answer
 */

/**
 * Makes the tests of a file in each runtime. No line that the worker then wrote may have a key, a token or a prompt.
 *
 * @param {(endpoint: Endpoint) => void} define
 */
export function inEachRuntime(define) {
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
      const open = (/** @type {Record<string, string>} */ more) =>
        /** @type {Start} */ (start)(folder, { ...variables(), ...more });
      const endpoint = endpointOf(open);
      before(async () => {
        endpoint.service = await open({});
      });
      after(async () => {
        await endpoint.service?.stop();
        hidesSecrets(endpoint.service?.lines ?? []);
      });
      define(endpoint);
    });
  }
}

/**
 * @param {(more: Record<string, string>) => Promise<Service>} open starts a service with further variables
 * @returns {Endpoint}
 */
function endpointOf(open) {
  /** @type {Endpoint} */
  const endpoint = {
    service: /** @type {any} */ (undefined),
    async impatiently(use) {
      const patient = endpoint.service;
      endpoint.service = await open({ TIMEOUT_MS: "1500", IDLE_TIMEOUT_MS: "1500" });
      try {
        await use();
      } finally {
        await endpoint.service.stop();
        endpoint.service = patient;
      }
    },
    post: (path, body, token) =>
      endpoint.service.fetch(path, {
        method: "POST",
        headers: { ...client(token), ...JSON_TYPE },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    chat: (body, token = TOKEN) =>
      endpoint.post(
        "/v1/chat/completions",
        { model: "auto:cheap", messages: [{ role: "user", content: PROMPT }], ...body },
        token,
      ),
    async isServed() {
      const answer = await endpoint.chat({});
      assert.deepEqual(
        [answer.status, (await answer.json()).choices[0].message.content, chosen(answer)],
        [200, PROMPT, "small"],
      );
    },
    async logged(fields) {
      const end = Date.now() + WAITS.timeout / 2;
      while (Date.now() < end) {
        const lines = endpoint.service.lines.filter((line) => line.startsWith('{"timestamp"'));
        const found = lines
          .map((line) => JSON.parse(line))
          .findLast((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return assert.fail(`No line has ${JSON.stringify(fields)}:\n${endpoint.service.lines.join("\n")}`);
    },
  };
  return endpoint;
}

/** The model that the router chose. */
export const chosen = (/** @type {Response} */ { headers }) =>
  decodeURIComponent(headers.get("x-uniroute-model") ?? "");

/**
 * The status and the code of an error.
 *
 * @param {Response} answer
 */
export const failed = async (answer) => [answer.status, (await answer.json()).error?.code];

/** @param {string[]} lines that a service has written */
export function hidesSecrets(lines) {
  const all = lines.join("\n");
  for (const text of [...SECRETS, PROMPT, "elephant", "get_weather", PRIVATE])
    assert.ok(!all.includes(text), text);
  assert.match(all, /^[\x20-\x7e\n]*$/);
}
