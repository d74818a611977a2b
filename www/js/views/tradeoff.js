import { chosenCandidate } from "../state/state.js";
import { byId, h, setChildren, setProperties } from "../ui/dom.js";
import { percent, pointPrice, usd } from "../ui/format.js";
import { STEPS, chosenRanges, positionOf, valueAt } from "../ui/slider-scale.js";

/** @import { Explanation } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */
/** @import { BatchState } from "../state/batch-controller.js" */
/** @import { Control } from "../state/choices.js" */
/** @import { State } from "../state/state.js" */

/** @typedef {{ name: string, chosen: boolean, from: number, to: number }} Range */

/**
 * What the present setting results in.
 *
 * @typedef {object} Outcome
 * @property {number | null} cost US dollars per thousand prompts
 * @property {number | null} quality
 * @property {string} pointPrice the price of a point of quality that gives the same result, in words
 * @property {Range[] | null} ranges of the slider in which each model is chosen; null for a batch, where each
 *   prompt has its own
 */

/** @type {{ control: Control, name: string, hint: string, low: string, high: string }[]} */
const SETTINGS = [
  {
    control: "lambda",
    name: "Value of quality",
    hint: "what one point of quality is worth, per 1,000 prompts",
    low: "Lowest cost",
    high: "Best quality",
  },
  {
    control: "budget",
    name: "Budget",
    hint: "maximum cost of 1,000 such prompts",
    low: "$0.001",
    high: "$1,000",
  },
  { control: "floor", name: "Quality floor", hint: "minimum expected quality", low: "0 %", high: "100 %" },
];

/** @type {Outcome} */
const NO_OUTCOME = { cost: null, quality: null, pointPrice: "–", ranges: [] };

/**
 * One slider with three settings, for one prompt and for a batch. One setting is fixed; the others show
 * what it results in.
 *
 * @param {App} app
 */
export function mountTradeoff(app) {
  const drawPrompt = settings(app, byId("trade"));
  app.store.watch(["control", "lambda", "budget", "floor", "explanation", "pin"], (state) =>
    drawPrompt(state, outcomeOfPrompt(state)),
  );
  const drawBatch = settings(app, byId("batch-trade"));
  const draw = () => drawBatch(app.store.state, outcomeOfBatch(app.batch.store.state));
  app.store.watch(["control", "lambda", "budget", "floor"], draw);
  app.batch.store.watch(["report"], draw);
}

/**
 * @param {App} app
 * @param {HTMLElement} root
 * @returns {(state: State, outcome: Outcome) => void} draws it
 */
function settings(app, root) {
  let present = NO_OUTCOME;
  const setTo = (/** @type {number} */ position) => {
    const { control } = app.store.state;
    app.setChoices({ [control]: valueAt(control, position) });
  };
  const slider = h("input", {
    type: "range",
    min: 0,
    max: STEPS,
    step: 1,
    class: "slider",
    input: () => setTo(slider.valueAsNumber),
  });
  const strip = h("div", { class: "strip", "aria-hidden": "true" });
  const ends = h("div", { class: "ends quiet" });
  const tiles = SETTINGS.map((setting) => tile(app, root.id, setting, () => present));
  const legend = h("legend", { class: "hidden" }, "The setting to fix");
  setChildren(
    root,
    h("fieldset", { class: "tiles" }, legend, ...tiles.map(({ element }) => element)),
    h("div", { class: "dial" }, strip, slider, ends),
  );
  return (state, outcome) => {
    present = outcome;
    const setting = SETTINGS.find(({ control }) => control === state.control);
    for (const tile of tiles) tile.draw(state, outcome);
    slider.value = String(positionOf(state.control, state[state.control]));
    slider.setAttribute("aria-label", setting?.hint ?? "");
    slider.setAttribute("aria-valuetext", valueInWords(state));
    setProperties(slider, { "--at": slider.valueAsNumber / STEPS });
    setChildren(ends, h("span", {}, setting?.low), h("span", {}, setting?.high));
    setChildren(strip, ...(outcome.ranges ?? []).map((range) => rangeMark(range, setTo)));
    strip.hidden = outcome.ranges === null;
  };
}

/**
 * @param {App} app
 * @param {string} group
 * @param {typeof SETTINGS[number]} setting
 * @param {() => Outcome} present
 */
function tile(app, group, { control, name, hint }, present) {
  const value = h("output", { class: "figures" });
  const radio = h("input", {
    type: "radio",
    name: group,
    value: control,
    change: () => app.setChoices({ control, ...startValue(control, present()) }),
  });
  const title = h("span", { class: "tile-name" }, name);
  return {
    element: h("label", { class: "tile" }, radio, title, value, h("span", { class: "quiet" }, hint)),
    /** @type {(state: State, outcome: Outcome) => void} */
    draw: (state, outcome) => {
      radio.checked = state.control === control;
      value.textContent = radio.checked ? fixedValue(state) : resultingValue(control, outcome);
    },
  };
}

/**
 * A newly fixed setting starts from the value that it shows, so that the decision stays.
 *
 * @param {Control} control
 * @param {Outcome} outcome
 */
function startValue(control, { cost, quality }) {
  if (control === "budget" && cost) return { budget: cost * 1.001 };
  if (control === "floor" && quality !== null) return { floor: Math.floor(quality * 1000) / 1000 };
  return {};
}

/** @param {State} state */
function fixedValue({ control, lambda, budget, floor }) {
  if (control === "lambda") return pointPrice(lambda);
  return control === "budget" ? usd(budget) : percent(floor);
}

/**
 * @param {Control} control
 * @param {Outcome} outcome
 */
function resultingValue(control, { cost, quality, pointPrice }) {
  if (control === "lambda") return pointPrice;
  if (control === "budget") return cost === null ? "–" : usd(cost);
  return quality === null ? "–" : percent(quality);
}

/** @param {State} state */
function valueInWords(state) {
  const value = fixedValue(state);
  if (state.control === "floor") return `at least ${value}`;
  if (state.control === "budget") return `${value} per thousand prompts`;
  if (state.lambda === 0) return "quality at any price";
  return `one point of quality is worth ${value} per thousand prompts`;
}

/**
 * @param {State} state
 * @returns {Outcome}
 */
function outcomeOfPrompt(state) {
  const candidate = chosenCandidate(state);
  const { explanation } = state;
  if (!explanation) return NO_OUTCOME;
  const names = new Map(explanation.decision.candidates.map(({ id, name }) => [id, name]));
  return {
    cost: candidate?.cost.total == null ? null : candidate.cost.total * 1000,
    quality: candidate?.quality ?? null,
    pointPrice: pointPriceRange(explanation),
    ranges: chosenRanges(state.control, explanation.frontier).map(({ id, from, to }) => ({
      name: names.get(id) ?? id,
      chosen: id === candidate?.id,
      from,
      to,
    })),
  };
}

/**
 * @param {BatchState} state
 * @returns {Outcome}
 */
function outcomeOfBatch({ report, prompts }) {
  if (!report) return { ...NO_OUTCOME, ranges: null };
  const { cost, quality, lambda } = report.routed;
  const perThousand = (cost / Math.max(1, prompts.length)) * 1000;
  return { cost: perThousand, quality, pointPrice: pointPrice(lambda), ranges: null };
}

/**
 * The prices of a point of quality at which λ would have chosen the same model.
 *
 * @param {Explanation} explanation
 */
function pointPriceRange({ frontier, decision }) {
  const range = frontier.find(({ id }) => id === decision.model)?.lambda;
  if (!range) return "–";
  const [least, most] = range;
  if (least === 0) return most === null ? "any price" : `over ${pointPrice(most)}`;
  return most === null ? `under ${pointPrice(least)}` : `${pointPrice(most)} to ${pointPrice(least)}`;
}

/**
 * @param {Range} range
 * @param {(position: number) => void} setTo
 */
function rangeMark({ name, chosen, from, to }, setTo) {
  const click = () => setTo(Math.round((from + to) / 2));
  const mark = h("span", { class: chosen ? "stretch on" : "stretch", dir: "auto", title: name, click }, name);
  return setProperties(mark, { "--from": from / STEPS, "--to": to / STEPS });
}
