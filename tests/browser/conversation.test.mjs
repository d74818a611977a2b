/** The view of a conversation: its turns, what changes of model cost, and input that cannot be read. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** One model for everything; reading from its cache costs a tenth. */
const POOL = JSON.stringify({
  name: "One",
  as_of: "2026-01-01",
  models: [
    {
      id: "m",
      name: "Model M",
      accuracy: 0.8,
      labels_count: 1000,
      output_tokens: 100,
      cost: { input: 1000, output: 0, cache_read: 100 },
    },
  ],
});

const rows = (/** @type {Page} */ page) => page.locator("#conversation-result tbody tr");
const cells = async (/** @type {Page} */ page) =>
  rows(page).evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? "")),
  );

/** @param {Page} page */
async function open(page) {
  await decision(page);
  await go(page, "Conversation");
  await rows(page).first().waitFor();
}

test("each turn of the example has its model, and a follow-up is placed by the turns before", async () => {
  await visit(server.url, async ({ page }) => {
    await open(page);
    const found = await cells(page);
    assert.equal(found.length, 3);
    assert.match(found[1]?.[0] ?? "", /And now with a test\.placed by the turns before/);
    assert.doesNotMatch(found[0]?.[0] ?? "", /placed by/);
    assert.match(await page.locator("#conversation-result").innerText(), /for 3 turns[\s\S]*Always /);
  });
});

test("the cache of the last turn is in the price until it is cold", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pool.json", POOL);
    await page.locator("#decision h2", { hasText: "Model M" }).waitFor();
    await go(page, "Conversation");
    await page
      .locator("#conversation-text")
      .fill("User: one two three four five\nAssistant: six\nUser: more");
    const price = (/** @type {string | undefined} */ text) => Number((text ?? "").replace("$", ""));
    await page.locator("#conversation-result tr", { hasText: "one two three" }).waitFor();
    const warm = await cells(page);
    assert.equal(warm.length, 2);
    await page.locator("#conversation-minutes").fill("6");
    await page.locator("#conversation-result td", { hasText: "no longer kept" }).waitFor();
    const cold = await cells(page);
    assert.equal(warm[0]?.[4], cold[0]?.[4]);
    assert.ok(price(warm[1]?.[4]) < price(cold[1]?.[4]), `${warm} ${cold}`);
  });
});

test("the last decision is copied as code, with its messages and the turn before", async () => {
  await visit(server.url, async ({ page }) => {
    await open(page);
    await page.locator("#conversation-text").fill("User: One?\nAssistant: 1\nUser: Two?\nAssistant: 2");
    await page.locator("#conversation-result tr", { hasText: "Two?" }).waitFor();
    await page.getByRole("button", { name: "Copy the last decision as code…" }).click();
    const code = await page.locator("dialog #code-javascript").innerText();
    const { asked, request } = await calls(code);
    assert.deepEqual(asked, [
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      { role: "user", content: "Two?" },
    ]);
    assert.deepEqual([request.lambda, request.previous.age], [100, 60]);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });
});

/**
 * What the code asks a router that only writes it down.
 *
 * @param {string} code
 */
async function calls(code) {
  const body = code.replace(/^import .*$/gm, "").replace(/^console\.log.*$/m, "return decision;");
  const router = { route: (/** @type {any} */ asked, /** @type {any} */ request) => ({ asked, request }) };
  const run = new Function("Router", `return (async () => {${body}})();`);
  return run({ load: async () => router });
}

test("messages as JSON are read, and what cannot be read is said", async () => {
  await visit(server.url, async ({ page }) => {
    await open(page);
    const box = page.locator("#conversation-text");
    const messages = [
      { role: "system", content: "You are brief." },
      { role: "user", content: [{ type: "text", text: "What is in this picture?" }, { type: "image_url" }] },
      { role: "assistant", content: null, tool_calls: [{ id: "1", function: { name: "look" } }] },
      { role: "tool", tool_call_id: "1", content: "a cat" },
      { role: "user", content: "And its colour?" },
    ];
    await box.fill(JSON.stringify({ model: "any", messages }));
    await page.locator("#conversation-result tr", { hasText: "And its colour?" }).waitFor();
    assert.equal(await rows(page).count(), 2);
    const problem = page.locator("#view-conversation .problem");
    for (const [text, said] of /** @type {[string, string][]} */ ([
      ['[{"role": "user"', "begins like JSON"],
      ['{"prompt": "hello"}', "no list of messages"],
      ['[{"role": 5, "content": "x"}]', "messages[0].role"],
      ['[{"role": "user", "content": 5}]', "messages[0].content"],
      ["Assistant: hello", "No message is from the user"],
    ])) {
      await box.fill(text);
      await problem.filter({ hasText: said }).waitFor();
      assert.equal(await rows(page).count(), 0, text);
    }
    await box.fill("What is the capital of Chad?\n\nN'Djamena.\n\nAnd of Mali?");
    await page.locator("#conversation-result tr", { hasText: "And of Mali?" }).waitFor();
    assert.equal(await problem.innerText(), "");
  });
});
