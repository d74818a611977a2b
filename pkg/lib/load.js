import start, { Router as Core } from "../dist/uniroute.js";
import { download, jsonBytes } from "./bytes.js";
import { UnirouteError } from "./errors.js";
import { Sharing } from "./share.js";

/** @typedef {import("./types.js").LoadOptions} LoadOptions */
/** @typedef {import("./types.js").Fetching} Fetching */

/**
 * Where the package's own files come from: the one thing in which browsers, Node and edge workers
 * differ.
 *
 * @typedef {object} Platform
 * @property {(options: Fetching) => Promise<BufferSource | WebAssembly.Module>} wasm
 * @property {(name: string, phase: import("./types.js").Phase, options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} file
 */

const starts = /** @type {Sharing<unknown>} */ (new Sharing({ keep: true }));
const files = /** @type {Sharing<Uint8Array<ArrayBuffer>>} */ (new Sharing({ keep: false }));

/** The pool that is used when the caller names none. */
const POOL = "pools/open.json";
const ROUTER = "default.router";

/**
 * Starts the wasm once for all callers, fetches what is missing, and builds the core's router.
 *
 * @param {Platform} platform
 * @param {LoadOptions} options
 * @returns {Promise<Core>}
 */
export async function loadCore(platform, { router, pool, ...fetching }) {
  try {
    const [, routerBytes, poolBytes] = await Promise.all([
      starts.run("wasm", fetching, async (options) => start({ module_or_path: await platform.wasm(options) })),
      bytesOf(platform, ROUTER, "router", router, fetching),
      pool === undefined || pool instanceof URL ? bytesOf(platform, POOL, "pool", pool, fetching) : jsonBytes(pool),
    ]);
    fetching.signal?.throwIfAborted();
    fetching.onProgress?.({ phase: "start", loaded: 0, total: 1 });
    const core = new Core(routerBytes, poolBytes);
    fetching.onProgress?.({ phase: "start", loaded: 1, total: 1 });
    return core;
  } catch (thrown) {
    throw UnirouteError.from(thrown, thrown instanceof WebAssembly.CompileError ? "integrity" : "internal");
  }
}

/**
 * @param {Platform} platform
 * @param {string} name of the package's own file, used when the caller gives nothing
 * @param {import("./types.js").Phase} phase
 * @param {Uint8Array | ArrayBuffer | URL | undefined} given
 * @param {Fetching} fetching
 */
async function bytesOf(platform, name, phase, given, fetching) {
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (given instanceof Uint8Array) return given;
  if (given instanceof URL) return files.run(given.href, fetching, (options) => download(given, phase, undefined, options));
  return files.run(name, fetching, (options) => platform.file(name, phase, options));
}
