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
import { WEIGHTS, kept } from "./lib/transformer.js";

export { UnirouteError } from "./lib/errors.js";
export { version };

/** Not written as bundlers know it: the transformer's files are for those who serve them. */
const here = import.meta.url;
const DIST = new URL("dist/", here);

/**
 * Each address is written out, so that bundlers find the files and copy them.
 *
 * @type {import("./lib/load.js").Platform}
 */
const browser = {
  wasm: (options) =>
    own("uniroute_bg.wasm", new URL("./dist/uniroute_bg.wasm", import.meta.url), "wasm", options),
  router: (options) =>
    own("default.router", new URL("./dist/default.router", import.meta.url), "router", options),
  pool: (options) =>
    own("pools/open.json", new URL("./dist/pools/open.json", import.meta.url), "pool", options),
  transformer: (name, phase, options, folder = DIST) => own(name, new URL(name, folder), phase, options),
  relaxed: (folder = DIST) => import(/* @vite-ignore */ new URL("uniroute_relaxed.js", folder).href),
};

/**
 * A file of this package, refused unless it is the one that was published.
 *
 * @param {string} name
 * @param {URL} url
 * @param {import("./lib/types.js").Phase} phase
 * @param {import("./lib/types.js").Fetching} options
 */
async function own(name, url, phase, options) {
  const known = files[name];
  const fetched = async () => verify(name, await download(url, phase, known?.bytes, options), known?.sha256);
  return name === WEIGHTS && known ? kept(known.sha256, options, fetched) : fetched();
}

/** Decides which language model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool. Calls at the same time share one download; a failed one can be
   * tried again. Nothing is fetched but the files beside this module and the URLs given.
   *
   * @param {import("./lib/types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(browser, options));
  }
}
