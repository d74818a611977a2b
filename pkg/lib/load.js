import * as usual from "../dist/uniroute.js";
import { download, jsonBytes } from "./bytes.js";
import { UnirouteError } from "./errors.js";
import { Sharing } from "./share.js";
import { fastCore, ownFiles } from "./transformer.js";

/** @typedef {import("./types.js").LoadOptions} LoadOptions */
/** @typedef {import("./types.js").Fetching} Fetching */
/** @typedef {import("../dist/uniroute.js").Router} Core */

/**
 * Where the package's own files come from: the one thing in which browsers, Node and edge workers
 * differ.
 *
 * @typedef {object} Platform
 * @property {(options: Fetching) => Promise<WasmSource>} wasm
 * @property {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} router
 * @property {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} pool
 * @property {(name: string, phase: import("./types.js").Phase, options: Fetching, folder?: URL) => Promise<Uint8Array<ArrayBuffer>>} [transformer]
 * @property {(folder?: URL) => Promise<typeof usual>} [relaxed] the glue of the module with relaxed SIMD
 */

/** @typedef {BufferSource | WebAssembly.Module} WasmSource */

const starts = /** @type {Sharing<typeof usual | null>} */ (new Sharing({ keep: true }));
const files = /** @type {Sharing<Uint8Array<ArrayBuffer>>} */ (new Sharing({ keep: false }));

/**
 * Starts the wasm once for all callers, fetches what is missing, and builds the core's router.
 *
 * @param {Platform} platform
 * @param {LoadOptions} options
 * @returns {Promise<Core>}
 */
export async function loadCore(
  platform,
  { wasm, router, pool, embedder = "static", weights, transformer, ...fetching },
) {
  try {
    if (embedder !== "static" && embedder !== "minilm") {
      throw new UnirouteError(
        "unknown_embedder",
        `There is no embedder “${embedder}”. Name "static" or "minilm".`,
      );
    }
    const folder = embedder === "minilm" ? transformer : null;
    const own = folder === null ? platform : ownFiles(platform, folder);
    const [core, routerBytes, poolBytes, weightBytes] = await whole(
      /** @type {const} */ ([
        startCore(platform, wasm, folder, fetching),
        bytesOf("router", router, own.router, fetching, embedder),
        pool === undefined || pool instanceof URL
          ? bytesOf("pool", pool, own.pool, fetching, embedder)
          : jsonBytes(pool),
        "weights" in own ? bytesOf("weights", weights, own.weights, fetching, embedder) : undefined,
      ]),
    );
    fetching.signal?.throwIfAborted();
    fetching.onProgress?.({ phase: "start", loaded: 0, total: 1 });
    const made = new core.Router(routerBytes, poolBytes, weightBytes, await contentHash(core, routerBytes));
    fetching.onProgress?.({ phase: "start", loaded: 1, total: 1 });
    return made;
  } catch (thrown) {
    throw UnirouteError.from(thrown, thrown instanceof WebAssembly.CompileError ? "integrity" : "internal");
  }
}

/**
 * The router's content hash from the platform, which needs a millisecond where a module that has just
 * started needs fifty. Undefined where there is none: then the module does it.
 *
 * @param {typeof usual} core
 * @param {Uint8Array} router
 */
async function contentHash(core, router) {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return undefined;
  const hashed = /** @type {Uint8Array<ArrayBuffer>} */ (core.Router.hashed(router));
  return new Uint8Array(await subtle.digest("SHA-256", hashed));
}

/**
 * The module that suits the embedder best, started.
 *
 * @param {Platform} platform
 * @param {LoadOptions["wasm"]} given
 * @param {URL | undefined | null} folder of the transformer's files; null without the transformer
 * @param {Fetching} fetching
 */
async function startCore(platform, given, folder, fetching) {
  if (folder !== null && given === undefined) {
    const fast = await starts.run("relaxed", fetching, (options) => fastCore(platform, folder, options));
    if (fast) return fast;
  }
  await starts.run("wasm", fetching, async (options) => {
    await usual.default({ module_or_path: await moduleOf(platform, given, options) });
    return usual;
  });
  return usual;
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
 * @param {"router" | "pool" | "weights"} phase
 * @param {Uint8Array | ArrayBuffer | URL | undefined} given
 * @param {(options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} own
 * @param {Fetching} fetching
 * @param {string} embedder that the package's own file is for
 */
async function bytesOf(phase, given, own, fetching, embedder) {
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (given instanceof Uint8Array) return given;
  if (given instanceof URL)
    return files.run(given.href, fetching, (options) => download(given, phase, undefined, options));
  return files.run(`${embedder} ${phase}`, fetching, own);
}
