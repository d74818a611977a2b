/**
 * Exact token counts instead of estimates, for the two tokenizers whose vocabularies are public. Their
 * tables are larger than this whole package, so they come from `gpt-tokenizer`, which you install beside it.
 *
 * @module
 */
import { UnirouteError } from "./lib/errors.js";

export { UnirouteError };

/** @typedef {"o200k" | "cl100k"} Encoding */
/** @typedef {(text: string) => number} Counter */

/**
 * Each address is a literal, so that bundlers find it and write a separate file for it.
 *
 * @type {Record<Encoding, () => Promise<unknown>>}
 */
const TABLES = {
  // @ts-ignore: it may not be installed
  o200k: () => import("gpt-tokenizer/encoding/o200k_base"),
  // @ts-ignore
  cl100k: () => import("gpt-tokenizer/encoding/cl100k_base"),
};

/** Providers treat the text of a special token in a prompt as plain text. */
const PLAIN = { allowedSpecial: new Set(), disallowedSpecial: new Set() };

/**
 * Loads token tables. `{ counters: await exactCounters("o200k") }` in a request counts the prompt for every
 * model with that tokenizer, and its cost has `exact: true`.
 *
 * @template {Encoding} E
 * @param {E[]} encodings
 * @returns {Promise<Record<E, Counter>>}
 */
export async function exactCounters(...encodings) {
  const counters = await Promise.all(
    encodings.map(async (name) => /** @type {const} */ ([name, await counter(name)])),
  );
  return /** @type {Record<E, Counter>} */ (Object.fromEntries(counters));
}

/**
 * @param {Encoding} name
 * @returns {Promise<Counter>}
 */
async function counter(name) {
  if (!Object.hasOwn(TABLES, name)) {
    throw new UnirouteError(
      "unknown_encoding",
      `There is no token table “${name}”. Name "o200k" or "cl100k"; other tokenizers are estimated.`,
    );
  }
  try {
    const { countTokens } = /** @type {{ countTokens: (text: string, how: typeof PLAIN) => number }} */ (
      await TABLES[name]()
    );
    return (text) => countTokens(text, PLAIN);
  } catch (cause) {
    throw new UnirouteError(
      "missing_package",
      "The token tables come from the package gpt-tokenizer, which could not be loaded. " +
        "Install it: npm install gpt-tokenizer@4.",
      { cause },
    );
  }
}
