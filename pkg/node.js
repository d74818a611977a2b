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
import { missing } from "./lib/transformer.js";

export { UnirouteError } from "./lib/errors.js";
export { version };

const DIST = new URL("dist/", import.meta.url);

/** @type {import("./lib/load.js").Platform} */
const node = {
  wasm: (options) => own("uniroute_bg.wasm", "wasm", options),
  router: (options) => own("default.router", "router", options),
  pool: (options) => own("pools/open.json", "pool", options),
  transformer: own,
  relaxed: (folder = DIST) => import(new URL("uniroute_relaxed.js", folder).href),
};

/**
 * A file of this package, refused unless it is the one that was published.
 *
 * @param {string} name
 * @param {import("./lib/types.js").Phase} phase
 * @param {import("./lib/types.js").Fetching} options
 * @param {URL} [folder]
 */
async function own(name, phase, { signal, onProgress }, folder = DIST) {
  const read = await readFile(new URL(name, folder), { signal }).catch((cause) => {
    throw cause.code === "ENOENT" ? missing(name, cause) : cause;
  });
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
