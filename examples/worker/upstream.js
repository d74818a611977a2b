/**
 * One model behind OpenAI's interface: a request to it, and what comes of it.
 *
 * @module
 */
import { HttpError, mediaType } from "./http.js";
import { relay } from "./relay.js";
import { isIdentifier } from "./text.js";
import { Late, Watch } from "./watch.js";

/** @typedef {import("./settings.js").Settings} Settings */
/**
 * Where a model is served.
 *
 * @typedef {object} Upstream
 * @property {string} url address of the interface
 * @property {string} [key] name of the variable with the key
 * @property {string} [model] name of the model there
 */
/**
 * @typedef {{ kind: "answer", type: string, id: string | null, body: ReadableStream }} Answer
 *   its media type, the id that the model's service gave it, and the body, of which the first bytes are here
 * @typedef {{ kind: "failure", reason: string, isBusy?: boolean, retryAfter?: number | undefined }} Failure
 *   another model may answer; `retryAfter` in seconds
 * @typedef {{ kind: "rejection", status: number, code: string | undefined, type: string | undefined }} Rejection
 *   the request itself is wrong; `code` and `type` of the error where they are plain names
 */

/** @typedef {"chat/completions" | "responses" | "embeddings"} Path below the address of the interface */

/** Statuses that reject the request itself. All but 200 and these are failures of the model or its key. */
const REJECTIONS = [400, 409, 413, 422, 451];
const EVENTS = "text/event-stream";
const TYPES = ["application/json", EVENTS];
/** Tells the reader of an event stream that it is not complete; a runtime may hide how a connection ended. */
const HALTED = {
  message: "The model stopped in the middle of its answer. Send the request again.",
  type: "server_error",
  param: null,
  code: "halted",
};
/** Bytes of an error that are read. */
const ERROR_BYTES = 65_536;
/** Longest wait that is passed on, in seconds. */
const LONGEST_WAIT = 86_400;

/**
 * Sends the request and waits for the first bytes of the answer.
 *
 * @param {Upstream} upstream
 * @param {Path} path
 * @param {Record<string, any>} body
 * @param {AbortSignal} caller aborts when the caller leaves
 * @param {Settings} settings
 * @param {import("./relay.js").Tap} tap follows the body of an answer
 * @returns {Promise<Answer | Failure | Rejection>} rejects if the caller leaves
 */
export async function ask({ url, key }, path, body, caller, settings, tap) {
  const watch = new Watch(caller);
  const headers = {
    "content-type": "application/json",
    ...(key && { authorization: `Bearer ${settings.env[key]}` }),
  };
  const sent = fetch(`${url.replace(/\/$/, "")}/${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    // Another address must not get the prompt and the key.
    redirect: "manual",
    signal: watch.signal,
  });
  // An answer that is not streamed begins when the model has finished it.
  const limit = body.stream === true ? settings.timeout : settings.answerTimeout;
  try {
    const outcome = await watch.within(
      sent.then((response) => outcomeOf(response, path, watch, settings, tap)),
      limit,
    );
    if (outcome.kind !== "answer") watch.stop("not needed");
    return outcome;
  } catch (error) {
    watch.stop(error);
    if (caller.aborted) throw new HttpError(499, "cancelled", "The caller has left.");
    return failure(error instanceof Late ? `nothing within ${limit} ms` : "no connection");
  }
}

/**
 * @param {string} reason in words of ours; texts of a model's service stay here
 * @returns {Failure}
 */
const failure = (reason) => ({ kind: "failure", reason });

/**
 * @param {Response} response
 * @param {Path} path
 * @param {Watch} watch
 * @param {Settings} settings
 * @param {import("./relay.js").Tap} tap
 * @returns {Promise<Answer | Failure | Rejection>}
 */
async function outcomeOf(response, path, watch, settings, tap) {
  const { status, headers } = response;
  if (REJECTIONS.includes(status)) return { kind: "rejection", status, ...(await namesOf(response)) };
  if (status >= 300 && status < 400) return failure("redirect");
  if (status === 429) return { ...failure("status 429"), isBusy: true, retryAfter: waitOf(headers) };
  if (status !== 200) return failure(`status ${status}`);
  const type = mediaType(headers);
  if (!TYPES.includes(type)) return failure("neither JSON nor an event stream");
  const reader = response.body?.getReader();
  const first = await firstBytes(reader);
  if (reader === undefined || first === undefined) return failure("empty answer");
  const id = headers.get("x-request-id");
  const last = type === EVENTS ? haltedEvent(path) : undefined;
  const body = relay(reader, first, watch, settings.idleTimeout, tap, last);
  return { kind: "answer", type, id: isIdentifier(id) ? id : null, body };
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array> | undefined} reader
 * @returns {Promise<Uint8Array | undefined>}
 */
async function firstBytes(reader) {
  let bytes = (await reader?.read())?.value;
  while (bytes?.length === 0) bytes = (await reader?.read())?.value;
  return bytes;
}

/**
 * The last event of a stream that is not complete. Events of responses have a name and a type; their clients
 * look for `error` as well.
 *
 * @param {Path} path
 */
function haltedEvent(path) {
  const { message, code } = HALTED;
  const event =
    path === "responses"
      ? `event: error\ndata: ${JSON.stringify({ type: "error", code, message, param: null, error: HALTED })}`
      : `data: ${JSON.stringify({ error: HALTED })}`;
  return new TextEncoder().encode(`\n\n${event}\n\n`);
}

/**
 * The names in the error of a response.
 *
 * @param {Response} response
 */
async function namesOf(response) {
  /** @type {any} */
  let error;
  try {
    error = JSON.parse(await beginning(response, ERROR_BYTES))?.error;
  } catch {
    // An error that is not JSON has no names.
  }
  const name = (/** @type {unknown} */ value) => (isIdentifier(value) ? value : undefined);
  return { code: name(error?.code), type: name(error?.type) };
}

/**
 * @param {Response} response
 * @param {number} limit in bytes
 */
async function beginning(response, limit) {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let [text, size] = ["", 0];
  for (let part = await reader?.read(); part?.value && size < limit; part = await reader?.read()) {
    size += part.value.length;
    text += decoder.decode(part.value, { stream: true });
  }
  return text;
}

/**
 * Seconds of a `Retry-After` header, which has a number or a date.
 *
 * @param {Headers} headers
 */
function waitOf(headers) {
  const given = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(given) ? Number(given) : Math.ceil((Date.parse(given) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), LONGEST_WAIT) : undefined;
}
