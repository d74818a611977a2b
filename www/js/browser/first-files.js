import { files } from "../../uniroute/dist/files.js";
import { download, verify } from "../../uniroute/lib/bytes.js";

/** @import { FetchOptions, Phase } from "../../uniroute/lib/types.js" */

/**
 * The files of the static embedder, as options of `WorkerRouter.load`. The document preloads them, so that they come
 * beside the scripts and not after them; a worker cannot use what a document preloads, so the page fetches them.
 *
 * @param {boolean} withPool whether the package's own pool is wanted, too
 * @param {FetchOptions} options
 */
export async function firstFiles(withPool, options) {
  const [wasm, router, pool] = await Promise.all([
    file("uniroute_bg.wasm", "wasm", options),
    file("default.router", "router", options),
    withPool ? file("pools/models-2026.json", "pool", options) : undefined,
  ]);
  return { wasm, router, ...(pool && { pool }) };
}

/**
 * @param {string} name of a file in the package's `dist`
 * @param {Phase} phase
 * @param {FetchOptions} options
 */
async function file(name, phase, options) {
  const url = new URL(`../../uniroute/dist/${name}`, import.meta.url);
  const known = files[name];
  return verify(name, await download(url, phase, known?.bytes, options), known?.sha256);
}
