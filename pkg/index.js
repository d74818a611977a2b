/**
 * uniroute in a browser: a page, a worker of a page, or an extension.
 *
 * @module
 */
import { files } from "./dist/files.js";
import { version } from "./dist/uniroute.js";
import { download, verify } from "./lib/bytes.js";
import { loadCore } from "./lib/load.js";
import { CoreRouter } from "./lib/router.js";
import { WEIGHTS, cachedWeights } from "./lib/transformer.js";

export { UnirouteError } from "./lib/errors.js";
export { version };

/** Not written in the form that bundlers recognise: only pages that serve the transformer need its files. */
const here = import.meta.url;
const DIST = new URL("dist/", here);

/**
 * Each address is a literal, so that bundlers find the files and copy them.
 *
 * @type {import("./lib/load.js").Platform}
 */
const browser = {
  wasm: (options) =>
    packageFile("uniroute_bg.wasm", new URL("./dist/uniroute_bg.wasm", import.meta.url), "wasm", options),
  router: (options) =>
    packageFile("default.router", new URL("./dist/default.router", import.meta.url), "router", options),
  pool: (options) =>
    packageFile(
      "pools/models-2026.json",
      new URL("./dist/pools/models-2026.json", import.meta.url),
      "pool",
      options,
    ),
  transformer: (name, phase, options, folder = DIST) =>
    packageFile(name, new URL(name, folder), phase, options),
  bindings: (stem, folder = DIST) => import(/* @vite-ignore */ new URL(`${stem}.js`, folder).href),
};

/**
 * A file of this package. It is rejected unless it is the published one.
 *
 * @param {string} name
 * @param {URL} url
 * @param {import("./lib/types.js").Phase} phase
 * @param {import("./lib/types.js").FetchOptions} options
 */
async function packageFile(name, url, phase, options) {
  const known = files[name];
  const fetchVerified = async () =>
    verify(name, await download(url, phase, known?.bytes, options), known?.sha256);
  return name === WEIGHTS && known ? cachedWeights(known.sha256, options, fetchVerified) : fetchVerified();
}

/** Decides which model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool. Concurrent calls share one download; after a failure, call it again.
   * Only the files beside this module and the given URLs are fetched.
   *
   * @param {import("./lib/types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(browser, options));
  }
}
