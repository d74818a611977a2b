/**
 * Visits that are not as usual: two tabs, a service worker that is older than the page, a clock that is wrong, a
 * link that is damaged.
 */
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, go, openPool } from "./page.mjs";
import { copySite, publish } from "./published-site.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** @param {Page} page */
const names = async (page) => (await candidates(page)).map(({ name }) => name).sort();

test("two tabs decide for themselves; the pool that was used last is the one of the next visit", async () => {
  await visit(server.url, async ({ page, context }) => {
    const first = await decision(page);
    const other = await context.newPage();
    await other.goto(server.url);
    await decision(other);
    await openPool(other, "pair.json", JSON.stringify(PAIR));
    await other.locator("#candidates th", { hasText: "Large" }).waitFor();
    await Promise.all([page, other].map((tab) => tab.fill("#prompt", "Who wrote Hamlet?")));
    assert.ok((await decision(page)).name);
    assert.deepEqual(await names(other), ["Large", "Small"]);
    assert.ok((await candidates(page)).length > 5, "the other tab keeps its pool");
    await page.getByRole("button", { name: "E-mail", exact: true }).click();
    assert.equal((await decision(page)).text, first.text);
    await other.waitForFunction(() => location.hash.includes("poolId=own"));
    const third = await context.newPage();
    await third.goto(server.url);
    await decision(third);
    assert.deepEqual(await names(third), ["Large", "Small"]);
  });
});

test("an older service worker, its cache forbidden, emptied or beside a newer tab: the page decides", async (t) => {
  const { site, own, remove } = await copySite();
  try {
    // A switch in the service worker, as if the person or the browser forbade the cache.
    const deny =
      "{ const open = caches.open.bind(caches); caches.open = (name) => self.isDenied ? " +
      'Promise.reject(new DOMException("denied", "SecurityError")) : open(name); }\n';
    await appendFile(join(site, "sw.js"), deny);
    await visit(own.url, async ({ page, context, problems }) => {
      await decision(page);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.reload();
      const { text } = await decision(page);
      const [worker] = context.serviceWorkers();
      assert.ok(worker, "the service worker is in charge");

      await t.test("the cache is forbidden", async () => {
        await worker.evaluate(() => Object.assign(self, { isDenied: true }));
        await page.reload();
        assert.equal((await decision(page)).text, text);
        await worker.evaluate(() => Object.assign(self, { isDenied: false }));
      });

      await t.test("a newer version replaces it in one tab; the other goes on", async () => {
        const other = await context.newPage();
        await other.goto(own.url);
        await decision(other);
        await publish(site, ":root { --newer: whole }");
        await page.reload();
        const notice = page.locator(".notice", { hasText: "A newer version of this page is ready." });
        await notice.waitFor();
        await Promise.all([
          page.waitForEvent("load"),
          notice.getByRole("button", { name: "Reload" }).click(),
        ]);
        assert.equal((await decision(page)).text, text);
        await other.fill("#prompt", "Who wrote Hamlet?");
        assert.ok((await decision(other)).name);
        await other.locator("#pools").selectOption({ index: 1 });
        await other.locator("#decision[aria-busy=false] h2").waitFor();
        assert.equal(await other.locator(".notice.bad").count(), 0);
        await other.close();
      });

      await t.test("the cache is emptied, and the files of the server are newer", async () => {
        await page.evaluate(async () => {
          for (const name of await caches.keys()) await caches.delete(name);
        });
        await publish(site, ":root { --newer: newest }");
        await page.reload();
        assert.ok((await decision(page)).name);
        assert.equal(await page.locator(".notice.bad").count(), 0);
      });
      assert.deepEqual(problems, []);
    });
  } finally {
    await remove();
  }
});

for (const [when, now] of /** @type {const} */ ([
  ["far in the past", "1970-01-01T00:00:10Z"],
  ["far in the future", "+099999-01-01T00:00:00Z"],
  ["not a date", "no date"],
])) {
  test(`with a clock that is ${when} the page decides, and prices keep a sensible date`, async () => {
    const list = {
      small: { input_cost_per_token: 7e-7, output_cost_per_token: 9e-7, litellm_provider: "x", mode: "chat" },
    };
    await visit(server.url, async ({ page }) => {
      await decision(page);
      await page.addInitScript((time) => {
        const at = Date.parse(time);
        const Real = Date;
        /** @type {any} */ (globalThis).Date = class extends Real {
          /** @param {any[]} args */
          constructor(...args) {
            super(.../** @type {[]} */ (args.length === 0 ? [at] : args));
          }
          static now = () => at;
        };
      }, now);
      await page.reload();
      await decision(page);
      await openPool(page, "pair.json", JSON.stringify(PAIR));
      await page.locator("#candidates th", { hasText: "Large" }).waitFor();
      await openPool(page, "prices.json", JSON.stringify(list));
      await page.getByRole("button", { name: "Use these prices for 1 model of the pool" }).click();
      const price = page.getByRole("spinbutton", { name: "Input price of Small" });
      // The table is drawn anew with the new prices, so the box is looked up each time.
      for (let tries = 0; tries < 300 && (await price.inputValue()) !== "0.7"; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.equal(await price.inputValue(), "0.7");
      assert.match(await page.locator("#pool-facts").innerText(), /prices as of 2026-01-01/);
      assert.equal(await page.locator(".notice").count(), 0);
    });
  });
}

test("a damaged link gives the default pool and says so; a pool of the person's own stays saved", async (t) => {
  await visit(server.url, async ({ page }) => {
    const { text } = await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    const packed = await page.evaluate(async () => {
      const noPool = new Blob(['{"models": 5}']).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(noPool).arrayBuffer());
      return btoa(String.fromCharCode(...bytes))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
    });
    for (const [what, own] of [
      ["not base64", "***"],
      ["cut off", packed.slice(0, 8)],
      ["not a pool", packed],
    ]) {
      await t.test(`${what}, opened`, async () => {
        await page.goto("about:blank");
        await page.goto(`${server.url}#poolId=own&lambda=banana&off=%5B&own=${own}`);
        const notice = page.locator(".notice.bad", { hasText: "The pool in this link could not be used" });
        await notice.waitFor({ timeout: 60_000 });
        assert.match(await notice.innerText(), /uses its defaults/);
        assert.equal((await decision(page)).text, text);
      });
    }
    await t.test("in the open page", async () => {
      await notice(page).getByRole("button", { name: "Dismiss" }).click();
      await page.evaluate(() => void (location.hash = "#poolId=own&own=***"));
      await notice(page).waitFor();
      assert.equal((await decision(page)).text, text);
    });
    await go(page, "Pool");
    await page.locator("#compare").selectOption({ label: "A pair" });
    const models = page.locator("#pool-compare tr", { hasText: "Models" }).locator("td").last();
    await models.waitFor();
    assert.equal(await models.innerText(), "2", "the saved pool is still the person's own");
  });
});

/** @param {Page} page */
const notice = (page) => page.locator(".notice.bad", { hasText: "The pool in this link" });
