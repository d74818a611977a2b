import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, go } from "./page.mjs";

// What stays where it is: the parts of the page while it loads, and the views in the history of the tab.

/** @typedef {import("playwright-core").Page} Page */

/** Sum of all layout shifts that may happen while the page loads. */
const MOST_SHIFT = 0.05;
const SIZES = [
  { width: 1280, height: 900 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
];
const NETWORKS = { fast: null, slow: { latency: 400, throughput: 50_000, slowdown: 4 } };
const VIEWS = ["route", "batch", "conversation", "pool", "about"];

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** Runs in the page before its scripts: collects layout shifts that no input caused. */
function observeShifts() {
  const shifts = /** @type {{ value: number, moved: string[] }[]} */ ([]);
  Object.assign(globalThis, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of /** @type {any[]} */ (list.getEntries())) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(
        (/** @type {any} */ { node, previousRect: a, currentRect: b }) =>
          `${node?.id || node?.className || node?.nodeName} y ${a.y}→${b.y} height ${a.height}→${b.height}`,
      );
      shifts.push({ value: entry.value, moved });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/**
 * Loads the page as on a first visit and returns what moved until it stood still.
 *
 * @param {Page} page
 * @param {string} url
 * @param {typeof NETWORKS.slow | null} network
 */
async function shiftsOf(page, url, network) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  if (network !== null) {
    const { latency, throughput, slowdown } = network;
    const speed = { downloadThroughput: throughput, uploadThroughput: throughput };
    await session.send("Network.emulateNetworkConditions", { offline: false, latency, ...speed });
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  }
  await page.addInitScript(observeShifts);
  await page.goto(new URL("icons/icon.svg", url).href); // so that a view is more than another fragment
  await page.goto(url);
  await page.locator("#decision[aria-busy=false] h2").waitFor({ state: "attached", timeout: 120_000 });
  await page.locator("#pools:enabled").waitFor();
  if (url.endsWith("route")) await page.locator("#map .spot").first().waitFor();
  await page.locator("#candidate-rows tr").first().waitFor({ state: "attached" });
  await page
    .locator("main > section[aria-busy=true]:visible")
    .waitFor({ state: "detached", timeout: 120_000 });
  // Two frames, so that the observer hears of the last one.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
  return page.evaluate(
    () =>
      /** @type {{ shifts: { value: number, moved: string[] }[] }} */ (/** @type {any} */ (globalThis))
        .shifts,
  );
}

for (const viewport of SIZES) {
  for (const [speed, network] of Object.entries(NETWORKS)) {
    test(`nothing moves while the page loads: ${viewport.width} px, ${speed} network`, async (t) => {
      await visit(
        `${server.url}icons/icon.svg`, // loads nothing of the page yet
        async ({ page }) => {
          for (const view of network === null ? VIEWS : VIEWS.slice(0, 2)) {
            const shifts = await shiftsOf(page, `${server.url}#view=${view}`, network);
            const sum = shifts.reduce((total, { value }) => total + value, 0);
            t.diagnostic(`${view}: layout shifts ${sum.toFixed(4)}`);
            assert.ok(sum < MOST_SHIFT, `${view}: ${JSON.stringify(shifts, null, 1)}`);
          }
        },
        { viewport, serviceWorkers: "block", tour: true },
      );
    });
  }
}

test("without scripts the page has the same navigation and examples as with them", async () => {
  const texts = (/** @type {Page} */ page) => page.locator("#nav a, #examples button").allInnerTexts();
  /** @type {string[]} */
  let bare = [];
  await visit(
    server.url,
    async ({ page, problems }) => {
      bare = await texts(page);
      problems.length = 0; // the scripts that were not allowed
    },
    { javaScriptEnabled: false },
  );
  await visit(server.url, async ({ page }) => {
    await decision(page);
    assert.deepEqual(await texts(page), bare);
    assert.ok(bare.length > 8);
  });
});

test("Back and Forward go from view to view, with the choices of now", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const shown = () => page.locator("main > section:visible").getAttribute("id");
    assert.equal(await shown(), "view-route");
    const routeTitle = await page.title();
    await go(page, "Batch");
    assert.equal(await page.title(), "Batch, uniroute");
    await go(page, "Pool");
    assert.equal(await page.title(), "Pool, uniroute");
    await page.goBack();
    await page.locator("#view-batch").waitFor();
    assert.equal(await page.title(), "Batch, uniroute");
    await page.locator("#batch-trade").getByText("Quality floor").click();
    await page.waitForFunction(() => location.hash.includes("control=floor"));
    await page.goBack();
    await page.locator("#view-route").waitFor();
    assert.equal(await page.title(), routeTitle);
    assert.ok(await page.locator("#trade input[value=floor]").isChecked(), "the choices of now stay");
    await page.waitForFunction(() => location.hash.includes("control=floor"));
    await page.goForward();
    await page.locator("#view-batch").waitFor();
    assert.equal(
      await page.getByRole("link", { name: "Batch", exact: true }).getAttribute("aria-current"),
      "page",
    );
    await page.reload();
    await page.locator("#view-batch").waitFor();
    await page.goBack();
    await page.locator("#view-route").waitFor();
  });
});

test("a link to a view opens it, and a link that is followed in the tab changes the choices", async () => {
  await visit(`${server.url}#view=pool`, async ({ page }) => {
    await page.locator("#view-pool").waitFor();
    assert.equal(await page.title(), "Pool, uniroute");
    await page.evaluate(() => (location.hash = "#view=batch&control=budget&budget=2"));
    await page.locator("#view-batch").waitFor();
    assert.ok(await page.locator("#batch-trade input[value=budget]").isChecked());
    await page.goBack();
    await page.locator("#view-pool").waitFor();
  });
});

test("an empty prompt gets no recommendation, but the advice to type one, in every part of the view", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await page.locator("#cost-panel summary").click();
    await page.locator("#cost-rows tr").first().waitFor();
    for (const empty of ["", "  \n\t ", "\u200b\u00a0"]) {
      await page.fill("#prompt", "What is the capital of Peru?");
      await decision(page);
      await page.locator("#map .here").waitFor();
      await page.fill("#prompt", empty);
      await page.locator("#decision", { hasText: "Type a prompt" }).waitFor();
      assert.equal(await page.locator("#decision h2").count(), 0);
      await page.locator("#candidates", { hasText: "Type a prompt to see" }).waitFor();
      assert.equal(await page.locator("#candidates [role=switch]").count(), 0);
      await page.locator("#cost", { hasText: "Type a prompt to see" }).waitFor();
      assert.equal(await page.locator("#cost-rows tr").count(), 0);
      await page.locator("#kinds", { hasText: "Type a prompt to see" }).waitFor();
      await page.locator("#map", { hasText: "Type a prompt to see" }).waitFor();
      assert.equal(await page.locator("#map .here").count(), 0);
      assert.equal(await page.locator("#plot .dot").count(), 0);
    }
    // It is still so after a reload, and the first letter brings a decision.
    await page.reload();
    await page.locator("#decision", { hasText: "Type a prompt" }).waitFor();
    await page.locator("#prompt").pressSequentially("hi");
    await decision(page);
  });
});
