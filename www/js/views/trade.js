import { byId, h, replace, style } from "../dom.js";
import { percent, pointPrice, usd, usdPerThousand } from "../format.js";
import { STEPS, positionOf, stretches, valueAt } from "../scale.js";
import { chosen } from "../state.js";

/** @typedef {import("../scale.js").Control} Control */
/** @typedef {import("../state.js").State} State */

/** @type {{ control: Control, name: string, hint: string, low: string, high: string }[]} */
const READINGS = [
  { control: "lambda", name: "Worth of quality", hint: "what one point of quality is worth, per 1,000 prompts", low: "Lowest cost", high: "Best quality" },
  { control: "budget", name: "Budget", hint: "most that 1,000 such prompts may cost", low: "$0.001", high: "$1,000" },
  { control: "floor", name: "Quality floor", hint: "least expected quality", low: "0 %", high: "100 %" },
];

/**
 * One control with three readings: turn any of them, and see what that means in the others.
 *
 * @param {import("../app.js").App} app
 */
export function mountTrade(app) {
  const root = byId("trade");
  const { store } = app;
  const control = () => store.now.control;
  const slider = h("input", {
    type: "range",
    id: "slider",
    min: 0,
    max: STEPS,
    step: 1,
    input: () => app.choose({ [control()]: valueAt(control(), slider.valueAsNumber) }),
  });
  const strip = h("div", { class: "strip", "aria-hidden": "true" });
  const ends = h("div", { class: "ends quiet" });
  const tiles = READINGS.map((reading) => tile(app, reading));
  replace(
    root,
    h("fieldset", { class: "tiles" }, h("legend", { class: "hidden" }, "What to hold to"), ...tiles.map(({ element }) => element)),
    h("div", { class: "dial" }, strip, slider, ends),
  );
  store.watch(["control", "lambda", "budget", "floor", "explanation"], (state) => {
    const reading = READINGS.find((one) => one.control === state.control) ?? READINGS[0];
    tiles.forEach((one) => one.draw(state));
    slider.value = String(positionOf(state.control, state[state.control]));
    slider.setAttribute("aria-label", reading?.hint ?? "");
    slider.setAttribute("aria-valuetext", spoken(state));
    style(slider, { "--at": slider.valueAsNumber / STEPS });
    replace(ends, h("span", {}, reading?.low), h("span", {}, reading?.high));
    drawStrip(strip, app, state);
  });
}

/**
 * @param {import("../app.js").App} app
 * @param {typeof READINGS[number]} reading
 */
function tile(app, { control, name, hint }) {
  const value = h("output", { class: "figures" });
  const radio = h("input", { type: "radio", name: "control", value: control, change: () => take(app, control) });
  const element = h("label", { class: "tile" }, radio, h("span", { class: "tile-name" }, name), value, h("span", { class: "quiet" }, hint));
  return {
    element,
    /** @param {State} state */
    draw: (state) => {
      radio.checked = state.control === control;
      value.textContent = shown(state, control);
    },
  };
}

/**
 * Turns another reading, starting from what it reads now, so that the decision does not jump.
 *
 * @param {import("../app.js").App} app
 * @param {Control} control
 */
function take(app, control) {
  const candidate = chosen(app.store.now);
  const cost = candidate?.cost.total;
  app.choose({
    control,
    ...(control === "budget" && cost ? { budget: cost * 1000 * 1.001 } : {}),
    ...(control === "floor" && candidate ? { floor: Math.floor(candidate.quality * 1000) / 1000 } : {}),
  });
}

/**
 * The set value of the control in use; what the decision makes of it for the others.
 *
 * @param {State} state
 * @param {Control} control
 */
function shown(state, control) {
  const candidate = chosen(state);
  if (control === "lambda") return state.control === "lambda" ? pointPrice(state.lambda) : implied(state);
  if (control === "budget") return state.control === "budget" ? usd(state.budget) : usdPerThousand(candidate?.cost.total ?? null);
  return state.control === "floor" ? percent(state.floor) : candidate ? percent(candidate.quality) : "–";
}

/**
 * The range of prices of quality at which λ would have chosen the same model.
 *
 * @param {State} state
 */
function implied({ explanation }) {
  const point = explanation?.frontier.find(({ id }) => id === explanation.decision.model);
  if (!point?.lambda) return "–";
  const [least, most] = point.lambda;
  if (least === 0) return most === null ? "any price" : `over ${pointPrice(most)}`;
  return most === null ? `under ${pointPrice(least)}` : `${pointPrice(most)} to ${pointPrice(least)}`;
}

/** @param {State} state */
function spoken(state) {
  if (state.control === "lambda") return state.lambda === 0 ? "quality at any price" : `one point of quality is worth ${pointPrice(state.lambda)} per thousand prompts`;
  if (state.control === "budget") return `${usd(state.budget)} per thousand prompts`;
  return `at least ${percent(state.floor)}`;
}

/**
 * Over the slider: who would be chosen where.
 *
 * @param {HTMLElement} strip
 * @param {import("../app.js").App} app
 * @param {State} state
 */
function drawStrip(strip, app, { control, explanation }) {
  const names = new Map(explanation?.decision.candidates.map(({ id, name }) => [id, name]));
  replace(
    strip,
    ...stretches(control, explanation?.frontier ?? []).map(({ id, from, to }) => {
      const name = names.get(id) ?? id;
      const chosen = id === explanation?.decision.model;
      const jump = () => app.choose({ [control]: valueAt(control, Math.round((from + to) / 2)) });
      return style(h("span", { class: chosen ? "stretch on" : "stretch", title: name, click: jump }, name), { "--from": from / STEPS, "--to": to / STEPS });
    }),
  );
}
