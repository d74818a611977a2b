/**
 * Text from outside – ids of models, values of requests – in the form in which headers and messages may
 * hold it.
 *
 * @module
 */

/** Longest value from outside that a message repeats, in characters. */
const SHOWN = 100;
/** Characters that are not seen or that change how others are seen: controls, zero-width, bidirectional. */
const HIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
const OUTSIDE_ASCII = /[^\x20-\x7e]|%/gu;

/**
 * A message in which each hidden character is written as its number, for example `\u{202e}`.
 *
 * @param {string} text
 */
export const visible = (text) =>
  text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/**
 * The beginning of a value from outside, for a message.
 *
 * @param {string} text
 */
export const brief = (text) => shortened(text, SHOWN);

/**
 * @param {string} text
 * @param {number} most characters
 */
export const shortened = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

/**
 * The value of a header: printable ASCII as it is, all other characters and `%` in percent-encoding, so that
 * `decodeURIComponent` gives the text back.
 *
 * @param {string} text
 */
export const headerValue = (text) => text.toWellFormed().replace(OUTSIDE_ASCII, encodeURIComponent);

/**
 * Whether a text is a name such as `context_length_exceeded`: short, and without words of its own.
 *
 * @param {unknown} text
 * @returns {text is string}
 */
export const isIdentifier = (text) => typeof text === "string" && /^[A-Za-z0-9][\w.:-]{0,63}$/.test(text);

/**
 * Whether a text is the name of a model such as `meta-llama/llama-3.3-70b-instruct`: short, and without words of
 * its own.
 *
 * @param {unknown} text
 * @returns {text is string}
 */
export const isModelName = (text) => typeof text === "string" && /^[\w@][\w./:@+-]{0,127}$/.test(text);
