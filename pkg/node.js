/**
 * uniroute in Node, and in other runtimes that read files through `node:fs`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { files } from "./dist/files.js";
import { version } from "./dist/uniroute.js";
import { verify } from "./lib/bytes.js";
import { loadCore } from "./lib/load.js";
import { CoreRouter } from "./lib/router.js";

export { UnirouteError } from "./lib/errors.js";
export { version };

/** @type {import("./lib/load.js").Platform} */
const node = {
  wasm: (options) => own("uniroute_bg.wasm", "wasm", options),
  router: (options) => own("default.router", "router", options),
  pool: (options) => own("pools/open.json", "pool", options),
};

/**
 * A file of this package, refused unless it is the one that was published.
 *
 * @param {string} name
 * @param {import("./lib/types.js").Phase} phase
 * @param {import("./lib/types.js").Fetching} options
 */
async function own(name, phase, { signal, onProgress }) {
  const read = await readFile(new URL(`./dist/${name}`, import.meta.url), { signal });
  onProgress?.({ phase, loaded: read.length, total: read.length });
  return verify(name, new Uint8Array(read), files[name]?.sha256);
}

/** Decides which language model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool from this package, or from what is given.
   *
   * @param {import("./lib/types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(node, options));
  }
}
