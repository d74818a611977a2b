import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

// What the page shows in forced colours, on paper and on a narrow screen.

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * The colours of an element on the screen with their numbers of pixels, the most frequent first.
 *
 * @param {Locator} element
 */
async function coloursOf(element) {
  const picture = (await element.screenshot()).toString("base64");
  return element.page().evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const bytes = context?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (let i = 0; i < bytes.length; i += 4) {
      const colour = bytes.slice(i, i + 3).join();
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, picture);
}

/**
 * The contrast of two colours, as WCAG defines it.
 *
 * @param {string} a red, green, blue
 * @param {string} b
 */
function contrast(a, b) {
  const [high = 0, low = 0] = [a, b]
    .map((colour) => {
      const [red = 0, green = 0, blue = 0] = colour.split(",").map((text) => {
        const share = Number(text) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/**
 * Asserts that two elements that mean different things look different by more than a shade.
 *
 * @param {Locator} one
 * @param {Locator} other
 * @param {string} what
 */
async function assertDiffer(one, other, what) {
  const [a, b] = [new Map(await coloursOf(one)), new Map(await coloursOf(other))];
  const pixels = [...a.values()].reduce((sum, count) => sum + count, 0);
  // Pixels of a colour that the other has fewer of, if it stands out from the other's main colour.
  const [[main = "0,0,0"] = []] = [...b].sort((x, y) => y[1] - x[1]);
  const changed = [...a].reduce(
    (sum, [colour, count]) =>
      contrast(colour, main) >= 3 ? sum + Math.abs(count - (b.get(colour) ?? 0)) : sum,
    0,
  );
  assert.ok(changed / pixels > 0.01, `${what}: ${changed} of ${pixels} pixels differ`);
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`forced colours, ${colorScheme}: what is on, chosen and how good can be seen`, async () => {
    await visit(
      server.url,
      async ({ page }) => {
        await decision(page);
        await openPool(page, "pair.json", JSON.stringify(PAIR));
        await page.locator("#candidates th", { hasText: "Large" }).waitFor();
        await decision(page);
        // How good: the interval and its mark stand out from the panel.
        for (const bar of [
          page.locator("#decision .interval"),
          page.locator("#candidates .interval").first(),
        ]) {
          const [[panel = "", most = 0] = [], ...others] = await coloursOf(bar);
          const drawn = others.filter(([colour]) => contrast(colour, panel) >= 3);
          const share = drawn.reduce((sum, [, count]) => sum + count, 0);
          assert.ok(share > most / 50, `${share} of ${most} pixels of an interval`);
        }
        const meters = page.locator("#kinds .meter").first();
        const [[colour = ""] = []] = await coloursOf(meters);
        const [[panel = ""] = []] = await coloursOf(page.locator("#kinds"));
        assert.ok(contrast(colour, panel) >= 3, "a meter");
        // The browser draws text on a ground of its own, whatever the background of a button is.
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const rgb = (/** @type {string} */ colour) => (colour.match(/\d+/g) ?? []).slice(0, 3).join();
        await go(page, "Batch");
        await page.fill("#batch-text", "one prompt");
        await page.locator("#batch-run:enabled").waitFor();
        const buttons = page.locator("button:not(:disabled), .button");
        for (const button of await buttons.all()) {
          const [text, colour] = await button.evaluate((element) => [
            element.textContent,
            getComputedStyle(element).color,
          ]);
          assert.ok(contrast(rgb(colour), rgb(ground)) >= 4.5, `${text}: ${colour} on ${ground}`);
        }
        await go(page, "Route");
        // What is on.
        const switches = page.getByRole("switch");
        await switches.first().click();
        await decision(page);
        await assertDiffer(switches.first(), switches.nth(1), "a switch");
        // What is chosen: the setting, the view, the embedder, the model in the strip.
        await assertDiffer(
          page.locator("#trade .tile").first(),
          page.locator("#trade .tile").nth(1),
          "a setting",
        );
        const links = page.locator("#nav a");
        await assertDiffer(links.first(), links.nth(1), "a view");
        const chips = page.locator("#embedder .chip");
        await assertDiffer(chips.first(), chips.nth(1), "an embedder");
        const outline = (/** @type {string} */ row) =>
          page
            .locator(`#candidates ${row}`)
            .first()
            .evaluate((element) => getComputedStyle(element).outlineStyle);
        assert.notEqual(await outline("tr.chosen"), await outline("tr.excluded"));
      },
      { forcedColors: "active", colorScheme, reducedMotion: "reduce" },
    );
  });

  test(`forced colours, ${colorScheme}: axe finds no serious problem in any view`, async () => {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await visit(
      server.url,
      async ({ page }) => {
        await decision(page);
        await page.getByRole("button", { name: "Why?", exact: true }).click();
        await page.locator("#why h3").first().waitFor();
        await page.evaluate(await readFile(axe, "utf8"));
        for (const view of ["Route", "Batch", "Conversation", "Pool", "About"]) {
          await go(page, view);
          await page.locator("main > section[aria-busy=true]:visible").waitFor({ state: "detached" });
          const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
          const serious = violations.filter(
            (/** @type {any} */ { impact }) => impact === "serious" || impact === "critical",
          );
          assert.deepEqual(
            serious.map(
              (/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ n) => n.target)}`,
            ),
            [],
            view,
          );
        }
      },
      { forcedColors: "active", colorScheme, reducedMotion: "reduce", bypassCSP: true },
    );
  });
}

test("on paper: the prompt, the decision, the chart and the table in black on white, also from dark colours", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      await page.fill("#prompt", "One line.\n".repeat(40));
      await decision(page);
      await page.locator("#plot .dot").first().waitFor();
      await page.emulateMedia({ media: "print" });
      for (const shown of ["#prompt", "#decision h2", "#trade output", "#plot svg", "#candidates tbody tr"])
        assert.ok(await page.locator(shown).first().isVisible(), `${shown} is printed`);
      for (const hidden of [
        "#nav",
        ".tools",
        "#examples",
        ".slider",
        "#map",
        "#candidates [role=switch]",
        "#pin",
      ])
        assert.ok(!(await page.locator(hidden).first().isVisible()), `${hidden} is not printed`);
      const colours = await page.evaluate(() =>
        ["body", "#prompt", "#decision h2", "#candidates tbody th", "#candidates tbody td:last-child"].map(
          (one) => {
            const element = document.querySelector(one) ?? document.body;
            return getComputedStyle(element).color;
          },
        ),
      );
      for (const colour of colours) {
        const parts = /** @type {string[]} */ (colour.match(/\d+/g)).slice(0, 3).join();
        assert.ok(contrast(parts, "255,255,255") >= 7, colour);
      }
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(paper, "rgb(255, 255, 255)");
      const cut = await page.locator("#prompt").evaluate((box) => box.scrollHeight - box.clientHeight);
      assert.ok(cut <= 1, `${cut} px of the prompt are cut off`);
      assert.ok((await page.pdf()).length > 10_000);
    },
    { colorScheme: "dark", reducedMotion: "reduce" },
  );
});

test("at 390 px every column of the candidates is on the screen, and the cost estimate can be scrolled", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      await decision(page);
      const outside = await page.locator("#candidates tbody td, #candidates tbody th").evaluateAll((cells) =>
        cells
          .filter((cell) => cell.getClientRects().length > 0)
          .filter((cell) => cell.getBoundingClientRect().right > innerWidth)
          .map((cell) => cell.textContent),
      );
      assert.deepEqual(outside, []);
      const costs = await page.locator("#candidates tbody .col-cost").first().boundingBox();
      assert.ok(costs && costs.width > 30);
      assert.ok(await page.locator("#candidates tbody .range").first().isVisible(), "the interval, too");
      await page.locator("#cost-panel summary").click();
      await page.locator("#cost-rows tr").first().waitFor();
      const last = page.locator("#cost-rows tr").first().locator("td").last();
      await page.locator("#cost .scroll").focus();
      for (let i = 0; i < 40; i += 1) await page.keyboard.press("ArrowRight");
      await page.waitForFunction(
        (cell) => /** @type {Element} */ (cell).getBoundingClientRect().right <= innerWidth,
        await last.elementHandle(),
      );
      const name = await page.locator("#cost-rows th").first().boundingBox();
      assert.ok(name && name.x >= 0, "the names of the models stay in sight");
    },
    { viewport: { width: 390, height: 844 } },
  );
});
