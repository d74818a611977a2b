/**
 * Exact counts in place of estimates, for the two tokenizers whose tables were published by their
 * maker. The tables weigh more than all of this package, so they are those of `gpt-tokenizer`, which
 * has to be installed beside it.
 *
 * @module
 */
import { UnirouteError } from "./lib/errors.js";

export { UnirouteError };

/** @typedef {"o200k" | "cl100k"} Encoding */
/** @typedef {(text: string) => number} Counter */

/**
 * Each address is written out, so that bundlers find it and make a file of its own of it.
 *
 * @type {Record<Encoding, () => Promise<unknown>>}
 */
const TABLES = {
  // @ts-ignore: it may not be installed
  o200k: () => import("gpt-tokenizer/encoding/o200k_base"),
  // @ts-ignore
  cl100k: () => import("gpt-tokenizer/encoding/cl100k_base"),
};

/** To a provider, what looks like a special token in a prompt is text as any other. */
const PLAIN = { allowedSpecial: new Set(), disallowedSpecial: new Set() };

/**
 * Loads tables of tokens: `{ counters: await exactCounters("o200k") }` in a request counts the prompt
 * for every model of that tokenizer, and its cost says `exact: true`.
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
      `There is no table of “${name}”. Name "o200k" or "cl100k"; other tokenizers are estimated.`,
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
      "The tables of tokens are those of the package gpt-tokenizer, which could not be loaded. Install it: npm install gpt-tokenizer@4.",
      { cause },
    );
  }
}
