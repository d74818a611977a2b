/**
 * The pools that come with the page. One with errors in each cluster exists once for each embedder, whose
 * clusters it refers to; one with benchmark scores fits every embedder.
 */
import { files } from "../../uniroute/dist/files.js";
import { download, verify } from "../../uniroute/lib/bytes.js";

/** @import { Embedder } from "../../uniroute/lib/types.js" */
/** @import { ListedPool } from "./state.js" */

const DIST = new URL("../../uniroute/dist/", import.meta.url);

/**
 * The list; empty if it cannot be fetched. The package's own pool then is the only one.
 *
 * @returns {Promise<ListedPool[]>}
 */
export async function fetchPoolList() {
  try {
    const response = await fetch(new URL("pools/index.json", DIST));
    return response.ok ? (await response.json()).pools : [];
  } catch {
    return [];
  }
}

/**
 * @param {ListedPool[]} pools
 * @param {string} id
 * @param {Embedder} embedder
 */
export function listedPoolUrl(pools, id, embedder) {
  const pool = pools.find((one) => one.id === id);
  return pool && new URL(fileName(pool, embedder), DIST);
}

/**
 * @param {ListedPool} pool
 * @param {Embedder} embedder
 */
export async function fetchListedPool(pool, embedder) {
  const name = fileName(pool, embedder);
  const known = files[name];
  return verify(name, await download(new URL(name, DIST), "pool", known?.bytes, {}), known?.sha256);
}

/**
 * @param {ListedPool} pool
 * @param {Embedder} embedder
 */
function fileName({ file, portable }, embedder) {
  return `${embedder === "minilm" && !portable ? "minilm/" : ""}pools/${file}`;
}
