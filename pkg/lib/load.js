import * as standardModule from "../dist/uniroute.js";
import { download } from "./bytes.js";
import { jsonBytes } from "./checks.js";
import { Engine } from "./engine.js";
import { UnirouteError } from "./errors.js";
import { SharedWork } from "./shared-work.js";
import { startTransformer, transformerFiles } from "./transformer.js";

/** @typedef {import("./types.js").LoadOptions} LoadOptions */
/** @typedef {import("./types.js").FetchOptions} FetchOptions */

/**
 * Where the package's own files come from. Browsers, Node and edge workers differ in nothing else.
 *
 * @typedef {object} Platform
 * @property {(options: FetchOptions) => Promise<WasmSource>} wasm
 * @property {(options: FetchOptions) => Promise<Uint8Array<ArrayBuffer>>} router
 * @property {(options: FetchOptions) => Promise<Uint8Array<ArrayBuffer>>} pool
 * @property {TransformerFile} [transformer]
 * @property {(stem: string, folder?: URL) => Promise<typeof standardModule>} [bindings] those of a module with
 *   the transformer
 */

/** @typedef {BufferSource | WebAssembly.Module} WasmSource */

/**
 * Reads a file of the transformer from its folder.
 *
 * @callback TransformerFile
 * @param {string} name
 * @param {import("./types.js").Phase} phase
 * @param {FetchOptions} options
 * @param {URL} [folder]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */

const startedModules = /** @type {SharedWork<typeof standardModule>} */ (
  new SharedWork({ keepResults: true })
);
const downloads = /** @type {SharedWork<Uint8Array<ArrayBuffer>>} */ (new SharedWork({ keepResults: false }));

/**
 * Starts the wasm module once for all callers, fetches the missing files, and makes the router.
 *
 * @param {Platform} platform
 * @param {LoadOptions} options
 * @returns {Promise<Engine>}
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
    const own = folder === null ? platform : transformerFiles(platform, folder);
    const [core, routerBytes, poolBytes, weightBytes] = await allOrFirstFailure(
      /** @type {const} */ ([
        startCore(platform, wasm, folder, fetching),
        bytesOf("router", router, own.router, fetching, embedder),
        pool === undefined || pool instanceof URL
          ? bytesOf("pool", pool, own.pool, fetching, embedder)
          : jsonBytes(pool, "pool"),
        "weights" in own ? bytesOf("weights", weights, own.weights, fetching, embedder) : undefined,
      ]),
    );
    fetching.signal?.throwIfAborted();
    fetching.onProgress?.({ phase: "start", loaded: 0, total: 1 });
    const files = { router: routerBytes, pool: poolBytes, weights: weightBytes };
    const engine = await Engine.load(core, files);
    fetching.onProgress?.({ phase: "start", loaded: 1, total: 1 });
    return engine;
  } catch (thrown) {
    if (fetching.signal?.aborted) throw UnirouteError.aborted(fetching.signal);
    throw UnirouteError.from(thrown, thrown instanceof WebAssembly.CompileError ? "integrity" : "internal");
  }
}

/**
 * Starts the module that is smallest for the embedder, and of those the fastest.
 *
 * @param {Platform} platform
 * @param {LoadOptions["wasm"]} given
 * @param {URL | undefined | null} folder of the transformer's files; null without the transformer
 * @param {FetchOptions} fetching
 */
async function startCore(platform, given, folder, fetching) {
  if (folder !== null) {
    return startedModules.run("transformer", fetching, async (options) => {
      const own = given && (await moduleOf(platform, given, options));
      return startTransformer(platform, own, folder, options);
    });
  }
  return startedModules.run("wasm", fetching, async (options) => {
    await standardModule.default({ module_or_path: await moduleOf(platform, given, options) });
    return standardModule;
  });
}

/**
 * All of the parts, or the first failure after all parts have ended. A caller that tries again at once
 * must not share a download that is about to fail.
 *
 * @template {readonly unknown[]} T
 * @param {T} parts
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
async function allOrFirstFailure(parts) {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

/**
 * @param {Platform} platform
 * @param {LoadOptions["wasm"]} given
 * @param {FetchOptions} options
 * @returns {Promise<WasmSource>}
 */
function moduleOf(platform, given, options) {
  if (given instanceof URL) return download(given, "wasm", undefined, options);
  return given === undefined ? platform.wasm(options) : Promise.resolve(given);
}

/**
 * The file that the caller gives; otherwise the package's own file.
 *
 * @param {"router" | "pool" | "weights"} phase
 * @param {Uint8Array | ArrayBuffer | URL | undefined} given
 * @param {(options: FetchOptions) => Promise<Uint8Array<ArrayBuffer>>} own
 * @param {FetchOptions} fetching
 * @param {string} embedder that the package's own file is for
 */
async function bytesOf(phase, given, own, fetching, embedder) {
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (given instanceof Uint8Array) return given;
  if (given instanceof URL)
    return downloads.run(given.href, fetching, (options) => download(given, phase, undefined, options));
  return downloads.run(`${embedder} ${phase}`, fetching, own);
}
