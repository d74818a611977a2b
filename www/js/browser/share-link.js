/** Links that carry the choices and, if it is small enough, a pool that is not a listed one. */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/** Longest compressed pool in a link; some programs cut longer links. */
const MAX_LETTERS = 24_000;
/** Longest pool that is decompressed; the core accepts no larger one. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * @param {string} fragment of the choices
 * @param {string | null} ownPool LLM profile JSON
 * @returns {Promise<{ link: string, complete: boolean }>} `complete`: false if the pool was too large
 */
export async function shareLink(fragment, ownPool) {
  const packed = ownPool === null ? "" : await compress(ownPool);
  const complete = packed.length <= MAX_LETTERS;
  const own = packed && complete ? `${fragment ? "&" : "#"}own=${packed}` : "";
  return { link: new URL(`${location.pathname}${fragment}${own}`, location.href).href, complete };
}

/**
 * A pool that came with a link, not saved.
 *
 * @typedef {object} SharedPool
 * @property {string} packed as in the link
 * @property {string} pool LLM profile JSON
 */

/**
 * The pool in a link.
 *
 * @param {string} fragment
 * @returns {Promise<SharedPool | null>}
 */
export async function poolInLink(fragment) {
  const packed = new URLSearchParams(fragment.replace(/^#/, "")).get("own");
  return packed ? { packed, pool: await decompress(packed) } : null;
}

/**
 * A fragment with the pool of a link, so that it is still there when the page is loaded again.
 *
 * @param {string} fragment of the choices
 * @param {SharedPool} shared
 */
export function withSharedPool(fragment, { packed }) {
  return `${fragment}${fragment ? "&" : "#"}own=${packed}`;
}

/**
 * @param {string} text
 * @returns {Promise<string>} URL-safe base64
 */
async function compress(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} packed */
async function decompress(packed) {
  try {
    const base64 = packed.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > MAX_BYTES) throw new RangeError("too large");
    }
    return text + decoder.decode();
  } catch (cause) {
    const message = "The pool in this link is damaged. Ask for the link again, or for the pool as a file.";
    throw new UnirouteError("link", message, { cause });
  }
}
