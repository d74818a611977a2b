import { h } from "../../ui/dom.js";
import { percent, percentRange, plural, pointPrice, usdPerThousand } from "../../ui/format.js";
import { name as nameOf } from "../../ui/names.js";
import { whyNot } from "../../state/why-not.js";
import { restsOn } from "./evidence.js";

/** @import { Candidate } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { WhyNot } from "../../state/why-not.js" */
/** @import { Child } from "../../ui/dom.js" */

/**
 * Why a model was not chosen, its numbers, and what would change that.
 *
 * @param {App} app
 * @param {string} id
 * @returns {HTMLElement[]}
 */
export function whyNotParts(app, id) {
  const { explanation, off, pool, pin } = app.store.state;
  const found = explanation && whyNot(id, explanation, off);
  if (!found) return [h("p", {}, "There is no decision for this prompt yet.")];
  const { candidate, change } = found;
  const model = pool?.models.find((one) => one.id === id);
  const figures =
    `Expected quality ${percent(candidate.quality)} (${percentRange(candidate.interval)}), ` +
    `${usdPerThousand(candidate.cost.total)} per 1,000` +
    (candidate.score === null ? "." : `, score ${candidate.score.toPrecision(3)}.`);
  return [
    ...sentences(found).map((parts) => h("p", {}, ...parts)),
    h("p", { class: "quiet" }, figures, model ? ` Its quality rests on ${restsOn(model)}.` : ""),
    h(
      "p",
      { class: "row" },
      change && h("button", { type: "button", click: () => app.setChoices(change) }, ...changeInWords(found)),
      pin !== id && h("button", { type: "button", click: () => app.setPin(id) }, "Always use this model"),
    ),
  ];
}

/**
 * @param {WhyNot} found
 * @returns {Child[][]}
 */
function sentences({ kind, candidate, chosen, close, better, lambda }) {
  const parts = /** @type {Child[][]} */ ([]);
  if (kind === "chosen") return [["It is the one that the present setting chooses."]];
  if (candidate.excluded) parts.push([`It is left out: ${candidate.excluded.message}.`]);
  if (chosen) parts.push([...comparison(candidate, chosen)]);
  if (close) parts.push(["Too close to call: the intervals of the two overlap, so the order may be chance."]);
  if (better) parts.push(["No setting chooses it: ", nameOf(better.name), ...advantage(better, candidate)]);
  if (kind === "budget only")
    parts.push([
      "No value of quality chooses it, since one neighbour is nearly as good and the other nearly as cheap; a budget does.",
    ]);
  if (lambda)
    parts.push([`It is chosen while a point of quality is worth ${priceRange(lambda)} per 1,000 prompts.`]);
  return parts;
}

/**
 * @param {Candidate} candidate
 * @param {Candidate} chosen
 * @returns {Child[]}
 */
function comparison(candidate, chosen) {
  return [
    "Compared with ",
    nameOf(chosen.name),
    `: ${quality(candidate, chosen)}, ${price(candidate, chosen)}.`,
  ];
}

/**
 * @param {Candidate} better
 * @param {Candidate} candidate
 */
function advantage(better, candidate) {
  return [` is ${quality(better, candidate)}, ${price(better, candidate)}.`];
}

/**
 * @param {Candidate} a
 * @param {Candidate} b
 */
function quality(a, b) {
  const points = Math.round((a.quality - b.quality) * 100);
  if (points === 0) return "about as good";
  return `${plural(Math.abs(points), "point")} ${points > 0 ? "better" : "worse"}`;
}

/**
 * @param {Candidate} a
 * @param {Candidate} b
 */
function price(a, b) {
  const [one, other] = [a.cost.total, b.cost.total];
  if (one === null || other === null) return "at an unknown price";
  if (Math.abs(one - other) <= 1e-3 * Math.max(one, other)) return "at the same price";
  if (other === 0) return `for ${usdPerThousand(one)} per 1,000 instead of nothing`;
  const ratio = one / other;
  return ratio < 1
    ? `for ${percent(ratio)} of the price`
    : `at ${ratio.toFixed(ratio < 10 ? 1 : 0)} times the price`;
}

/** @param {[number, number | null]} range of λ */
function priceRange([least, most]) {
  if (least === 0) return most === null ? "anything" : `over ${pointPrice(most)}`;
  return most === null ? `under ${pointPrice(least)}` : `${pointPrice(most)} to ${pointPrice(least)}`;
}

/** @param {WhyNot} found */
function changeInWords({ candidate: { excluded, cost, quality: expected } }) {
  if (excluded?.code === "denied") return ["Switch it on"];
  if (excluded?.code === "below_floor") return [`Lower the quality floor to ${percent(expected)}`];
  if (excluded?.code === "over_budget")
    return [`Raise the budget to ${usdPerThousand(cost.total)} per 1,000`];
  return ["Choose the setting that picks it"];
}
