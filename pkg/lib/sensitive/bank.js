/**
 * Numbers of bank accounts and payment cards.
 *
 * @module
 */
import { anyOf, isAlphanumeric, isDigit, isLetter, near } from "./characters.js";
import { luhn, mod97 } from "./checksums.js";
import { beginsNumber, endsNumber } from "./numbers.js";

/**
 * Lengths of IBANs by country: SWIFT IBAN Registry, which ISO 13616-2 names as its register.
 */
const IBAN_LENGTHS = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 " +
    "EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 " +
    "KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 " +
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 " +
    "UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/**
 * The end of the IBAN that begins here; undefined if none does.
 *
 * @param {string} text folded
 * @param {number} start
 */
export function ibanEnd(text, start) {
  const check = " -".includes(text[start + 2] ?? "!") ? start + 3 : start + 2;
  if (!isDigit(text.charCodeAt(check)) || !isDigit(text.charCodeAt(check + 1))) return undefined;
  if (!isLetter(text.charCodeAt(start)) || !isLetter(text.charCodeAt(start + 1))) return undefined;
  if (!beginsNumber(text, start)) return undefined;
  const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return undefined;
  let characters = "";
  let end = start;
  while (characters.length < length) {
    if (" -.".includes(text[end] ?? "!") && isAlphanumeric(text.charCodeAt(end + 1))) end += 1;
    if (!isAlphanumeric(text.charCodeAt(end))) return undefined;
    characters += text[end];
    end += 1;
  }
  return endsNumber(text, end) && mod97(characters.toUpperCase()) ? end : undefined;
}

/**
 * Issuers of payment cards: the first digits, from and to, and the lengths. ISO/IEC 7812-1 has the form; the ranges
 * are those that the networks publish for merchants.
 *
 * @type {[name: string, from: string, to: string, lengths: number[]][]}
 */
const ISSUERS = [
  ["visa", "4", "4", [13, 16, 19]],
  ["mastercard", "51", "55", [16]],
  ["mastercard", "2221", "2720", [16]],
  ["amex", "34", "34", [15]],
  ["amex", "37", "37", [15]],
  ["discover", "6011", "6011", [16, 19]],
  ["discover", "644", "649", [16, 19]],
  ["discover", "65", "65", [16, 19]],
  ["diners", "300", "305", [14, 16]],
  ["diners", "3095", "3095", [14, 16]],
  ["diners", "36", "36", [14, 16]],
  ["diners", "38", "39", [14, 16]],
  ["jcb", "3528", "3589", [16, 19]],
  ["unionpay", "62", "62", [16, 17, 18, 19]],
  ["unionpay", "81", "81", [16, 17, 18, 19]],
  ["dankort", "5019", "5019", [16]],
  ["maestro", "5018", "5018", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["maestro", "5020", "5020", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["maestro", "5038", "5038", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["maestro", "5893", "5893", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["maestro", "6304", "6304", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["maestro", "6759", "6763", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["mir", "2200", "2204", [16, 17, 18, 19]],
  ["rupay", "60", "60", [16]],
  ["rupay", "82", "82", [16]],
  ["troy", "9792", "9792", [16]],
];

/** How card numbers are printed: all at once, in fours, and as American Express and Diners Club do. */
const CARD_LENGTHS = new Set(
  "12 13 14 15 16 17 18 19 4,4,4,4 4,4,4,4,1 4,4,4,4,2 4,4,4,4,3 4,6,4 4,6,5 4,3,3,3 8,8".split(" "),
);
const CARD_WORDS = anyOf(
  "card visa mastercard maestro karte kredit carte tarjeta carta cartão cartao kaart karta kort 卡 カード",
);

/**
 * The network of a payment card; undefined if it is none.
 *
 * @param {string} text folded
 * @param {import("./numbers.js").Run} run
 */
export function cardIssuer(text, { start, end, characters, lengths, separators, flanked }) {
  if (!CARD_LENGTHS.has(lengths) || !/^(?: *|-*|\.*)$/.test(separators) || !/^\d+$/.test(characters))
    return undefined;
  const issuer = ISSUERS.find(([, from, to, sizes]) => {
    const first = characters.slice(0, from.length);
    return from <= first && first <= to && sizes.includes(characters.length);
  });
  if (issuer === undefined || !luhn(characters) || /^(\d)\1*$/.test(characters)) return undefined;
  // Articles (EAN-13) have 13 digits, too; a table of numbers goes on in fours.
  const doubtful = characters.length < 14 || (flanked && /^ \d{4}\b/.test(text.slice(end, end + 6)));
  return !doubtful || near(text, start, end, CARD_WORDS) ? issuer[0] : undefined;
}
