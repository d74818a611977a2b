/** The pool view: scores and prices in place, the map of models and fields, effort modes, capabilities, many models. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

const HUNDRED = {
  schema_version: 1,
  name: "A hundred",
  as_of: "2026-01-01",
  models: Array.from({ length: 100 }, (_, i) => ({
    id: i % 4 === 0 ? `m${i}` : `m${i - (i % 4)}@${["low", "high", "max"][(i % 4) - 1]}`,
    name: `A model with a long name, number ${i - (i % 4)}${["", ", low effort", ", high effort", ", max effort"][i % 4]}`,
    provider: "Provider",
    accuracy: 0.3 + ((i * 37) % 100) / 160,
    labels_count: i < 50 ? 20 : 3000,
    capabilities: i % 2 === 0 ? ["tools"] : ["tools", "vision"],
    limit: { context: 100_000, output: 8000 },
    cost: { input: 0.01 * 1.07 ** i, output: 0.04 * 1.07 ** i },
  })),
};

/**
 * @param {Page} page
 * @param {object} pool
 * @param {string} last name of a model that it has
 */
async function open(page, pool, last) {
  await decision(page);
  await openPool(page, "pool.json", JSON.stringify(pool));
  await page.locator("#candidates th", { hasText: last }).first().waitFor({ state: "attached" });
}

/**
 * @param {Page} page
 * @param {string} name
 */
async function quality(page, name) {
  const row = page.locator("#pool-rows tr", { hasText: name }).first();
  return parseInt(await row.locator("td .figures").innerText(), 10);
}

test("accuracy and scores of a model card are edited in place, and the quality follows", async () => {
  const card = {
    id: "card",
    name: "Card",
    cost: { input: 1, output: 1 },
    benchmarks: [
      { name: "GPQA Diamond", score: 0.6 },
      { name: "MMLU-Pro", score: 0.7 },
    ],
  };
  await visit(server.url, async ({ page }) => {
    await open(page, { ...PAIR, models: [...PAIR.models, card] }, "Card");
    await go(page, "Pool");
    const before = { small: await quality(page, "Small"), card: await quality(page, "Card") };
    await page.getByRole("button", { name: "Edit the scores of Small" }).click();
    const accuracy = page.getByRole("spinbutton", { name: "Accuracy of Small, in %" });
    assert.equal(await accuracy.inputValue(), "50");
    await accuracy.fill("80");
    await accuracy.press("Tab");
    await page.waitForFunction(
      (was) =>
        parseInt(document.querySelector("#pool-rows tr td .figures")?.textContent ?? "0", 10) > was + 20,
      before.small,
    );
    assert.equal(await accuracy.inputValue(), "80", "the editor stays open");
    assert.match(
      await page.evaluate(() => document.activeElement?.id ?? ""),
      /^count-small/,
      "the focus stays in the editor",
    );

    await page.getByRole("button", { name: "Edit the scores of Card" }).click();
    const gpqa = page.getByRole("spinbutton", { name: "GPQA Diamond of Card, in %" });
    await gpqa.fill("95");
    await gpqa.press("Tab");
    const more = page.getByRole("textbox", { name: "Scores to add to Card, a benchmark a line" });
    await more.fill("IFEval: 92\nnothing here");
    await page.getByRole("button", { name: "Add scores to Card" }).click();
    await page.getByText("Line 2, “nothing here”").waitFor();
    await more.fill("IFEval: 92");
    await page.getByRole("button", { name: "Add scores to Card" }).click();
    const row = page.locator("#pool-rows tr", { hasText: "Card" }).first();
    await row.getByText("from its scores on 3 benchmarks").waitFor();
    assert.ok((await quality(page, "Card")) > before.card);
    await page.getByRole("button", { name: "Remove MMLU-Pro of Card" }).click();
    await row.getByText("from its scores on 2 benchmarks").waitFor();
    for (let i = 0; i < 4; i++) {
      await page.getByRole("button", { name: "Undo", exact: true }).and(page.locator(":enabled")).click();
    }
    await row.getByText("from its scores on 2 benchmarks").waitFor();
    await page.getByText("MMLU-Pro").first().waitFor();
    await page.waitForFunction(
      (was) => parseInt(document.querySelector("#pool-rows tr td .figures")?.textContent ?? "0", 10) === was,
      before.small,
    );
  });
});

test("the map of models and fields shows how sure each number is, in text and pattern", async () => {
  const models = PAIR.models.map((model, i) => ({ ...model, ...(i === 0 ? { labels_count: 3 } : {}) }));
  await visit(server.url, async ({ page }) => {
    await open(page, { ...PAIR, models }, "Large");
    await go(page, "Pool");
    await page.locator("#pool-heat").scrollIntoViewIfNeeded();
    const rows = page.locator("#heat tbody tr");
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    const fields = await page.locator("#heat thead th").count();
    assert.ok(fields > 5, `${fields} fields`);
    const cells = await page.locator("#heat tbody td").evaluateAll((all) =>
      all.map((cell) => ({
        points: Number(/±(\d+)/.exec(cell.textContent ?? "")?.[1]),
        pattern: getComputedStyle(cell).backgroundImage,
        line: getComputedStyle(cell).borderBottomStyle,
        title: /** @type {HTMLElement} */ (cell).title,
      })),
    );
    assert.equal(cells.length, 2 * fields);
    assert.match(cells[0]?.title ?? "", /^Small, .*: \d+\s%/);
    const kinds = new Map(cells.map(({ line, pattern }) => [line, pattern]));
    assert.ok(kinds.size > 1, "sure and unsure numbers differ");
    assert.equal(new Set(kinds.values()).size, kinds.size, "and so do their patterns");
    const least = Math.max(...cells.map(({ points }) => points));
    assert.equal(cells.find(({ points }) => points === least)?.line, "dotted");
    await page.locator("#heat thead button").first().click();
    assert.match(await rows.first().innerText(), /Large/, "the best of the field is first");
  });
});

test("what a model can do is shown, and can be required", async () => {
  const models = PAIR.models.map((model, i) => ({
    ...model,
    capabilities: i === 0 ? ["tools"] : ["tools", "vision"],
    limit: { context: 1000, output: 8000 },
  }));
  await visit(server.url, async ({ page }) => {
    await open(page, { ...PAIR, models }, "Large");
    await page.locator("#trade .slider").press("Home");
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    await page.locator("#needs").getByText("vision").click();
    await page.locator("#decision h2", { hasText: "Large" }).waitFor();
    assert.match((await candidates(page)).find(({ name }) => name === "Small")?.text ?? "", /vision/);
    await page.waitForFunction(() => location.hash.includes("need"));
    await page.reload();
    assert.equal((await decision(page)).name, "Large");
    await page.locator("#needs").getByText("vision").click();
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    await go(page, "Pool");
    await page
      .locator("#pool-rows tr", { hasText: "Large" })
      .getByText("tools, vision · answers up to 8,000 tokens")
      .waitFor();
  });
});

for (const width of [390, 1280]) {
  test(`with a hundred models everything stays readable at ${width} px, and modes are below their model`, async () => {
    await visit(
      server.url,
      async ({ page }) => {
        await open(page, HUNDRED, "number 96, max effort");
        await decision(page);
        const overlaps = await page.locator("#plot .name, #map .name").evaluateAll((all) => {
          const boxes = all.map((one) => ({
            box: one.getBoundingClientRect(),
            svg: one.closest("svg"),
            text: one.textContent,
          }));
          return boxes.flatMap((a, i) =>
            boxes
              .slice(i + 1)
              .filter(
                (b) =>
                  a.svg === b.svg &&
                  a.box.left < b.box.right &&
                  b.box.left < a.box.right &&
                  a.box.top + 2 < b.box.bottom &&
                  b.box.top + 2 < a.box.bottom,
              )
              .map((b) => `${a.text} / ${b.text}`),
          );
        });
        assert.deepEqual(overlaps, [], "names in the charts");
        const outside = await page.locator("#plot .name").evaluateAll((all) =>
          all
            .filter((one) => {
              const [box, svg] = [
                one.getBoundingClientRect(),
                /** @type {Element} */ (one.closest("svg")).getBoundingClientRect(),
              ];
              return box.left < svg.left - 1 || box.right > svg.right + 1;
            })
            .map((one) => one.textContent),
        );
        assert.deepEqual(outside, [], "names inside the chart");
        await go(page, "Pool");
        const groups = page.locator("#pool-rows tr.group");
        await groups.first().waitFor();
        assert.equal(await groups.count(), 25);
        assert.match(await groups.first().innerText(), /A model with a long name, number 0[\s\S]*4 modes/);
        assert.match(
          await page.locator("#pool-rows tr.mode").nth(1).locator("th").innerText(),
          /^low effort/,
        );
        await page.locator("#pool-heat").scrollIntoViewIfNeeded();
        // The first rows are drawn while the others are computed.
        await page.locator("#heat tbody tr").nth(9).waitFor({ timeout: 120_000 });
        const crossing = await page.evaluate(() => {
          const over = (/** @type {string} */ rows) => {
            const heads = [...document.querySelectorAll(`${rows} th`)].map((one) =>
              one.getBoundingClientRect(),
            );
            return heads.filter(
              (box, i) => i > 0 && box.top < /** @type {DOMRect} */ (heads[i - 1]).bottom - 1,
            ).length;
          };
          return { models: over("#pool-rows"), heat: over("#heat tbody") };
        });
        assert.deepEqual(crossing, { models: 0, heat: 0 }, "rows do not overlap");
        for (const view of ["Route", "Pool"]) {
          await go(page, view);
          const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(tooWide <= 0, `${view} is ${tooWide} px too wide`);
        }
      },
      { viewport: { width, height: 900 } },
    );
  });
}
