/** Verdicts on answers: what they change, how long they stay, and what can be done with them. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

/** One model that is hardly known, so that a verdict shows. */
const POOL = JSON.stringify({
  name: "One",
  as_of: "2026-01-01",
  models: [{ id: "m", name: "Model M", accuracy: 0.6, labels_count: 5, cost: { input: 1, output: 1 } }],
});

const said = (/** @type {Page} */ page, /** @type {string | RegExp} */ text) =>
  page.locator("#verdict-said", { hasText: text }).waitFor();
const kept = (/** @type {Page} */ page, /** @type {string | RegExp} */ text) =>
  page.locator("#pool-verdicts", { hasText: text }).waitFor();
const press = (/** @type {Page} */ page, /** @type {string} */ id) => page.locator(`#${id}`).click();

/** @param {Page} page */
async function begin(page) {
  await decision(page);
  await openPool(page, "pool.json", POOL);
  await page.locator("#decision h2", { hasText: "Model M" }).waitFor();
  return decision(page);
}

/**
 * The expected quality, once it is above or below another.
 *
 * @param {Page} page
 * @param {"above" | "below"} side
 * @param {number} quality
 */
async function movesTo(page, side, quality) {
  const sign = side === "above" ? 1 : -1;
  await page.waitForFunction(
    ([sign, quality]) => {
      const shown = parseInt(document.querySelector("#decision dd b")?.textContent ?? "", 10);
      return Number(sign) * (shown - Number(quality)) > 0;
    },
    [sign, quality],
  );
  return (await decision(page)).quality;
}

test("a verdict changes what is expected of the model, stays for the next visit, and can be taken back", async () => {
  await visit(server.url, async ({ page }) => {
    const { quality } = await begin(page);
    await press(page, "verdict-bad");
    await said(page, "1 verdict on Model M");
    const worse = await movesTo(page, "below", quality);
    assert.equal(await page.locator("#verdict-bad").getAttribute("aria-pressed"), "true");
    await page.reload();
    await page.locator("#decision h2", { hasText: "Model M" }).waitFor();
    await page.waitForFunction(
      (worse) => parseInt(document.querySelector("#decision dd b")?.textContent ?? "", 10) === worse,
      worse,
    );
    await press(page, "verdict-good");
    await said(page, "2 verdicts on Model M");
    await movesTo(page, "above", worse);
    await page.locator("#verdict-said").getByRole("button", { name: "Undo" }).click();
    await said(page, "Taken back.");
    await page.waitForFunction(
      (worse) => parseInt(document.querySelector("#decision dd b")?.textContent ?? "", 10) === worse,
      worse,
    );
    assert.equal(await page.locator("#verdict-good").getAttribute("aria-pressed"), "false");
  });
});

test("verdicts are saved as a file, forgotten, and added again", async () => {
  await visit(server.url, async ({ page }) => {
    const { quality } = await begin(page);
    await press(page, "verdict-bad");
    await movesTo(page, "below", quality);
    await go(page, "Pool");
    await kept(page, /Model M 1\b/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as a file" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "verdicts.uniroute");
    const buffer = await readFile(await download.path());
    await page.getByRole("button", { name: "Forget all" }).click();
    await kept(page, "None on the models of this pool");
    const add = (/** @type {Buffer} */ content) =>
      page
        .locator("#verdicts-file")
        .setInputFiles({ name: "verdicts.uniroute", mimeType: "application/octet-stream", buffer: content });
    await add(Buffer.from("not verdicts"));
    const notice = page.locator(".notice", { hasText: "What was said before stays." });
    await notice.waitFor();
    await kept(page, "None on the models of this pool");
    await add(buffer);
    await kept(page, /Model M 1\b/);
    // Merging adds: the same file once more is a second verdict.
    await add(buffer);
    await kept(page, /Model M 2\b/);
  });
});

test("tabs agree on verdicts", async () => {
  await visit(server.url, async ({ page, context }) => {
    const { quality } = await begin(page);
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    const other = await context.newPage();
    await other.goto(server.url);
    await other.locator("#decision h2", { hasText: "Model M" }).waitFor();
    await press(other, "verdict-bad");
    await said(other, "1 verdict on");
    await movesTo(other, "below", quality);
    await press(page, "verdict-bad");
    await said(page, "2 verdicts on");
    await go(other, "Pool");
    await kept(other, /Model M 2\b/);
  });
});

test("where nothing can be saved, verdicts last until the page is closed, and it says so", async () => {
  await visit(server.url, async ({ page, context }) => {
    await decision(page);
    await context.addInitScript(() =>
      Object.defineProperty(globalThis, "indexedDB", {
        get() {
          throw new DOMException("The user denied permission.", "SecurityError");
        },
      }),
    );
    await page.reload();
    const { quality } = await begin(page);
    await press(page, "verdict-bad");
    await said(page, "Verdicts last until this page is closed.");
    await movesTo(page, "below", quality);
  });
});
