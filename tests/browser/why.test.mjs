import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, openPool, slide } from "./page.mjs";

// The reasons of a decision, and a pinned model.

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** @param {Page} page */
async function openWhy(page) {
  await page.getByRole("button", { name: "Why?", exact: true }).click();
  await page.locator("#why h3").first().waitFor();
}

/** @param {Page} page */
async function openPair(page) {
  await openPool(page, "pair.json", JSON.stringify(PAIR));
  await page.locator("#candidates th", { hasText: "Large" }).waitFor();
  return decision(page);
}

test("why: the kind with three prompts, the scores with their sources; loaded when asked for", async () => {
  await visit(
    server.url,
    async ({ page, requests }) => {
      await decision(page);
      assert.ok(!requests.some((url) => url.includes("/why/")), "not loaded before");
      await openWhy(page);
      const kind = await page
        .locator("#kinds li button")
        .first()
        .evaluate((one) => one.firstChild?.textContent);
      assert.equal(await page.locator(".why-kind h3").innerText(), kind);
      const examples = page.locator(".why-kind li");
      await page.waitForFunction(() => document.querySelectorAll(".why-kind li").length === 3);
      for (const text of await examples.allInnerTexts()) assert.ok(text.length > 3);
      const { name } = await decision(page);
      await page.locator(".why-evidence", { hasText: name }).waitFor();
      await page.locator(".why-evidence summary").click();
      const rows = page.locator(".why-evidence tbody tr");
      assert.ok((await rows.count()) > 0);
      for (const cell of await rows.locator("td.source").allInnerTexts()) assert.ok(cell.trim() !== "");
      // It follows the prompt.
      await page.fill(
        "#prompt",
        "Write a SQL query that joins two tables and counts the rows of each customer.",
      );
      await decision(page);
      const other = await page
        .locator("#kinds li button")
        .first()
        .evaluate((one) => one.firstChild?.textContent);
      assert.notEqual(other, kind);
      await page.locator(".why-kind h3", { hasText: other ?? "" }).waitFor();
      await page.getByRole("button", { name: "Why?", exact: true }).click();
      assert.equal(await page.locator("#why").isVisible(), false);
    },
    { serviceWorkers: "block" }, // it fetches all files
  );
});

test("why: a model with one accuracy or without evidence says so", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const models = [PAIR.models[0], { id: "unknown", name: "Unknown", cost: { input: 1, output: 1 } }];
    await openPool(page, "own.json", JSON.stringify({ ...PAIR, models }));
    await page.locator("#candidates th", { hasText: "Unknown" }).waitFor();
    await page.getByRole("button", { name: "Always this model" }).waitFor();
    for (const [name, words] of [
      ["Small", /one accuracy over all prompts \(5,000 labels\)/],
      ["Unknown", /nothing known about this model/],
    ]) {
      await page.getByRole("button", { name: new RegExp(`^Why( not)? ${name}\\?$`) }).click();
      await page.locator("tr.details", { hasText: /** @type {RegExp} */ (words) }).waitFor();
    }
  });
});

test("why: the words that matter are marked by thickness, listed, and follow the prompt", async () => {
  await visit(server.url, async ({ page }) => {
    await page.fill(
      "#prompt",
      "Please give me the solution of this, thank you: integrate x squared times sin x.",
    );
    await decision(page);
    await openWhy(page);
    const marks = page.locator(".why-words .word");
    await marks.first().waitFor();
    const thickness = await marks.evaluateAll((words) =>
      words.map((word) => [word.textContent, parseFloat(getComputedStyle(word).textDecorationThickness)]),
    );
    const strongest = Math.max(...thickness.map(([, value]) => Number(value)));
    assert.ok(strongest > 2, `${strongest} px`);
    assert.ok(thickness.length < 10, "not every word matters");
    const first = await page.locator(".word-list li").first().innerText();
    const thickest = thickness.filter(([, value]) => value === strongest).map(([word]) => String(word));
    assert.ok(
      thickest.some((word) => first.startsWith(word)),
      `${first} is among ${thickest}`,
    );
    assert.match(first, /: \d+\.\d points/);
    assert.equal(
      await page.locator(".words").innerText(),
      "Please give me the solution of this, thank you: integrate x squared times sin x.",
      "the prompt itself is whole",
    );
    await page.fill("#prompt", "word ".repeat(30) + "Write a haiku about SQL. " + "tail ".repeat(60));
    await page.locator(".why-words", { hasText: "Only the first 60 words were tried." }).waitFor();
  });
});

test("a model is pinned until it is unpinned, and the pin says what it costs", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPair(page);
    await slide(page, 0);
    assert.equal((await decision(page)).name, "Small");
    await page.getByRole("button", { name: "Always this model" }).click();
    assert.match((await decision(page)).text, /Pinned.*the pin costs nothing/s);
    await slide(page, 1);
    const pinned = await decision(page);
    assert.equal(pinned.name, "Small");
    assert.match(pinned.text, /Without the pin: Large, about \d+ points better, for \$[\d.]+ more per 1,000/);
    assert.equal((await candidates(page)).find(({ kind }) => kind === "chosen")?.name, "Small");
    await page.fill("#prompt", "What is the capital of Peru?");
    assert.equal((await decision(page)).name, "Small");
    // It holds for a batch, and survives a reload.
    await page.waitForFunction(() => location.hash.includes("pin=small"));
    await page.reload();
    assert.equal((await decision(page)).name, "Small");
    await page.getByRole("link", { name: "Batch", exact: true }).click();
    await page.fill("#batch-text", "One prompt\nAnother prompt");
    await page.getByRole("button", { name: "Route 2 prompts" }).click();
    await page.locator("#batch-rows tr", { hasText: "Small" }).nth(1).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Unpin" }).click();
    assert.equal((await decision(page)).name, "Large");
    // Switching the pinned model off unpins it; a pool without it ignores it.
    await page.getByRole("button", { name: "Always this model" }).click();
    await page.getByRole("switch", { name: "Use Large" }).click();
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    assert.doesNotMatch((await decision(page)).text, /Pinned/);
  });
});

test("why not: one click says what would have to change, and a second one changes it", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const worse = {
      ...PAIR.models[0],
      id: "worse",
      name: "Worse",
      accuracy: 0.3,
      cost: { input: 2, output: 2 },
    };
    await openPool(page, "three.json", JSON.stringify({ ...PAIR, models: [...PAIR.models, worse] }));
    await page.locator("#candidates th", { hasText: "Worse" }).waitFor();
    await slide(page, 0);
    assert.equal((await decision(page)).name, "Small");
    const ask = (/** @type {string} */ name) =>
      page.getByRole("button", { name: new RegExp(`^Why( not)? ${name}\\?$`) });
    await ask("Worse").click();
    const details = page.locator("tr.details");
    await details.waitFor();
    assert.match(await details.innerText(), /No setting chooses it: .* better, /);
    await ask("Worse").click();
    await details.waitFor({ state: "detached" });
    await ask("Large").click();
    assert.match(await details.innerText(), /points? better, at [\d.]+ times the price/);
    assert.match(await details.innerText(), /is chosen while a point of quality is worth/);
    await details.getByRole("button", { name: "Choose the setting that picks it" }).click();
    await page.locator("#decision h2", { hasText: "Large" }).waitFor();
    await page.getByRole("switch", { name: "Use Large" }).click();
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    await details.getByRole("button", { name: "Switch it on" }).click();
    await page.locator("#decision h2", { hasText: "Large" }).waitFor();
    await page.locator("#trade").getByText("Budget").click();
    await slide(page, 0.05);
    await details.getByRole("button", { name: /Raise the budget to \$/ }).click();
    await page.locator("#decision h2", { hasText: "Large" }).waitFor();
    await page.locator("#trade").getByText("Value of quality").click();
    await slide(page, 0);
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    await details.getByRole("button", { name: "Always use this model" }).click();
    await page.locator("#decision h2", { hasText: "Large" }).waitFor();
  });
});

test("models whose intervals overlap are too close to call; clearly different ones are not", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPair(page);
    assert.equal(await page.locator("#decision .close").count(), 0);
    const models = PAIR.models.map((model, i) => ({ ...model, accuracy: 0.7 + i / 100, labels_count: 40 }));
    await openPool(page, "close.json", JSON.stringify({ ...PAIR, models }));
    await page.locator("#decision .close", { hasText: "Too close to call" }).waitFor();
    await page.locator("#candidates .close-mark").waitFor();
    assert.equal(await page.locator("#candidates .close-mark").count(), 1, "not the chosen one itself");
  });
});
