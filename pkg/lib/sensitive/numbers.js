/**
 * Where numbers begin and end: groups of letters and digits with one separator between two of them.
 *
 * @module
 */
import { isAlphanumeric, isDigit, isLetter, isWord } from "./characters.js";

/** Most groups, and fewest and most letters and digits in them, of any number that is looked for. */
const MOST_GROUPS = 7;
const FEWEST_CHARACTERS = 7;
const MOST_CHARACTERS = 20;

/**
 * Some groups that follow each other.
 *
 * @typedef {object} Run
 * @property {number} start
 * @property {number} end
 * @property {string} characters letters and digits, in capitals
 * @property {string} lengths of the groups, such as `4,4,4,4`
 * @property {string} separators between the groups
 * @property {boolean} flanked whether a number with a space before or after it could belong to it
 */

/**
 * Calls for each place where a number may begin, and each group that it may end with.
 *
 * @param {string} text folded
 * @param {(run: Run) => void} visit
 */
export function eachRun(text, visit) {
  for (let i = 0; i < text.length; i += 1) {
    if (isAlphanumeric(text.charCodeAt(i)) && hasDigit(text, i) && beginsNumber(text, i))
      runsFrom(text, i, visit);
  }
}

/**
 * Whether the group that begins here has a digit, or is one letter.
 *
 * @param {string} text
 * @param {number} start
 */
function hasDigit(text, start) {
  if (isWord(text.charCodeAt(start - 1))) return false;
  let end = start;
  while (isLetter(text.charCodeAt(end)) && end - start < MOST_CHARACTERS) end += 1;
  return isDigit(text.charCodeAt(end)) || end === start + 1;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {(run: Run) => void} visit
 */
function runsFrom(text, start, visit) {
  let [lengths, separators, count] = ["", "", 0];
  let from = start;
  for (let groups = 0; groups < MOST_GROUPS; groups += 1) {
    let end = from;
    while (isAlphanumeric(text.charCodeAt(end)) && end - from <= MOST_CHARACTERS) end += 1;
    count += end - from;
    if (count > MOST_CHARACTERS) return;
    lengths = groups === 0 ? `${end - from}` : `${lengths},${end - from}`;
    if (count >= FEWEST_CHARACTERS && endsNumber(text, end)) {
      const characters = (
        separators === "" ? text.slice(start, end) : letters(text, start, end)
      ).toUpperCase();
      const flanked =
        separators.includes(" ") &&
        ((text[start - 1] === " " && isDigit(text.charCodeAt(start - 2))) ||
          (text[end] === " " && isDigit(text.charCodeAt(end + 1))));
      visit({ start, end, characters, lengths, separators, flanked });
    }
    const separator = text.charCodeAt(end);
    const joins = separator === 0x20 || (separator >= 0x2d && separator <= 0x2f);
    if (!joins || !isAlphanumeric(text.charCodeAt(end + 1))) return;
    separators += text[end];
    from = end + 1;
  }
}

/**
 * The letters and digits without what separates them.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
function letters(text, start, end) {
  return text.slice(start, end).replace(/[ ./-]/g, "");
}

/**
 * Whether a number may begin here: not inside a word, a decimal number, a version, an address or a UUID.
 *
 * @param {string} text
 * @param {number} start
 */
export function beginsNumber(text, start) {
  const [before, earlier] = [text[start - 1] ?? " ", text.charCodeAt(start - 2)];
  if (isWord(before.charCodeAt(0)) || "$€£¥#@".includes(before)) return false;
  if (before === "/") return !isWord(earlier);
  if (".,:+'".includes(before)) return !isDigit(earlier);
  if (before !== "-") return true;
  for (let i = start - 2; i >= start - 42; i -= 1) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) return false;
    if (!isLetter(code) && code !== 0x2d) return true;
  }
  return false;
}

/**
 * Whether a number may end here.
 *
 * @param {string} text
 * @param {number} end
 */
export function endsNumber(text, end) {
  const [after, later] = [text[end] ?? " ", text.charCodeAt(end + 1)];
  if (isWord(after.charCodeAt(0)) || "%€@".includes(after)) return false;
  return !(".,:-/".includes(after) && (isDigit(later) || (after === "-" && isLetter(later))));
}
