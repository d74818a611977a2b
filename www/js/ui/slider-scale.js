/** @import { FrontierPoint } from "../../uniroute/lib/types.js" */
/** @import { Control } from "../state/choices.js" */

/**
 * The scales of the slider for the three controls. To the right, quality and cost increase in all of
 * them.
 *
 */

/** Steps of the slider. */
export const STEPS = 1000;

/** The steps with a finite price; above them, λ is 0 and cost does not count. */
const PRICED_STEPS = STEPS - 10;
const LAMBDA = { most: 1e5, least: 1 };
/** US dollars per thousand prompts. */
const BUDGET = { least: 1e-3, most: 1e3 };

/**
 * @param {number} position in [0, PRICED_STEPS]
 * @param {number} from
 * @param {number} to
 */
const valueBetween = (position, from, to) => from * (to / from) ** (position / PRICED_STEPS);
/**
 * @param {number} value
 * @param {number} from
 * @param {number} to
 */
const stepBetween = (value, from, to) => (PRICED_STEPS * Math.log(value / from)) / Math.log(to / from);
/** @param {number} position */
const clamp = (position) => Math.min(STEPS, Math.max(0, position));

/**
 * The value at a position of the slider.
 *
 * @param {Control} control
 * @param {number} position in [0, STEPS]
 */
export function valueAt(control, position) {
  if (control === "floor") return position / STEPS;
  if (position > PRICED_STEPS) return control === "lambda" ? 0 : BUDGET.most;
  return control === "lambda"
    ? valueBetween(position, LAMBDA.most, LAMBDA.least)
    : valueBetween(position, BUDGET.least, BUDGET.most);
}

/**
 * The position of a value on the slider.
 *
 * @param {Control} control
 * @param {number} value
 */
export function positionOf(control, value) {
  if (control === "floor") return clamp(value * STEPS);
  if (value <= 0) return control === "lambda" ? STEPS : 0;
  return clamp(
    control === "lambda"
      ? stepBetween(value, LAMBDA.most, LAMBDA.least)
      : stepBetween(value, BUDGET.least, BUDGET.most),
  );
}

/**
 * The ranges of the slider in which each model of the frontier is chosen.
 *
 * @param {Control} control
 * @param {FrontierPoint[]} frontier cheapest first
 * @returns {{ id: string, from: number, to: number }[]}
 */
export function chosenRanges(control, frontier) {
  return frontier.flatMap(({ id, quality, cost, lambda }, i) => {
    const cheaper = frontier[i - 1];
    const moreExpensive = frontier[i + 1];
    let from, to;
    if (control === "lambda") {
      if (lambda === null) return [];
      from = lambda[1] === null ? 0 : positionOf(control, lambda[1]);
      to = positionOf(control, lambda[0]);
    } else if (control === "budget") {
      from = positionOf(control, cost * 1000);
      to = moreExpensive ? positionOf(control, moreExpensive.cost * 1000) : STEPS;
    } else {
      from = cheaper ? positionOf(control, cheaper.quality) : 0;
      to = positionOf(control, quality);
    }
    return to > from ? [{ id, from, to }] : [];
  });
}
