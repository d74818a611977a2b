/**
 * Decisions and costs alone: nothing goes to a model.
 *
 * @module
 */
import { HttpError, replyJson } from "./http.js";
import { Line } from "./log.js";
import { mayUse } from "./served.js";

/** @typedef {import("./routes.js").Call} Call */

/** @type {import("./routes.js").Handler} */
export function route({ router, body, caller, settings }) {
  const { prompt, ...request } = body;
  const line = new Line(settings, {
    "gen_ai.operation.name": "route",
    "url.path": "/route",
    "uniroute.caller": caller.name,
  });
  const decision = router.route(text(prompt), { ...options(request), ...denied(request, router, caller) });
  line.write({ "uniroute.decision.model": decision.model ?? undefined, "http.response.status_code": 200 });
  return replyJson(decision);
}

/** @type {import("./routes.js").Handler} */
export function cost({ router, body }) {
  const { prompt, model, ...request } = body;
  return replyJson({ models: router.estimateCost(text(prompt), model, options(request)) });
}

/**
 * The models that the caller may not use, beside those that the request denies.
 *
 * @param {Record<string, any>} request
 * @param {import("uniroute").Router} router
 * @param {import("./callers.js").Caller} caller
 */
function denied({ deny = [] }, router, caller) {
  if (caller.models === undefined || !Array.isArray(deny)) return {};
  const others = router.poolInfo().models.filter(({ id }) => !mayUse(caller, id));
  return { deny: [...deny, ...others.map(({ id }) => id)] };
}

/** @param {unknown} prompt */
function text(prompt) {
  if (typeof prompt === "string") return prompt;
  throw new HttpError(400, "prompt", "`prompt` must be a string.");
}

/** @param {Record<string, any>} request */
function options(request) {
  if (!Object.hasOwn(request, "counters")) return request;
  throw new HttpError(
    400,
    "counters",
    "`counters` are functions, which JSON cannot hold. Send `inputTokens`.",
  );
}
