/**
 * Variables of the service. Keys come from the environment only.
 *
 * @module
 */
import { HttpError } from "./http.js";

/** @typedef {{ fetch(request: Request): Promise<Response> }} Assets */
/** @typedef {Record<string, any> & { ASSETS?: Assets, POOL?: string }} Env */

/**
 * @typedef {object} Settings
 * @property {Env} env
 * @property {number} lambda weight of cost for `auto`, in quality per US dollar
 * @property {number} cheapLambda the same for `auto:cheap`
 * @property {number} timeout milliseconds until a model must have sent its first byte
 * @property {number} idleTimeout milliseconds until a model must have sent the next bytes of its answer
 * @property {number} attempts maximum number of models tried for one request
 * @property {number} maxBody maximum bytes of a request
 * @property {string | undefined} token bearer token that callers must send
 * @property {string | undefined} peer address of the caller's machine, where the runtime tells it
 * @property {string[]} allowedOrigins origins of web pages that may call the service, besides its own
 */

/** Longest time that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;
/** A token as RFC 6750 has it, and a little more: printable ASCII without spaces. */
const TOKEN = /^[\x21-\x7e]+$/;
/** For example `https://example.org:8443` or `chrome-extension://abc`. A wildcard or `null` is no origin. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*@]+$/;

/**
 * @param {Env} [given] bindings and variables; Deno passes the address of the caller instead
 * @returns {Settings}
 */
export function settings(given) {
  const isDeno = given?.remoteAddr !== undefined;
  const env = /** @type {Env} */ (isDeno ? process.env : (given ?? process.env));
  return {
    env,
    peer: isDeno ? given.remoteAddr.hostname : undefined,
    lambda: number(env, "LAMBDA", 100),
    cheapLambda: number(env, "CHEAP_LAMBDA", 10_000),
    timeout: number(env, "TIMEOUT_MS", 15_000, { least: 1, most: LONGEST_MS }),
    idleTimeout: number(env, "IDLE_TIMEOUT_MS", 60_000, { least: 1, most: LONGEST_MS }),
    attempts: number(env, "ATTEMPTS", 3, { least: 1 }),
    maxBody: number(env, "MAX_BODY", 1_000_000, { least: 1 }),
    token: token(env.ACCESS_TOKEN),
    allowedOrigins: origins(env.ALLOWED_ORIGINS),
  };
}

/**
 * A variable that is a number.
 *
 * @param {Record<string, any>} env
 * @param {string} name
 * @param {number} fallback where the variable is absent
 * @param {{ least?: number, most?: number }} [range]
 */
export function number(env, name, fallback, { least = 0, most = Number.MAX_VALUE } = {}) {
  const given = env[name] ?? fallback;
  const value = typeof given === "string" && given.trim() === "" ? NaN : Number(given);
  if (value >= least && value <= most) return value;
  const limit = most < Number.MAX_VALUE ? ` and at most ${most}` : "";
  throw wrong(`The variable ${name} is not a number of at least ${least}${limit}. Correct or remove it.`);
}

/** @param {unknown} token */
function token(token) {
  if (token === undefined) return undefined;
  // An empty one must not mean that everybody may call.
  if (typeof token === "string" && TOKEN.test(token)) return token;
  throw wrong(
    "The variable ACCESS_TOKEN is empty or has characters other than printable ASCII without spaces. " +
      "Set it to a long random text, or remove it to answer on this machine only.",
  );
}

/** @param {unknown} list */
function origins(list) {
  const origins = String(list ?? "").split(/[\s,]+/);
  const named = origins.filter((origin) => origin !== "");
  const bad = named.find((origin) => !ORIGIN.test(origin));
  if (bad === undefined) return named;
  throw wrong(
    `The variable ALLOWED_ORIGINS has ${JSON.stringify(bad)}, which is not an origin. ` +
      "List origins such as https://example.org, with commas between them and without a path.",
  );
}

const wrong = (/** @type {string} */ message) => new HttpError(500, "settings", message);
