/**
 * The verdicts on answers in IndexedDB: what `exportFeedback` gives, for each router. Loaded on demand.
 *
 * @module
 */
import { Database } from "./database.js";

/**
 * @typedef {object} SavedFeedback
 * @property {string} id hash of the router
 * @property {Uint8Array} state
 * @property {number} revision how many times it was changed; a tab with another number has missed a change
 */

/** @type {Database<SavedFeedback>} */
export const savedFeedback = new Database("uniroute-feedback", "feedback");

/**
 * What was stored for a router, after a check: another version of the page may have written it.
 *
 * @param {unknown} stored
 * @returns {SavedFeedback | null}
 */
export function checkedFeedback(stored) {
  const { id, state, revision } = /** @type {Partial<SavedFeedback>} */ (Object(stored));
  const isGood = typeof id === "string" && state instanceof Uint8Array && Number.isSafeInteger(revision);
  return isGood ? { id, state, revision: Number(revision) } : null;
}
