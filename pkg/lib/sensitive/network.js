/**
 * Addresses of mail and of the network.
 *
 * @module
 */
import { anyOf, isAlphanumeric, isDigit, isLetter, isOtherLetter, nearBefore } from "./characters.js";

/** RFC 5321, section 4.5.3.1: most octets of a local part; RFC 1035, section 2.3.4: of a domain. */
const MOST_LOCAL = 64;
const MOST_DOMAIN = 253;
const MOST_LABEL = 63;
/** `atext` of RFC 5322, section 3.2.3, without signs that stand beside addresses in prose and code more often than in them. */
const LOCAL_SIGNS = "!#$%&'*+-/=?^_`{|}~.";
const EDGE_SIGNS = "!#$%&'*/=?^`{|}~.";
/** What follows a dot in names of files, and is no domain. */
const FILE_ENDINGS = new Set(
  "png jpg jpeg gif svg webp css js mjs ts json html xml txt pdf exe dll".split(" "),
);

/** @param {number} code */
const inName = (code) => isAlphanumeric(code) || isOtherLetter(code);

/**
 * The mail address with its @ here; undefined if there is none.
 *
 * @param {string} text folded
 * @param {number} at
 * @returns {{ start: number, end: number } | undefined}
 */
export function emailAround(text, at) {
  let start = at;
  while (start > 0 && at - start < MOST_LOCAL + 1 && inLocal(text, start - 1)) start -= 1;
  if (at - start > MOST_LOCAL) return undefined;
  // A query or a link has other signs before the address.
  for (let i = at - 1; i >= start; i -= 1) {
    if ("=?&/".includes(text[i] ?? "")) start = Math.max(start, i + 1);
  }
  while (start < at && EDGE_SIGNS.includes(text[start] ?? "")) start += 1;
  const local = text.slice(start, at);
  if (local === "" || local.endsWith(".") || local.includes("..") || text[start - 1] === "@")
    return undefined;
  const end = domainEnd(text, at + 1);
  if (end === undefined || text[end] === "@") return undefined;
  // git@host:path and user@host:path name a place on a server.
  return text[end] === ":" && /[\w~/]/.test(text[end + 1] ?? "") && !isDigit(text.charCodeAt(end + 1))
    ? undefined
    : { start, end };
}

/** @param {string} text @param {number} i */
function inLocal(text, i) {
  return inName(text.charCodeAt(i)) || LOCAL_SIGNS.includes(text[i] ?? "\n");
}

/**
 * @param {string} text
 * @param {number} start
 * @returns {number | undefined}
 */
function domainEnd(text, start) {
  /** @type {number | undefined} */
  let whole;
  for (let from = start; from - start < MOST_DOMAIN;) {
    let end = from;
    while (end - from <= MOST_LABEL && (inName(text.charCodeAt(end)) || text[end] === "-")) end += 1;
    const label = text.slice(from, end).toLowerCase();
    if (label === "" || label.length > MOST_LABEL || label.startsWith("-") || label.endsWith("-")) break;
    if (from > start && isTopLevel(label)) whole = end;
    else if (from > start) whole = undefined;
    if (text[end] !== "." || !inName(text.charCodeAt(end + 1))) break;
    from = end + 1;
  }
  return whole;
}

/** @param {string} label */
function isTopLevel(label) {
  if (FILE_ENDINGS.has(label)) return false;
  return label.startsWith("xn--") || (/^[^\d-]+$/.test(label) && (label.length > 1 || label > "\x7f"));
}

/** Words before numbers with three dots that are no addresses. */
const VERSION_WORDS = anyOf(
  "version v ver release upgrade update firmware build driver section article art § chapter clause table oid",
);

/**
 * The end of the address of the Internet that begins here; undefined if none does. Addresses that name no one on the
 * Internet are left out: private, loopback and the like (RFC 6890).
 *
 * @param {string} text folded
 * @param {number} start
 * @returns {number | undefined}
 */
export function ipEnd(text, start) {
  const before = text[start - 1] ?? " ";
  if (isAlphanumeric(before.charCodeAt(0)) || "_.:-".includes(before)) {
    if (!(before === ":" && !isHex(text.charCodeAt(start - 2)))) return undefined;
  }
  return ip4End(text, start) ?? ip6End(text, start);
}

/** Private, of the link, and for documents. */
const RESERVED = ["192.168.", "169.254.", "192.0.2.", "198.51.100.", "203.0.113."];

/** @param {string} text @param {number} start */
function ip4End(text, start) {
  if (!isDigit(text.charCodeAt(start))) return undefined;
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w-]|\.\d)/.exec(
    text.slice(start, start + 18),
  );
  if (found === null) return undefined;
  const parts = found.slice(1);
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith("0")))) return undefined;
  const [a, b] = [Number(parts[0]), Number(parts[1])];
  const reserved = a === 0 || a === 10 || a === 127 || a >= 224 || (a === 172 && b >= 16 && b < 32);
  if (reserved || RESERVED.some((prefix) => found[0].startsWith(prefix))) return undefined;
  const end = start + found[0].length;
  return nearBefore(text, start, VERSION_WORDS, 48) ? undefined : end;
}

/** @param {string} text @param {number} start */
function ip6End(text, start) {
  if (!isHex(text.charCodeAt(start))) return undefined;
  let end = start;
  let colons = 0;
  while (end - start < 40 && (isHex(text.charCodeAt(end)) || text[end] === ":")) {
    if (text[end] === ":") colons += 1;
    end += 1;
  }
  if (text[end - 1] === ":" && text[end - 2] !== ":") end -= 1;
  const address = text.slice(start, end);
  if (colons < 3 || isLetter(text.charCodeAt(end)) || isDigit(text.charCodeAt(end))) return undefined;
  const halves = address.split("::");
  const groups = address.split(":").filter((group) => group !== "");
  const whole = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  if (!whole || groups.length < 3 || groups.some((group) => group.length > 4)) return undefined;
  // 2000::/3 are the addresses that are routed (RFC 4291, section 2.4).
  return /^[23]/.test(groups[0] ?? "") && (groups[0] ?? "").length === 4 ? end : undefined;
}

/** @param {number} code */
function isHex(code) {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
