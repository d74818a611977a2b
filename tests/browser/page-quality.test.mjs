import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, openPool, slide } from "./page.mjs";
import { copySite, publish } from "./published-site.mjs";

/** Compressed bytes that the page's own scripts and styles of a first visit may take. */
const PAGE_BYTES = 75_000;
const VIEWS = ["Route", "Batch", "Conversation", "Pool", "About"];

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

test("the page's own scripts and styles of a first visit stay small", async (t) => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => new URL(name))
        .filter(
          ({ pathname }) => /\/(js|css)\/.*\.(js|css)$/.test(pathname) && !pathname.includes("/uniroute/"),
        )
        .map(({ pathname }) => pathname),
    );
    const names = [...new Set(loaded)];
    assert.ok(names.length > 30);
    let sum = 0;
    for (const name of names) sum += gzipSync(await readFile(join(SITE, name))).length;
    t.diagnostic(`scripts and styles of a first visit: ${names.length} files, ${sum} bytes, gzip`);
    assert.ok(sum <= PAGE_BYTES, `${sum} bytes`);
  });
});

test("every module that the page imports at once is preloaded", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const preloaded = await page
      .locator("link[rel=modulepreload]")
      .evaluateAll((links) => links.map((link) => /** @type {HTMLLinkElement} */ (link).href));
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((entry) => /\.js$/.test(entry.name))
        .map((entry) => entry.name),
    );
    const listed = new Set(preloaded);
    const scripts = [
      "js/main.js",
      "js/browser/worker.js",
      "js/browser/before-paint.js",
      "js/browser/scripts-missing.js",
    ].map((name) => new URL(name, server.url).href);
    // Most scripts under uniroute/ are loaded by the worker; a page cannot preload them.
    const own = loaded.filter((name) => name.startsWith(new URL("js/", server.url).href));
    // What routing saves and the map are loaded after the first decision, so that they do not delay it.
    const later = ["js/views/savings/", "js/views/map.js"].map((name) => new URL(name, server.url).href);
    assert.ok(own.length > 20);
    assert.deepEqual(
      own.filter(
        (name) => !listed.has(name) && !scripts.includes(name) && !later.some((one) => name.startsWith(one)),
      ),
      [],
    );
  });
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [390, 820, 1440]) {
    test(`no serious problem for axe, nothing too wide: ${colorScheme}, ${width} px`, async () => {
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      await visit(
        server.url,
        async ({ page }) => {
          await decision(page);
          await page.locator("#map .spot").first().waitFor();
          await page
            .addScriptTag({ path: axe })
            .catch(async () => page.evaluate(await readFile(axe, "utf8")));
          for (const view of VIEWS) {
            await page.getByRole("link", { name: view, exact: true }).click();
            await page.locator(`main > section[aria-busy=true]:visible`).waitFor({ state: "detached" });
            const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
            const serious = violations.filter(
              (/** @type {any} */ { impact }) => impact === "serious" || impact === "critical",
            );
            assert.deepEqual(
              serious.map(
                (/** @type {any} */ { id, nodes }) =>
                  `${id}: ${nodes.map((/** @type {any} */ node) => node.target).join(", ")}`,
              ),
              [],
              view,
            );
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(over <= 0, `${view} is ${over} px too wide`);
          }
        },
        { viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce", bypassCSP: true },
      );
    });
  }
}

test("a prompt can be routed with the keyboard alone", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const focused = () =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("class") || "");
    const tabTo = async (/** @type {string} */ wanted) => {
      for (let i = 0; i < 60; i += 1) {
        await page.keyboard.press("Tab");
        if ((await focused()).includes(wanted)) return;
      }
      assert.fail(`the tab key does not reach ${wanted}`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "skip");
    const example = await page.inputValue("#prompt");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "prompt");
    assert.equal(await page.inputValue("#prompt"), example, "skipping to the box leaves it as it is");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Write a poem about the sea.");
    await decision(page);
    await tabTo("slider");
    await page.keyboard.press("Home");
    const cheap = await decision(page);
    await page.keyboard.press("End");
    const best = await decision(page);
    assert.ok(best.quality > cheap.quality);
    await page.locator("#spoken", { hasText: best.name }).waitFor({ state: "attached" });
  });
});

test("choices, prompt and the person's own pool survive a reload", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await page.fill("#prompt", "What is the capital of Peru?");
    await slide(page, 1);
    await page.waitForFunction(() => location.hash.includes("lambda=0"));
    const before = await decision(page);
    await page.goto(server.url);
    const after = await decision(page);
    assert.equal(after.text, before.text);
    assert.equal(await page.inputValue("#prompt"), "What is the capital of Peru?");
  });
});

test("a link contains pool, switches and setting, and the prompt only on request", async () => {
  /** @type {string} */
  let link = "";
  await visit(server.url, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await page.fill("#prompt", "A secret prompt");
    await page.getByRole("switch", { name: "Use Large" }).first().click();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Copy link", exact: true }).click();
    await page.getByText("Copied.").waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(!decodeURIComponent(link).includes("secret"));
    await page.getByRole("button", { name: "Copy link with the prompt" }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("secret"));
  });
  await visit(link, async ({ page }) => {
    assert.equal((await decision(page)).name, "Small");
    assert.equal((await candidates(page)).find(({ name }) => name === "Large")?.kind, "excluded");
  });
});

test("the page works without a network from its second visit on", async () => {
  await visit(server.url, async ({ page, context, problems }) => {
    const { text } = await decision(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.reload();
    assert.equal((await decision(page)).text, text);
    await page.locator("#pools").selectOption({ index: 1 });
    await page.locator("#candidates tbody tr").first().waitFor();
    await context.setOffline(false);
    assert.deepEqual(problems, []);
  });
});

test("a newer version of the page is offered, installed completely or not at all, and keeps the prompt", async () => {
  const { site, own, remove } = await copySite();
  const marked = (/** @type {import("playwright-core").Page} */ page) =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--newer"));
  try {
    await visit(own.url, async ({ page, problems }) => {
      await decision(page);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.reload();
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await page.fill("#prompt", "What is the capital of Peru?");
      await decision(page);

      await publish(site, ":root { --newer: broken }", "0".repeat(64));
      const ended = await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration?.update();
        const { installing } = registration ?? {};
        if (!installing) return "none";
        return new Promise((resolve) =>
          installing.addEventListener("statechange", () => resolve(installing.state)),
        );
      });
      assert.equal(ended, "redundant", "files that do not belong to their version are not cached");
      await page.reload();
      await decision(page);
      assert.equal(await marked(page), "");
      // The failed installation is reported on the console, as it should be.
      problems.length = 0;

      await publish(site, ":root { --newer: whole }");
      await page.reload();
      const notice = page.locator(".notice", { hasText: "A newer version of this page is ready." });
      await notice.waitFor();
      await Promise.all([page.waitForEvent("load"), notice.getByRole("button", { name: "Reload" }).click()]);
      await decision(page);
      assert.match(await marked(page), /whole/);
      assert.equal(await page.inputValue("#prompt"), "What is the capital of Peru?");
    });
  } finally {
    await remove();
  }
});

test("typing with a pool of 100 models works", async (t) => {
  const models = Array.from({ length: 100 }, (_, i) => ({
    id: `m${i}`,
    name: `Model ${i}`,
    accuracy: 0.3 + i / 200,
    labels_count: 50 + i,
    cost: { input: 0.01 * 1.07 ** i, output: 0.04 * 1.07 ** i },
  }));
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(
      page,
      "hundred.json",
      JSON.stringify({ schema_version: 1, name: "A hundred", as_of: "2026-01-01", models }),
    );
    await page.locator("#candidates th", { hasText: "Model 99" }).waitFor();
    await decision(page);
    await page.evaluate(() => {
      const tasks = /** @type {number[]} */ ([]);
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) =>
        list.getEntries().forEach(({ duration }) => tasks.push(duration)),
      ).observe({ entryTypes: ["longtask"] });
    });
    await page.fill("#prompt", "");
    await page
      .locator("#prompt")
      .pressSequentially(
        "Why does bread rise when it bakes, and why does it sink again if I open the oven early?",
        { delay: 30 },
      );
    const { name } = await decision(page);
    const tasks = await page.evaluate(
      () => /** @type {{ tasks: number[] }} */ (/** @type {unknown} */ (globalThis)).tasks,
    );
    const longest = Math.round(Math.max(0, ...tasks));
    t.diagnostic(
      `typing 87 letters, 100 models: ${tasks.length} tasks over 50 ms, the longest ${longest} ms`,
    );
    assert.match(name, /^Model \d+$/);
    assert.equal((await candidates(page)).length, 100);
  });
});
