/**
 * OpenAI's chat completions; the router chooses the model.
 *
 * @module
 */
import { checked, needs, promptOf } from "./conversation.js";
import { firstThatAnswers } from "./failover.js";
import { HttpError } from "./http.js";
import { brief } from "./text.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./upstream.js").Upstream} Upstream */

/** Most names that a message lists. */
const NAMES = 20;

/**
 * @param {import("uniroute").Router} router
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {Settings} settings
 */
export async function chat(router, body, request, settings) {
  const conversation = checked(body);
  const models = upstreams(router);
  const header = request.headers.get("x-uniroute-lambda");
  const { lambda, only } = modelChoice(conversation.model, header, settings, models);
  const keyless = new Map([...models].filter(([, { key }]) => !hasKey(key, settings)));
  const known = router.poolInfo().models;
  const deny = known.map(({ id }) => id).filter((id) => !models.has(id) || keyless.has(id));
  // If no model of the pool lists a capability, the pool does not describe it.
  const need = needs(conversation).filter((ability) =>
    known.some(({ capabilities }) => capabilities.includes(ability)),
  );
  const { prompt, context } = promptOf(conversation);
  const decision = router.route(prompt, { lambda, context, need, deny, ...(only && { allow: [only] }) });
  const left = decision.candidates.flatMap((candidate) => {
    const upstream = models.get(candidate.id);
    return candidate.excluded === undefined && upstream !== undefined ? [{ candidate, upstream }] : [];
  });
  if (left.length === 0)
    throw noModel(
      [...keyless].filter(([id]) => only === undefined || id === only),
      decision.reason,
    );
  return firstThatAnswers(left.slice(0, settings.attempts), body, request, settings, lambda);
}

/**
 * The models of the pool that say where they are served.
 *
 * @param {import("uniroute").Router} router
 * @returns {Map<string, Upstream>}
 */
function upstreams(router) {
  const { models } = JSON.parse(router.pool());
  return new Map(
    models
      .filter((/** @type {any} */ model) => typeof model.upstream?.url === "string")
      .map((/** @type {any} */ model) => [model.id, model.upstream]),
  );
}

/**
 * Whether a model needs no key, or its variable has one that a header can hold.
 *
 * @param {unknown} name of the variable
 * @param {Settings} settings
 */
function hasKey(name, { env }) {
  if (name === undefined) return true;
  const key = typeof name === "string" ? env[name] : undefined;
  return typeof key === "string" && /^[\x21-\x7e]+$/.test(key);
}

/**
 * @param {string} model
 * @param {string | null} header
 * @param {Settings} settings
 * @param {Map<string, Upstream>} models
 * @returns {{ lambda: number, only?: string }}
 */
function modelChoice(model, header, settings, models) {
  const lambdas = new Map([
    ["auto", settings.lambda],
    ["auto:cheap", settings.cheapLambda],
    ["auto:best", 0],
  ]);
  const auto = lambdas.get(model);
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
  const names = [...lambdas.keys(), ...models.keys()];
  const listed = names.slice(0, NAMES).map(brief).join(", ") + (names.length > NAMES ? ", …" : "");
  throw new HttpError(
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
