/**
 * What a person sees and does on the page, as functions for the tests.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";

/** @typedef {import("playwright-core").Page} Page */

/** How long a decision may change. */
const PATIENCE_MS = 120_000;

/**
 * The decision on the page, after it no longer changes.
 *
 * @param {Page} page
 */
export async function decision(page) {
  const card = page.locator("#decision");
  await page.locator("#decision[aria-busy=false] h2").waitFor();
  let before = "";
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = await card.innerText();
    if (now === before) break;
    if (Date.now() > end) throw new Error(`The decision still changes: ${now}`);
    before = now;
    await setTimeout(120);
  }
  // The table is drawn one frame later.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => globalThis.setTimeout(resolve, 0))),
  );
  const name = await card.locator("h2").evaluate((heading) => heading.firstChild?.textContent ?? "");
  const quality = parseInt(await card.locator("dd b").first().innerText(), 10);
  return { name, quality, text: before };
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {string} content
 */
export async function openPool(page, name, content) {
  await page
    .locator("#file")
    .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
}

/**
 * Changes to another view of the page.
 *
 * @param {Page} page
 * @param {string} view
 */
export async function go(page, view) {
  await page.getByRole("link", { name: view, exact: true }).click();
}

/**
 * Moves the slider of the route view to a share of its width.
 *
 * @param {Page} page
 * @param {number} share in [0, 1]
 */
export async function slide(page, share) {
  await page.locator("#trade .slider").evaluate((slider, at) => {
    const input = /** @type {HTMLInputElement} */ (slider);
    input.value = String(at * Number(input.max));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, share);
}

/**
 * The rows of the table of all models, as their texts.
 *
 * @param {Page} page
 */
export async function candidates(page) {
  return page.locator("#candidates tbody tr").evaluateAll((rows) =>
    rows.map((row) => ({
      name: row.querySelector("th")?.firstChild?.textContent ?? "",
      text: row.textContent ?? "",
      kind: row.className,
    })),
  );
}

/** Two models with simple numbers, so that the right choice is obvious. */
export const PAIR = {
  schema_version: 1,
  name: "A pair",
  as_of: "2026-01-01",
  models: [
    { id: "small", name: "Small", accuracy: 0.5, labels_count: 5000, cost: { input: 0.1, output: 0.1 } },
    { id: "large", name: "Large", accuracy: 0.9, labels_count: 5000, cost: { input: 5, output: 20 } },
  ],
};
