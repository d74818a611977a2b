/**
 * The panel that estimates costs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, openPool, PAIR } from "./page.mjs";

test("the cost panel multiplies tokens and prices, and marks estimated tokens", async (t) => {
  const server = await startServer(SITE);
  t.after(server.stop);
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    const panel = page.locator("#cost");
    await panel.locator("summary").click();
    await panel.getByLabel("Output tokens").fill("1000");
    await panel.getByLabel("Prompts", { exact: true }).fill("500");
    // 500 answers of 1,000 tokens at 20 USD per million.
    const large = panel.locator("tr", { hasText: "Large" }).filter({ hasText: "$10.00" });
    await large.waitFor();
    assert.match(await large.innerText(), /~\d+/);
    await panel.getByLabel("Reasoning tokens").fill("1000");
    await panel.locator("tr", { hasText: "Large" }).filter({ hasText: "$20.00" }).waitFor();
  });
});
