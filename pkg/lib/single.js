/**
 * uniroute with its files inside: what `uniroute/inline` writes out. `cargo xtask pkg` makes one
 * script of this and all it imports; the files are put in the place of the mark.
 *
 * @module
 */
import { version } from "../dist/uniroute.js";
import { loadCore } from "./load.js";
import { CoreRouter } from "./router.js";

export { UnirouteError } from "./errors.js";
export { version };

/** @type {Record<"wasm" | "router" | "pool", string>} compressed, in base64 */
const inside = JSON.parse("UNIROUTE_FILES");

/** @param {keyof typeof inside} name */
const own = (name) => async () => {
  const packed = Uint8Array.from(atob(inside[name]), (char) => char.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
};

/** @type {import("./load.js").Platform} */
const single = { wasm: own("wasm"), router: own("router"), pool: own("pool") };

/** Decides which language model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Loads the router and the pool from this very script, or from what is given.
   *
   * @param {import("./types.js").LoadOptions} [options]
   */
  static async load(options = {}) {
    return new Router(await loadCore(single, options));
  }
}
