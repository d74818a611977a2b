/**
 * Checks of arguments before anything is passed to the WebAssembly module. The module reads a value of another
 * type out of bounds, and code of the caller that runs inside it (a getter, a proxy) and throws would leave it
 * in the middle of its work. So what crosses is a text, a number or bytes that were copied before.
 *
 * @module
 */
import { UnirouteError, messageOf } from "./errors.js";

/** Longest text that is accepted, in UTF-16 units. */
const MAX_TEXT = 8 * 1024 * 1024;
/** Largest file that is accepted, in bytes. */
const MAX_FILE = 64 * 1024 * 1024;
/** Most texts in a list. */
const MAX_TEXTS = 1_000_000;
/** Most files beside one of labels. */
const MAX_OTHERS = 100;
/** Deepest nesting of a request. */
const MAX_DEPTH = 8;
/** Most values in a request. */
const MAX_VALUES = 100_000;

/**
 * @param {string} path name of the argument
 * @param {string} problem with the remedy
 * @param {unknown} [cause]
 * @returns {never}
 */
function reject(path, problem, cause) {
  throw new UnirouteError("request_type", `${path} ${problem}`, { path, cause });
}

/** @param {unknown} value */
function kind(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}

/**
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {string}
 */
export function text(value, path) {
  if (typeof value !== "string") reject(path, `must be a string, but it is ${kind(value)}. Pass a string.`);
  if (value.length > MAX_TEXT) {
    reject(path, `has ${value.length} characters; at most ${MAX_TEXT} are read. Shorten it.`);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {string | undefined}
 */
export function optionalText(value, path) {
  return value === undefined || value === null ? undefined : text(value, path);
}

/**
 * What is known of a table, as two values.
 *
 * @param {unknown} value
 * @returns {[separator: string | undefined, header: boolean | undefined]}
 */
export function tableOptions(value) {
  if (value === undefined || value === null) return [undefined, undefined];
  if (typeof value !== "object")
    reject("table", `must be an object, but it is ${kind(value)}. Pass an object.`);
  return guarded("table", () => {
    const { separator, header } = /** @type {Record<string, unknown>} */ (value);
    if (header !== undefined && header !== null && typeof header !== "boolean")
      reject("header", `must be true or false, but it is ${kind(header)}. Pass a boolean, or leave it out.`);
    return [optionalText(separator, "separator"), header ?? undefined];
  });
}

/**
 * What is said of a file of labels; a text is the id of the model.
 *
 * @param {unknown} value
 * @returns {{ model?: string | undefined, score?: string | undefined, prompt?: string | undefined, skipBad: boolean, others: Map<string, Uint8Array> }}
 */
export function labelOptions(value) {
  const others = new Map();
  if (value === undefined || value === null) return { skipBad: false, others };
  if (typeof value === "string") return { model: text(value, "model"), skipBad: false, others };
  if (typeof value !== "object")
    reject("options", `must be an object, but it is ${kind(value)}. Pass an object.`);
  return guarded("options", () => {
    const said = /** @type {Record<string, unknown>} */ (value);
    const { skipBad = false, others: files = [] } = said;
    if (typeof skipBad !== "boolean")
      reject(
        "skipBad",
        `must be true or false, but it is ${kind(skipBad)}. Pass a boolean, or leave it out.`,
      );
    if (!Array.isArray(files)) reject("others", `must be a list, but it is ${kind(files)}. Pass a list.`);
    if (files.length > MAX_OTHERS) reject("others", `has more than ${MAX_OTHERS} files. Leave some out.`);
    copyOf(files, files.length, (one, i) => {
      const { name, content } = /** @type {Record<string, unknown>} */ (Object(one));
      others.set(text(name, `others[${i}].name`), fileBytes(content, `others[${i}].content`).slice());
    });
    const optional = (/** @type {string} */ key) => optionalText(said[key], key);
    return {
      model: optional("model"),
      score: optional("score"),
      prompt: optional("prompt"),
      skipBad,
      others,
    };
  });
}

/**
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {number}
 */
export function finite(value, path) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return reject(
    path,
    `must be a finite number, but it is ${typeof value === "number" ? value : kind(value)}.`,
  );
}

/**
 * One field of an object of options that is true or false; false if it is absent.
 *
 * @param {unknown} options
 * @param {string} name of the field
 */
export function flag(options, name) {
  if (options === undefined || options === null) return false;
  const value = guarded("options", () => /** @type {Record<string, unknown>} */ (options)[name]);
  if (value === undefined || typeof value === "boolean") return value === true;
  return reject(name, `must be true or false, but it is ${kind(value)}. Pass a boolean, or leave it out.`);
}

/**
 * A copy of a list of texts.
 *
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {string[]}
 */
export function texts(value, path) {
  if (!Array.isArray(value)) reject(path, "must be a list of strings. Pass a list.");
  return guarded(path, () => {
    const { length } = value;
    if (length > MAX_TEXTS) reject(path, `has ${length} texts; at most ${MAX_TEXTS} are read. Split it.`);
    return copyOf(value, length, (one, i) => text(one, `${path}[${i}]`));
  });
}

/**
 * A request as JSON: a copy of what the caller gives. Undefined for no request.
 *
 * @param {unknown} request
 * @returns {string | undefined}
 */
export function requestJson(request) {
  if (request === undefined || request === null) return undefined;
  const left = { values: MAX_VALUES, characters: MAX_TEXT };
  return guarded("request", () => JSON.stringify(plain(request, "request", MAX_DEPTH, left)));
}

/**
 * JSON in any form that a caller may have, as bytes for the core to parse and check.
 *
 * @param {unknown} json text, bytes, or a value that JSON can express
 * @param {string} path name of the argument
 * @returns {Uint8Array}
 */
export function jsonBytes(json, path) {
  if (typeof json === "string" || isBytes(json)) return fileBytes(json, path);
  if (typeof json !== "object" || json === null) {
    reject(path, `must be an object, JSON text or bytes, but it is ${kind(json)}.`);
  }
  const written = guarded(path, () => JSON.stringify(json));
  return fileBytes(written, path);
}

/**
 * The content of a text file as bytes.
 *
 * @param {unknown} content
 * @param {string} path name of the argument
 * @returns {Uint8Array}
 */
export function fileBytes(content, path) {
  const tooLarge = (/** @type {number} */ size) =>
    reject(path, `has ${size} bytes; at most ${MAX_FILE} are read. Split it.`);
  if (typeof content === "string") {
    return content.length > MAX_FILE ? tooLarge(content.length) : new TextEncoder().encode(content);
  }
  if (!isBytes(content))
    reject(path, `must be text, a Uint8Array or an ArrayBuffer, but it is ${kind(content)}.`);
  const bytes = content instanceof Uint8Array ? content : new Uint8Array(content);
  return bytes.length > MAX_FILE ? tooLarge(bytes.length) : bytes;
}

/**
 * @param {unknown} value
 * @returns {value is Uint8Array | ArrayBuffer}
 */
function isBytes(value) {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/**
 * A copy of a value that has nothing but strings, finite numbers, booleans, lists and plain properties.
 *
 * @param {unknown} value
 * @param {string} path
 * @param {number} depth levels that are left
 * @param {{ values: number, characters: number }} left
 * @returns {unknown}
 */
function plain(value, path, depth, left) {
  left.values -= 1;
  if (left.values < 0) reject(path, `is too much: a request has at most ${MAX_VALUES} values.`);
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : reject(path, `is ${value}. Pass a finite number.`);
    case "string":
      left.characters -= value.length;
      if (left.characters < 0) reject(path, `is too long: a request has at most ${MAX_TEXT} characters.`);
      return wellFormed(value);
    case "object":
      break;
    default:
      reject(path, `must be a plain value, but it is a ${typeof value}. Leave it out.`);
  }
  if (value === null) return null;
  if (depth === 0) reject(path, `is nested too deeply: a request has at most ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) {
    const { length } = value;
    if (length > left.values) reject(path, `is too much: a request has at most ${MAX_VALUES} values.`);
    return copyOf(value, length, (one, i) => plain(one, `${path}[${i}]`, depth - 1, left));
  }
  /** @type {Record<string, unknown>} */
  const copy = Object.create(null);
  const keys = Object.keys(value);
  if (keys.length > left.values) reject(path, `is too much: a request has at most ${MAX_VALUES} values.`);
  for (const key of keys) {
    const inner = path === "request" ? key : `${path}.${key}`;
    copy[wellFormed(key)] = plain(
      /** @type {Record<string, unknown>} */ (value)[key],
      inner,
      depth - 1,
      left,
    );
  }
  return copy;
}

/**
 * A copy of a list, element by element: a list of the caller may have an iterator of its own.
 *
 * @template T
 * @param {unknown[]} list
 * @param {number} length
 * @param {(one: unknown, index: number) => T} each
 * @returns {T[]}
 */
function copyOf(list, length, each) {
  const copy = [];
  for (let i = 0; i < length; i += 1) copy.push(each(list[i], i));
  return copy;
}

/**
 * The text with U+FFFD in place of half surrogate pairs, which UTF-8 cannot express.
 *
 * @param {string} text
 */
function wellFormed(text) {
  return /\p{Surrogate}/u.test(text) ? new TextDecoder().decode(new TextEncoder().encode(text)) : text;
}

/**
 * Runs what may call the caller's own code; whatever that throws names the argument.
 *
 * @template T
 * @param {string} path
 * @param {() => T} body
 * @returns {T}
 */
export function guarded(path, body) {
  try {
    return body();
  } catch (thrown) {
    if (UnirouteError.is(thrown)) throw thrown;
    return reject(path, `could not be read: ${messageOf(thrown)}. Pass plain values.`, thrown);
  }
}
