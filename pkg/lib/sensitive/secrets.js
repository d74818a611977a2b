/**
 * Keys, tokens and passwords.
 *
 * @module
 */
import { isAlphanumeric, isOtherLetter } from "./characters.js";

/** @typedef {(rule: string, start: number, end: number) => void} Report */

/** Longest value that is looked at, in UTF-16 units. */
const MOST_VALUE = 256;
/** Longest JSON Web Token that is looked at. */
const MOST_TOKEN = 16_384;

/**
 * Shapes of keys as their providers give them: what they begin with, and what follows. `y` makes a pattern look at
 * one place only; each repetition has a limit, and is followed by nothing that it could contain.
 *
 * @type {[rule: string, prefixes: string[], rest: RegExp][]}
 */
const PROVIDERS = [
  ["aws-access-key", ["AKIA", "ASIA"], /[A-Z0-9]{16}(?![A-Za-z0-9_])/y],
  ["github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /[A-Za-z0-9]{36,255}(?![\w-])/y],
  ["github-token", ["github_pat_"], /[A-Za-z0-9_]{40,255}(?![\w-])/y],
  ["gitlab-token", ["glpat-", "gldt-", "glrt-"], /[\w-]{20,64}(?![\w-])/y],
  ["openai-key", ["sk-proj-", "sk-svcacct-", "sk-admin-"], /[\w-]{20,256}(?![\w-])/y],
  ["anthropic-key", ["sk-ant-"], /[\w-]{20,256}(?![\w-])/y],
  ["openrouter-key", ["sk-or-"], /[\w-]{20,256}(?![\w-])/y],
  ["openai-key", ["sk-"], /[A-Za-z0-9]{32,64}(?![\w-])/y],
  ["google-key", ["AIza"], /[\w-]{35}(?![\w-])/y],
  ["google-oauth", ["GOCSPX-"], /[\w-]{28}(?![\w-])/y],
  ["slack-token", ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"], /[A-Za-z0-9-]{20,255}(?![\w-])/y],
  [
    "stripe-key",
    ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"],
    /[A-Za-z0-9]{16,255}(?![A-Za-z0-9_])/y,
  ],
  ["sendgrid-key", ["SG."], /[\w-]{22}\.[\w-]{43}(?![\w-])/y],
  ["npm-token", ["npm_"], /[A-Za-z0-9]{36}(?![A-Za-z0-9_])/y],
  ["pypi-token", ["pypi-"], /[\w-]{50,512}(?![\w-])/y],
  ["hugging-face-token", ["hf_"], /[A-Za-z0-9]{34}(?![A-Za-z0-9_])/y],
  ["digitalocean-token", ["dop_v1_", "doo_v1_"], /[0-9a-f]{64}(?![A-Za-z0-9_])/y],
  ["shopify-token", ["shpat_", "shpca_", "shpss_"], /[0-9a-fA-F]{32}(?![A-Za-z0-9_])/y],
  ["databricks-token", ["dapi"], /[0-9a-f]{32}(?![A-Za-z0-9_])/y],
  ["groq-key", ["gsk_"], /[A-Za-z0-9]{40,64}(?![A-Za-z0-9_])/y],
];

const BEGINNINGS = new Set(PROVIDERS.flatMap(([, prefixes]) => prefixes.map((prefix) => prefix.slice(0, 2))));

/** Words at the end of a name that make its value a password. */
const PASSWORDS = new Set(
  "password passwd pwd pass passphrase passcode passwort kennwort contraseña senha wachtwoord hasło lösenord пароль".split(
    " ",
  ),
);
/** Codes that a word which is looked at begins with. */
const FIRST = new Set(
  ["eyJ", "bearer", "Bearer", ...BEGINNINGS, ...PASSWORDS]
    .flatMap((word) => [word, word.toUpperCase()])
    .map((word) => word.charCodeAt(0)),
);
/** Words at the end of a name whose value is a key if it looks like one. */
const KEYS = new Set("secret token key apikey credential credentials auth".split(" "));
/** Names with these are of keys that are not secret. */
const NOT_SECRET = new Set(
  "public primary foreign partition sort cache idempotency translation i18n object next page unique hot".split(
    " ",
  ),
);
/** What stands between `password` and it in a sentence. */
const LINK = /[ ]{1,2}(?:is|ist|est|es|é|è|was|lautet)[: ]{1,2}["'`]?/y;
const PLACEHOLDER =
  /^(?:["'`]?[<${%[(]|your|my[-_]|(.)\1*$|x{3}|example|changeme|none$|null$|nil$|true$|false$|undefined$|process\.env|os\.|env\.|string$|required|optional|password$|passwort$|secret$|placeholder|redacted|\.\.\.|test$)/i;

/**
 * @param {string} text folded
 * @param {Report} report
 */
export function findSecrets(text, report) {
  privateKeys(text, report);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x3d || code === 0x3a) assignment(text, i, report);
    else if (isAlphanumeric(code) || code > 0x7f) {
      const before = text.charCodeAt(i - 1);
      if (!isAlphanumeric(before) && before !== 0x5f) token(text, i, report);
    }
  }
}

/**
 * PEM (RFC 7468) and OpenPGP (RFC 9580) private keys, whole; to the end of the text if they are cut off.
 *
 * @param {string} text
 * @param {Report} report
 */
function privateKeys(text, report) {
  const [begin, close] = ["-----BEGIN ", "-----END "];
  let ending = text.indexOf(close);
  for (let start = text.indexOf(begin); start >= 0;) {
    const label = /^[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text.slice(start + 11, start + 90));
    let end = start + begin.length;
    if (label !== null) {
      if (ending >= 0 && ending < start) ending = text.indexOf(close, start);
      const line = ending < 0 ? -1 : text.indexOf("-----", ending + close.length);
      end = line < 0 || line - ending > 90 ? (ending < 0 ? text.length : ending) : line + 5;
      report("private-key", start, end);
    }
    start = text.indexOf(begin, end);
  }
}

/**
 * A word that begins here: the key of a provider, a JSON Web Token (RFC 7519), what follows `Bearer` or `password is`.
 *
 * @param {string} text
 * @param {number} start
 * @param {Report} report
 */
function token(text, start, report) {
  const first = text.charCodeAt(start);
  if (!FIRST.has(first)) return;
  const candidates = BEGINNINGS.has(text.slice(start, start + 2)) ? PROVIDERS : [];
  for (const [rule, prefixes, rest] of candidates) {
    const prefix = prefixes.find((one) => text.startsWith(one, start));
    if (prefix === undefined) continue;
    const end = matchEnd(rest, text, start + prefix.length);
    // A name in code has no digits.
    if (end !== undefined && /\d/.test(text.slice(start + prefix.length, end)))
      return report(rule, start, end);
  }
  if (text.startsWith("eyJ", start) && text[start - 1] !== "." && text[start - 1] !== "-") {
    const [found] = /^[\w-]+\.eyJ[\w-]+\.[\w-]{8,}/.exec(text.slice(start, start + MOST_TOKEN)) ?? [];
    if (found !== undefined) return report("jwt", start, start + found.length);
  }
  let end = start;
  while (end - start < 12 && inName(text, end)) end += 1;
  if (end - start < 5) return;
  const word = text.slice(start, end).toLowerCase();
  if (word === "bearer" && text[end] === " ") {
    const until = matchEnd(/[\w.~+/=-]{16,512}/y, text, end + 1);
    if (until !== undefined && looksRandom(text.slice(end + 1, until), 16, 3))
      report("bearer", end + 1, until);
  } else if (PASSWORDS.has(word)) {
    const from = matchEnd(LINK, text, end);
    if (from !== undefined) password(text, from, report);
  }
}

/** @param {string} text @param {number} i */
function inName(text, i) {
  const code = text.charCodeAt(i);
  return isAlphanumeric(code) || isOtherLetter(code);
}

/**
 * @param {RegExp} pattern that is sticky
 * @param {string} text
 * @param {number} start
 * @returns {number | undefined}
 */
function matchEnd(pattern, text, start) {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/**
 * A name, a colon or an equals sign, and a value; also the user and the password of an address (RFC 3986, section
 * 3.2.1).
 *
 * @param {string} text
 * @param {number} at of the sign
 * @param {Report} report
 */
function assignment(text, at, report) {
  if (text.startsWith("://", at)) return userInformation(text, at + 3, report);
  const name = nameBefore(text, at);
  if (name === undefined) return;
  let from = matchEnd(/[=:]?>?[ \t]{0,4}/y, text, at + 1) ?? at + 1;
  const scheme = matchEnd(/["'`]?(?:Bearer|Basic|Token|token)[ ]/y, text, from);
  const parts = wordsOf(name);
  const last = parts.at(-1) ?? "";
  if (last === "authorization" && scheme !== undefined) {
    const end = matchEnd(/[\w.~+/=-]{12,512}/y, text, scheme);
    if (end !== undefined && /\d|=$/.test(text.slice(scheme, end))) report("authorization", scheme, end);
    return;
  }
  const isPassword = PASSWORDS.has(last) || /(?:password|passwd|passwort|passe)$/.test(last);
  if (isPassword && (last !== "pass" || parts.length > 1)) return password(text, from, report);
  if (!KEYS.has(last) || parts.some((part) => NOT_SECRET.has(part))) return;
  if (scheme !== undefined) from = scheme;
  const { start, end } = valueAt(text, from);
  const value = text.slice(start, end);
  // Of plain keys, only the ones of other tables and files have paths and few different characters.
  const [least, bits] = last === "key" && parts.length === 1 ? [24, 3.5] : [16, 3];
  if (
    /^[\w+/=~-]+(?:\.[\w+/=~-]+){0,4}$/.test(value) &&
    looksRandom(value, least, bits) &&
    !isPlaceholder(value)
  )
    report("key", start, end);
}

/**
 * @param {string} text
 * @param {number} from
 * @param {Report} report
 */
function password(text, from, report) {
  const { start, end, quoted } = valueAt(text, from);
  const value = text.slice(start, end);
  const least = quoted ? 4 : 6;
  if (value.length < least || isPlaceholder(value) || /[()\s]/.test(value)) return;
  if (/^[\p{L}_.-]*$/u.test(value) && (!quoted || value.length < 6 || /[_.]/.test(value))) return;
  report("password", start, end);
}

/** @param {string} value */
function isPlaceholder(value) {
  return PLACEHOLDER.test(value);
}

/**
 * @param {string} text
 * @param {number} start
 * @param {Report} report
 */
function userInformation(text, start, report) {
  const found = /^[^\s/@:"'<>]{0,128}:([^\s/@"'<>]{1,128})@/.exec(text.slice(start, start + 260));
  const secret = found?.[1];
  if (found === null || secret === undefined || isPlaceholder(secret)) return;
  const end = start + found[0].length - 1;
  report("address-password", end - secret.length, end);
}

/**
 * The name before a sign: letters, digits, `_`, `-`, `.`, perhaps in quotes.
 *
 * @param {string} text
 * @param {number} at
 */
function nameBefore(text, at) {
  let end = at;
  while (at - end < 3 && " \"'`]:".includes(text[end - 1] ?? "!")) end -= 1;
  let start = end;
  while (end - start < 64 && (inName(text, start - 1) || "_-".includes(text[start - 1] ?? "!"))) start -= 1;
  return start === end ? undefined : text.slice(start, end);
}

/**
 * The words of a name: `dbPassword`, `DB_PASSWORD` and `db-password` have the same two.
 *
 * @param {string} name at most 64 characters
 */
function wordsOf(name) {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .split(/[ _-]/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/**
 * @param {string} text
 * @param {number} from
 * @returns {{ start: number, end: number, quoted: boolean }}
 */
function valueAt(text, from) {
  const quote = text[from] ?? "";
  const quoted = quote !== "" && "\"'`".includes(quote);
  const start = quoted ? from + 1 : from;
  let end = start;
  while (end < text.length && end - start < MOST_VALUE) {
    const character = text[end] ?? "";
    if (quoted ? character === quote || character === "\n" : " \t\r\n\"'`,;&<>|".includes(character)) break;
    end += 1;
  }
  while (!quoted && end > start && ".:)]}".includes(text[end - 1] ?? "")) end -= 1;
  return { start, end, quoted };
}

/**
 * Whether a value has letters and digits, and so many different ones that no one thought of it.
 *
 * @param {string} value
 * @param {number} least length
 * @param {number} bits of entropy for each character
 */
function looksRandom(value, least, bits) {
  if (value.length < least || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / value.length) * Math.log2(count / value.length);
  return entropy >= bits;
}
