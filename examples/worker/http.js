/**
 * Answers of the service, each made here, so that every header and message is safe to send.
 *
 * @module
 */
import { headerValue, visible } from "./text.js";

/**
 * A response that no cache keeps, with encoded headers.
 *
 * @param {BodyInit | null} body
 * @param {number} status
 * @param {Record<string, string>} headers
 */
export function reply(body, status, headers) {
  const safe = new Headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  for (const [name, value] of Object.entries(headers)) safe.set(name, headerValue(value));
  return new Response(body, { status, headers: safe });
}

/**
 * @param {unknown} value
 * @param {number} [status]
 * @param {Record<string, string>} [headers]
 */
export const replyJson = (value, status = 200, headers = {}) =>
  reply(JSON.stringify(value), status, { "content-type": "application/json", ...headers });

/** An error response in the form that clients of OpenAI's interface expect. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} code stable name of the cause
   * @param {string} message for people; ends with the remedy
   * @param {Record<string, string>} [headers]
   * @param {string} [type] kind of cause; from the status unless given
   */
  constructor(status, code, message, headers = {}, type = typeOf(status)) {
    super(visible(message));
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.type = type;
  }

  response() {
    const error = { message: this.message, type: this.type, param: null, code: this.code };
    return replyJson({ error }, this.status, this.headers);
  }
}

/** @param {number} status */
function typeOf(status) {
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/**
 * The media type of a message, in lower case and without its parameters.
 *
 * @param {Headers} headers
 */
export const mediaType = (headers) =>
  (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
