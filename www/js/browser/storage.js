/** @import { Embedder } from "../../uniroute/lib/types.js" */

/**
 * What outlives a reload: choices in local storage, the prompt in session storage (until the tab is
 * closed), the person's own pool in IndexedDB. A browser may forbid all of them; then nothing is saved.
 */

const KEY = "uniroute";
/** Pools that people saved are in the store with this name. */
const POOL_STORE = "kept";
/** Milliseconds to wait for a database; a damaged one may never answer. */
const DATABASE_LIMIT_MS = 3000;

/**
 * The person's own pool of this visit, for browsers that forbid storage.
 *
 * @type {string | null}
 */
let poolOfThisVisit = null;

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

export function savedPrompt() {
  return tryTo(() => sessionStorage.getItem(KEY)) ?? null;
}

/** @param {string} prompt */
export function savePrompt(prompt) {
  tryTo(() => sessionStorage.setItem(KEY, prompt));
}

/** @returns {Promise<string | null>} LLM profile JSON */
export async function savedPool() {
  const pool = poolOfThisVisit ?? (await inDatabase("readonly", (store) => store.get("pool")));
  return typeof pool === "string" ? pool : null;
}

/** @param {string} pool LLM profile JSON */
export async function savePool(pool) {
  poolOfThisVisit = pool;
  await inDatabase("readwrite", (store) => store.put(pool, "pool"));
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

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} action
 * @returns {Promise<unknown>} the request's result; undefined without storage
 */
function inDatabase(mode, action) {
  return new Promise((resolve) => {
    const fail = () => resolve(undefined);
    const attempt = (/** @type {() => void} */ step) => {
      try {
        step();
      } catch {
        fail();
      }
    };
    setTimeout(fail, DATABASE_LIMIT_MS);
    attempt(() => {
      const opening = indexedDB.open(KEY, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(POOL_STORE);
      opening.onerror = fail;
      opening.onsuccess = () =>
        attempt(() => {
          const request = action(opening.result.transaction(POOL_STORE, mode).objectStore(POOL_STORE));
          request.onsuccess = () => resolve(request.result);
          request.onerror = fail;
        });
    });
  });
}
