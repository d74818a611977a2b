import { addStyle } from "./on-demand.js";

/** @type {Map<string, Promise<unknown>>} */
const LOADED = new Map();

/**
 * Loads a style sheet of a view that is not needed at first, once. A view works without it, too, so a failure is none;
 * the next call tries again.
 *
 * @param {string} name of a file in `css/`
 * @returns {Promise<unknown>}
 */
export function loadStyles(name) {
  const known = LOADED.get(name);
  if (known) return known;
  const loading = addStyle(new URL(`../../css/${name}`, import.meta.url)).catch(() => LOADED.delete(name));
  LOADED.set(name, loading);
  return loading;
}
