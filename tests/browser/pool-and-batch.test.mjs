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

/**
 * @param {Page} page
 * @param {string} button
 */
async function savedFile(page, button) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return readFile(await download.path(), "utf8");
}

test("a batch from a table is routed, added up and saved without formulas", async () => {
  const table =
    'id,question\n1,"Prove that 7, and 11, are prime."\n2,=HYPERLINK(1)\n3,"Say ""hi""\nand bye."\n';
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await go(page, "Batch");
    await page
      .locator("#batch-file")
      .setInputFiles({ name: "prompts.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
    assert.equal(await page.locator("#batch-column").inputValue(), "1", "the column of prompts is found");
    await page.getByRole("button", { name: "Route 3 prompts" }).click();
    await page.locator("#batch-outcome", { hasText: "3 prompts, routed" }).waitFor();
    assert.equal(await page.locator("#batch-results tbody tr").count(), 3);
    const csv = await savedFile(page, "Save CSV");
    assert.match(csv, /^id,prompt,model,expected_quality,cost_usd\r\n/);
    assert.match(csv, /\r\n2,'=HYPERLINK\(1\),/);
    assert.match(csv, /"Say ""hi""\nand bye\."/);
    const json = JSON.parse(await savedFile(page, "Save JSON"));
    assert.equal(json.prompts[1].prompt, "=HYPERLINK(1)");
    const sum = json.prompts.reduce(
      (/** @type {number} */ total, /** @type {any} */ row) => total + row.cost,
      0,
    );
    assert.ok(Math.abs(sum - json.routed.cost) < 1e-12);
  });
});

test("ten thousand prompts leave the page usable, and can be cancelled", async (t) => {
  const prompts = Array.from(
    { length: 10_000 },
    (_, i) => `Question ${i}: how many apples are ${i} apples and ${i % 7} more?`,
  ).join("\n");
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await go(page, "Batch");
    await page.locator("#batch-text").evaluate((box, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }));
    }, prompts);
    await page.getByText("Pasted text").waitFor();
    await page.evaluate(() => {
      const longest = { ms: 0 };
      Object.assign(globalThis, { longest });
      new PerformanceObserver((list) =>
        list.getEntries().forEach(({ duration }) => (longest.ms = Math.max(longest.ms, duration))),
      ).observe({ entryTypes: ["longtask"] });
    });
    const start = Date.now();
    await page.getByRole("button", { name: "Route 10,000 prompts" }).click();
    await page.locator("#batch-outcome", { hasText: "10,000 prompts, routed" }).waitFor();
    const longest = await page.evaluate(() => /** @type {any} */ (globalThis).longest.ms);
    t.diagnostic(
      `10,000 prompts: ${Date.now() - start} ms, longest task of the page ${Math.round(longest)} ms`,
    );
    assert.ok(longest < 1000, `a task of ${longest} ms`);
    await page.getByRole("button", { name: "Route 10,000 prompts" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page
      .locator(".problem", { hasText: "Cancelled." })
      .or(page.locator("#batch-outcome", { hasText: "routed" }))
      .first()
      .waitFor();
  });
});

test("an error in a line of a batch names the line", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await go(page, "Batch");
    await page.locator("#batch-file").setInputFiles({
      name: "prompts.jsonl",
      mimeType: "application/json",
      buffer: Buffer.from('{"prompt":"a"}\n{oops\n'),
    });
    await page.locator("#batch-input .problem", { hasText: "Line 2 is not JSON" }).waitFor();
  });
});

test("a price can be changed, rejected and restored", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await go(page, "Pool");
    const price = page.getByRole("spinbutton", { name: "Input price of Small" });
    await price.fill("0.3");
    await price.press("Tab");
    await page.getByRole("button", { name: "Undo" }).waitFor();
    assert.equal(JSON.parse(await savedFile(page, "Save as JSON")).models[0].cost.input, 0.3);
    await price.fill("-1");
    await price.press("Tab");
    await page.locator(".notice", { hasText: "$.models[0].cost.input" }).waitFor();
    assert.equal(JSON.parse(await savedFile(page, "Save as JSON")).models[0].cost.input, 0.3);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(
      () =>
        /** @type {HTMLInputElement} */ (document.querySelector("[aria-label='Input price of Small']"))
          .value === "0.1",
    );
  });
});

test("a pasted model card shows where the model lands, and joins the pool with its scores", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await go(page, "Pool");
    await page.getByLabel("Name", { exact: true }).fill("by-card");
    const scores = page.getByLabel(/^Scores of its model card/);
    await scores.fill(
      "| Benchmark | Ours |\n|---|---|\n| GPQA Diamond | 85.7 |\n| MMLU-Pro | 83.1% |\nUnheard Of 50",
    );
    const preview = page.locator("#add-preview");
    await preview.getByText(/^Expected quality/).waitFor();
    await preview.getByText("It rests on its scores on GPQA Diamond, MMLU-Pro.").waitFor();
    assert.match(await preview.innerText(), /Line 1, “\| Benchmark \| Ours \|”: no score/);
    assert.match(await preview.innerText(), /Line 5: .*Unheard Of.* nearest:/);
    assert.match(await preview.innerText(), /place \d+ of \d+ models/);
    // The offered benchmark narrows the interval once its score is there.
    const width = async () => Number(/→ ±(\d+) points/.exec(await preview.innerText())?.[1]);
    const offered = preview.locator(".offers button").first();
    const [name, before] = [await offered.innerText(), await width()];
    await offered.click();
    assert.match(await scores.inputValue(), new RegExp(`\n${name.replace(/[^\w ]/g, ".")}: $`));
    await page.keyboard.type("70");
    await preview.getByText(new RegExp(`rests on its scores on .*${name.replace(/[^\w ]/g, ".")}`)).waitFor();
    assert.ok((await width()) <= before, `${before}`);
    await page.getByRole("button", { name: "Add the model" }).click();
    const row = page.locator("#pool-models tr", { hasText: "by-card" });
    await row.getByText("from its scores on 3 benchmarks").waitFor();
    assert.equal(await preview.innerText(), "");
    const saved = JSON.parse(await savedFile(page, "Save as JSON"));
    const card = saved.models.find((/** @type {any} */ model) => model.id === "by-card").benchmarks;
    assert.deepEqual(card[0], { name: "GPQA Diamond", score: 0.857 });
    assert.equal(card.length, 4, "unknown benchmarks stay in the file");
  });
});

test("a new model is added with one accuracy, or with labels, whose prompts are not saved", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await go(page, "Pool");
    await page.getByLabel("Name", { exact: true }).fill("by-accuracy");
    await page.getByLabel("or one accuracy, in %").fill("70");
    await page.getByRole("button", { name: "Add the model" }).click();
    await page.locator("#pool-models th", { hasText: "by-accuracy" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("by-labels");
    const labels = Array.from({ length: 30 }, (_, i) =>
      JSON.stringify({ prompt: `A private prompt, number ${i}`, score: i % 2 }),
    ).join("\n");
    await page
      .getByLabel("or results that you have")
      .setInputFiles({ name: "labels.jsonl", mimeType: "application/json", buffer: Buffer.from(labels) });
    await page.getByRole("button", { name: "Add the model" }).click();
    await page.locator("#pool-models tr", { hasText: "by-labels" }).getByText("30 labels").waitFor();
    assert.doesNotMatch(await savedFile(page, "Save as JSON"), /private prompt/);
  });
});

test("a price list is recognised, and its prices are used for the models of the pool", async () => {
  const list = {
    small: { input_cost_per_token: 7e-7, output_cost_per_token: 9e-7, litellm_provider: "x", mode: "chat" },
  };
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await openPool(page, "prices.json", JSON.stringify(list));
    await page.getByRole("button", { name: "Use these prices for 1 model of the pool" }).click();
    await page.waitForFunction(
      () =>
        /** @type {HTMLInputElement} */ (document.querySelector("[aria-label='Input price of Small']"))
          .value === "0.7",
    );
  });
});

test("another pool can be compared without using it", async () => {
  await visit(server.url, async ({ page }) => {
    const { name } = await decision(page);
    await go(page, "Pool");
    await page.locator("#compare").selectOption({ index: 1 });
    const row = page.locator("#pool-compare tr", { hasText: "Sends it to" });
    assert.equal(await row.locator("td").first().innerText(), name);
    await go(page, "Route");
    assert.equal((await decision(page)).name, name);
  });
});

test("choosing a kind on the map shows which models are good at it", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await page.locator("#map .spot").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator(".map-side h3").waitFor();
    assert.ok((await page.locator(".map-side .bars li").count()) > 5);
    assert.equal(await page.locator(".map-side .examples li").count(), 3, "three prompts of the kind");
    await page.getByRole("button", { name: "All kinds" }).click();
    const field = page.locator(".field-kinds", { hasText: "Web development" });
    await field.locator("summary").click();
    await field.getByRole("button", { name: "React and Vue components" }).click();
    await page.locator(".map-side h3", { hasText: "React and Vue components" }).waitFor();
  });
});
