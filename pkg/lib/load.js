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
 * @property {(options: Fetching) => Promise<WasmSource>} wasm
 * @property {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} router
 * @property {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} pool
 */

/** @typedef {BufferSource | WebAssembly.Module} WasmSource */

const starts = /** @type {Sharing<unknown>} */ (new Sharing({ keep: true }));
const files = /** @type {Sharing<Uint8Array<ArrayBuffer>>} */ (new Sharing({ keep: false }));

/**
 * Starts the wasm once for all callers, fetches what is missing, and builds the core's router.
 *
 * @param {Platform} platform
 * @param {LoadOptions} options
 * @returns {Promise<Core>}
 */
export async function loadCore(platform, { wasm, router, pool, ...fetching }) {
  try {
    const [, routerBytes, poolBytes] = await whole(/** @type {const} */ ([
      starts.run("wasm", fetching, async (options) => start({ module_or_path: await moduleOf(platform, wasm, options) })),
      bytesOf("router", router, platform.router, fetching),
      pool === undefined || pool instanceof URL ? bytesOf("pool", pool, platform.pool, fetching) : jsonBytes(pool),
    ]));
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
 * All of the parts, or the first failure once none is under way any more: who tries again at once
 * must not join a part that is about to fail.
 *
 * @template {readonly unknown[]} T
 * @param {T} parts
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
async function whole(parts) {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

/**
 * @param {Platform} platform
 * @param {LoadOptions["wasm"]} given
 * @param {Fetching} options
 * @returns {Promise<WasmSource>}
 */
function moduleOf(platform, given, options) {
  if (given instanceof URL) return download(given, "wasm", undefined, options);
  return given === undefined ? platform.wasm(options) : Promise.resolve(given);
}

/**
 * What the caller gives, or else the package's own file.
 *
 * @param {"router" | "pool"} phase
 * @param {Uint8Array | ArrayBuffer | URL | undefined} given
 * @param {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} own
 * @param {Fetching} fetching
 */
async function bytesOf(phase, given, own, fetching) {
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (given instanceof Uint8Array) return given;
  if (given instanceof URL) return files.run(given.href, fetching, (options) => download(given, phase, undefined, options));
  return files.run(phase, fetching, own);
}
