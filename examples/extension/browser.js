/**
 * What Chromium and Firefox call differently, and what is kept.
 *
 * @module
 */

/** @type {any} */
export const api = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;

/** Text that the context menu handed over; forgotten when the browser closes.
 *
 * @param {string} text
 */
export const keepText = (text) => api.storage.session.set({ text });

/** Takes that text, once. */
export async function takeText() {
  const { text = "" } = await api.storage.session.get("text");
  await api.storage.session.remove("text");
  return /** @type {string} */ (text);
}

/** The pool as LLM profile JSON; undefined for the package's own. */
export async function storedPool() {
  return /** @type {string | undefined} */ ((await api.storage.local.get("pool")).pool);
}

/** The package's own. */
export const packagePool = async () =>
  (await fetch(new URL("uniroute/dist/pools/open.json", import.meta.url))).text();

/** @param {string | undefined} pool */
export const storePool = (pool) =>
  pool === undefined ? api.storage.local.remove("pool") : api.storage.local.set({ pool });
