/**
 * Those who may call, and what each of them may use.
 *
 * @module
 */
import { isObject, isText } from "./check.js";
import { HttpError } from "./http.js";
import { isIdentifier } from "./text.js";

/**
 * @typedef {object} Caller
 * @property {string} [name] for the log
 * @property {string} [token] bearer token that the caller sends; or
 * @property {string} [sha256] the hash of the token, in hexadecimal
 * @property {string} [pool] name of the pool to choose from; the service's own without one
 * @property {string[]} [models] ids of the only models that the caller may use
 * @property {number} [maxCost] most US dollars that a request may be expected to cost
 */

/** Who calls where no token is needed. @type {Caller} */
export const ANYONE = {};

/** A token as RFC 6750 has it, and a little more: printable ASCII without spaces. */
const TOKEN = /^[\x21-\x7e]+$/;
const SHA256 = /^[0-9a-f]{64}$/i;
const FIELDS = ["name", "token", "sha256", "pool", "models", "maxCost"];

const isToken = (/** @type {unknown} */ value) => typeof value === "string" && TOKEN.test(value);

/**
 * The callers of the variables `ACCESS_TOKEN` and `CALLERS`; none where both are absent. An empty value is an
 * error: it must not mean that everybody may call.
 *
 * @param {import("./settings.js").Env} env
 * @returns {Caller[]}
 */
export function callers({ ACCESS_TOKEN: token, CALLERS: list }) {
  if (token !== undefined && !isToken(token))
    throw wrong(
      "The variable ACCESS_TOKEN is empty or has characters other than printable ASCII without spaces. " +
        "Set it to a long random text, or remove it to answer on this machine only.",
    );
  return [...(token === undefined ? [] : [{ token }]), ...(list === undefined ? [] : listed(list))];
}

/**
 * @param {unknown} given JSON, as text or as a value
 * @returns {Caller[]}
 */
function listed(given) {
  /** @type {unknown} */
  let list;
  try {
    list = typeof given === "string" ? JSON.parse(given) : given;
  } catch {
    throw wrong("The variable CALLERS is not JSON. Set it to a list of callers, or remove it.");
  }
  if (!Array.isArray(list) || list.length === 0)
    throw wrong("The variable CALLERS is not a list of at least one caller. Add one, or remove it.");
  list.forEach(checkCaller);
  return list;
}

/**
 * @param {any} caller
 * @param {number} i
 */
function checkCaller(caller, i) {
  const must = (
    /** @type {boolean} */ holds,
    /** @type {string} */ field,
    /** @type {string} */ expected,
  ) => {
    if (!holds) throw wrong(`In the variable CALLERS, [${i}]${field} must be ${expected}. Correct it.`);
  };
  must(isObject(caller), "", "an object");
  // A misspelt limit must not mean that there is none.
  must(
    Object.keys(caller).every((name) => FIELDS.includes(name)),
    "",
    `an object with ${FIELDS.join(", ")} and nothing else`,
  );
  const { name, token, sha256, pool, models, maxCost } = caller;
  must(isIdentifier(name), ".name", "a name of letters, digits, `_`, `.`, `:` and `-`");
  must(token === undefined || isToken(token), ".token", "printable ASCII without spaces");
  must(
    sha256 === undefined || (isText(sha256) && SHA256.test(sha256)),
    ".sha256",
    "a SHA-256 hash in 64 hexadecimal digits",
  );
  must((token === undefined) !== (sha256 === undefined), "", "an object with either `token` or `sha256`");
  must(pool === undefined || isIdentifier(pool), ".pool", "the name of a pool");
  must(
    models === undefined || (Array.isArray(models) && models.length > 0 && models.every(isText)),
    ".models",
    "a list of at least one id of a model",
  );
  must(
    maxCost === undefined || (typeof maxCost === "number" && maxCost >= 0),
    ".maxCost",
    "a number of US dollars",
  );
}

/**
 * The caller with this token. Compares all bytes of the hashes of all tokens, so that the time tells nothing
 * about where they differ.
 *
 * @param {string} given
 * @param {Caller[]} callers
 */
export async function callerWith(given, callers) {
  const hash = await hashOf(given);
  const hashes = await Promise.all(
    callers.map(({ token = "", sha256 }) => (sha256 === undefined ? hashOf(token) : bytesOf(sha256))),
  );
  const same = hashes.map((other) => areEqual(hash, other));
  return callers[same.indexOf(true)];
}

/** @param {string} text */
const hashOf = async (text) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/** @param {string} hexadecimal */
const bytesOf = (hexadecimal) =>
  Uint8Array.from({ length: hexadecimal.length / 2 }, (_, i) =>
    parseInt(hexadecimal.slice(2 * i, 2 * i + 2), 16),
  );

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other of the same length
 */
const areEqual = (one, other) =>
  one.reduce((difference, byte, i) => difference | (byte ^ (other[i] ?? 0)), 0) === 0;

const wrong = (/** @type {string} */ message) => new HttpError(500, "settings", message);
