/**
 * The saved pools in IndexedDB.
 *
 * @module
 */
import { Database, answer } from "./database.js";

/** The database of former versions of the page: one pool, under one key. */
const FORMER = { name: "uniroute", store: "kept", key: "pool" };

/** @type {Database<import("../state/pool-library.js").SavedPool>} */
export const savedPools = new Database("uniroute-pools", "pools");

/**
 * The pool that a former version of the page saved.
 *
 * @returns {Promise<string | null>} LLM profile JSON
 */
export async function formerPool() {
  const pool = await inFormer("readonly", (store) => store.get(FORMER.key));
  return typeof pool === "string" ? pool : null;
}

/** Removes the pool of the former version, after it was saved here. */
export async function deleteFormerPool() {
  await inFormer("readwrite", (store) => store.delete(FORMER.key));
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} action
 * @returns {Promise<unknown>} undefined without such a database
 */
async function inFormer(mode, action) {
  return savedPools
    .within(async () => {
      const opening = indexedDB.open(FORMER.name);
      opening.onupgradeneeded = () => opening.transaction?.abort(); // there was none, and none is made
      const former = await answer(opening);
      try {
        return await answer(action(former.transaction(FORMER.store, mode).objectStore(FORMER.store)));
      } finally {
        former.close();
      }
    })
    .catch(() => undefined);
}
