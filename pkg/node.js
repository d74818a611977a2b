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
import { missingFile } from "./lib/transformer.js";

export { UnirouteError } from "./lib/errors.js";
export { version };

const DIST = new URL("dist/", import.meta.url);

/** @type {import("./lib/load.js").Platform} */
const node = {
  wasm: (options) => packageFile("uniroute_bg.wasm", "wasm", options),
  router: (options) => packageFile("default.router", "router", options),
  pool: (options) => packageFile("pools/models-2026.json", "pool", options),
  transformer: packageFile,
  bindings: (stem, folder = DIST) => import(new URL(`${stem}.js`, folder).href),
};

/**
 * A file of this package. It is rejected unless it is the published one.
 *
 * @param {string} name
 * @param {import("./lib/types.js").Phase} phase
 * @param {import("./lib/types.js").FetchOptions} options
 * @param {URL} [folder]
 */
async function packageFile(name, phase, { signal, onProgress }, folder = DIST) {
  const read = await readFile(new URL(name, folder), { signal }).catch((cause) => {
    throw cause.code === "ENOENT" ? missingFile(name, cause) : cause;
  });
  onProgress?.({ phase, loaded: read.length, total: read.length });
  return verify(name, new Uint8Array(read), files[name]?.sha256);
}

/** Decides which model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool from this package, or from the options.
   *
   * @param {import("./lib/types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(node, options));
  }
}
