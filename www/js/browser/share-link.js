/** Links to the page as it stands. */
import { UnirouteError } from "../../uniroute/lib/errors.js";
import { toFragment } from "../state/saved.js";

/** Longest packed pool that goes into a link; some programs cut longer ones. */
const MOST_LETTERS = 24_000;
/** Most bytes that are unpacked; the core takes no larger pool. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * A link to the choices made here. An own pool goes along, packed, if it is small enough.
 *
 * @param {import("../state/state.js").State} state
 * @param {{ prompt: boolean, ownPool: string | null }} what
 * @returns {Promise<{ link: string, complete: boolean }>} `complete`: whether an own pool went along
 */
export async function linkTo(state, { prompt, ownPool }) {
  const packed = ownPool === null ? "" : await pack(ownPool);
  const fits = packed.length <= MOST_LETTERS;
  const fragment = toFragment(state, prompt ? state.prompt : undefined);
  const own = ownPool !== null && fits ? `${fragment ? "&" : "#"}own=${packed}` : "";
  return {
    link: new URL(`${location.pathname}${fragment}${own}`, location.href).href,
    complete: ownPool === null || fits,
  };
}

/**
 * The pool that came with a link.
 *
 * @param {string} fragment
 * @returns {Promise<string | null>}
 */
export async function ownPoolOf(fragment) {
  const packed = new URLSearchParams(fragment.replace(/^#/, "")).get("own");
  return packed ? unpack(packed) : null;
}

/** @param {string} text */
async function pack(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} packed */
async function unpack(packed) {
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
      letter.charCodeAt(0),
    );
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > MOST_BYTES) throw new RangeError("too large");
    }
    return text + decoder.decode();
  } catch (cause) {
    throw new UnirouteError(
      "link",
      "The pool in this link is damaged. Ask for the link again, or for the pool as a file.",
      { cause },
    );
  }
}
