/**
 * uniroute in Cloudflare Workers and other runtimes that import wasm as a module and forbid compiling
 * it from bytes.
 *
 * @module
 */
import wasm from "./dist/uniroute_bg.wasm";
import { version } from "./dist/uniroute.js";
import { UnirouteError } from "./lib/errors.js";
import { loadCore } from "./lib/load.js";
import { CoreRouter } from "./lib/router.js";

export { UnirouteError, version };

/**
 * @param {string} option
 * @param {string} name
 */
const missing = (option, name) => async () => {
  throw new UnirouteError(
    "missing_file",
    `This runtime has no file system to read ${name} from. Import it from "uniroute/${name}" as data, ` +
      `or fetch it from your assets, and pass it to Router.load as ${option}.`,
    { path: option },
  );
};

/** @type {import("./lib/load.js").Platform} */
const workerd = {
  wasm: async () => wasm,
  router: missing("router", "default.router"),
  pool: missing("pool", "pools/models-2026.json"),
};

/** Decides which model should get a prompt. */
export class Router extends CoreRouter {
  /**
   * Builds a router from files that the caller imports or fetches.
   *
   * @param {import("./lib/types.js").LoadOptions} [options] with `router` and `pool`
   */
  static async load(options = {}) {
    return new Router(await loadCore(workerd, options));
  }
}
