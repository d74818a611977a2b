/**
 * Asks one model after the other until one begins to answer.
 *
 * @module
 */
import { HttpError, reply } from "./http.js";
import { brief } from "./text.js";
import { ask } from "./upstream.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./upstream.js").Upstream} Upstream */
/** @typedef {import("./upstream.js").Failure} Failure */
/** @typedef {import("uniroute/types").Candidate} Candidate */

/**
 * A response that rejects the request itself counts as an answer.
 *
 * @param {{ candidate: Candidate, upstream: Upstream }[]} models in the order in which they are asked
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {Settings} settings
 * @param {number} lambda
 */
export async function firstThatAnswers(models, body, request, settings, lambda) {
  /** @type {(Failure & { id: string })[]} */
  const failures = [];
  for (const { candidate, upstream } of models) {
    const { id } = candidate;
    const sent = { ...body, model: upstream.model ?? id };
    const outcome = await ask(upstream, sent, request.signal, settings);
    if (outcome.kind === "failure") {
      failures.push({ ...outcome, id });
      continue;
    }
    const headers = about(candidate, lambda, tried(failures));
    if (outcome.kind === "rejection") throw rejected(outcome, id, headers);
    return reply(outcome.body, 200, {
      "content-type": outcome.type,
      ...(outcome.id !== null && { "x-request-id": outcome.id }),
      ...headers,
    });
  }
  throw noAnswer(failures);
}

/** @param {(Failure & { id: string })[]} failures */
const tried = (failures) => failures.map(({ id, reason }) => `${brief(id)}: ${reason}`).join(", ");

/**
 * @param {Candidate} candidate
 * @param {number} lambda
 * @param {string} tried
 * @returns {Record<string, string>}
 */
const about = ({ id, quality, cost }, lambda, tried) => ({
  "x-uniroute-model": id,
  "x-uniroute-quality": quality.toFixed(3),
  "x-uniroute-cost": cost.total === null ? "unknown" : cost.total.toPrecision(3),
  "x-uniroute-lambda": String(lambda),
  ...(tried !== "" && { "x-uniroute-tried": tried }),
});

/**
 * @param {import("./upstream.js").Rejection} rejection
 * @param {string} id
 * @param {Record<string, string>} headers
 */
function rejected({ status, code = "rejected", type }, id, headers) {
  const message = `The model ${brief(id)} rejected the request (status ${status}, ${code}). Correct the request.`;
  return new HttpError(status, code, message, headers, type);
}

/**
 * The error if no model answered. If all are busy, the caller may try again as soon as the first of them
 * accepts requests.
 *
 * @param {(Failure & { id: string })[]} failures
 */
function noAnswer(failures) {
  const headers = { "x-uniroute-tried": tried(failures) };
  if (!failures.every(({ isBusy }) => isBusy))
    return new HttpError(502, "upstream", `No model answered. ${tried(failures)}. Try again later.`, headers);
  const waits = failures.flatMap(({ retryAfter }) => retryAfter ?? []);
  const message = `All models that were tried are busy: ${tried(failures)}. Try again later.`;
  return new HttpError(429, "busy", message, {
    ...headers,
    ...(waits.length > 0 && { "retry-after": String(Math.min(...waits)) }),
  });
}
