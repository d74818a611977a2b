/** Why a model was not chosen, and what would have to change. */
import { tooCloseToCall } from "./closeness.js";

/** @import { Candidate, Explanation } from "../../uniroute/lib/types.js" */
/** @import { Choices } from "./choices.js" */

/**
 * @typedef {object} WhyNot
 * @property {"chosen" | "excluded" | "worse" | "another setting" | "budget only"} kind
 * @property {Candidate} candidate
 * @property {Candidate | null} chosen the model that was chosen instead
 * @property {boolean} close whether it cannot be told which of the two is better
 * @property {Candidate | null} better a model that is at least as good and costs no more
 * @property {[number, number | null] | null} lambda where the model is chosen, quality per US dollar
 * @property {Partial<Choices> | null} change choices with which it would be chosen; null if there are none
 */

/**
 * @param {string} id
 * @param {Explanation} explanation
 * @param {string[]} off ids of models that are switched off
 * @returns {WhyNot | null} null for a model that is not in the pool
 */
export function whyNot(id, { decision, frontier }, off) {
  const candidate = decision.candidates.find((one) => one.id === id);
  if (!candidate) return null;
  const chosen = decision.candidates.find((one) => one.id === decision.model) ?? null;
  const facts = {
    candidate,
    chosen,
    close: chosen !== null && tooCloseToCall(candidate, chosen),
    better: null,
    lambda: null,
    change: null,
  };
  if (candidate === chosen) return { ...facts, kind: "chosen" };
  if (candidate.excluded) return { ...facts, kind: "excluded", change: remedy(candidate, off) };
  const point = frontier.find((one) => one.id === id);
  if (!point) return { ...facts, kind: "worse", better: betterThan(candidate, decision.candidates) };
  if (point.lambda === null)
    return { ...facts, kind: "budget only", change: { control: "budget", budget: budgetFor(candidate) } };
  const change = /** @type {Partial<Choices>} */ ({ control: "lambda", lambda: inside(point.lambda) });
  return { ...facts, kind: "another setting", lambda: point.lambda, change };
}

/**
 * @param {Candidate} candidate
 * @param {string[]} off
 * @returns {Partial<Choices> | null}
 */
function remedy(candidate, off) {
  const { id, quality, excluded } = candidate;
  if (excluded?.code === "denied") return { off: off.filter((one) => one !== id) };
  if (excluded?.code === "over_budget") return { budget: budgetFor(candidate) };
  if (excluded?.code === "below_floor") return { floor: Math.floor(quality * 1000) / 1000 };
  return null;
}

/**
 * The cheapest of the models that are at least as good and cost no more.
 *
 * @param {Candidate} candidate
 * @param {Candidate[]} candidates
 */
function betterThan({ id, quality, cost }, candidates) {
  const price = cost.total ?? Infinity;
  const better = candidates.filter(
    (one) =>
      one.id !== id && !one.excluded && one.quality >= quality && (one.cost.total ?? Infinity) <= price,
  );
  return better.sort((a, b) => b.quality - a.quality)[0] ?? null;
}

/**
 * US dollars per thousand prompts that are just enough.
 *
 * @param {Candidate} candidate
 */
const budgetFor = ({ cost }) => (cost.total ?? 0) * 1000 * 1.001;

/**
 * A value well inside a range of λ.
 *
 * @param {[number, number | null]} range
 */
function inside([low, high]) {
  if (high === null) return Math.max(low * 2, 1);
  return low === 0 ? high / 2 : Math.sqrt(low * high);
}
