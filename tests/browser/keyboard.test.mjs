/** The keyboard alone does everything, and the focus is never lost: no action leaves it on nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** More tab stops than any view has with a small pool. */
const MOST_TABS = 120;
const WORSE = { ...PAIR.models[0], id: "worse", name: "Worse", accuracy: 0.3, cost: { input: 2, output: 2 } };
const POOL = { ...PAIR, models: [...PAIR.models, WORSE] };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * What has the focus: its id, what a screen reader calls it, and whether it can be pressed.
 *
 * @param {Page} page
 */
const focused = (page) =>
  page.evaluate(() => {
    const one = /** @type {HTMLElement | null} */ (document.activeElement);
    const label = /** @type {HTMLInputElement | null} */ (one)?.labels?.[0]?.textContent;
    return {
      id: one?.id ?? "",
      name: (one?.getAttribute("aria-label") ?? label ?? one?.textContent ?? "").trim().slice(0, 80),
      isLost: one === null || one === document.body || one.matches(":disabled") || !one.checkVisibility(),
    };
  });

/**
 * Waits until the page has drawn what follows from a key: the decision is made by a worker.
 *
 * @param {Page} page
 */
async function settle(page) {
  await page.waitForFunction(
    () => document.querySelector("#decision")?.getAttribute("aria-busy") === "false",
  );
  await page.evaluate(
    () =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))),
  );
}

/**
 * Presses a key and asserts that something has the focus after it.
 *
 * @param {Page} page
 * @param {string} key
 * @param {() => Promise<unknown>} [until] what the key leads to
 */
async function press(page, key, until) {
  const from = await focused(page);
  await page.keyboard.press(key);
  await until?.();
  await settle(page);
  const { isLost, ...now } = await focused(page);
  assert.equal(isLost, false, `${key} on “${from.name || from.id}” loses the focus: ${JSON.stringify(now)}`);
  return now;
}

/**
 * Presses the tab key until an element has the focus.
 *
 * @param {Page} page
 * @param {string} selector
 * @param {string} [key]
 */
async function tabTo(page, selector, key = "Tab") {
  for (let presses = 0; presses < MOST_TABS; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the tab key does not reach ${selector}`);
}

/**
 * @param {Page} page
 * @param {string} view
 */
async function openView(page, view) {
  await page.keyboard.press("Escape");
  await tabTo(page, `#nav a[href="#view=${view}"]`);
  await press(page, "Enter", () => page.locator(`#view-${view}`).waitFor());
}

/**
 * Opens the page with a small pool.
 *
 * @param {(page: Page) => Promise<void>} body
 * @param {Parameters<typeof visit>[2]} [options]
 */
async function withPool(body, options) {
  await visit(
    server.url,
    async ({ page, context }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await decision(page);
      await openPool(page, "three.json", JSON.stringify(POOL));
      await page.locator("#candidates th", { hasText: "Worse" }).waitFor();
      await decision(page);
      await page.locator("#savings .claim").first().waitFor();
      await body(page);
    },
    options,
  );
}

test("why, why not, a pin and the switches of the models", async () => {
  await withPool(async (page) => {
    await page.locator("#prompt").focus();
    await tabTo(page, "#why-button");
    assert.equal(
      (await press(page, "Enter", () => page.locator("#why h3").first().waitFor())).id,
      "why-button",
    );
    await press(page, "Enter", () => page.locator("#why").waitFor({ state: "hidden" }));

    await tabTo(page, "#pin");
    assert.equal((await press(page, "Space")).name, "Unpin");
    assert.equal((await press(page, "Space")).name, "Always this model");
    await tabTo(page, "#verdict-good");
    await press(page, "Enter", () => page.locator("#verdict-said button").waitFor());
    await tabTo(page, "#verdict-said button");
    assert.equal(
      (await press(page, "Enter", () => page.getByText("Taken back.").waitFor())).id,
      "verdict-good",
    );

    await tabTo(page, "#trade .slider");
    await press(page, "Home", () => page.locator("#decision h2", { hasText: "Small" }).waitFor());
    const ask = (/** @type {string} */ name) => `.ask-why[aria-label^="Why"][aria-label$=" ${name}?"]`;
    await tabTo(page, ask("Large"));
    await press(page, "Enter", () => page.locator("tr.details").waitFor());
    await tabTo(page, "tr.details button");
    const chosen = () => page.locator("#decision h2", { hasText: "Large" }).waitFor();
    assert.equal((await press(page, "Enter", chosen)).name, "Why Large?", "its button has gone");
    await tabTo(page, 'input[aria-label="Use Large"]', "Shift+Tab");
    // The row of a model that is switched off goes to the end of the table, and comes back.
    const [off, on] = ["Small", "Large"].map(
      (name) => () => page.locator("#decision h2", { hasText: name }).waitFor(),
    );
    assert.equal((await press(page, "Space", off)).name, "Use Large");
    assert.equal((await press(page, "Space", on)).name, "Use Large");
    await tabTo(page, ask("Worse"));
    await press(page, "Enter");
    await tabTo(page, "tr.details:last-child button:last-child");
    const pinned = () => page.locator("#decision h2", { hasText: "Worse" }).waitFor();
    assert.equal((await press(page, "Enter", pinned)).name, "Why Worse?");
    await press(page, "Enter");
    await tabTo(page, "#pin", "Shift+Tab");
    await press(page, "Enter", on);
    // The columns are sorted, the map and the chart are gone through with the arrow keys.
    await tabTo(page, '[data-column="name"] button');
    await press(page, "Enter");
    assert.match(await page.locator("#candidate-rows th").first().innerText(), /^Large/);
    await tabTo(page, "#map .spot");
    for (const key of ["ArrowRight", "End", "Home", "Enter", "Space"]) await press(page, key);
  });
});

test("each dialog opens, keeps the focus inside and gives it back to its button", async () => {
  await withPool(async (page) => {
    for (const [opener, dialog] of /** @type {[string, string][]} */ ([
      ["#choose-models", "dialog.picker[open]"],
      ["#savings .usage button:nth-child(1)", "dialog.sheet[open]"],
      ["#savings .usage button:nth-child(2)", "dialog.sheet[open]"],
      ["#savings .usage button:nth-child(3)", "dialog.sheet[open]"],
    ])) {
      for (const close of ["Escape", "Close"]) {
        await tabTo(page, opener);
        await press(page, "Enter", () => page.locator(dialog).waitFor());
        const name = `${opener}, ${close}`;
        if (opener === "#choose-models") await page.locator(".picker-list li").first().waitFor();
        for (let presses = 0; presses < 12; presses += 1) {
          await page.keyboard.press("Tab");
          const isInside = await page.evaluate(
            (selector) =>
              document.activeElement === document.body || // between the last element and the first one
              document.querySelector(selector)?.contains(document.activeElement),
            dialog,
          );
          assert.ok(isInside, `${name}: the focus leaves the dialog`);
        }
        if (close === "Close") await tabTo(page, `${dialog} > .head button`);
        await press(page, close === "Close" ? "Enter" : close, () =>
          page.locator(dialog).waitFor({ state: "hidden" }),
        );
        assert.ok(await page.locator(opener).evaluate((one) => one === document.activeElement), name);
      }
    }
  });
});

test("models are chosen in the dialog, and the rest of what the dialogs do", async () => {
  await withPool(async (page) => {
    await tabTo(page, "#choose-models");
    await press(page, "Enter", () => page.locator(".picker-list li").first().waitFor());
    for (const [i, name] of ["opus", "mini"].entries()) {
      await page.keyboard.type(name);
      await press(page, "Enter", () => page.locator(".picker-foot .chips button").nth(i).waitFor());
    }
    await tabTo(page, ".picker-list button");
    await press(page, "Space", () => page.locator(".picker-foot .chips button").nth(2).waitFor());
    await tabTo(page, ".picker-foot .chips button");
    await press(page, "Enter", () =>
      page.waitForFunction(() => document.querySelectorAll(".picker-foot .chips button").length === 2),
    );
    await tabTo(page, ".picker-foot .main");
    const used = () =>
      page.waitForFunction(() => document.querySelectorAll("#candidate-rows tr").length === 2);
    assert.equal((await press(page, "Enter", used)).id, "choose-models");

    await tabTo(page, "#savings .usage button:nth-child(2)");
    await press(page, "Enter", () => page.locator("dialog.sheet").waitFor());
    await tabTo(page, "#compare-prompt");
    await page.keyboard.type("Hello");
    await page.locator("dialog .differs").first().waitFor();
    await tabTo(page, "#compare-pool");
    await press(page, "ArrowDown");
    await press(page, "Escape", () => page.locator("dialog.sheet").waitFor({ state: "detached" }));

    await tabTo(page, 'button[popovertarget="share"]');
    await press(page, "Enter", () => page.locator("#share").waitFor());
    await tabTo(page, "#copy-link");
    await press(page, "Enter", () => page.getByText("Copied.").waitFor());
    await press(page, "Escape", () => page.locator("#share").waitFor({ state: "hidden" }));
    assert.equal((await focused(page)).name, "Share");
    await tabTo(page, "#scheme");
    await press(page, "Enter");

    await tabTo(page, "#tour-start");
    await press(page, "Enter", () => page.locator(".tour").waitFor());
    for (const step of [2, 3]) await press(page, "Enter", () => page.getByText(`${step} of 3`).waitFor());
    await tabTo(page, "#tour-in-use", "Shift+Tab");
    await press(page, "ArrowDown");
    await tabTo(page, ".tour .main");
    const ended = () => page.locator(".tour").waitFor({ state: "detached" });
    assert.equal((await press(page, "Enter", ended)).id, "tour-start");
    await press(page, "Enter", () => page.locator(".tour").waitFor());
    assert.equal((await press(page, "Escape", ended)).id, "tour-start");
  });
});

test("a message is dismissed, and the focus goes back to where it came from", async () => {
  await withPool(async (page) => {
    await openPool(page, "bad.json", "{}");
    await page.locator(".notice button").first().waitFor();
    await tabTo(page, "#scheme");
    await tabTo(page, ".notice button:last-child");
    const gone = () => page.locator(".notice").waitFor({ state: "detached" });
    assert.equal((await press(page, "Enter", gone)).id, "scheme");
  });
});

test("the pool is edited: accuracy, price, models, name, undo, the library", async () => {
  await withPool(async (page) => {
    await openView(page, "pool");
    await page.locator("#edit-small").waitFor();
    await tabTo(page, "#edit-small");
    await press(page, "Enter", () => page.locator("#accuracy-small").waitFor());
    await tabTo(page, "#accuracy-small");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("64");
    const quality = page.locator("tr:has(#edit-small) .figures").first();
    const edited = () => quality.filter({ hasText: /^64/ }).waitFor();
    assert.equal((await press(page, "Enter", edited)).id, "accuracy-small");
    assert.equal((await press(page, "Tab")).id, "count-small");
    await press(page, "Tab"); // "How sure this is"
    await press(page, "Enter");
    await tabTo(page, "#scores-small");
    await page.keyboard.type("GPQA Diamond: 60");
    await press(page, "Tab");
    await press(page, "Enter", () => page.locator("#score-0-small").waitFor());
    await tabTo(page, "#unscore-0-small", "Shift+Tab");
    await press(page, "Enter", () => page.locator("#score-0-small").waitFor({ state: "detached" }));
    await tabTo(page, "#cost-input-small", "Shift+Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("0.25");
    await press(page, "Enter");
    await press(page, "Tab");
    await tabTo(page, "#use-large");
    await press(page, "Space");
    assert.equal((await press(page, "Space")).id, "use-large");
    await tabTo(page, "#remove-worse");
    await press(page, "Enter", () => page.locator("#remove-worse").waitFor({ state: "detached" }));
    await tabTo(page, "#pool-undo", "Shift+Tab");
    for (let steps = 0; steps < 20; steps += 1) {
      const { id } = await press(page, "Enter");
      if (id !== "pool-undo") break;
    }
    assert.equal((await focused(page)).id, "pool-save", "nothing is left to undo");
    await tabTo(page, "#pool-rename-open", "Shift+Tab");
    await press(page, "Enter");
    await page.keyboard.type("Another name");
    const renamed = () => page.locator("#pool-title", { hasText: "Another name" }).waitFor();
    assert.equal((await press(page, "Enter", renamed)).id, "pool-rename-open");
    await press(page, "Enter");
    assert.equal((await press(page, "Escape")).id, "pool-rename-open");
    await tabTo(page, '#own-pools [id^="delete-"]');
    await press(page, "Enter", () => page.locator("#own-deleted summary").waitFor());
    await tabTo(page, "#deleted-pools");
    await press(page, "Enter");
    await tabTo(page, '[id^="restore-"]');
    await press(page, "Enter", () => page.locator("#own-deleted summary").waitFor({ state: "detached" }));
    await tabTo(page, '#own-pools [id^="use-"]:enabled');
    await press(page, "Enter", () => page.locator('#own-pools [id^="use-"]:disabled').waitFor());
  });
});

test("a batch is typed and routed, and a file of prompts is opened and closed", async () => {
  await withPool(async (page) => {
    await openView(page, "batch");
    await tabTo(page, "#batch-text");
    await page.keyboard.type("What is 2 + 2?");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Prove that 7 is prime.");
    await page.locator("#batch-run", { hasText: "Route 2 prompts" }).waitFor();
    await press(page, "Tab");
    assert.equal(
      (await press(page, "Enter", () => page.locator("#batch-rows tr").nth(1).waitFor())).id,
      "batch-run",
    );
    await tabTo(page, "#batch-trade .slider");
    await press(page, "End");
    await tabTo(page, "#batch-curve .what-if button");
    await press(page, "Enter", () => page.locator(".what-if input").first().waitFor());
    await tabTo(page, ".imagined", "Shift+Tab");
    for (const key of ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"]) {
      await press(page, key);
      assert.ok(await page.locator(".imagined").evaluate((one) => one === document.activeElement), key);
    }
    // Before the keys: the browser hears later than of a key that its dialogue is not to be opened.
    const choosing = page.waitForEvent("filechooser");
    await tabTo(page, "#batch-file", "Shift+Tab");
    await page.keyboard.press("Enter");
    const prompts = Array.from({ length: 40 }, (_, i) => `${i},What is ${i} + ${i}?`).join("\n");
    const file = { name: "many.csv", mimeType: "text/csv", buffer: Buffer.from(`n,prompt\n${prompts}`) };
    await (await choosing).setFiles(file);
    await page.locator("#batch-column").waitFor();
    await settle(page);
    await tabTo(page, "#batch-header", "Shift+Tab");
    await press(page, "Space");
    await press(page, "Space");
    await tabTo(page, "#batch-run");
    await press(page, "Enter", () => page.locator("#batch-more:visible").waitFor());
    await tabTo(page, "#batch-more");
    await press(page, "Enter", () => page.locator("#batch-rows tr").nth(39).waitFor());
    await tabTo(page, "#batch-opened button", "Shift+Tab");
    const closed = () => page.locator("#batch-opened button").waitFor({ state: "detached" });
    assert.equal((await press(page, "Enter", closed)).id, "batch-text");
  });
});

test("a conversation is typed, and the time between its turns", async () => {
  await withPool(async (page) => {
    await openView(page, "conversation");
    await page.locator("#conversation-result tbody tr").first().waitFor();
    await tabTo(page, "#conversation-text");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("User: What is the capital of Chad?");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Assistant: N'Djamena.");
    await page.keyboard.press("Enter");
    await page.keyboard.type("User: And of Mali?");
    await page.locator("#conversation-result th", { hasText: "And of Mali?" }).waitFor();
    await tabTo(page, "#conversation-minutes");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("9");
    await page.locator("#conversation-result td", { hasText: "no longer kept" }).waitFor();
    await tabTo(page, "#conversation-result .scroll");
    await press(page, "ArrowRight");
  });
});
