/**
 * What only the transformer needs: the module that runs it fastest, its router and pool, and its
 * weights, which are large and therefore kept between visits.
 *
 * @module
 */
import { verify } from "./bytes.js";
import { UnirouteError } from "./errors.js";
import { hasRelaxedDots } from "./relaxed.js";

/** @typedef {import("./types.js").Fetching} Fetching */
/** @typedef {import("./load.js").Platform} Platform */

/** `cargo xtask minilm` makes them. */
export const WEIGHTS = "minilm/weights.safetensors";

/** The page's service worker empties caches whose names begin otherwise. */
const CACHE = "uniroute/weights";

/**
 * @param {string} name
 * @param {unknown} [cause]
 */
export function missing(name, cause) {
  return new UnirouteError(
    "missing_file",
    `${name} is not here. Serve the transformer's files and name their folder as \`transformer\`, or pass \`router\`, \`pool\` and \`weights\`.`,
    { path: "transformer", cause },
  );
}

/**
 * The files that were fitted on the transformer, in the place of the usual ones.
 *
 * @param {Platform} platform
 * @param {URL | undefined} folder
 */
export function ownFiles({ transformer }, folder) {
  /** @type {(name: string, phase: import("./types.js").Phase) => (options: Fetching) => Promise<Uint8Array<ArrayBuffer>>} */
  const file = (name, phase) => async (options) => {
    if (transformer === undefined) throw missing(name);
    return transformer(name, phase, options, folder);
  };
  return {
    router: file("minilm/default.router", "router"),
    pool: file("minilm/pools/open.json", "pool"),
    weights: file(WEIGHTS, "weights"),
  };
}

/**
 * The module with relaxed SIMD, started, or null where it cannot run or cannot be had: the usual
 * module does the same, less fast.
 *
 * @param {Platform} platform
 * @param {URL | undefined} folder
 * @param {Fetching} options
 */
export async function fastCore({ relaxed, transformer }, folder, options) {
  if (!relaxed || !transformer || !hasRelaxedDots()) return null;
  try {
    const core = await relaxed(folder);
    await core.default({
      module_or_path: await transformer("uniroute_relaxed_bg.wasm", "wasm", options, folder),
    });
    return core;
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    return null;
  }
}

/**
 * The weights out of the browser's cache, or fetched and put there. Their key is their hash, so that
 * other ones are another entry; what does not match it is fetched anew.
 *
 * @param {string} sha256
 * @param {Fetching} options
 * @param {() => Promise<Uint8Array<ArrayBuffer>>} fetchVerified
 */
export async function kept(sha256, { onProgress }, fetchVerified) {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  if (cache === undefined) return fetchVerified();
  const key = `/${sha256}`;
  const found = await cache.match(key);
  if (found !== undefined) {
    const bytes = await verify(WEIGHTS, new Uint8Array(await found.arrayBuffer()), sha256).catch(() => null);
    if (bytes !== null) {
      onProgress?.({ phase: "weights", loaded: bytes.length, total: bytes.length });
      return bytes;
    }
  }
  const bytes = await fetchVerified();
  for (const other of await cache.keys()) await cache.delete(other);
  // A full disk keeps nothing; the next visit fetches again.
  await cache.put(key, new Response(bytes)).catch(() => undefined);
  return bytes;
}
