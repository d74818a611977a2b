/** Price lists on the pool view: whose prices they are, of which date, and how a model is found in them. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** @param {number} input */
const litellm = (input) => ({
  input_cost_per_token: input * 1e-6,
  output_cost_per_token: 4e-6,
  litellm_provider: "x",
  mode: "chat",
});
/** Small lists in the published formats, with the hosts and variants that they have. */
const LISTS = {
  LiteLLM: Object.fromEntries(
    [
      "azure/eu/gpt-5-2025-08-07",
      "azure/eu/o3-mini-2025-01-31",
      "azure/gpt-5",
      "azure/o3-mini",
      "gpt-5-mini",
      "gpt-5-nano",
      "gpt-5.1",
      "gpt-5",
      "gpt-5-codex",
      "o3-mini",
      "eu.anthropic.claude-opus-4-20250514-v1:0",
      "claude-opus-4-1",
      "claude-opus-4-20250514",
      "claude-sonnet-4-20250514",
      ...Array.from({ length: 14 }, (_, i) => `some-host-${i}/gpt-5-mini`),
    ].map((id) => [id, litellm(2)]),
  ),
  "models.dev": Object.fromEntries(
    ["302ai", "azure", "openai", "anthropic"].map((host) => [
      host,
      {
        name: host,
        models: Object.fromEntries(
          [
            ["gpt-5", "GPT-5"],
            ["gpt-5-mini", "GPT-5 Mini"],
            ["o3-mini", "o3-mini"],
            ["claude-opus-4", "Claude Opus 4"],
            ["claude-opus-4-1", "Claude Opus 4.1"],
          ]
            .filter(([id]) => host !== "anthropic" || id?.startsWith("claude"))
            .map(([id, name]) => [id, { name, cost: { input: 2, output: 4 } }]),
        ),
      },
    ]),
  ),
  OpenRouter: {
    data: [
      ["openai/gpt-5-mini", "OpenAI: GPT-5 Mini"],
      ["openai/gpt-5:free", "OpenAI: GPT-5 (free)"],
      ["openai/gpt-5", "OpenAI: GPT-5"],
      ["azure/o3-mini", "Azure: o3-mini"],
      ["openai/o3-mini", "OpenAI: o3-mini"],
      ["anthropic/claude-opus-4.1", "Anthropic: Claude Opus 4.1"],
      ["anthropic/claude-opus-4", "Anthropic: Claude Opus 4"],
    ].map(([id, name]) => ({ id, name, pricing: { prompt: "0.000002", completion: "0.000004" } })),
  },
};
/** The entry that each search must find first, by list. @type {[keyof typeof LISTS, string, string][]} */
const SEARCHES = [
  ["LiteLLM", "gpt-5", "gpt-5"],
  ["LiteLLM", "GPT 5", "gpt-5"],
  ["LiteLLM", "o3-mini", "o3-mini"],
  ["LiteLLM", "opus 4", "claude-opus-4-20250514"],
  ["LiteLLM", "4 opus", "claude-opus-4-20250514"],
  ["LiteLLM", "claude opus 4.1", "claude-opus-4-1"],
  ["models.dev", "gpt-5", "openai/gpt-5"],
  ["models.dev", "o3-mini", "openai/o3-mini"],
  ["models.dev", "opus 4", "anthropic/claude-opus-4"],
  ["OpenRouter", "gpt-5", "openai/gpt-5"],
  ["OpenRouter", "o3-mini", "openai/o3-mini"],
  ["OpenRouter", "opus 4", "anthropic/claude-opus-4"],
];

/** @param {Page} page */
async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#pool-save").click()]);
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

test("a search in a price list finds the model itself first, its hosts below it, and says so if there is none", async (t) => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    let opened = "";
    for (const [list, query, wanted] of SEARCHES) {
      await t.test(`${list}: ${query}`, async () => {
        if (opened !== list) await openPool(page, "prices.json", JSON.stringify(LISTS[list]));
        opened = list;
        await page.locator("#pool-import h2", { hasText: `Prices of ${list}` }).waitFor();
        await page.locator("#listed").fill(query);
        const first = page.locator("#pool-import .found > li").first();
        assert.equal(
          await first.getByRole("button", { name: /^Add/ }).first().getAttribute("aria-label"),
          `Add ${wanted}`,
        );
      });
    }
    await openPool(page, "prices.json", JSON.stringify(LISTS.LiteLLM));
    await page.locator("#pool-import h2", { hasText: "Prices of LiteLLM" }).waitFor();
    await page.locator("#listed").fill("gpt-5-mini");
    const mini = page.locator("#pool-import .found > li");
    assert.equal(await mini.count(), 1, "hosts of one model are one result");
    await mini.getByText("14 other hosts and variants").click();
    await mini.getByRole("button", { name: "Add some-host-3/gpt-5-mini" }).waitFor();
    await page.locator("#listed").fill("opus 9");
    await page.getByText("No model of this list has “opus 9” in its name.").waitFor();
    assert.equal(await page.locator("#pool-import .found > li").count(), 0);
  });
});

test("an open price list is matched again when the pool changes; only its models get prices, with its date", async () => {
  const other = {
    ...PAIR,
    name: "Others",
    models: [{ ...PAIR.models[0], id: "gpt-5", name: "GPT-5" }, PAIR.models[1]],
  };
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(
      page,
      "pair.json",
      JSON.stringify({
        ...PAIR,
        models: PAIR.models.map((model) => ({
          ...model,
          id: `openai__${model.id === "small" ? "gpt-5" : "o3-mini"}`,
          provider: "OpenAI",
        })),
      }),
    );
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await openPool(page, "prices.json", JSON.stringify(LISTS.LiteLLM));
    const use = page.getByRole("button", { name: /^Use these prices/ });
    await use.filter({ hasText: "for 2 models of the pool" }).waitFor();
    assert.match(await page.locator("#pool-import").innerText(), /Large .*from o3-mini/);

    await openPool(page, "unrelated.json", JSON.stringify(PAIR));
    await page.getByText("It has no model of the pool “A pair 2”, by name.").waitFor();
    assert.equal(await use.count(), 0, "the prices of the former pool are not offered");

    await openPool(page, "others.json", JSON.stringify(other));
    await use.filter({ hasText: "for 1 model of the pool" }).waitFor();
    await page.getByLabel("Prices as of").fill("2026-06-30");
    await use.click();
    await page.locator("#pool-facts", { hasText: "prices as of 2026-01-01" }).waitFor();
    await page.waitForFunction(
      () =>
        /** @type {HTMLInputElement} */ (document.querySelector("[aria-label='Input price of GPT-5']"))
          .value === "2",
    );
    const pool = await saved(page);
    assert.equal(pool.as_of, "2026-01-01", "the date of the other prices stays");
    assert.deepEqual(
      pool.models.map((/** @type {any} */ model) => model.priced),
      ["2026-06-30", undefined],
    );
  });
});

test("each price has its date: of an edit, of a list, of the pool", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await go(page, "Pool");
    const box = page.getByRole("spinbutton", { name: "Input price of Small" });
    await box.fill("0.3");
    await box.press("Tab");
    await page.getByRole("button", { name: "Undo", exact: true }).and(page.locator(":enabled")).waitFor();
    const today = await page.evaluate(() => new Date().toISOString().slice(0, 10));
    const row = (/** @type {string} */ name) => page.locator("#pool-rows tr", { hasText: name });
    await row("Small").getByText(`priced ${today}`).waitFor();
    await row("Large").getByText("priced 2026-01-01").waitFor();
    assert.match(await page.locator("#pool-facts").innerText(), new RegExp(`as of 2026-01-01 to ${today}`));
    await page.getByRole("spinbutton", { name: "Context of Large" }).fill("1000");
    await page.getByRole("spinbutton", { name: "Context of Large" }).press("Tab");
    await page.waitForFunction(
      () =>
        /** @type {HTMLInputElement} */ (document.querySelector("[aria-label='Context of Large']")).value ===
        "1000",
    );
    assert.equal((await saved(page)).models[1].priced, undefined, "another limit is not another price");
  });
});
