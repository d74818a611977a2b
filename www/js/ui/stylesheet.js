import { onDemand } from "./on-demand.js";

/** @type {Map<string, () => Promise<unknown>>} */
const SHEETS = new Map();

/**
 * Loads a style sheet once, for a view that must not be seen without it. After a failure the next call tries again.
 *
 * @param {string} name of a file in `css/`
 * @returns {Promise<unknown>} rejects if the file does not arrive
 */
export function requireStyles(name) {
  const load = SHEETS.get(name) ?? onDemand(() => add(new URL(`../../css/${name}`, import.meta.url)));
  SHEETS.set(name, load);
  return load();
}

/**
 * As `requireStyles`, for a view that works without its styles, too: a failure is none.
 *
 * @param {string} name of a file in `css/`
 * @returns {Promise<unknown>}
 */
export function loadStyles(name) {
  return requireStyles(name).catch(() => null);
}

/**
 * Adds a style sheet to the page, and waits for it.
 *
 * @param {URL} address
 * @returns {Promise<unknown>}
 */
function add(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address.href;
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      reject(new TypeError(`The style sheet ${address.pathname} could not be loaded.`));
    });
    document.head.append(link);
  });
}
