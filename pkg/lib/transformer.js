/**
 * What only the transformer needs: the fastest module that runs it, its router and pool, and its
 * weights, which are large and therefore cached between visits.
 *
 * @module
 */
import { verify } from "./bytes.js";
import { UnirouteError } from "./errors.js";
import { hasRelaxedDots } from "./relaxed.js";

/** @typedef {import("./types.js").FetchOptions} FetchOptions */
/** @typedef {import("./load.js").Platform} Platform */

/** Written by `cargo xtask minilm`. */
export const WEIGHTS = "minilm/weights.safetensors";

/** Does not begin with `uniroute-`: the page's service worker deletes old caches with such names. */
const CACHE = "uniroute/weights";

/**
 * @param {string} name
 * @param {unknown} [cause]
 */
export function missingFile(name, cause) {
  return new UnirouteError(
    "missing_file",
    `${name} is missing. Serve the transformer's files and pass their folder as \`transformer\`, ` +
      "or pass `router`, `pool` and `weights`.",
    { path: "transformer", cause },
  );
}

/**
 * The files that were fitted on the transformer, which replace the standard ones.
 *
 * @param {Platform} platform
 * @param {URL | undefined} folder
 */
export function transformerFiles({ transformer }, folder) {
  const file =
    (/** @type {string} */ name, /** @type {import("./types.js").Phase} */ phase) =>
    async (/** @type {FetchOptions} */ options) => {
      if (transformer === undefined) throw missingFile(name);
      return transformer(name, phase, options, folder);
    };
  return {
    router: file("minilm/default.router", "router"),
    pool: file("pools/models-2026.json", "pool"),
    weights: file(WEIGHTS, "weights"),
  };
}

/**
 * Starts the module with relaxed SIMD, or the other module with the transformer where this engine cannot run
 * that one or it cannot be fetched. Both do the same, the second one more slowly. The module of the static
 * embedder has no code of the transformer.
 *
 * @param {Platform} platform
 * @param {import("./load.js").WasmSource | undefined} given `uniroute_minilm_bg.wasm`, if the caller has it
 * @param {URL | undefined} folder
 * @param {FetchOptions} options
 */
export async function startTransformer({ bindings, transformer }, given, folder, options) {
  const start = async (/** @type {string} */ stem) => {
    if (!bindings) throw missingFile(`${stem}.js`);
    const started = await bindings(stem, folder).catch((cause) => {
      throw missingFile(`${stem}.js`, cause);
    });
    const wasm = given ?? (await transformer?.(`${stem}_bg.wasm`, "wasm", options, folder));
    if (wasm === undefined) throw missingFile(`${stem}_bg.wasm`);
    await started.default({ module_or_path: wasm });
    return started;
  };
  if (given === undefined && hasRelaxedDots()) {
    try {
      return await start("uniroute_relaxed");
    } catch (thrown) {
      if (options.signal?.aborted) throw thrown;
    }
  }
  return start("uniroute_minilm");
}

/**
 * The weights from the browser's cache; otherwise they are fetched and cached. The key is their hash, so
 * that other weights get another entry. Bytes that do not match the hash are fetched again.
 *
 * @param {string} sha256
 * @param {FetchOptions} options
 * @param {() => Promise<Uint8Array<ArrayBuffer>>} fetchVerified
 */
export async function cachedWeights(sha256, { onProgress }, fetchVerified) {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  if (cache === undefined) return fetchVerified();
  const key = `/${sha256}`;
  const found = await cache.match(key).catch(() => undefined);
  if (found !== undefined) {
    const bytes = await verify(WEIGHTS, new Uint8Array(await found.arrayBuffer()), sha256).catch(() => null);
    if (bytes !== null) {
      onProgress?.({ phase: "weights", loaded: bytes.length, total: bytes.length });
      return bytes;
    }
  }
  const bytes = await fetchVerified();
  // If the disk is full or the cache forbidden, nothing is cached and the next visit fetches them again.
  await replaceIn(cache, key, bytes).catch(() => undefined);
  return bytes;
}

/**
 * @param {Cache} cache
 * @param {string} key
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function replaceIn(cache, key, bytes) {
  for (const other of await cache.keys()) await cache.delete(other);
  await cache.put(key, new Response(bytes));
}
