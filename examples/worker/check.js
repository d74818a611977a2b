/**
 * Checks of types, for values that come in a request.
 *
 * @module
 */
import { HttpError } from "./http.js";

export const isText = (/** @type {unknown} */ value) => typeof value === "string";
export const isAbsent = (/** @type {unknown} */ value) => value === undefined || value === null;
export const isObject = (/** @type {unknown} */ value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isObjects = (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isObject);

/**
 * Rejects a request with a wrong value. The code of the error is the name of the field.
 *
 * @param {boolean} holds
 * @param {string} place such as `messages[3].content`
 * @param {string} expected
 */
export function expect(holds, place, expected) {
  const code = place.split(/[[.]/, 1)[0] ?? place;
  if (!holds) throw new HttpError(400, code, `\`${place}\` must be ${expected}.`);
}
