/**
 * Passes a request to one model after the other until one begins to answer.
 *
 * @module
 */
import { HttpError, reply } from "./http.js";
import { Line } from "./log.js";
import { brief } from "./text.js";
import { ask } from "./upstream.js";
import { Usage } from "./usage.js";

/** @typedef {import("./upstream.js").Upstream} Upstream */
/** @typedef {import("./upstream.js").Failure} Failure */
/** @typedef {import("./upstream.js").Path} Path */
/**
 * A model that may answer.
 *
 * @typedef {object} Target
 * @property {string} id
 * @property {Upstream} upstream
 * @property {Record<string, string>} headers of the response if this model answers
 */

/**
 * A response that rejects the request itself counts as an answer.
 *
 * @param {Target[]} targets in the order in which they are asked
 * @param {import("./routes.js").Call} call with a checked body
 * @param {Path} path
 * @param {import("./log.js").Fields} [fields] for the log
 */
export async function forward(targets, call, path, fields = {}) {
  const { body, caller, request, settings } = call;
  const line = new Line(settings, {
    "gen_ai.operation.name": path === "embeddings" ? "embeddings" : "chat",
    "url.path": `/v1/${path}`,
    "gen_ai.request.model": body.model,
    "uniroute.caller": caller.name,
    ...fields,
  });
  /** @type {(Failure & { id: string })[]} */
  const failures = [];
  try {
    for (const { id, upstream, headers } of targets) {
      const sent = { ...body, model: upstream.model ?? id };
      const tap = tapOf(line, () => ({ "uniroute.model": id, ...triedFields(failures) }));
      const outcome = await ask(upstream, path, sent, request.signal, settings, tap);
      if (outcome.kind === "failure") {
        failures.push({ ...outcome, id });
        continue;
      }
      const given = { ...headers, "x-uniroute-model": id, ...triedHeader(failures) };
      if (outcome.kind === "rejection") {
        const error = rejected(outcome, id, given);
        line.write({ "uniroute.model": id, ...triedFields(failures), ...errorFields(error) });
        throw error;
      }
      return reply(outcome.body, 200, {
        "content-type": outcome.type,
        ...(outcome.id !== null && { "x-request-id": outcome.id }),
        ...given,
      });
    }
    throw noAnswer(failures);
  } catch (error) {
    line.write({ ...triedFields(failures), ...(error instanceof HttpError && errorFields(error)) });
    throw error;
  }
}

/**
 * Follows an answer to its end and then writes the line.
 *
 * @param {Line} line
 * @param {() => import("./log.js").Fields} about
 * @returns {import("./relay.js").Tap}
 */
function tapOf(line, about) {
  const usage = new Usage();
  return {
    part: (bytes) => usage.add(bytes),
    end(error) {
      const { model, input, output } = usage.read();
      line.write({
        ...about(),
        "gen_ai.response.model": model,
        "gen_ai.usage.input_tokens": input,
        "gen_ai.usage.output_tokens": output,
        "http.response.status_code": 200,
        "error.type": error,
      });
    },
  };
}

/** @param {HttpError} error */
const errorFields = ({ status, code }) => ({ "http.response.status_code": status, "error.type": code });

/** @param {(Failure & { id: string })[]} failures */
const tried = (failures) => failures.map(({ id, reason }) => `${brief(id)}: ${reason}`).join(", ");

/** @param {(Failure & { id: string })[]} failures */
const triedFields = (failures) => (failures.length > 0 ? { "uniroute.tried": tried(failures) } : {});

/** @param {(Failure & { id: string })[]} failures */
const triedHeader = (failures) => (failures.length > 0 ? { "x-uniroute-tried": tried(failures) } : {});

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
  const headers = triedHeader(failures);
  if (!failures.every(({ isBusy }) => isBusy))
    return new HttpError(502, "upstream", `No model answered. ${tried(failures)}. Try again later.`, headers);
  const waits = failures.flatMap(({ retryAfter }) => retryAfter ?? []);
  const message = `All models that were tried are busy: ${tried(failures)}. Try again later.`;
  return new HttpError(429, "busy", message, {
    ...headers,
    ...(waits.length > 0 && { "retry-after": String(Math.min(...waits)) }),
  });
}
