/**
 * `examples/extension` in Chromium: called by its button on a page, as a person does.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { BROWSER, FLAGS } from "../browser/harness.mjs";
import { installed, ROOT, run, serve } from "./install.mjs";

const TEXT = "Prove that the square root of two is irrational.";
const PAGE = `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,"><p id="text">${TEXT}</p><textarea id="box"></textarea><input id="secret" type="password" value="hunter2">`;

/**
 * A popup, which Playwright does not show as a page: what its document says to an expression.
 *
 * @param {any} cdp the browser's session
 * @param {string} targetId
 */
async function attach(cdp, targetId) {
  const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: false });
  let last = 0;
  /** @param {string} expression @returns {Promise<any>} */
  return (expression) =>
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
      const message = JSON.stringify({ id, method: "Runtime.evaluate", params: { expression, returnByValue: true } });
      cdp.send("Target.sendMessageToTarget", { sessionId, message }).catch(reject);
    });
}

test("the text selected, or being typed, gets its decision, also after the background script was stopped", { timeout: 120_000 }, async (t) => {
  const folder = await installed(t, { "page/index.html": PAGE });
  const source = join(ROOT, "examples/extension");
  await run("node", [join(source, "build.mjs"), join(folder, "node_modules/uniroute")], { cwd: folder });
  const extension = join(source, "dist/chromium");
  const url = await serve(t, join(folder, "page"));
  const profile = await mkdtemp(join(tmpdir(), "uniroute-profile-"));
  t.after(() => rm(profile, { recursive: true, force: true }));
  const args = [...FLAGS, "--enable-unsafe-extension-debugging", `--disable-extensions-except=${extension}`, `--load-extension=${extension}`];
  const context = await chromium.launchPersistentContext(profile, { executablePath: BROWSER, headless: true, args });
  t.after(() => context.close());
  const requests = /** @type {string[]} */ ([]);
  context.on("request", (request) => requests.push(request.url()));
  const [worker = await context.waitForEvent("serviceworker")] = context.serviceWorkers();
  const id = new URL(worker.url()).host;
  const page = await context.newPage();
  await page.goto(url);
  const cdp = /** @type {any} */ (await context.browser()?.newBrowserCDPSession());

  const popups = async () => (await cdp.send("Target.getTargets")).targetInfos.filter((/** @type {any} */ target) => target.url.endsWith("/popup.html"));

  /** What a click on the extension's button opens. */
  async function click() {
    const { targetInfos } = await cdp.send("Target.getTargets", { filter: [{ type: "tab" }] });
    const tab = targetInfos.find((/** @type {any} */ target) => target.url === url);
    await cdp.send("Extensions.triggerAction", { id, targetId: tab.targetId });
    let [popup] = await popups();
    for (; popup === undefined; [popup] = await popups()) await setTimeout(50);
    const ask = await attach(cdp, popup.targetId);
    /** Waits for an element's text, then says it. */
    const text = async (/** @type {string} */ element, /** @type {RegExp} */ wanted) => {
      for (;;) {
        const said = await ask(`document.getElementById("${element}")?.textContent ?? ""`);
        if (wanted.test(said)) return said;
        await setTimeout(50);
      }
    };
    return { ask, text, targetId: popup.targetId };
  }
  /** @param {Awaited<ReturnType<typeof click>>} popup */
  async function decision({ ask, text, targetId }) {
    await text("figures", /expected quality \d+ %, about \$/);
    const read = { prompt: await ask('document.getElementById("prompt").value'), model: await text("model", /./), reason: await text("reason", /.{20}/) };
    await cdp.send("Target.closeTarget", { targetId });
    while ((await popups()).length > 0) await setTimeout(50);
    return read;
  }

  await page.locator("#text").selectText();
  const first = await decision(await click());
  assert.equal(first.prompt, TEXT);

  const settings = await context.newPage();
  await settings.goto(`chrome-extension://${id}/options.html`);
  await settings.locator("#said", { hasText: "models" }).waitFor();
  const stopping = await context.newCDPSession(settings);
  await stopping.send("ServiceWorker.enable");
  await stopping.send("ServiceWorker.stopAllWorkers");
  const workers = async () => (await cdp.send("Target.getTargets")).targetInfos.filter((/** @type {any} */ target) => target.type === "service_worker" && target.url.includes(id));
  while ((await workers()).length > 0) await setTimeout(50);

  await page.bringToFront();
  await page.locator("#text").selectText();
  assert.deepEqual(await decision(await click()), first);

  await page.locator("#box").fill("Write a haiku about the sea.");
  assert.equal((await decision(await click())).prompt, "Write a haiku about the sea.");

  // The same checks as everywhere: a wrong pool is refused by its place, a right one decides.
  const pool = { name: "Mine", models: [{ id: "only", name: "The only one", accuracy: 0.7, cost: { input: 1, output: 2 } }] };
  await writeFile(join(folder, "wrong.json"), JSON.stringify({ models: [{ ...pool.models[0], accuracy: 70 }] }));
  await writeFile(join(folder, "right.json"), JSON.stringify(pool));
  await settings.bringToFront();
  await settings.locator("#file").setInputFiles(join(folder, "wrong.json"));
  await settings.locator("#said", { hasText: "$.models[0].accuracy" }).waitFor();
  await settings.locator("#file").setInputFiles(join(folder, "right.json"));
  await settings.locator("#said", { hasText: "Mine: 1 models" }).waitFor();
  await page.bringToFront();
  await page.locator("#secret").focus();
  const popup = await click();
  await popup.text("model", /Nothing to route yet/);
  await popup.ask('const box = document.getElementById("prompt"); box.value = "Hello"; box.dispatchEvent(new Event("input"))');
  assert.equal((await decision(popup)).model, "The only one");

  assert.deepEqual(requests.filter((asked) => !asked.startsWith("chrome-extension:") && asked !== url && !asked.startsWith("data:")), []);
});
