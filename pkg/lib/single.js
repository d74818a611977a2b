/**
 * uniroute with its files inside: the script that `uniroute/inline` writes. `cargo xtask pkg` bundles this
 * module with all its imports; `inline` replaces the placeholder by the files.
 *
 * @module
 */
import { version } from "../dist/uniroute.js";
import { loadCore } from "./load.js";
import { CoreRouter } from "./router.js";

export { UnirouteError } from "./errors.js";
export { version };

/** @type {Record<"wasm" | "router" | "pool", string>} compressed, in base64 */
const packed = JSON.parse("UNIROUTE_FILES");

/** @param {keyof typeof packed} name */
const embedded = (name) => async () => {
  const compressed = Uint8Array.from(atob(packed[name]), (char) => char.charCodeAt(0));
  const unpacked = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
};

/** @type {import("./load.js").Platform} */
const single = { wasm: embedded("wasm"), router: embedded("router"), pool: embedded("pool") };

/** Decides which model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool from this script, or from the options.
   *
   * @param {import("./types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(single, options));
  }
}
