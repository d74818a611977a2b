/**
 * What the page does if its worker ends, fails or stops, and if the browser forbids storage: it says what happened,
 * and the next prompt is decided.
 */
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

/** @param {Page} page its scripts keep a list of their workers from the next load on */
const keepWorkers = (page) =>
  page.addInitScript(() => {
    const kept = /** @type {Worker[]} */ ([]);
    globalThis.Worker = class extends Worker {
      /** @param {ConstructorParameters<typeof Worker>} args */
      constructor(...args) {
        super(...args);
        kept.push(this);
      }
    };
    Object.assign(globalThis, { kept });
  });

/** @param {Page} page */
const worker = (page) => /** @type {import("playwright-core").Worker} */ (page.workers()[0]);

/**
 * @param {Page} page
 * @param {string} prompt
 */
const ask = (page, prompt) =>
  page.locator("#prompt").evaluate((box, text) => {
    /** @type {HTMLTextAreaElement} */ (box).hidden = text.length > 50_000; // its layout would take long
    /** @type {HTMLTextAreaElement} */ (box).value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, prompt);

test("a worker that the browser ends is noticed; the page starts another, with the person's own pool", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await keepWorkers(page);
    await page.reload();
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    const before = await decision(page);
    await page.evaluate(() =>
      /** @type {any} */ (globalThis).kept.forEach((/** @type {Worker} */ one) => one.terminate()),
    );
    await ask(page, "Asked of nobody");
    const notice = page.locator(".notice", { hasText: "does not answer" });
    await notice.waitFor({ timeout: 60_000 });
    assert.equal(await page.locator("#decision").getAttribute("aria-busy"), "true");
    await notice.getByRole("button", { name: "Start again" }).click();
    await decision(page);
    assert.equal(await page.inputValue("#prompt"), "Asked of nobody");
    assert.deepEqual((await candidates(page)).map(({ name }) => name).sort(), ["Large", "Small"]);
    await page.getByRole("button", { name: "E-mail", exact: true }).click();
    assert.equal((await decision(page)).text, before.text);
    assert.equal(await notice.count(), 0);
  });
});

test("an error in the worker's script fails the prompt, not the page", async () => {
  await visit(server.url, async ({ page, problems }) => {
    const { text } = await decision(page);
    await worker(page).evaluate(() => {
      // No message is answered any more: in place of each reply, an error escapes from the worker's script.
      globalThis.postMessage = () => {
        setTimeout(() => {
          throw new Error("a defect of the worker");
        });
      };
    });
    await ask(page, "Is this decided?");
    const notice = page.locator(".notice", { hasText: "a defect of the worker" });
    await notice.getByRole("button", { name: "Start again" }).click();
    await decision(page);
    await page.getByRole("button", { name: "E-mail", exact: true }).click();
    assert.equal((await decision(page)).text, text);
    problems.length = 0;
  });
});

/** @type {[string, () => Promise<unknown>, string][]} */
const STOPS = [
  [
    "the module runs out of memory",
    async () => {
      const address = new URL("uniroute/dist/uniroute.js", location.origin).href;
      const { memory } = await (await import(address)).default();
      memory.grow(65536 - memory.buffer.byteLength / 65536);
    },
    "long ".repeat(1_200_000),
  ],
  [
    "the module reads out of its memory",
    async () => {
      const address = new URL("uniroute/dist/uniroute.js", location.origin).href;
      const { Router } = await import(address);
      const { explain } = Router.prototype;
      Router.prototype.explain = function (/** @type {any[]} */ ...args) {
        Router.prototype.explain = explain;
        this.__wbg_ptr = 0xffff_fff0;
        return explain.apply(this, args);
      };
    },
    "Which way?",
  ],
];

for (const [what, breakIt, prompt] of STOPS) {
  test(`${what}: the page says so, and the next prompt is decided`, async (t) => {
    await visit(server.url, async ({ page }) => {
      const { text } = await decision(page);
      await worker(page).evaluate(breakIt);
      await ask(page, prompt);
      const notice = page.locator(".notice", { hasText: "No decision" });
      await notice.locator("code", { hasText: "stopped" }).waitFor();
      t.diagnostic((await notice.innerText()).replaceAll("\n", " "));
      assert.equal(await page.locator("#decision h2").count(), 0, "no decision of another prompt is shown");
      await page.getByRole("button", { name: "E-mail", exact: true }).click();
      assert.equal((await decision(page)).text, text);
      assert.equal(await page.locator(".notice").count(), 0, "the notice goes with the next decision");
    });
  });
}

test("without any storage the page decides, and the person's own pool lasts for the visit", async () => {
  await visit(server.url, async ({ page, problems }) => {
    await decision(page);
    await page.addInitScript(() => {
      const denied = {
        configurable: true,
        get() {
          throw new DOMException("The user denied permission.", "SecurityError");
        },
      };
      for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
        Object.defineProperty(globalThis, name, denied);
    });
    await page.reload();
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    await page.locator("#scheme").click();
    await page.fill("#prompt", "Is this decided?");
    await decision(page);
    await page.locator("#pools").selectOption({ index: 0 });
    await page.locator("#candidates th", { hasText: "Large" }).waitFor({ state: "detached" });
    await go(page, "Pool");
    await page.locator("#compare").selectOption({ label: "A pair" });
    await page.locator("#pool-compare tr", { hasText: "Sends it to" }).waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
    assert.deepEqual(problems, []);
  });
});

test("a database without its store, and one that never answers, do not keep the page waiting", async () => {
  await visit(server.url, async ({ page, problems }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    await page.evaluate(async () => {
      const done = (/** @type {IDBOpenDBRequest} */ request) =>
        new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const removed = indexedDB.deleteDatabase("uniroute-pools");
      await Promise.race([done(removed), new Promise((resolve) => (removed.onblocked = resolve))]);
    });
    await page.goto("about:blank");
    await page.goto(`${server.url}manifest.webmanifest`);
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open("uniroute-pools", 7);
          opening.onsuccess = () => resolve(opening.result.close());
        }),
    );
    await page.goto(server.url);
    assert.ok((await decision(page)).name);
    // The icon of a page that was left may still be under way.
    const icon = problems.findIndex((problem) => problem.includes("icons/icon.svg net::ERR_ABORTED"));
    if (icon >= 0) problems.splice(icon, 1);

    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => /** @type {any} */ ({});
    });
    await page.reload();
    assert.ok((await decision(page)).name);
  });
});
