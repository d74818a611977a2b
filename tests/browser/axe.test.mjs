/** axe finds no serious problem with each dialog and menu open, and in the views as they are in use. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const MODES = /** @type {const} */ ([
  { name: "light", colorScheme: "light", forcedColors: "none", width: 1280 },
  { name: "dark", colorScheme: "dark", forcedColors: "none", width: 390 },
  { name: "forced colours", colorScheme: "dark", forcedColors: "active", width: 1280 },
]);
const WORSE = { ...PAIR.models[0], id: "worse", name: "Worse", accuracy: 0.3, cost: { input: 2, output: 2 } };
const POOL = { ...PAIR, models: [...PAIR.models, WORSE] };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** @param {Page} page */
async function seriousProblems(page) {
  await page.locator("#decision[aria-busy=false]").waitFor({ state: "attached" });
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))),
  );
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  return violations
    .filter((/** @type {any} */ { impact }) => impact === "serious" || impact === "critical")
    .map(
      (/** @type {any} */ { id, nodes }) =>
        `${id}: ${nodes.map((/** @type {any} */ { target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
    );
}

/**
 * What is looked at: how it is opened, and how it is closed again.
 *
 * @type {{ what: string, open: (page: Page) => Promise<unknown>, close?: (page: Page) => Promise<unknown> }[]}
 */
const SIGHTS = [
  {
    what: "the reasons with their sources",
    open: async (page) => {
      await page.locator("#why-button").click();
      await page.locator(".why-evidence summary").click();
    },
  },
  {
    what: "a pool of one's own, why not, and the costs",
    open: async (page) => {
      await openPool(page, "three.json", JSON.stringify(POOL));
      await page.locator("#candidates th", { hasText: "Worse" }).waitFor();
      await decision(page);
      await page.locator(".ask-why").nth(1).click();
      await page.locator("tr.details p").first().waitFor();
      await page.locator("#cost-panel summary").click();
      await page.locator("#cost-rows tr").first().waitFor();
    },
  },
  {
    what: "a pinned model",
    open: (page) => page.locator("#pin").click(),
    close: (page) => page.locator("#pin").click(),
  },
  {
    what: "the tour with its question",
    open: async (page) => {
      await page.locator("#tour-start").click();
      for (const step of [2, 3]) {
        await page.locator(".tour .main").click();
        await page.getByText(`${step} of 3`).waitFor();
      }
    },
    close: (page) => page.keyboard.press("Escape"),
  },
  {
    what: "the menu Share",
    open: async (page) => {
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.locator("#copy-link").waitFor();
    },
    close: (page) => page.keyboard.press("Escape"),
  },
  {
    what: "the choice of models",
    open: async (page) => {
      await page.locator("#choose-models").click();
      await page.locator(".picker-list li").first().waitFor();
      await page.locator(".picker-list button").first().click();
      await page.locator("#picker-search").fill("mini");
    },
    close: (page) => page.locator("dialog.picker > .head button").click(),
  },
  ...["Share card…", "Compare…", "Copy as code…"].map((name) => ({
    what: `the dialog ${name}`,
    open: async (/** @type {Page} */ page) => {
      await page.locator("#savings").getByRole("button", { name }).click();
      await page.locator("dialog.sheet").waitFor();
      if (name === "Compare…") {
        await page.locator("#compare-prompt").fill("Hello");
        await page.locator("dialog .differs").first().waitFor();
      }
    },
    close: (/** @type {Page} */ page) => page.keyboard.press("Escape"),
  })),
  {
    what: "a message about a rejected file",
    open: async (page) => {
      await openPool(page, "bad.json", '{"models": [{"id": 5}]}');
      await page.locator(".notice").waitFor();
    },
    close: (page) => page.locator(".notice").getByRole("button", { name: "Dismiss" }).click(),
  },
  {
    what: "the view Conversation",
    open: async (page) => {
      await go(page, "Conversation");
      await page.locator("#conversation-result tbody tr").first().waitFor();
    },
  },
  {
    what: "the view Batch with a report and an imagined model",
    open: async (page) => {
      await go(page, "Batch");
      await page.locator("#batch-text").fill("What is 2 + 2?\nWrite a poem about the sea.");
      await page.getByRole("button", { name: "Route 2 prompts" }).click();
      await page.locator("#batch-rows tr").nth(1).waitFor();
      await page.getByRole("button", { name: "What if there were another model?" }).click();
      await page.locator(".imagined").waitFor();
    },
  },
  {
    what: "the view Batch with an opened file",
    open: async (page) => {
      const buffer = Buffer.from("n,prompt\n1,What is 2 + 2?\n2,Hello");
      await page.locator("#batch-file").setInputFiles({ name: "two.csv", mimeType: "text/csv", buffer });
      await page.locator("#batch-column").waitFor();
    },
  },
  {
    what: "the view Pool with an editor, a comparison and a new model",
    open: async (page) => {
      await go(page, "Pool");
      await page.locator("#edit-small").click();
      await page.locator("#accuracy-small").waitFor();
      await page.locator("#compare").selectOption({ index: 1 });
      await page.locator("#compared td").first().waitFor();
      await page.locator("#pool-heat").scrollIntoViewIfNeeded(); // it is drawn when it is seen
      await page.locator("#heat td").first().waitFor({ state: "attached" });
      await page.locator("#view-pool summary", { hasText: "Paste a pool" }).click();
      await page.locator("#add-name").fill("New");
      await page.locator("#add-scores").fill("GPQA Diamond: 85.7");
      await page.locator("#add-preview strong").waitFor();
    },
  },
];

for (const { name, width, ...mode } of MODES) {
  test(`no serious problem with dialogs and menus open: ${name}, ${width} px`, async (t) => {
    await visit(
      server.url,
      async ({ page }) => {
        await decision(page);
        await page.locator("#savings .claim").first().waitFor();
        await page.evaluate(await readFile(AXE, "utf8"));
        for (const { what, open, close } of SIGHTS) {
          await open(page);
          const found = await seriousProblems(page);
          await t.test(what, () => assert.deepEqual(found, []));
          await close?.(page);
        }
      },
      { viewport: { width, height: 900 }, ...mode, reducedMotion: "reduce", bypassCSP: true },
    );
  });
}
