/** @import { Embedder } from "../../uniroute/lib/types.js" */

/**
 * What outlives a reload: choices in local storage, the prompt in session storage (until the tab is
 * closed). A browser may forbid both; then nothing is saved. Pools are in `pool-database.js`.
 */

const KEY = "uniroute";

/** @returns {unknown} the choices as they were saved, unchecked */
export function savedChoices() {
  return tryTo(() => JSON.parse(localStorage.getItem(KEY) ?? "{}"));
}

/** @param {object} choices */
export function saveChoices(choices) {
  tryTo(() => localStorage.setItem(KEY, JSON.stringify(choices)));
}

/** The last embedder. It is not one of the choices, so that a link cannot make others download it. */
export function savedEmbedder() {
  return tryTo(() => localStorage.getItem(`${KEY}-embedder`)) === "minilm" ? "minilm" : "static";
}

/** @param {Embedder} embedder */
export function saveEmbedder(embedder) {
  tryTo(() => localStorage.setItem(`${KEY}-embedder`, embedder));
}

/** @param {string} scheme */
export function saveColourScheme(scheme) {
  tryTo(() => localStorage.setItem(`${KEY}-scheme`, scheme));
}

/** Whether the tour was seen; also if the browser forbids to remember it, so that it does not come each time. */
export function isTourSeen() {
  return tryTo(() => localStorage.getItem(`${KEY}-tour`) !== null) ?? true;
}

export function saveTourSeen() {
  tryTo(() => localStorage.setItem(`${KEY}-tour`, "seen"));
}

/** @returns {unknown} the model that the person uses and how much, as it was saved, unchecked */
export function savedUsage() {
  return tryTo(() => JSON.parse(localStorage.getItem(`${KEY}-usage`) ?? "{}"));
}

/** @param {object} usage */
export function saveUsage(usage) {
  tryTo(() => localStorage.setItem(`${KEY}-usage`, JSON.stringify(usage)));
}

/** Whether verdicts are saved in `feedback-database.js`, so that a visit without any does not load what reads them. */
export function hasFeedback() {
  return tryTo(() => localStorage.getItem(`${KEY}-feedback`)) === "given";
}

/** @param {boolean} given */
export function saveHasFeedback(given) {
  tryTo(() =>
    given ? localStorage.setItem(`${KEY}-feedback`, "given") : localStorage.removeItem(`${KEY}-feedback`),
  );
}

export function savedPrompt() {
  return tryTo(() => sessionStorage.getItem(KEY)) ?? null;
}

/** @param {string} prompt */
export function savePrompt(prompt) {
  tryTo(() => sessionStorage.setItem(KEY, prompt));
}

/**
 * Keeps the prompts of a batch over one reload that the page itself makes.
 *
 * @param {string} text
 */
export function saveBatchText(text) {
  tryTo(() => sessionStorage.setItem(`${KEY}-batch`, text));
}

/** The prompts of a batch from before the reload. They are not kept any longer. */
export function takeBatchText() {
  const text = tryTo(() => sessionStorage.getItem(`${KEY}-batch`)) ?? "";
  tryTo(() => sessionStorage.removeItem(`${KEY}-batch`));
  return text;
}

/**
 * @template T
 * @param {() => T} action
 * @returns {T | undefined} undefined if the action throws
 */
function tryTo(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
