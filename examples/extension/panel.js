/**
 * Popup and side panel: which model should get the text of the page.
 *
 * @module
 */
import { Router } from "./uniroute/index.js";
import {
  api,
  packagePool,
  storedPool,
  storeFeedback,
  takeHandedOverText,
  useStoredFeedback,
} from "./browser.js";
import { readText, watchText } from "./page.js";

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const prompt = /** @type {HTMLTextAreaElement} */ (element("prompt"));
const lambda = /** @type {HTMLSelectElement} */ (element("lambda"));
const beside = element("beside");
const thumbs = [
  { button: /** @type {HTMLButtonElement} */ (element("good")), score: 1 },
  { button: /** @type {HTMLButtonElement} */ (element("bad")), score: 0 },
];
const undo = element("undo");

/** What the thumbs are about. @type {{ model: string, prompt: string } | null} */
let shown = null;
/** The prompt of the last verdict. */
let judged = "";
/** The verdicts before the last one. @type {Uint8Array | null} */
let before = null;

/** @param {Router} router */
function decide(router) {
  const decision = router.route(prompt.value, { lambda: Number(lambda.value) });
  const [best] = decision.candidates;
  element("model").textContent =
    prompt.value.trim() === "" ? "Nothing to route yet" : (best?.name ?? "No model");
  element("figures").textContent =
    prompt.value.trim() === "" || best === undefined
      ? ""
      : `expected quality ${Math.round(100 * best.quality)} %, ${price(best.cost.total)}`;
  element("reason").textContent = prompt.value.trim() === "" ? "" : decision.reason;
  const { model } = decision;
  shown = prompt.value.trim() === "" || model === null ? null : { model, prompt: prompt.value };
  for (const { button } of thumbs) button.disabled = shown === null;
  if (prompt.value !== judged) say("");
}

/**
 * @param {string} text about the last verdict
 * @param {boolean} [canUndo]
 */
function say(text, canUndo = false) {
  element("said").textContent = text;
  undo.hidden = !canUndo;
}

/**
 * The buttons that say whether the answer of the model was good. Verdicts stay in this browser.
 *
 * @param {Router} router
 */
function hearVerdicts(router) {
  for (const { button, score } of thumbs)
    button.addEventListener("click", async () => {
      if (shown === null) return;
      before = router.exportFeedback();
      const { name, verdicts } = router.feedback(shown, score);
      judged = prompt.value;
      decide(router);
      say(`Thanks – ${verdicts} ${verdicts === 1 ? "verdict" : "verdicts"} on ${name}.`, true);
      await storeFeedback(router.exportFeedback());
    });
  undo.addEventListener("click", async () => {
    if (before === null) return;
    router.importFeedback(before);
    before = null;
    decide(router);
    say("Taken back.");
    await storeFeedback(router.exportFeedback());
  });
}

/** @param {number | null} usd */
const price = (usd) =>
  usd === null
    ? "price unknown"
    : `about $${Number((1000 * usd).toPrecision(2))} for a thousand such prompts`;

/** The active tab of this window; where that is none, as for a panel of its own window, of the window used last. */
async function activeTab() {
  const [here] = await api.tabs.query({ active: true, currentWindow: true });
  const [last] = here ? [here] : await api.tabs.query({ active: true, lastFocusedWindow: true });
  return last;
}

/**
 * Runs a function in the active page, if the person called this extension there; the text that it returns.
 *
 * @param {(() => unknown) | (() => string)} func
 */
async function inPage(func) {
  try {
    const tab = await activeTab();
    const [frame] = await api.scripting.executeScript({ target: { tabId: tab.id }, func });
    return typeof frame?.result === "string" ? frame.result : "";
  } catch {
    return ""; // a page of the browser itself, or one where the extension was not called
  }
}

async function start() {
  const [router, handed] = await Promise.all([
    Router.load({ pool: await storedPool() }),
    takeHandedOverText(),
  ]);
  prompt.value = handed || (await inPage(readText));
  await useStoredFeedback(router);
  decide(router);
  hearVerdicts(router);
  for (const [input, event] of /** @type {const} */ ([
    [prompt, "input"],
    [lambda, "change"],
  ]))
    input.addEventListener(event, () => decide(router));
  api.storage.onChanged.addListener(async (/** @type {Record<string, { newValue?: string }>} */ changes) => {
    if (changes.feedback) await useStoredFeedback(router);
    if (changes.pool) router.setPool(changes.pool.newValue ?? (await packagePool()));
    if (changes.text?.newValue) prompt.value = await takeHandedOverText();
    decide(router);
  });
  if (location.pathname.endsWith("/panel.html")) return follow(router);
  beside.hidden = false;
  beside.addEventListener("click", async () => {
    const { id } = await api.windows.getCurrent();
    if (api.sidePanel) await api.sidePanel.open({ windowId: id });
    else await api.sidebarAction.open();
    close();
  });
}

/**
 * Reads the text again while the person types or selects.
 *
 * @param {Router} router
 */
async function follow(router) {
  api.runtime.onMessage.addListener(async (/** @type {{ kind?: string }} */ message) => {
    if (message.kind !== "changed") return;
    prompt.value = (await inPage(readText)) || prompt.value;
    decide(router);
  });
  await inPage(watchText);
}

start().catch((error) => {
  element("model").textContent = "An error occurred";
  element("reason").textContent = error.message;
});
