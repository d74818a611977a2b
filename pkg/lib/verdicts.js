/**
 * Verdicts on answers: which prompt a decision was about, and the arguments of `feedback`.
 *
 * @module
 */
import { finite, guarded, text } from "./checks.js";
import { UnirouteError } from "./errors.js";

/** @typedef {import("./types.js").Decision} Decision */
/** @typedef {import("./types.js").FeedbackOptions} FeedbackOptions */
/** @typedef {import("./types.js").FeedbackSubject} FeedbackSubject */

/**
 * The prompt of each decision, for as long as the caller keeps the decision.
 *
 * @type {WeakMap<object, string>}
 */
const prompts = new WeakMap();

/**
 * Remembers which prompts a method of a router decided about.
 *
 * @template T
 * @param {unknown} asked the prompt, or the list of prompts
 * @param {T} result a decision, an explanation, or a list of decisions
 * @returns {T}
 */
export function remember(asked, result) {
  if (Array.isArray(result)) result.forEach((one, i) => remember(/** @type {any} */ (asked)?.[i], one));
  else if (typeof asked === "string" && typeof result === "object" && result !== null) {
    prompts.set(/** @type {{ decision?: object }} */ (result).decision ?? result, asked);
  }
  return result;
}

/**
 * A verdict as plain values, whatever it was given for.
 *
 * @param {unknown} subject a decision, or the model and the prompt
 * @param {unknown} score
 * @param {unknown} [options]
 * @returns {{ model: string, prompt: string, score: number, trust: number, at: number }}
 */
export function verdictOf(subject, score, options) {
  const given = object(subject, "decision");
  const {
    trust = 1,
    at = Date.now(),
    ...more
  } = guarded("options", () => {
    const { trust, at, prompt } = object(options ?? {}, "options");
    return { trust, at, prompt };
  });
  const { model, prompt = more.prompt ?? prompts.get(given) } = guarded("decision", () => {
    const { model, prompt } = given;
    return { model, prompt };
  });
  if (model === undefined || model === null) {
    throw new UnirouteError(
      "feedback_model",
      "This decision chose no model. Pass { model, prompt } with the id of the model that answered.",
      { path: "model" },
    );
  }
  if (prompt === undefined) {
    throw new UnirouteError(
      "feedback_prompt",
      "The prompt of this decision is not known: only the object that a router returned has one. Pass it as { prompt }.",
      { path: "prompt" },
    );
  }
  return {
    model: text(model, "model"),
    prompt: text(prompt, "prompt"),
    score: finite(score, "score"),
    trust: finite(trust, "trust"),
    at: finite(at instanceof Date ? at.getTime() : at, "at"),
  };
}

/**
 * @param {unknown} value
 * @param {string} path name of the argument
 * @returns {Record<string, unknown>}
 */
function object(value, path) {
  if (typeof value === "object" && value !== null) return /** @type {Record<string, unknown>} */ (value);
  throw new UnirouteError("request_type", `${path} must be an object. Pass an object.`, { path });
}
