/**
 * Failures after which another model may answer: a model that is busy, broken or cannot be reached.
 *
 * @module
 */

/** An answer that is none, for a reason in words of ours. */
export class Failure extends Error {
  /**
   * @param {string} reason
   * @param {unknown} [cause]
   */
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Codes of failed connections, in Node and in its `fetch`. */
const NETWORK_CODE = /^(E(CONN|HOST|NET)[A-Z]+|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)$/;
const TIMEOUT_CODE = /^(ETIMEDOUT|UND_ERR_[A-Z]+_TIMEOUT)$/;
/** Names of errors that say the same, in `fetch` and in the clients of providers. */
const TIMEOUT_NAME = /^(API)?(Connection|Request|Headers|Body)?TimeoutError$|^APIUserAbortTimeout$/;
/** What the `fetch` of Node, Chromium, Firefox and Safari says of a failed connection. */
const NETWORK_MESSAGE = /^(fetch failed|Failed to fetch|NetworkError |Load failed|network error|terminated)/i;
/** Causes of causes that are looked at. */
const MAX_CAUSES = 6;

/**
 * Whether a status says that the model could not answer, rather than that the request is wrong.
 *
 * @param {number} status
 */
export function isFailure(status) {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * Why another model should be asked, in words of ours; undefined if the request itself is wrong.
 *
 * @param {unknown} thrown
 * @returns {string | undefined}
 */
export function failureOf(thrown) {
  if (thrown instanceof Failure) return thrown.reason;
  let at = thrown;
  for (let depth = 0; depth < MAX_CAUSES && typeof at === "object" && at !== null; depth += 1) {
    const { statusCode, status, response, name, code, message, cause } = /** @type {Record<string, any>} */ (
      at
    );
    const given = [statusCode, status, response?.status, code].find(isStatus);
    if (given !== undefined) return isFailure(given) ? `status ${given}` : undefined;
    if (TIMEOUT_NAME.test(String(name)) || TIMEOUT_CODE.test(String(code))) return "timed out";
    if (NETWORK_CODE.test(String(code)) || name === "APIConnectionError") return "no connection";
    if (at instanceof TypeError && NETWORK_MESSAGE.test(String(message))) return "no connection";
    at = cause;
  }
  const isRetryable = typeof thrown === "object" && /** @type {any} */ (thrown)?.isRetryable === true;
  return isRetryable ? "temporary failure" : undefined;
}

/**
 * Whether a value is the status of a response that is an error.
 *
 * @param {unknown} value
 */
export function isStatus(value) {
  return Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600;
}
