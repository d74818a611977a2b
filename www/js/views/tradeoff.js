import { byId, h, replace, style } from "../ui/dom.js";
import { percent, pointPrice, usd } from "../ui/format.js";
import { STEPS, positionOf, stretches, valueAt } from "../ui/slider-scale.js";
import { chosen } from "../state/state.js";

/** @typedef {import("../ui/slider-scale.js").Control} Control */
/** @typedef {import("../state/state.js").State} State */

/**
 * What the present setting comes to.
 *
 * @typedef {object} Outcome
 * @property {number | null} cost US dollars per thousand prompts
 * @property {number | null} quality
 * @property {string} worth what a point of quality is worth, in words, as far as the outcome tells
 * @property {{ name: string, on: boolean, from: number, to: number }[]} stretches who would be chosen where
 */

/** @type {{ control: Control, name: string, hint: string, low: string, high: string }[]} */
const READINGS = [
  {
    control: "lambda",
    name: "Worth of quality",
    hint: "what one point of quality is worth, per 1,000 prompts",
    low: "Lowest cost",
    high: "Best quality",
  },
  {
    control: "budget",
    name: "Budget",
    hint: "most that 1,000 such prompts may cost",
    low: "$0.001",
    high: "$1,000",
  },
  { control: "floor", name: "Quality floor", hint: "least expected quality", low: "0 %", high: "100 %" },
];

const NOTHING = { cost: null, quality: null, worth: "–", stretches: [] };

/**
 * One control with three readings, for one prompt and for a batch: turn any of them, and see what
 * that means in the others.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountTrade(app) {
  const one = dial(app, byId("trade"));
  app.store.watch(["control", "lambda", "budget", "floor", "explanation"], (state) =>
    one(state, ofPrompt(state)),
  );
  const all = dial(app, byId("batch-trade"));
  const drawAll = () => all(app.store.now, ofBatch(app.batch.store.now));
  app.store.watch(["control", "lambda", "budget", "floor"], drawAll);
  app.batch.store.watch(["report"], drawAll);
}

/**
 * @param {import("../state/app.js").App} app
 * @param {HTMLElement} root
 * @returns {(state: State, outcome: Outcome) => void} draws it
 */
function dial(app, root) {
  let now = /** @type {Outcome} */ (NOTHING);
  const control = () => app.store.now.control;
  const slider = h("input", {
    type: "range",
    min: 0,
    max: STEPS,
    step: 1,
    class: "slider",
    input: () => app.choose({ [control()]: valueAt(control(), slider.valueAsNumber) }),
  });
  const strip = h("div", { class: "strip", "aria-hidden": "true" });
  const ends = h("div", { class: "ends quiet" });
  const tiles = READINGS.map((reading) => tile(app, root.id, reading, () => now));
  replace(
    root,
    h(
      "fieldset",
      { class: "tiles" },
      h("legend", { class: "hidden" }, "What to hold to"),
      ...tiles.map(({ element }) => element),
    ),
    h("div", { class: "dial" }, strip, slider, ends),
  );
  return (state, outcome) => {
    now = outcome;
    const reading = READINGS.find((one) => one.control === state.control);
    tiles.forEach((one) => one.draw(state, outcome));
    slider.value = String(positionOf(state.control, state[state.control]));
    slider.setAttribute("aria-label", reading?.hint ?? "");
    slider.setAttribute("aria-valuetext", spoken(state));
    style(slider, { "--at": slider.valueAsNumber / STEPS });
    replace(ends, h("span", {}, reading?.low), h("span", {}, reading?.high));
    replace(
      strip,
      ...outcome.stretches.map((stretch) =>
        drawStretch(stretch, (position) => app.choose({ [control()]: valueAt(control(), position) })),
      ),
    );
    strip.hidden = outcome.stretches.length === 0;
  };
}

/**
 * @param {import("../state/app.js").App} app
 * @param {string} group
 * @param {typeof READINGS[number]} reading
 * @param {() => Outcome} outcome
 */
function tile(app, group, { control, name, hint }, outcome) {
  const value = h("output", { class: "figures" });
  const radio = h("input", {
    type: "radio",
    name: group,
    value: control,
    change: () => app.choose({ control, ...start(control, outcome()) }),
  });
  return {
    element: h(
      "label",
      { class: "tile" },
      radio,
      h("span", { class: "tile-name" }, name),
      value,
      h("span", { class: "quiet" }, hint),
    ),
    /** @type {(state: State, outcome: Outcome) => void} */
    draw: (state, outcome) => {
      radio.checked = state.control === control;
      value.textContent = shown(state, control, outcome);
    },
  };
}

/**
 * Another reading starts from what it reads now, so that the decision does not jump.
 *
 * @param {Control} control
 * @param {Outcome} outcome
 */
function start(control, { cost, quality }) {
  if (control === "budget" && cost) return { budget: cost * 1.001 };
  if (control === "floor" && quality !== null) return { floor: Math.floor(quality * 1000) / 1000 };
  return {};
}

/**
 * The set value of the reading in use; what comes of it for the others.
 *
 * @param {State} state
 * @param {Control} control
 * @param {Outcome} outcome
 */
function shown(state, control, { cost, quality, worth }) {
  const set = state.control === control;
  if (control === "lambda") return set ? pointPrice(state.lambda) : worth;
  if (control === "budget") return set ? usd(state.budget) : cost === null ? "–" : usd(cost);
  return set ? percent(state.floor) : quality === null ? "–" : percent(quality);
}

/**
 * @param {State} state
 * @returns {Outcome}
 */
function ofPrompt(state) {
  const candidate = chosen(state);
  const { explanation } = state;
  if (!explanation) return NOTHING;
  const names = new Map(explanation.decision.candidates.map(({ id, name }) => [id, name]));
  return {
    cost: candidate?.cost.total == null ? null : candidate.cost.total * 1000,
    quality: candidate?.quality ?? null,
    worth: implied(explanation),
    stretches: stretches(state.control, explanation.frontier).map(({ id, from, to }) => ({
      name: names.get(id) ?? id,
      on: id === explanation.decision.model,
      from,
      to,
    })),
  };
}

/**
 * @param {import("../state/batch-controller.js").BatchState} state
 * @returns {Outcome}
 */
function ofBatch({ report, prompts }) {
  if (!report) return NOTHING;
  const { cost, quality, lambda } = report.routed;
  return {
    cost: (cost / Math.max(1, prompts.length)) * 1000,
    quality,
    worth: pointPrice(lambda),
    stretches: [],
  };
}

/**
 * The range of prices of quality at which λ would have chosen the same model.
 *
 * @param {import("../state/state.js").Explanation} explanation
 */
function implied({ frontier, decision }) {
  const range = frontier.find(({ id }) => id === decision.model)?.lambda;
  if (!range) return "–";
  const [least, most] = range;
  if (least === 0) return most === null ? "any price" : `over ${pointPrice(most)}`;
  return most === null ? `under ${pointPrice(least)}` : `${pointPrice(most)} to ${pointPrice(least)}`;
}

/** @param {State} state */
function spoken(state) {
  if (state.control === "lambda")
    return state.lambda === 0
      ? "quality at any price"
      : `one point of quality is worth ${pointPrice(state.lambda)} per thousand prompts`;
  return state.control === "budget"
    ? `${usd(state.budget)} per thousand prompts`
    : `at least ${percent(state.floor)}`;
}

/**
 * @param {Outcome["stretches"][number]} stretch
 * @param {(position: number) => void} jump
 */
function drawStretch({ name, on, from, to }, jump) {
  const element = h(
    "span",
    { class: on ? "stretch on" : "stretch", title: name, click: () => jump(Math.round((from + to) / 2)) },
    name,
  );
  return style(element, { "--from": from / STEPS, "--to": to / STEPS });
}
