/**
 * `examples/extension` in Chromium: called with its button on a page, as a person does.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { BROWSER, FLAGS } from "../browser/harness.mjs";
import { formsOf, isOfBrowserItself, startRecordingProxy } from "../browser/recording-proxy.mjs";
import { BIN, installed, ROOT, run, serve } from "./install.mjs";

const SOURCE = join(ROOT, "examples/extension");

/** How long a document may take to have a text. */
const PATIENCE_MS = 60_000;
const MARKER = `marker${randomBytes(12).toString("hex")}`;
const TEXT = `Prove that the square root of two is irrational, ${MARKER}.`;
const POOL = {
  name: "Mine",
  models: [{ id: "only", name: "The only one", accuracy: 0.7, cost: { input: 1, output: 2 } }],
};
const PAGE = `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">
<p id="text">${TEXT}</p><textarea id="box"></textarea><input id="secret" type="password" value="hunter2">`;

/**
 * A document of the extension; Playwright does not list it as a page.
 *
 * @typedef {object} Shown
 * @property {string} targetId
 * @property {(expression: string) => Promise<any>} ask evaluates an expression in it, with a user gesture
 * @property {(element: string, wanted: RegExp) => Promise<string>} text waits until an element has this text
 */

/**
 * @param {any} cdp the browser's session
 * @param {string} targetId
 * @returns {Promise<Shown>}
 */
async function attach(cdp, targetId) {
  const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: false });
  let last = 0;
  /** @param {string} expression @returns {Promise<any>} */
  const ask = (expression) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      const hear = (/** @type {any} */ event) => {
        const message = JSON.parse(event.message);
        if (event.sessionId !== sessionId || message.id !== id) return;
        cdp.off("Target.receivedMessageFromTarget", hear);
        if (message.error || message.result.exceptionDetails) reject(new Error(event.message));
        else resolve(message.result.result.value);
      };
      cdp.on("Target.receivedMessageFromTarget", hear);
      const message = JSON.stringify({
        id,
        method: "Runtime.evaluate",
        params: { expression, returnByValue: true, userGesture: true },
      });
      cdp.send("Target.sendMessageToTarget", { sessionId, message }).catch(reject);
    });
  const text = async (/** @type {string} */ element, /** @type {RegExp} */ wanted) => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const content = await ask(
        `(({ value, textContent }) => value ?? textContent)(document.getElementById("${element}") ?? {}) ?? ""`,
      );
      if (wanted.test(content)) return content;
      if (Date.now() > end) throw new Error(`#${element} has ${JSON.stringify(content)}, not ${wanted}`);
      await setTimeout(50);
    }
  };
  return { targetId, ask, text };
}

/**
 * Chromium with the extension and an open page.
 *
 * @param {import("node:test").TestContext} t
 */
async function opened(t) {
  const folder = await installed(t, { "page/index.html": PAGE });
  await run("node", [join(SOURCE, "build.mjs"), join(folder, "node_modules/uniroute")], { cwd: folder });
  const extension = join(SOURCE, "dist/chromium");
  const url = await serve(t, join(folder, "page"));
  const profile = await mkdtemp(join(tmpdir(), "uniroute-profile-"));
  t.after(() => rm(profile, { recursive: true, force: true }));
  const args = [
    ...FLAGS,
    "--enable-unsafe-extension-debugging",
    `--disable-extensions-except=${extension}`,
    `--load-extension=${extension}`,
  ];
  const recorder = await startRecordingProxy();
  t.after(recorder.stop);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER,
    headless: true,
    args,
    proxy: { server: recorder.url, bypass: "<-loopback>" },
  });
  t.after(() => context.close());
  const requests = /** @type {string[]} */ ([]);
  context.on("request", (request) => requests.push(request.url()));
  const [worker = await context.waitForEvent("serviceworker")] = context.serviceWorkers();
  const id = new URL(worker.url()).host;
  const page = await context.newPage();
  await page.goto(url);
  const cdp = /** @type {any} */ (await context.browser()?.newBrowserCDPSession());

  const targets = async (/** @type {string} */ name) =>
    (await cdp.send("Target.getTargets")).targetInfos.filter(
      (/** @type {any} */ target) => target.url === `chrome-extension://${id}/${name}`,
    );
  const shown = async (/** @type {string} */ name) => {
    let [target] = await targets(name);
    for (; target === undefined; [target] = await targets(name)) await setTimeout(50);
    return attach(cdp, target.targetId);
  };
  /** Clicks the button of the extension, which opens the popup. */
  const click = async () => {
    const { targetInfos } = await cdp.send("Target.getTargets", { filter: [{ type: "tab" }] });
    const tab = targetInfos.find((/** @type {any} */ target) => target.url === url);
    await cdp.send("Extensions.triggerAction", { id, targetId: tab.targetId });
    return shown("popup.html");
  };
  /** @param {Shown} popup its content is read, then it is closed */
  const decision = async ({ ask, text, targetId }) => {
    await text("figures", /expected quality \d+ %, about \$/);
    const read = {
      prompt: await ask('document.getElementById("prompt").value'),
      model: await text("model", /./),
      reason: await text("reason", /.{20}/),
    };
    await cdp.send("Target.closeTarget", { targetId });
    while ((await targets("popup.html")).length > 0) await setTimeout(50);
    return read;
  };
  const options = async () => {
    const settings = await context.newPage();
    await settings.goto(`chrome-extension://${id}/options.html`);
    await settings.locator("#status", { hasText: "models" }).waitFor();
    return settings;
  };
  const foreign = () =>
    requests.filter(
      (asked) => !asked.startsWith("chrome-extension:") && asked !== url && !asked.startsWith("data:"),
    );
  /** Whatever the browser sent, for the extension or for itself: it asked for the page and told nothing. */
  const sentNothing = () => {
    assert.deepEqual(foreign(), []);
    assert.ok(recorder.sent.length > 0, "what the browser sends is seen");
    for (const sent of recorder.sent) {
      const whole = Object.values(sent).join("\n");
      for (const form of formsOf(MARKER)) assert.ok(!whole.includes(form), whole);
      if (isOfBrowserItself(sent)) continue;
      assert.deepEqual([sent.method, sent.url, sent.body], ["GET", url, ""]);
    }
  };
  return { folder, context, worker, page, targets, shown, click, decision, options, sentNothing };
}

test(
  "selected or typed text gets a decision, also after the background script was stopped",
  { timeout: 120_000 },
  async (t) => {
    const { folder, context, page, targets, click, decision, options, sentNothing } = await opened(t);
    await page.locator("#text").selectText();
    const first = await decision(await click());
    assert.equal(first.prompt, TEXT);

    const settings = await options();
    const stopping = await context.newCDPSession(settings);
    await stopping.send("ServiceWorker.enable");
    await stopping.send("ServiceWorker.stopAllWorkers");
    while ((await targets("background.js")).length > 0) await setTimeout(50);

    await page.bringToFront();
    await page.locator("#text").selectText();
    assert.deepEqual(await decision(await click()), first);

    await page.locator("#box").fill("Write a haiku about the sea.");
    assert.equal((await decision(await click())).prompt, "Write a haiku about the sea.");

    // A wrong pool is rejected with its path; a right one decides.
    await writeFile(
      join(folder, "wrong.json"),
      JSON.stringify({ models: [{ ...POOL.models[0], accuracy: 70 }] }),
    );
    await writeFile(join(folder, "right.json"), JSON.stringify(POOL));
    await settings.bringToFront();
    await settings.locator("#file").setInputFiles(join(folder, "wrong.json"));
    await settings.locator("#status", { hasText: "$.models[0].accuracy" }).waitFor();
    await settings.locator("#file").setInputFiles(join(folder, "right.json"));
    await settings.locator("#status", { hasText: "Mine: 1 models" }).waitFor();
    await page.bringToFront();
    await page.locator("#secret").focus();
    const popup = await click();
    await popup.text("model", /Nothing to route yet/);
    await popup.ask(
      'const box = document.getElementById("prompt"); box.value = "Hello"; box.dispatchEvent(new Event("input"))',
    );
    assert.equal((await decision(popup)).model, "The only one");
    sentNothing();
  },
);

test("the side panel follows the page, the context menu and the pool", { timeout: 120_000 }, async (t) => {
  const { folder, worker, page, shown, click, options, sentNothing } = await opened(t);
  await page.locator("#box").fill("Write a haiku about the sea.");
  const popup = await click();
  await popup.text("figures", /expected quality/);
  await popup.ask('document.getElementById("beside").click()');
  const panel = await shown("panel.html");
  await panel.text("prompt", /^Write a haiku about the sea\.$/);
  await panel.text("figures", /expected quality \d+ %, about \$/);

  await page.locator("#box").fill("Translate this into French.");
  await panel.text("prompt", /^Translate this into French\.$/);

  await worker.evaluate(async (selectionText) => {
    const { chrome } = /** @type {any} */ (globalThis);
    const [tab] = await chrome.tabs.query({ active: true });
    chrome.contextMenus.onClicked.dispatch({ menuItemId: "route", selectionText }, tab);
  }, TEXT);
  await panel.text("prompt", new RegExp(`^${TEXT}$`));
  await panel.text("reason", /.{20}/);

  await writeFile(join(folder, "right.json"), JSON.stringify(POOL));
  const settings = await options();
  await settings.locator("#file").setInputFiles(join(folder, "right.json"));
  await panel.text("model", /^The only one$/);
  await settings.locator("#reset").click();
  await settings.locator("#status", { hasText: /: [2-9]|: \d\d/ }).waitFor();
  await panel.text("model", /^(?!The only one)./);
  sentNothing();
});

test("Mozilla's linter finds no error in the extension for Firefox", async (t) => {
  const folder = await installed(t, {});
  await run("node", [join(SOURCE, "build.mjs"), join(folder, "node_modules/uniroute")], { cwd: folder });
  const { errors, warnings } = JSON.parse(
    await run(join(BIN, "addons-linter"), ["--output", "json", join(SOURCE, "dist/firefox")], {}),
  );
  assert.deepEqual(errors, []);
  // The bindings of the transformer's module are imported from a variable address; the extension does not use them.
  assert.deepEqual(
    warnings.map((/** @type {any} */ { code, file }) => `${code} ${file}`),
    ["UNSAFE_VAR_ASSIGNMENT uniroute/index.js"],
  );
});
