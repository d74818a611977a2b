/**
 * Starts the worker as the very first thing: while it fetches and compiles, the page loads the
 * rest of itself. The page allows scripts from its own address only, and asks for that in writing.
 */
const address = new URL("../../uniroute/worker-main.js", import.meta.url).href;
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("uniroute", {
  /** @param {string} url */
  createScriptURL: (url) => {
    if (new URL(url, location.href).origin !== location.origin)
      throw new TypeError("Only scripts of this page may run.");
    return url;
  },
});

/**
 * An address of a script of this page, in the form that the browser wants it.
 *
 * @param {string} url
 * @returns {string}
 */
export const trusted = (url) => policy?.createScriptURL(url) ?? url;

export const newWorker = () => new Worker(trusted(address), { type: "module", name: "uniroute" });

/** @type {Worker | undefined} */
let early = newWorker();

/** The worker that was started early, for the first caller; new ones for the others. */
export function takeWorker() {
  const worker = early ?? newWorker();
  early = undefined;
  return worker;
}
