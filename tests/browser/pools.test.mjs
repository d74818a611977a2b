/**
 * The person's own pools: none gets lost by opening another one, a link, an edit, a second tab or a storage that does
 * not work.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const OTHER = {
  ...PAIR,
  name: "Another pair",
  models: PAIR.models.map((model) => ({ ...model, id: `${model.id}-b`, name: `${model.name} B` })),
};

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * Opens a pool as a file and waits until it decides.
 *
 * @param {Page} page
 * @param {typeof PAIR} pool
 */
async function open(page, pool = PAIR) {
  await openPool(page, `${pool.name}.json`, JSON.stringify(pool));
  await page.locator("#candidates th", { hasText: pool.models[1]?.name }).waitFor({ state: "attached" });
}

/**
 * Waits until these are the models that are decided between.
 *
 * @param {Page} page
 * @param {string[]} wanted
 */
async function hasModels(page, wanted) {
  await page
    .locator("#candidates th", { hasText: wanted[0] ?? "" })
    .first()
    .waitFor({ state: "attached", timeout: 60_000 });
  assert.deepEqual((await candidates(page)).map(({ name }) => name).sort(), wanted);
}

/**
 * The row of one of the person's pools.
 *
 * @param {Page} page
 * @param {string} name
 */
const ownPool = (page, name) =>
  page
    .locator("#own-pools .own-pool")
    .filter({ has: page.locator("strong").getByText(name, { exact: true }) });

/** @param {Page} page */
const price = (page) => page.getByRole("spinbutton", { name: "Input price of Small" });

/**
 * Changes a price, and waits until the pool has it.
 *
 * @param {Page} page
 * @param {string} value
 */
async function setPrice(page, value) {
  await price(page).fill(value);
  await price(page).press("Tab");
  await page.getByRole("button", { name: "Undo", exact: true }).and(page.locator(":enabled")).waitFor();
}

/**
 * @param {Page} page
 * @param {string} value
 */
const hasPrice = (page, value) =>
  page.waitForFunction(
    (wanted) =>
      /** @type {HTMLInputElement | null} */ (document.querySelector("[aria-label='Input price of Small']"))
        ?.value === wanted,
    value,
  );

test("opened pools stay when another is chosen or opened, with their origin and date, also after a reload", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await open(page);
    await open(page, OTHER);
    await page.locator("#pools").selectOption({ index: 1 });
    await page.locator("#candidates th", { hasText: "Large B" }).waitFor({ state: "detached" });
    // Choices are saved a moment later, with the address.
    await page.waitForFunction(() => !location.hash.includes("poolId=own"));
    await page.reload();
    await decision(page);
    await go(page, "Pool");
    for (const pool of [PAIR, OTHER]) {
      const row = ownPool(page, pool.name);
      await row.waitFor();
      assert.match(
        await row.innerText(),
        new RegExp(`from the file ${pool.name}\\.json · \\d{4}-\\d\\d-\\d\\d`),
      );
    }
    await ownPool(page, "A pair").getByRole("button", { name: "Use" }).click();
    await page.locator("#pool-title", { hasText: "A pair" }).waitFor();
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    await page.reload();
    await go(page, "Route");
    await decision(page);
    await hasModels(page, ["Large", "Small"]);
  });
});

test("an edit of a listed pool makes a named copy and keeps the listed pool; undo gives the listed pool again", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await go(page, "Pool");
    const box = page.locator("#pool-rows input[type=number]").first();
    const [listed, before] = [
      await page.locator("#pools option").first().innerText(),
      await box.inputValue(),
    ];
    await box.fill("77");
    await box.press("Tab");
    const copy = ownPool(page, `${listed} (edited)`);
    await copy.waitFor();
    assert.match(await copy.innerText(), new RegExp(`edited copy of “${listed}”`));
    await page.locator("#pools").selectOption({ index: 0 });
    await page.locator("#pool-title").getByText(listed, { exact: true }).waitFor();
    assert.equal(await box.inputValue(), before, "the listed pool is as before");
    await copy.getByRole("button", { name: "Use" }).click();
    await page.locator("#pool-title", { hasText: "(edited)" }).waitFor();
    assert.equal(await box.inputValue(), "77");
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    await page.reload();
    await page.getByRole("button", { name: "Undo", exact: true }).and(page.locator(":enabled")).click();
    await page.locator("#pool-title").getByText(listed, { exact: true }).waitFor();
    assert.equal(await box.inputValue(), before);
    assert.equal(await copy.count(), 0);
  });
});

test("a pool of a link is shared, not saved: the person's own stays, a button saves it", async () => {
  let link = "";
  await visit(server.url, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await decision(page);
    await open(page);
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Copy link", exact: true }).click();
    await page.getByText("Copied.").waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
  });
  await visit(server.url, async ({ page, context }) => {
    await decision(page);
    await open(page, OTHER);
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    const other = await context.newPage();
    await other.goto(link);
    await other.locator(".notice", { hasText: "“A pair” came with the link and is not saved." }).waitFor();
    await hasModels(other, ["Large", "Small"]);
    assert.equal(await other.locator("#pools option:checked").innerText(), "A pair (shared, not saved)");
    await other.getByRole("switch", { name: "Use Large" }).first().click();
    await other.waitForFunction(() => location.hash.includes("off="));
    await other.reload();
    await other.locator("#candidates tr.excluded", { hasText: "Large" }).waitFor();

    const next = await context.newPage();
    await next.goto(server.url);
    await decision(next);
    await hasModels(next, ["Large B", "Small B"]);

    await go(other, "Pool");
    await ownPool(other, "Another pair").waitFor();
    assert.equal(await ownPool(other, "A pair").count(), 0);
    await other.locator("#pool-keep").click();
    const row = ownPool(other, "A pair");
    await row.waitFor();
    assert.match(await row.innerText(), /in use[\s\S]*from a shared link/);
    assert.equal(await ownPool(other, "Another pair").count(), 1);
    await ownPool(next, "A pair")
      .waitFor({ state: "attached" })
      .catch(() => undefined);
  });
  // The one who sent the link has the pool already.
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await open(page);
    await page.evaluate((hash) => void (location.hash = hash), new URL(link).hash);
    await page.waitForFunction(() => location.hash.includes("poolId=own-"));
    assert.equal(await page.locator(".notice").count(), 0);
    assert.equal(await page.locator("#pools option:checked").innerText(), "A pair");
  });
});

test("tabs agree: a change in one is in the other, which can undo it", async () => {
  await visit(server.url, async ({ page, context }) => {
    await decision(page);
    await open(page);
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    const other = await context.newPage();
    await other.goto(server.url);
    await decision(other);
    await hasModels(other, ["Large", "Small"]);
    await Promise.all([page, other].map((tab) => go(tab, "Pool")));
    await setPrice(page, "0.3");
    await hasPrice(other, "0.3");
    await other.getByRole("button", { name: "Undo", exact: true }).and(other.locator(":enabled")).click();
    await Promise.all([page, other].map((tab) => hasPrice(tab, "0.1")));
    await ownPool(other, "A pair").getByRole("button", { name: "Delete" }).click();
    await page.locator("#own-deleted", { hasText: "1 deleted pool" }).waitFor();
    await hasPrice(page, "0.1");
  });
});

test("of two changes of one pool at the same time, both remain", async () => {
  await visit(server.url, async ({ page, context }) => {
    await decision(page);
    await open(page);
    await page.waitForFunction(() => location.hash.includes("poolId=own"));
    const deaf = await context.newPage();
    await deaf.addInitScript(() => Object.assign(globalThis, { BroadcastChannel: undefined }));
    await deaf.goto(server.url);
    await decision(deaf);
    await hasModels(deaf, ["Large", "Small"]);
    await Promise.all([page, deaf].map((tab) => go(tab, "Pool")));
    await price(deaf).waitFor();
    await setPrice(page, "0.3");
    await hasPrice(page, "0.3");
    await ownPool(page, "A pair").waitFor();
    await price(deaf).fill("0.4");
    await price(deaf).press("Tab");
    const notice = deaf.locator(".notice", { hasText: "was changed in another tab at the same time" });
    await notice.waitFor();
    assert.match(await notice.innerText(), /saved as “A pair 2”/);
    await page.reload();
    await hasPrice(page, "0.3");
    await ownPool(page, "A pair 2").getByRole("button", { name: "Use" }).click();
    await hasPrice(page, "0.4");
  });
});

test("a pool is renamed, deleted, and restored in two ways", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await open(page);
    await go(page, "Pool");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name of the pool" }).fill("For the shop");
    await page.keyboard.press("Enter");
    await ownPool(page, "For the shop").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      ownPool(page, "For the shop").getByRole("button", { name: "Export" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "for-the-shop.json");
    const remove = ownPool(page, "For the shop").getByRole("button", { name: "Delete" });
    await remove.click();
    const notice = page.locator(".notice", { hasText: "“For the shop” was deleted." });
    await notice.getByRole("button", { name: "Undo" }).click();
    await page.locator("#pool-title", { hasText: "For the shop" }).waitFor();
    await remove.click();
    await notice.waitFor();
    await page.reload();
    await page.locator("#own-deleted summary").click();
    await page.getByRole("button", { name: "Restore: For the shop" }).click();
    await ownPool(page, "For the shop").getByRole("button", { name: "Use" }).click();
    await page.locator("#pool-title", { hasText: "For the shop" }).waitFor();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.locator("#pool-title").getByText("A pair", { exact: true }).waitFor();
  });
});

test("the pool that a former version of the page saved is taken over", async () => {
  await visit(`${server.url}manifest.webmanifest`, async ({ page }) => {
    await page.evaluate(async (pool) => {
      const opening = indexedDB.open("uniroute", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const transaction = opening.result.transaction("kept", "readwrite");
      transaction.objectStore("kept").put(pool, "pool");
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      opening.result.close();
      localStorage.setItem("uniroute", JSON.stringify({ poolId: "own", lambda: 50 }));
    }, JSON.stringify(PAIR));
    for (let i = 0; i < 2; i++) {
      await page.goto(server.url);
      await decision(page);
      await hasModels(page, ["Large", "Small"]);
      await go(page, "Pool");
      await ownPool(page, "A pair").waitFor();
      assert.equal(await page.locator("#own-pools .own-pool").count(), 1);
      assert.match(await ownPool(page, "A pair").innerText(), /saved by a former version of this page/);
    }
  });
});

/** @type {[string, () => void, RegExp][]} */
const STORAGES = [
  [
    "denied",
    () =>
      Object.defineProperty(globalThis, "indexedDB", {
        get() {
          throw new DOMException("The user denied permission.", "SecurityError");
        },
      }),
    /does not let this page save anything/,
  ],
  [
    "full",
    () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("No space.", "QuotaExceededError");
      };
    },
    /storage of this browser is full/,
  ],
  [
    "silent",
    () => {
      IDBFactory.prototype.open = () => /** @type {any} */ ({});
    },
    /does not answer/,
  ],
];

for (const [what, breakIt, wanted] of STORAGES) {
  test(`with a storage that is ${what} the page works with pools and says that they are not saved`, async () => {
    await visit(`${server.url}manifest.webmanifest`, async ({ page }) => {
      await page.addInitScript(breakIt);
      await page.goto(server.url);
      await decision(page);
      await open(page);
      const notice = page.locator(".notice.bad", { hasText: "could not be saved" });
      await notice.waitFor();
      assert.match(await notice.innerText(), wanted);
      assert.equal(await page.locator("#pools option:checked").innerText(), "A pair (not saved)");
      await go(page, "Pool");
      await page.locator("#own-problem", { hasText: wanted }).waitFor();
      await setPrice(page, "0.3");
      await hasPrice(page, "0.3");
      await page.locator("#pools").selectOption({ index: 1 });
      await page.locator("#pool-title", { hasText: "A pair" }).waitFor({ state: "detached" });
      await ownPool(page, "A pair").getByRole("button", { name: "Use" }).click();
      await hasPrice(page, "0.3");
      await page.getByRole("button", { name: "Undo", exact: true }).click();
      await hasPrice(page, "0.1");
    });
  });
}
