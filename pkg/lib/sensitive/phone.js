/**
 * Telephone numbers.
 *
 * @module
 */
import { anyOf, isDigit, isWord, nearBefore } from "./characters.js";
import { endsNumber } from "./numbers.js";

/** Country codes: ITU-T E.164, annex to Operational Bulletin 1114. The first two digits, if no third one is needed. */
const COUNTRY_CODES = new RegExp(
  "^(?:1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|" +
    "21[12368]|22\\d|23\\d|24\\d|25[0-8]|26\\d|29[01789]|35\\d|37[0-8]|38[0-35-79]|42[013]|50\\d|59\\d|67[02-9]|" +
    "68[0-35-9]|69[0-2]|800|808|85[02356]|87[08]|88[0-368]|96[0-8]|97[0-79]|99[2-68])",
);

/** Words before a number that say what it is; a number of a shape that others have, too, counts only with one. */
const WORDS = anyOf(
  "tel telephone phone mobile cell call ring text sms whatsapp fax dial handy mobil rufnummer telefon anrufen rufen ruf rufe " +
    "appel joindre portable téléphone teléfono móvil celular llám cellulare chiama bel telefoon nummer numer zadzwoń " +
    "ligue fone ringa puh телефон тел 电话 手机 電話 携帯 फ़ोन मोबाइल",
);

/** Digits that E.164 allows. */
const MOST_DIGITS = 15;

/**
 * A number that begins with a plus sign or a parenthesis.
 *
 * @param {string} text folded
 * @param {number} start of the sign
 * @returns {number | undefined} its end
 */
export function signedPhoneEnd(text, start) {
  const before = text.charCodeAt(start - 1);
  if (isWord(before) || before === 0x2b) return undefined;
  return text[start] === "+" ? internationalEnd(text, start) : parenthesisEnd(text, start);
}

/**
 * @param {string} text
 * @param {number} start of the plus sign
 */
function internationalEnd(text, start) {
  const { digits, ends } = digitsFrom(text, start + 1);
  if (!COUNTRY_CODES.test(digits)) return undefined;
  const most = digits.startsWith("1") ? 11 : MOST_DIGITS;
  const least = digits.startsWith("1") ? 11 : 8;
  return ends.find(({ count }) => count >= least && count <= most)?.end;
}

/**
 * An area code in parentheses: `(415) 555-0132`, `(030) 23125 042`, `(11) 95555-0123`.
 *
 * @param {string} text
 * @param {number} start
 */
function parenthesisEnd(text, start) {
  let close = start + 1;
  while (isDigit(text.charCodeAt(close)) && close - start <= 5) close += 1;
  if (text[close] !== ")" || close - start < 3) return undefined;
  const { digits, ends } = digitsFrom(text, start + 1);
  const [least, most] = digits.startsWith("0") ? [9, 12] : [10, 11];
  return ends.find(({ count }) => count >= least && count <= most)?.end;
}

/**
 * Digits with up to two separators between them, and where they may end, the longest first. `(0)` counts for
 * nothing.
 *
 * @param {string} text
 * @param {number} start
 */
function digitsFrom(text, start) {
  let digits = "";
  /** @type {{ count: number, end: number }[]} */
  const ends = [];
  let i = start;
  while (digits.length <= MOST_DIGITS) {
    if (text.startsWith("(0)", i) && digits !== "") i += 3;
    let from = i;
    while (isDigit(text.charCodeAt(i)) && i - from <= MOST_DIGITS) i += 1;
    digits += text.slice(from, i);
    if (i > from && endsNumber(text, i)) ends.unshift({ count: digits.length, end: i });
    from = i;
    while (i - from < 2 && " -./()".includes(text[i] ?? "!")) i += 1;
    if (i === from || !(isDigit(text.charCodeAt(i)) || text.startsWith("(0)", i))) break;
  }
  return { digits, ends };
}

/**
 * Whether groups of digits are a telephone number.
 *
 * @param {string} text folded
 * @param {import("./numbers.js").Run} run
 */
export function isPhone(text, { start, characters, lengths, separators, flanked }) {
  const count = characters.length;
  // Digits one by one are a list.
  if (count < 7 || count > MOST_DIGITS || count < 1.5 * (separators.length + 1)) return false;
  if (!/^\d+$/.test(characters)) return false;
  const named = () => nearBefore(text, start, WORDS, 20);
  if (flanked && !named()) return false;
  if (isNorthAmerican(characters, lengths, separators)) return true;
  if (/^00[1-9]/.test(characters)) {
    const known = COUNTRY_CODES.test(characters.slice(2)) && count >= 10;
    return known && (characters[2] !== "1" || count === 13) && (separators !== "" || named());
  }
  if (/^0[1-9]/.test(characters) && !/^1(?:,|$)/.test(lengths) && separators !== "") {
    const [groups, dots] = [separators.length + 1, separators.includes(".")];
    const shaped = count >= 9 && count <= 12 && groups <= 6 && !separators.slice(1).includes("/");
    if (shaped && (!dots || groups === 5 || separators === ".")) return true;
  }
  if (/^3,4,4$/.test(lengths) && /^1[3-9]/.test(characters)) return true;
  // Dates and amounts have the same shapes.
  const isAmount = separators.includes(".") && !/^[67-9]/.test(characters);
  return !isAmount && count <= 12 && !isDateLike(lengths) && named();
}

/**
 * NXX-NXX-XXXX with N from 2 to 9, where the last two digits of NXX are not 11: North American Numbering Plan.
 *
 * @param {string} digits
 * @param {string} lengths
 * @param {string} separators
 */
function isNorthAmerican(digits, lengths, separators) {
  const shaped =
    (lengths === "3,3,4" && /^(?:--|\.\.| -?| {2}|\/-)$/.test(separators)) ||
    (lengths === "1,3,3,4" && digits.startsWith("1") && /^(.)\1\1$/.test(separators));
  return shaped && /^[2-9](?!11)\d\d[2-9](?!11)\d{6}$/.test(digits.slice(-10));
}

/** @param {string} lengths */
function isDateLike(lengths) {
  return /^(?:4,2,2|2,2,4|1,2,4|2,1,4|1,1,4|4,4$)/.test(lengths);
}
