/**
 * Names from outside in a sentence of the page. A name in a script that is written from right to left, or one with
 * control characters for that, must not turn the words around it.
 */
import { h } from "./dom.js";

/** Control characters for the direction of text. */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name as an element of its own direction.
 *
 * @param {string} text
 */
export function name(text) {
  return h("bdi", {}, text);
}

/**
 * A name inside a text that can have no elements, such as a label: between characters that isolate it, where it
 * needs them, and without control characters of its own.
 *
 * @param {string} text
 */
export function nameInText(text) {
  const plain = text.replace(CONTROLS, "");
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/**
 * A sentence of the router, with the names in it as elements.
 *
 * @param {string} sentence
 * @param {string[]} names that may be in it
 * @returns {(string | HTMLElement)[]}
 */
export function sentenceWith(sentence, names) {
  const found = names
    .filter((one) => one !== "" && sentence.includes(one))
    .sort((a, b) => b.length - a.length);
  const [first] = found;
  if (first === undefined) return [sentence];
  return sentence
    .split(first)
    .flatMap((part, i) => [...(i === 0 ? [] : [name(first)]), ...sentenceWith(part, found.slice(1))]);
}

/**
 * A message that may quote anything, with a visible mark in place of each control character.
 *
 * @param {string} text
 */
export function withoutControls(text) {
  return text.replace(CONTROLS, "\ufffd");
}
