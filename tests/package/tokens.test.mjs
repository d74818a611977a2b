/**
 * `uniroute/tokens`: exact counts with the tables of gpt-tokenizer, compared with the command line's own
 * implementation of the same encodings.
 */
import assert from "node:assert/strict";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { visit } from "../browser/harness.mjs";
import { installed, PROMPTS, ROOT, run, serve, UNIROUTE } from "./install.mjs";

const POOL = { models: ["gpt-4o", "gpt-4", "claude-3"].map((id) => ({ id })) };
const ODD = [
  "<|endoftext|> is text here",
  "I'M don'T we'LL",
  "\r\n\r\n  \t\n.",
  "1234567890".repeat(9),
  "日本語とनमस्ते",
  "👩‍👩‍👧‍👦🙂",
  "camelCaseHTTPServer_v2",
  "ÉCOLE ǅ ſ",
  "a".repeat(3000),
];
const TEXTS = [...PROMPTS, ...ODD];
const SCRIPT = `
import { Router } from "uniroute";
import { exactCounters } from "uniroute/tokens";
import { texts, pool } from "./data.js";
const [router, counters] = await Promise.all([Router.load({ pool }), exactCounters("o200k", "cl100k")]);
const count = (text) => router.estimateCost(text, undefined, { counters });
export const counted = texts.map((text) => count(text).map(({ id, cost }) => [id, cost.exact, cost.tokensIn]));
`;

/** @param {import("node:test").TestContext} t */
async function withTables(t) {
  const folder = await installed(t, {
    "data.js": `export const texts = ${JSON.stringify(TEXTS)}, pool = ${JSON.stringify(POOL)};`,
    "counted.js": SCRIPT,
  });
  const tables = join(ROOT, "tests/node_modules/gpt-tokenizer");
  for (const part of ["package.json", "esm"])
    await cp(join(tables, part), join(folder, "node_modules/gpt-tokenizer", part), { recursive: true });
  return folder;
}

/** @param {string} folder */
async function natively(folder) {
  await writeFile(join(folder, "pool.json"), JSON.stringify(POOL));
  const input = TEXTS.map((prompt, id) => JSON.stringify({ id, prompt })).join("\n");
  const out = await run(UNIROUTE, ["cost", "--exact-tokens", "--json", "--pool", "pool.json"], {
    cwd: folder,
    input,
  });
  const order = (/** @type {[string, boolean, number][]} */ costs) =>
    POOL.models.map(({ id }) => costs.find(([found]) => found === id));
  return out
    .trim()
    .split("\n")
    .map((line) =>
      order(
        JSON.parse(line).models.map((/** @type {any} */ { id, cost }) => [id, cost.exact, cost.tokensIn]),
      ),
    );
}

test("Node counts the same tokens as the command line, and other counts are marked as estimates", async (t) => {
  const folder = await withTables(t);
  await writeFile(
    join(folder, "main.js"),
    'import { counted } from "./counted.js"; console.log(JSON.stringify(counted));',
  );
  /** @type {any} */
  const counted = JSON.parse(await run("node", ["main.js"], { cwd: folder }));
  assert.deepEqual(
    counted[0].map((/** @type {[string, boolean]} */ [, exact]) => exact),
    [true, true, false],
  );
  assert.deepEqual(counted, await natively(folder));
});

test("a page without a bundler counts the same through an import map", async (t) => {
  const folder = await withTables(t);
  const imports = {
    uniroute: "./node_modules/uniroute/index.js",
    "uniroute/tokens": "./node_modules/uniroute/tokens.js",
    "gpt-tokenizer/encoding/o200k_base": "./node_modules/gpt-tokenizer/esm/encoding/o200k_base.js",
    "gpt-tokenizer/encoding/cl100k_base": "./node_modules/gpt-tokenizer/esm/encoding/cl100k_base.js",
  };
  const page = `<!doctype html><title>test</title><link rel="icon" href="data:,">
    <script type="importmap">${JSON.stringify({ imports })}</script>
    <script type="module">import { counted } from "./counted.js"; document.title = JSON.stringify(counted);</script>`;
  await writeFile(join(folder, "index.html"), page);
  const counted = await visit(await serve(t, folder), async ({ page }) => {
    await page.waitForFunction(() => document.title.startsWith("["));
    return JSON.parse(await page.title());
  });
  assert.deepEqual(counted, await natively(folder));
});

test("without the tables the error says how to install them, and other names are rejected", async (t) => {
  const script = `
    import { exactCounters } from "uniroute/tokens";
    const failure = async (name) => exactCounters(name).catch(({ code, message }) => [code, message]);
    console.log(JSON.stringify([await failure("o200k"), await failure("toString")]));`;
  const folder = await installed(t, { "main.js": script });
  const [missing, unknown] = JSON.parse(await run("node", ["main.js"], { cwd: folder }));
  assert.equal(missing[0], "missing_package");
  assert.match(missing[1], /npm install gpt-tokenizer/);
  assert.equal(unknown[0], "unknown_encoding");
});
