/**
 * The three ways to say how much quality is worth, each a range of a slider. To the right is
 * better and dearer, in all three.
 *
 * @typedef {"lambda" | "budget" | "floor"} Control
 */

/** Steps of the slider. */
export const STEPS = 1000;

/** The last step before λ = 0, where money does not count at all. */
const PAID = STEPS - 10;
const LAMBDA = { most: 1e5, least: 1 };
/** US dollars per thousand prompts. */
const BUDGET = { least: 1e-3, most: 1e3 };

/**
 * @param {number} position in [0, PAID]
 * @param {number} from
 * @param {number} to
 */
const between = (position, from, to) => from * (to / from) ** (position / PAID);
/**
 * @param {number} value
 * @param {number} from
 * @param {number} to
 */
const placeOf = (value, from, to) => (PAID * Math.log(value / from)) / Math.log(to / from);
/** @param {number} position */
const clamp = (position) => Math.min(STEPS, Math.max(0, position));

/**
 * What a position of the slider means.
 *
 * @param {Control} control
 * @param {number} position in [0, STEPS]
 */
export function valueAt(control, position) {
  if (control === "floor") return position / STEPS;
  if (position > PAID) return control === "lambda" ? 0 : BUDGET.most;
  return control === "lambda"
    ? between(position, LAMBDA.most, LAMBDA.least)
    : between(position, BUDGET.least, BUDGET.most);
}

/**
 * Where a value lies on the slider.
 *
 * @param {Control} control
 * @param {number} value
 */
export function positionOf(control, value) {
  if (control === "floor") return clamp(value * STEPS);
  if (value <= 0) return control === "lambda" ? STEPS : 0;
  return clamp(
    control === "lambda"
      ? placeOf(value, LAMBDA.most, LAMBDA.least)
      : placeOf(value, BUDGET.least, BUDGET.most),
  );
}

/**
 * The stretches of the slider in which each model of the frontier would be chosen.
 *
 * @param {Control} control
 * @param {import("../../uniroute/lib/types.js").FrontierPoint[]} frontier cheapest first
 * @returns {{ id: string, from: number, to: number }[]}
 */
export function stretches(control, frontier) {
  return frontier.flatMap(({ id, quality, cost, lambda }, i) => {
    const cheaper = frontier[i - 1];
    const dearer = frontier[i + 1];
    let from, to;
    if (control === "lambda") {
      if (lambda === null) return [];
      from = lambda[1] === null ? 0 : positionOf(control, lambda[1]);
      to = positionOf(control, lambda[0]);
    } else if (control === "budget") {
      from = positionOf(control, cost * 1000);
      to = dearer ? positionOf(control, dearer.cost * 1000) : STEPS;
    } else {
      from = cheaper ? positionOf(control, cheaper.quality) : 0;
      to = positionOf(control, quality);
    }
    return to > from ? [{ id, from, to }] : [];
  });
}
