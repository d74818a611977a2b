/**
 * Words of the caller.
 *
 * @module
 */
import { isOtherLetter, isWord } from "./characters.js";

/** @typedef {{ next: Map<number, Node>, ends: boolean }} Node */

/**
 * Finds words whatever their case, the longest at each place. Each place is compared with the longest word at
 * most.
 *
 * @param {string} text folded
 * @param {string[]} words folded
 * @param {(start: number, end: number) => void} report
 */
export function findWords(text, words, report) {
  /** @type {Node} */
  const root = { next: new Map(), ends: false };
  for (const word of words) insert(root, word);
  for (let start = 0; start < text.length; start += 1) {
    const first = text.charCodeAt(start);
    if (isWord(first) && isWord(text.charCodeAt(start - 1))) continue;
    const end = longest(root, text, start);
    if (end !== undefined) report(start, end);
  }
}

/** @param {Node} root @param {string} word */
function insert(root, word) {
  let node = root;
  for (let i = 0; i < word.length; i += 1) {
    const code = lower(word.charCodeAt(i));
    const next = node.next.get(code) ?? { next: new Map(), ends: false };
    node.next.set(code, next);
    node = next;
  }
  node.ends = true;
}

/** @param {Node} root @param {string} text @param {number} start */
function longest(root, text, start) {
  /** @type {number | undefined} */
  let found;
  /** @type {Node | undefined} */
  let node = root;
  for (let end = start; node !== undefined; end += 1) {
    if (node.ends && !(isWord(text.charCodeAt(end)) && isWord(text.charCodeAt(end - 1)))) found = end;
    node = node.next.get(lower(text.charCodeAt(end)));
  }
  return found;
}

/**
 * The small letter, where it is one unit as well.
 *
 * @param {number} code
 */
function lower(code) {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 32 : code;
  if (!isOtherLetter(code)) return code;
  const small = String.fromCharCode(code).toLowerCase();
  return small.length === 1 ? small.charCodeAt(0) : code;
}
