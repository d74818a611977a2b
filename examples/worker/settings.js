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
 * @property {number} attempts maximum number of models tried for one request
 * @property {number} maxBody maximum bytes of a request
 * @property {string | undefined} token bearer token that callers must send
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
    throw new HttpError(500, "settings", `The variable ${name} is not a number of 0 or more. Correct it.`);
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
