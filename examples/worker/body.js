/**
 * The body of a request: its type, size and depth are checked before anything else sees it.
 *
 * @module
 */
import { HttpError, mediaType } from "./http.js";

/** Most lists and objects inside each other. Schemas of tools have about twenty. */
const MAX_DEPTH = 64;

/**
 * The JSON object in the body of a request. A body that is too large is rejected while it is read.
 *
 * @param {Request} request
 * @param {number} limit in bytes
 * @returns {Promise<Record<string, any>>}
 */
export async function readJson(request, limit) {
  // A web page may send other types to any address without asking first.
  if (mediaType(request.headers) !== "application/json")
    throw new HttpError(415, "content_type", "Send the body as JSON, with `content-type: application/json`.");
  const value = parse(await readText(request, limit));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new HttpError(400, "bad_json", "The body is not a JSON object. Send one.");
  checkNesting(value);
  return value;
}

/**
 * @param {Request} request
 * @param {number} limit in bytes
 */
async function readText(request, limit) {
  const tooLarge = () =>
    new HttpError(413, "too_large", `The body has more than ${limit} bytes. Send less, or raise MAX_BODY.`);
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size] = ["", 0];
  const reader = request.body?.getReader();
  const next = async () => (await reader?.read().catch(throwCut))?.value;
  for (let part = await next(); part !== undefined; part = await next()) {
    const bytes = part;
    size += bytes.length;
    if (size > limit) throw tooLarge();
    text += decoded(() => decoder.decode(bytes, { stream: true }));
  }
  return text + decoded(() => decoder.decode());
}

/** @returns {never} */
function throwCut() {
  throw new HttpError(400, "cut", "The body ended too early. Send the request again.");
}

/** @param {() => string} decode */
function decoded(decode) {
  try {
    return decode();
  } catch {
    throw new HttpError(400, "bad_json", "The body is not text in UTF-8. Send JSON in UTF-8.");
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "bad_json", "The body is not JSON. Send a JSON object.");
  }
}

/**
 * Rejects what is nested too deeply, and the key `__proto__`, which a copy would take for the prototype.
 * Without recursion, which deep nesting would exhaust.
 *
 * @param {object} body
 */
function checkNesting(body) {
  let level = [body];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new HttpError(
        400,
        "too_deep",
        `The body has more than ${MAX_DEPTH} lists and objects inside each other. Send a flatter one.`,
      );
    /** @type {object[]} */
    const next = [];
    for (const value of level) {
      if (Object.hasOwn(value, "__proto__"))
        throw new HttpError(400, "bad_key", "The body has the key `__proto__`. Remove it.");
      for (const inner of Object.values(value))
        if (typeof inner === "object" && inner !== null) next.push(inner);
    }
    level = next;
  }
}
