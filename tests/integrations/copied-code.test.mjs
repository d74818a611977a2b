/**
 * The code that the page gives to copy, for the libraries and for conversations.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { textOf } from "./models.mjs";
import { output } from "./programs.mjs";
import { FOLDER, Router } from "./uniroute.mjs";

/** @typedef {{ id: string, capabilities: string[] }} Model */

const PAGE = join(FOLDER, "page");
const PROMPT = 'Write a "haiku"\nabout $HOME, ${1 + 1} and \\n\u2028.';
const SAME = { embedder: "static", prompt: PROMPT };
const DEFAULT = { id: "models-2026", file: "models-2026.json", isDefault: true };
const LOCAL = { id: "small-local", file: "small-local.json", isDefault: false };
const OWN = ["large", "small"].map((id) => ({ id, capabilities: id === "small" ? ["tools"] : [] }));
/** In place of the packages of other providers, which the tests do not install. */
const STANDIN = (/** @type {string} */ name) => `export { openai as ${name} } from "@ai-sdk/openai";\n`;

/** @type {any} */
let libraries;
/** @type {any} */
let texts;
/** @type {any} */
let conversation;

/** The scripts of the page beside the package, as it is served. */
before(async () => {
  cpSync(fileURLToPath(new URL("../../www/js", import.meta.url)), join(PAGE, "js"), { recursive: true });
  symlinkSync(join(FOLDER, "node_modules/uniroute"), join(PAGE, "uniroute"), "junction");
  const script = (/** @type {string} */ name) => import(pathToFileURL(join(PAGE, "js", name)).href);
  libraries = await script("views/code-libraries.js");
  texts = await script("views/code-text.js");
  conversation = await script("state/conversation.js");
});

/** @param {string} file of a listed pool */
function listed(file) {
  const pool = join(FOLDER, "node_modules/uniroute/dist/pools", file);
  return /** @type {Model[]} */ (
    JSON.parse(readFileSync(pool, "utf8")).models.map((/** @type {any} */ { id, capabilities = [] }) => ({
      id,
      capabilities,
    }))
  );
}

/**
 * @param {Model[]} models of the pool
 * @param {{ pool: object | null, request: object }} what
 * @returns {{ title: string, code: string, left: number, isServer: boolean }[]}
 */
const codeFor = (models, what) =>
  libraries.inLibraries({ ...SAME, ...what }, libraries.namesOf(models, what.request));

/**
 * Runs a piece of code, with a pool of one's own beside it.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} code
 */
function ran(t, code) {
  const pool = {
    models: OWN.map(({ id, capabilities }, i) => ({
      id,
      capabilities,
      accuracy: 0.9 - 0.1 * i,
      labels_count: 1e5,
      cost: { input: 1, output: 1 },
    })),
  };
  return output(t, {
    "anthropic.mjs": STANDIN("anthropic"),
    "google.mjs": STANDIN("google"),
    "pool.json": JSON.stringify(pool),
    "copied.mjs": code.replace(/"@ai-sdk\/(anthropic|google)"/g, '"./$1.mjs"'),
  });
}

for (const [i, title] of ["AI SDK", "OpenAI client", "LangChain"].entries()) {
  for (const [name, what, expected] of /** @type {[string, any, RegExp][]} */ ([
    ["the default pool", { pool: DEFAULT, request: { lambda: 100 } }, /^(gpt|claude|gemini)-[^@]+$/],
    ["a switched-off model", { pool: DEFAULT, request: { deny: ["gpt-5.5@xhigh"], maxCost: 1 } }, /^[^@]+$/],
    ["a pinned model", { pool: DEFAULT, request: { allow: ["gpt-5.4@high"] } }, /^gpt-5\.4$/],
    [
      "another listed pool",
      { pool: LOCAL, request: { need: ["tools"], minQuality: 0.1 } },
      /^(gemma|llama|phi|granite|nemotron|gpt-oss)-[^@]+$/,
    ],
    ["one's own pool", { pool: null, request: { lambda: 0 } }, /^large$/],
    ["a needed ability", { pool: null, request: { lambda: 0, need: ["tools"] } }, /^small$/],
  ])) {
    test(`${title}: code for ${name} runs, and an allowed model gets the prompt`, async (t) => {
      const models = what.pool === null ? OWN : listed(what.pool.file);
      const [one] = codeFor(models, what).slice(i);
      assert.equal(one?.title, title);
      const { stdout, models: simulated } = await ran(t, one?.code ?? "");
      const [asked, ...others] = simulated.asked;
      assert.deepEqual(others, []);
      assert.match(asked?.model ?? "", expected);
      assert.ok(stdout.includes(textOf(asked?.model ?? "")), stdout);
      const { messages = asked?.body.input } = asked?.body ?? {};
      const content = messages.at(-1).content;
      assert.equal(typeof content === "string" ? content : content[0].text, PROMPT);
      assert.doesNotMatch(stdout, /gpt-5\.5@xhigh/);
      if (what.request.allow) assert.ok(stdout.includes(what.request.allow[0]), stdout);
    });
  }
}

test("the code is short, for one provider twelve lines and a pool", () => {
  for (const pool of [DEFAULT, LOCAL])
    for (const { code } of codeFor(listed(pool.file), { pool, request: { lambda: 100 } }))
      assert.ok(code.trimEnd().split("\n").length <= (code.includes("anthropic") ? 15 : 13), code);
});

test("models of other providers are counted, and ids that are not the name of a model are left out", () => {
  const names = [
    "gpt-5.5@high",
    "gpt-5.5@low",
    "claude-x@thinking",
    "claude-x",
    "gpt-oss-20b",
    "@low",
    "o3-mini",
  ];
  const models = names.map((id) => ({ id, capabilities: [] }));
  assert.deepEqual(libraries.namesOf(models, {}), ["gpt-5.5", "claude-x", "gpt-oss-20b", "o3-mini"]);
  const [sdk, client] = codeFor(models, { pool: null, request: {} });
  assert.deepEqual([sdk?.left, sdk?.isServer, client?.left, client?.isServer], [1, false, 2, false]);
  assert.match(sdk?.code ?? "", /for \(const name of \["gpt-5\.5", "o3-mini"\]\)/);
  assert.deepEqual(libraries.namesOf(models, { deny: names }), []);
  assert.deepEqual(libraries.namesOf(models, { need: ["tools"] }), []);
});

test("the last turn of a conversation, copied as code, is decided as on the page", async (t) => {
  const router = await Router.load();
  t.after(() => router.free());
  const messages = conversation.readConversation(
    JSON.stringify([
      { role: "system", content: "You are brief." },
      { role: "user", content: "Write a function in Rust that reads a file." },
      { role: "assistant", content: PROMPT, tool_calls: [{ function: { name: "look" } }] },
      { role: "tool", content: "a file" },
      { role: "user", content: "And now with a test." },
      { role: "assistant", content: "#[test]" },
    ]),
  );
  const request = { deny: ["gpt-5.5@xhigh"], lambda: 100 };
  const turns = await conversation.decideTurns(router, messages, request, 60);
  const { request: asked, decision } = turns.at(-1);
  assert.deepEqual(turns[0].request, request);
  const { id: first, cost } = turns[0].chosen;
  assert.deepEqual(asked, { ...request, previous: { model: first, cachedTokens: cost.tokensIn, age: 60 } });
  const upTo = messages.slice(0, 5);
  const code = texts.inJavaScriptOf({ pool: DEFAULT, embedder: "static", request: asked }, upTo);
  const print =
    "console.log(JSON.stringify([decision.model, decision.fromEarlier, decision.cache, decision.candidates[0].cost]));";
  const { stdout } = await output(t, { "conversation-code.mjs": `${code}${print}\n` });
  const [, printed] = stdout.trim().split("\n");
  const { model, fromEarlier, cache, candidates } = decision;
  assert.deepEqual(
    JSON.parse(printed ?? ""),
    JSON.parse(JSON.stringify([model, fromEarlier, cache, candidates[0].cost])),
  );
});
