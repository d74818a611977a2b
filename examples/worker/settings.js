/**
 * Variables of the service. Keys come from nowhere else.
 *
 * @module
 */
import { Refusal } from "./http.js";

/** @typedef {Record<string, any> & { ASSETS?: { fetch(request: Request): Promise<Response> }, POOL?: string }} Env */

/**
 * @typedef {object} Settings
 * @property {Env} env
 * @property {number} lambda what quality is worth for `auto`, in quality per US dollar
 * @property {number} cheapLambda the same for `auto:cheap`
 * @property {number} timeout milliseconds that a model has for its first byte
 * @property {number} attempts most models that are tried for one request
 * @property {number} maxBody most bytes of a request
 * @property {string | undefined} token what callers must send as bearer token
 */

/**
 * @param {Env} [given]
 * @returns {Settings}
 */
export function settings(given) {
  const env =
    given !== undefined && typeof given === "object" && !("remoteAddr" in given) ? given : process.env;
  const number = (/** @type {string} */ name, /** @type {number} */ fallback) => {
    const value = Number(env[name] ?? fallback);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Refusal(500, "settings", `The variable ${name} is no number of 0 or more. Correct it.`);
  };
  return {
    env: /** @type {Env} */ (env),
    lambda: number("LAMBDA", 100),
    cheapLambda: number("CHEAP_LAMBDA", 10_000),
    timeout: number("TIMEOUT_MS", 15_000),
    attempts: number("ATTEMPTS", 3),
    maxBody: number("MAX_BODY", 1_000_000),
    token: env.ACCESS_TOKEN,
  };
}
