/**
 * Packages of others that `cargo xtask site` copies beside the page. None is loaded before it is needed.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/**
 * @param {string} path of a module of a package
 * @returns {Promise<any>} its exports, of whose types the page knows nothing
 */
export async function vendored(path) {
  const at = new URL(`../../vendor/${path}`, import.meta.url).href;
  try {
    return await import(at);
  } catch (cause) {
    const message =
      "A part of the page could not be loaded, or this copy was built without it. Try again, or use “uniroute profile --labels”.";
    throw new UnirouteError("vendor", message, { cause });
  }
}

/**
 * Unpacks Zstandard.
 *
 * @param {Uint8Array} packed
 * @param {number} size of what is packed
 * @returns {Promise<Uint8Array>}
 */
export async function unpackZstd(packed, size) {
  const { decompress } = await vendored("fzstd.js");
  return decompress(packed, new Uint8Array(size));
}
