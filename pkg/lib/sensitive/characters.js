/**
 * Classes of characters, and one form for the many that look the same.
 *
 * @module
 */

/** Zeros of the decimal digits that are read as 0 to 9: Arabic, Persian, Devanagari, Bengali. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6];
/** From here on scripts do not separate words by spaces: Chinese, Japanese, Korean. */
const UNSEPARATED = 0x2e80;

/**
 * The text with ASCII in place of full-width characters, other digits, spaces, dashes and quotation marks. It has
 * the same length, so that offsets stay what they are.
 *
 * @param {string} text
 * @returns {string}
 */
export function fold(text) {
  // eslint-disable-next-line no-control-regex
  if (!/[^\0-\x7f]/.test(text)) return text;
  const parts = [];
  const codes = new Uint16Array(8192);
  for (let at = 0; at < text.length; at += codes.length) {
    const length = Math.min(codes.length, text.length - at);
    for (let i = 0; i < length; i += 1) codes[i] = foldCode(text.charCodeAt(at + i));
    parts.push(String.fromCharCode(...codes.subarray(0, length)));
  }
  return parts.join("");
}

/** @param {number} code */
function foldCode(code) {
  if (code < 0x80) return code;
  if (code >= 0xff01 && code <= 0xff5e) return code - 0xfee0;
  if (isSpace(code)) return 0x20;
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return 0x2d;
  if (code >= 0x2018 && code <= 0x201b) return 0x27;
  if (code === 0xab || code === 0xbb || (code >= 0x201c && code <= 0x201f)) return 0x22;
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return code - zero + 0x30;
  return code;
}

/**
 * No-break, thin and wide spaces, and characters without width.
 *
 * @param {number} code
 */
function isSpace(code) {
  if (code === 0xa0 || code === 0xad || code === 0x202f || code === 0x205f || code === 0x3000) return true;
  return (code >= 0x2000 && code <= 0x200d) || code === 0x2060 || code === 0xfeff;
}

/** @param {number} code of a folded text; NaN beyond its ends */
export function isDigit(code) {
  return code >= 0x30 && code <= 0x39;
}

/** @param {number} code */
export function isLetter(code) {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** @param {number} code */
export function isAlphanumeric(code) {
  return isDigit(code) || isLetter(code);
}

/**
 * Whether a character belongs to a word, so that what is beside it is not a word of its own. A number may follow
 * a Chinese character without a space.
 *
 * @param {number} code
 */
export function isWord(code) {
  if (code < 0x80) return isAlphanumeric(code) || code === 0x5f;
  return code < UNSEPARATED && isOtherLetter(code);
}

/**
 * A letter or digit that is not ASCII.
 *
 * @param {number} code
 */
export function isOtherLetter(code) {
  return code >= 0xaa && /[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(code));
}

/**
 * A pattern that finds one of the words at the beginning of a word, whatever their case; one of less than five
 * letters only as a whole word.
 *
 * @param {string} words with spaces between them; `_` stands for a space in one
 */
export function anyOf(words) {
  const letter = "[a-z\\u00aa-\\u2e7f]";
  const alternatives = words.split(" ").map((word) => {
    const escaped = word.replace(/[.§]/g, "\\$&").replaceAll("_", " ");
    return word.length < 5 ? `${escaped}(?!${letter})` : escaped;
  });
  return new RegExp(`(?<!${letter})(?:${alternatives.join("|")})`, "i");
}

/**
 * Whether one of the words is near: in the same line, up to 48 characters before or 24 after.
 *
 * @param {string} text folded
 * @param {number} start
 * @param {number} end
 * @param {RegExp} words of {@link anyOf}
 */
export function near(text, start, end, words) {
  return nearBefore(text, start, words, 48) || words.test(text.slice(end, end + 24).split("\n", 1)[0] ?? "");
}

/**
 * Whether one of the words is before, in the same line.
 *
 * @param {string} text folded
 * @param {number} start
 * @param {RegExp} words of {@link anyOf}
 * @param {number} most characters
 */
export function nearBefore(text, start, words, most) {
  const before = text.slice(Math.max(0, start - most), start);
  return words.test(before.slice(before.lastIndexOf("\n") + 1));
}
