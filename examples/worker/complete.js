/**
 * A request that one of several models completes, and what the response says of the decision.
 *
 * @module
 */
import { isAbsent } from "./check.js";
import { choose } from "./choice.js";
import { forward } from "./forward.js";
import { HttpError } from "./http.js";
import { shortened } from "./text.js";

/** Longest reason in a header, in characters. */
const REASON = 400;
/** Fields in which some services accept further models: they would answer in place of the chosen one. */
const MODELS = ["models", "fallbacks"];

/**
 * @param {import("./routes.js").Call} call
 * @param {import("./messages.js").Conversation} conversation
 * @param {"chat/completions" | "responses"} path
 */
export function complete(call, conversation, path) {
  const named = MODELS.find((name) => !isAbsent(call.body[name]));
  if (named !== undefined)
    throw new HttpError(400, named, `\`${named}\` is not supported: this service chooses. Leave it out.`);
  const { choices, lambda, reason } = choose(call, conversation);
  const targets = choices.slice(0, call.settings.attempts).map(({ candidate, upstream }) => ({
    id: candidate.id,
    upstream,
    headers: {
      "x-uniroute-quality": candidate.quality.toFixed(3),
      "x-uniroute-cost": candidate.cost.total === null ? "unknown" : candidate.cost.total.toPrecision(3),
      "x-uniroute-lambda": String(lambda),
      "x-uniroute-reason": shortened(reason, REASON),
    },
  }));
  const [best] = choices;
  return forward(targets, call, path, {
    "uniroute.lambda": lambda,
    "uniroute.candidates": choices.length,
    "uniroute.decision.model": best?.candidate.id,
    "uniroute.decision.quality": best?.candidate.quality,
    "uniroute.decision.cost_usd": best?.candidate.cost.total ?? undefined,
  });
}
