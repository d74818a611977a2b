/**
 * What differs between Chromium and Firefox, and what is stored.
 *
 * @module
 */

/** @type {any} */
export const api = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;

/**
 * Stores the text of the context menu for the panel, until the browser closes.
 *
 * @param {string} text
 */
export const handOverText = (text) => api.storage.session.set({ text });

/** The text of the context menu, which is then removed. */
export async function takeHandedOverText() {
  const { text = "" } = await api.storage.session.get("text");
  await api.storage.session.remove("text");
  return /** @type {string} */ (text);
}

/** The pool as LLM profile JSON; undefined for the package's own. */
export async function storedPool() {
  return /** @type {string | undefined} */ ((await api.storage.local.get("pool")).pool);
}

/** The package's own pool. */
export const packagePool = async () =>
  (await fetch(new URL("uniroute/dist/pools/models-2026.json", import.meta.url))).text();

/** @param {string | undefined} pool */
export const storePool = (pool) =>
  pool === undefined ? api.storage.local.remove("pool") : api.storage.local.set({ pool });

/** The verdicts on answers as a router exports them; undefined if there are none. Storage holds text. */
export async function storedFeedback() {
  const { feedback } = await api.storage.local.get("feedback");
  return typeof feedback === "string" ? Uint8Array.from(atob(feedback), (c) => c.charCodeAt(0)) : undefined;
}

/** @param {Uint8Array | undefined} state undefined removes them */
export function storeFeedback(state) {
  if (state === undefined) return api.storage.local.remove("feedback");
  let text = "";
  for (const byte of state) text += String.fromCharCode(byte);
  return api.storage.local.set({ feedback: btoa(text) });
}

/**
 * Gives a router the verdicts that are stored. Those of another router, after an update, are left where they are.
 *
 * @param {import("./uniroute/index.js").Router} router
 */
export async function useStoredFeedback(router) {
  const state = await storedFeedback();
  try {
    if (state) router.importFeedback(state);
    else router.resetFeedback();
  } catch (error) {
    console.warn(error);
  }
}
