/**
 * Checks of arguments before anything is passed to the WebAssembly module, which reads a value of another
 * type out of bounds.
 *
 * @module
 */
import { UnirouteError } from "./errors.js";

/**
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {string}
 */
export function text(value, path) {
  if (typeof value === "string") return value;
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new UnirouteError("request_type", `${path} must be a string, but it is ${found}. Pass a string.`, {
    path,
  });
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
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {string[]}
 */
export function texts(value, path) {
  if (Array.isArray(value)) return value.map((one, i) => text(one, `${path}[${i}]`));
  throw new UnirouteError("request_type", `${path} must be a list of strings. Pass a list.`, { path });
}
