/**
 * Starts the worker before anything else: it fetches and compiles while the page loads its other
 * scripts. The page requires trusted types, so addresses of scripts go through a policy that allows
 * its own origin only.
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
 * The address of a script of this page, as a trusted type where the browser has them.
 *
 * @param {string} url
 * @returns {string}
 */
export const trustedUrl = (url) => policy?.createScriptURL(url) ?? url;

const newWorker = () => new Worker(trustedUrl(address), { type: "module", name: "uniroute" });

/** @type {Worker | undefined} */
let early = newWorker();
// It may fail before its caller can hear of that. The caller then gets a new one, which fails or not.
early.addEventListener("error", () => (early = undefined), { once: true });

/** The worker that was started early for the first caller; new workers for later callers. */
export function takeWorker() {
  const worker = early ?? newWorker();
  early = undefined;
  return worker;
}
