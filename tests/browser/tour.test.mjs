import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, go } from "./page.mjs";

// The tour of the first visit.

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** @param {Page} page */
const card = (page) => page.locator(".tour");

/**
 * Whether the card covers any part of the panel that it explains.
 *
 * @param {Page} page
 */
async function coversTarget(page) {
  const [over, target] = [await card(page).boundingBox(), await page.locator(".toured").boundingBox()];
  assert.ok(over && target);
  return (
    over.x < target.x + target.width &&
    target.x < over.x + over.width &&
    over.y < target.y + target.height &&
    target.y < over.y + over.height
  );
}

for (const viewport of [
  { width: 1280, height: 900 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
]) {
  test(`on the first visit three steps explain the page and cover nothing they explain: ${viewport.width} px`, async () => {
    await visit(
      server.url,
      async ({ page }) => {
        await card(page).waitFor();
        assert.equal(await card(page).evaluate((one) => one.contains(document.activeElement)), false);
        const explained = [];
        for (let step = 1; step <= 3; step += 1) {
          await card(page).getByText(`${step} of 3`).waitFor();
          explained.push(await page.locator(".toured").getAttribute("id"));
          assert.equal(await coversTarget(page), false, `step ${step}`);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(over <= 0, `${over} px too wide`);
          // The page stays usable: a decision that changes the heights moves the card along.
          await page.fill("#prompt", `Step ${step}: why does bread rise when it bakes? `.repeat(step * 9));
          await decision(page);
          assert.equal(await coversTarget(page), false, `step ${step}, after another decision`);
          await card(page).locator("button.main").click();
        }
        assert.deepEqual(explained, ["ask", "decision", "trade"]);
        await card(page).waitFor({ state: "detached" });
        assert.equal(await page.locator(".toured").count(), 0);
        await page.reload();
        await decision(page);
        assert.equal(await card(page).count(), 0, "it is remembered");
      },
      { viewport, tour: true, reducedMotion: "reduce" },
    );
  });
}

test("the tour is dismissed with Escape, asked for again, and gone through with the keyboard", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      await card(page).waitFor();
      await page.locator("#prompt").focus();
      await page.keyboard.press("Escape");
      await card(page).waitFor({ state: "detached" });
      assert.equal(await page.evaluate(() => document.activeElement?.id), "prompt", "the focus stays");
      const button = page.getByRole("button", { name: /Show me how/ });
      await button.focus();
      await page.keyboard.press("Enter");
      await card(page).waitFor();
      await page.keyboard.press("Enter");
      await card(page).getByText("2 of 3").waitFor();
      // Not a trap: the tab key leaves it.
      for (let i = 0; i < 6; i += 1) await page.keyboard.press("Tab");
      assert.equal(await card(page).evaluate((one) => one.contains(document.activeElement)), false);
      await card(page).getByRole("button", { name: "Back" }).focus();
      await page.keyboard.press("Enter");
      await card(page).getByText("1 of 3").waitFor();
      await page.keyboard.press("Escape");
      await card(page).waitFor({ state: "detached" });
      assert.match(await page.evaluate(() => document.activeElement?.id ?? ""), /tour-start/);
      await button.click();
      await go(page, "About");
      assert.equal(await card(page).isVisible(), false, "it belongs to its view");
    },
    { tour: true },
  );
});

test("the tour asks once which model is in use, and the sentence compares with it", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      await card(page).waitFor();
      await decision(page);
      const question = card(page).getByLabel("Which model do you use now?");
      assert.equal(await question.isVisible(), false);
      await card(page).locator("button.main").click();
      await card(page).locator("button.main").click();
      const ids = await question
        .locator("option")
        .evaluateAll((all) => all.map((one) => /** @type {HTMLOptionElement} */ (one).value));
      const id = ids.find((one) => one !== "") ?? "";
      await question.selectOption(id);
      await page.locator("#savings").getByText("Against the model you use now").waitFor();
      await page.reload();
      await decision(page);
      assert.equal(await page.locator("#prompt-in-use").inputValue(), id, "it is remembered");
      await page.locator("#tour-start").click();
      for (let step = 1; step < 3; step += 1) await card(page).locator("button.main").click();
      assert.equal(await question.isVisible(), false, "and not asked again");
    },
    { tour: true, reducedMotion: "reduce" },
  );
});
