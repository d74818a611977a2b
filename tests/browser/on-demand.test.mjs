/** The views that are loaded when they are first shown: what is done before they are there, and files that fail. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const PROMPTS = "What is 2 + 2?\nWrite a poem about the sea.";
const TABLE = {
  name: "two.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("n,prompt\n1,Hello\n2,Good night"),
};

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * Opens the batch view whose scripts are held back, until the body lets them come.
 *
 * @param {(page: Page, arrive: () => Promise<void>) => Promise<void>} body
 */
async function withLateBatch(body) {
  await visit(
    server.url,
    async ({ page }) => {
      let release = () => {};
      const held = new Promise((resolve) => (release = () => resolve(undefined)));
      await page.route("**/js/views/batch/index.js", async (route) => {
        await held;
        await route.continue();
      });
      await decision(page);
      await go(page, "Batch");
      assert.ok(await page.locator("#batch-run").isDisabled(), "nothing can be routed yet");
      await body(page, async () => {
        release();
        await page.locator("#view-batch[aria-busy=false]").waitFor();
      });
    },
    { serviceWorkers: "block" },
  );
}

/**
 * Drops a file on the page.
 *
 * @param {Page} page
 * @param {typeof TABLE} file
 */
async function drop(page, { name, mimeType, buffer }) {
  const data = { name, type: mimeType, text: buffer.toString() };
  await page.evaluate(({ name, type, text }) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name, { type }));
    for (const event of ["dragenter", "dragover", "drop"])
      document.body.dispatchEvent(new DragEvent(event, { dataTransfer, bubbles: true, cancelable: true }));
  }, data);
}

test("prompts that are typed before the batch view has loaded stay, and can then be routed", async () => {
  await withLateBatch(async (page, arrive) => {
    await page.locator("#batch-text").click();
    await page.locator("#batch-text").pressSequentially(PROMPTS);
    await arrive();
    assert.equal(await page.inputValue("#batch-text"), PROMPTS);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "batch-text");
    await page.getByRole("button", { name: "Route 2 prompts" }).click();
    await page.locator("#batch-rows tr").nth(1).waitFor();
  });
});

for (const [how, give] of /** @type {[string, (page: Page) => Promise<void>][]} */ ([
  ["chosen", (page) => page.locator("#batch-file").setInputFiles(TABLE)],
  ["dropped", (page) => drop(page, TABLE)],
])) {
  test(`a file that is ${how} before the batch view has loaded is opened`, async () => {
    await withLateBatch(async (page, arrive) => {
      await give(page);
      await arrive();
      await page.locator("#batch-opened", { hasText: "two.csv" }).waitFor();
      await page.getByRole("button", { name: "Route 2 prompts" }).click();
      await page.locator("#batch-rows tr").nth(1).waitFor();
    });
  });
}

test("the setting can be changed before the batch view has loaded", async () => {
  await withLateBatch(async (page, arrive) => {
    await page.locator("#batch-trade").getByText("Quality floor").click();
    await page.waitForFunction(() => location.hash.includes("control=floor"));
    await arrive();
    assert.ok(await page.locator("#batch-trade input[value=floor]").isChecked());
  });
});

test("a pool and a file of prompts that are given before the router is loaded are used once it is", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      let release = () => {};
      const held = new Promise((resolve) => (release = () => resolve(undefined)));
      await page.route("**/default.router", async (route) => {
        await held;
        await route.continue();
      });
      await page.reload();
      await openPool(page, "pair.json", JSON.stringify(PAIR));
      await go(page, "Batch");
      await page.locator("#batch-file").setInputFiles(TABLE);
      release();
      await page.locator("#batch-opened", { hasText: "two.csv" }).waitFor();
      await go(page, "Route");
      await page.locator("#candidates th", { hasText: "Large" }).waitFor();
      assert.equal(await page.locator(".notice").count(), 0);
    },
    { serviceWorkers: "block" },
  );
});

for (const [view, file] of /** @type {[string, string][]} */ ([
  ["batch", "js/views/batch/index.js"],
  ["batch", "js/views/batch/report.js"],
  ["batch", "css/batch.css"],
  ["pool", "js/views/pool/index.js"],
  ["pool", "css/pool.css"],
  ["conversation", "js/views/conversation/index.js"],
])) {
  test(`${file} does not arrive: the page says so, and another try works`, async () => {
    await visit(
      server.url,
      async ({ page, problems }) => {
        await decision(page);
        await page.route(`**/${file}`, (route) => route.abort("connectionreset"));
        const link = page.locator(`#nav a[href="#view=${view}"]`);
        await link.click();
        const notice = page.locator(".notice", { hasText: "This view could not be loaded" });
        await notice.waitFor();
        if (view === "batch") await page.fill("#batch-text", PROMPTS);
        await page.unroute(`**/${file}`);
        await notice.getByRole("button", { name: "Try again" }).click();
        await page.locator(`#view-${view}[aria-busy=false]`).waitFor();
        await notice.waitFor({ state: "detached" });
        if (view === "batch") await page.getByRole("button", { name: "Route 2 prompts" }).click();
        const part = { batch: "#batch-rows tr", pool: "#pool-rows tr", conversation: "tbody tr" }[view];
        await page.locator(`#view-${view} ${part}`).first().waitFor();
        assert.ok(problems.length > 0 && problems.every((one) => one.includes(file)), problems.join("\n"));
        problems.length = 0;
      },
      { serviceWorkers: "block" },
    );
  });
}
