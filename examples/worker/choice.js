/**
 * Which models may answer a request, the best one first.
 *
 * @module
 */
import { HttpError } from "./http.js";
import { requestOf } from "./messages.js";
import { served } from "./served.js";
import { brief } from "./text.js";

/** @typedef {import("./routes.js").Call} Call */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./upstream.js").Upstream} Upstream */
/** @typedef {{ candidate: import("uniroute/types").Candidate, upstream: Upstream }} Choice */

/** Names that let the router choose. */
export const AUTO = ["auto", "auto:cheap", "auto:best"];
/** Most names that a message lists. */
const NAMES = 20;

/**
 * @param {Call} call
 * @param {import("./messages.js").Conversation} conversation
 * @returns {{ choices: Choice[], lambda: number, reason: string }} at least one choice
 */
export function choose({ router, request, settings, caller }, conversation) {
  const { infos, upstreams, keyless, denied } = served(router, settings, caller);
  const header = request.headers.get("x-uniroute-lambda");
  const { lambda, only } = modelChoice(conversation.model, header, settings, upstreams);
  const { prompt, earlier, answers, context, need: wanted } = requestOf(conversation);
  // If no model of the pool lists a capability, the pool does not describe it.
  const need = wanted.filter((ability) => infos.some(({ capabilities }) => capabilities.includes(ability)));
  const decide = (/** @type {string[]} */ deny) => {
    const { candidates, reason } = router.route(prompt, {
      lambda,
      earlier,
      answers,
      context,
      need,
      deny,
      ...(only !== undefined && { allow: [only] }),
    });
    const choices = candidates.flatMap((candidate) => {
      const upstream = upstreams.get(candidate.id);
      return candidate.excluded === undefined && upstream !== undefined ? [{ candidate, upstream }] : [];
    });
    return { choices, lambda, reason };
  };
  const decision = decide(denied);
  if (decision.choices.length === 0)
    throw noModel(
      [...keyless].filter(([id]) => only === undefined || id === only),
      decision.reason,
    );
  const expensive = decision.choices.filter(({ candidate }) => exceeds(candidate.cost.total, caller.maxCost));
  if (expensive.length === 0) return decision;
  if (expensive.length === decision.choices.length)
    throw new HttpError(
      422,
      "max_cost",
      `No model answers this for ${caller.maxCost} US dollars, which this token may spend on a request. Send a shorter one.`,
    );
  // Again, so that the reason is that of a model that may answer.
  return decide([...denied, ...expensive.map(({ candidate }) => candidate.id)]);
}

/**
 * @param {number | null} cost
 * @param {number | undefined} most
 */
const exceeds = (cost, most) => most !== undefined && (cost === null || cost > most);

/**
 * @param {string} model
 * @param {string | null} header
 * @param {Settings} settings
 * @param {Map<string, Upstream>} models
 * @returns {{ lambda: number, only?: string }}
 */
function modelChoice(model, header, settings, models) {
  const auto = [settings.lambda, settings.cheapLambda, 0][AUTO.indexOf(model)];
  if (auto !== undefined && header !== null) {
    const lambda = Number(header);
    if (header.trim() !== "" && Number.isFinite(lambda) && lambda >= 0) return { lambda };
    throw new HttpError(
      400,
      "lambda",
      "The header x-uniroute-lambda must be a number of 0 or more: quality per US dollar.",
    );
  }
  if (auto !== undefined) return { lambda: auto };
  if (models.has(model)) return { lambda: 0, only: model };
  throw unknownModel(model, models.keys());
}

/**
 * @param {string} model
 * @param {Iterable<string>} known ids
 */
export function unknownModel(model, known) {
  const names = [...AUTO, ...known];
  const listed = names.slice(0, NAMES).map(brief).join(", ") + (names.length > NAMES ? ", …" : "");
  return new HttpError(
    404,
    "model_not_found",
    `There is no model ${JSON.stringify(brief(model))}. Use one of ${listed}.`,
  );
}

/**
 * @param {[string, Upstream][]} keyless
 * @param {string} reason
 */
function noModel(keyless, reason) {
  if (keyless.length === 0) return new HttpError(422, "no_model", reason);
  const names = [...new Set(keyless.map(([, { key }]) => String(key)))].map(brief).join(", ");
  return new HttpError(
    503,
    "missing_key",
    `No model has a key: set the variable ${names} to a key in printable ASCII without spaces.`,
  );
}
