/**
 * Everything that is found, in order and without overlaps.
 *
 * @module
 */
import { cardIssuer, ibanEnd } from "./bank.js";
import { fold, isDigit } from "./characters.js";
import { identityRule } from "./identity.js";
import { emailAround, ipEnd } from "./network.js";
import { eachRun } from "./numbers.js";
import { isPhone, signedPhoneEnd } from "./phone.js";
import { findSecrets } from "./secrets.js";
import { findWords } from "./words.js";

/** All kinds; of two findings in one place, the one that comes first here counts. */
export const KINDS = /** @type {const} */ ([
  "word",
  "secret",
  "iban",
  "card",
  "identity",
  "email",
  "phone",
  "ip",
]);

/** @typedef {typeof KINDS[number]} Kind */

/**
 * @typedef {object} Finding
 * @property {Kind} kind
 * @property {string} rule what it is, more exactly: the network of a card, the country and name of an identity
 *   number, the kind of key
 * @property {number} start offset in UTF-16 units
 * @property {number} end offset of what follows
 */

/**
 * @param {string} original
 * @param {ReadonlySet<Kind>} kinds that are looked for
 * @param {string[]} words
 * @returns {Finding[]}
 */
export function find(original, kinds, words) {
  const text = fold(original);
  /** @type {Finding[]} */
  const all = [];
  /** @param {Kind} kind @param {string} rule @param {number} start @param {number | undefined} end */
  const add = (kind, rule, start, end) => {
    if (end !== undefined && kinds.has(kind)) all.push({ kind, rule, start, end });
  };
  if (words.length > 0) findWords(text, words.map(fold), (start, end) => add("word", "word", start, end));
  if (kinds.has("secret")) findSecrets(text, (rule, start, end) => add("secret", rule, start, end));
  eachRun(text, (run) => {
    const { start, end } = run;
    const issuer = cardIssuer(text, run);
    if (issuer !== undefined) return add("card", issuer, start, end);
    const rule = identityRule(text, run);
    if (rule !== undefined) return add("identity", rule, start, end);
    if (isPhone(text, run)) add("phone", "national", start, end);
  });
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x40) {
      const email = emailAround(text, i);
      if (email !== undefined) add("email", "email", email.start, email.end);
    } else if (code === 0x2b || code === 0x28) {
      add("phone", code === 0x2b ? "international" : "national", i, signedPhoneEnd(text, i));
    } else if (isDigit(code)) add("ip", "ip", i, ipEnd(text, i));
    else add("iban", text.slice(i, i + 2).toUpperCase(), i, ibanEnd(text, i));
  }
  return withoutOverlaps(all);
}

/**
 * @param {Finding[]} all
 * @returns {Finding[]}
 */
function withoutOverlaps(all) {
  all.sort((a, b) => a.start - b.start || rank(a) - rank(b) || b.end - a.end);
  /** @type {Finding[]} */
  const kept = [];
  for (const one of all) {
    const last = kept.at(-1);
    if (last === undefined || last.end <= one.start) kept.push(one);
    else if (
      rank(one) < rank(last) ||
      (rank(one) === rank(last) && one.end - one.start > last.end - last.start)
    )
      kept[kept.length - 1] = one;
  }
  return kept;
}

/** @param {Finding} finding */
function rank({ kind }) {
  return KINDS.indexOf(kind);
}
