/** A model that does not exist, moved over the chart of a batch: how many prompts it would get. Loaded on demand. */
import { latest } from "../../state/latest.js";
import { isPinned, routeRequest } from "../../state/state.js";
import { h, s, setChildren } from "../../ui/dom.js";
import { count, percent, plural, usd } from "../../ui/format.js";
import { loadStyles } from "../../ui/stylesheet.js";

/** @import { BatchPoint, WhatIf } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { Scale } from "../../ui/chart.js" */

/** What one press of an arrow key changes. */
const STEP = { quality: 0.01, cost: 1.1 };
const MARK = "M0 -9L9 0L0 9L-9 0Z";

/**
 * Adds the imagined model to the chart, with fields for its numbers below it.
 *
 * @param {App} app
 * @param {HTMLElement} place for the fields
 * @param {() => void} redraw draws the chart again
 * @returns {(svg: SVGElement, scale: Scale) => void} draws the model over the chart
 */
export function imaginedModel(app, place, redraw) {
  void loadStyles("compare.css");
  const start = app.batch.store.state;
  const routed = start.report?.routed;
  const perThousand = ((routed?.cost ?? 0) / Math.max(1, start.prompts.length)) * 1000;
  const model = { quality: Math.min(1, (routed?.quality ?? 0.5) + 0.03), cost: perThousand || 1 };
  /** @type {SVGElement | null} */
  let handle = null;
  let described = "";
  const quality = field("Its quality, in %", { min: 0, max: 100, step: 1 }, (value) =>
    set({ quality: value / 100 }),
  );
  const cost = field("Its cost per 1,000, in $", { min: 0, step: "any" }, (value) => set({ cost: value }));
  const answer = h("p", { role: "status" });
  const ask = latest(async () => {
    const { report, prompts } = app.batch.store.state;
    if (report === null || app.router === null) return;
    const found = await app.router
      .whatIf(model.quality, model.cost / 1000, routeRequest(app.store.state))
      .catch(() => null);
    answer.textContent = found === null ? "" : told(found, report.routed, prompts.length);
  });
  const told = (
    /** @type {WhatIf} */ found,
    /** @type {BatchPoint} */ routed,
    /** @type {number} */ prompts,
  ) => {
    const share = `${count(found.moved)} of ${plural(prompts, "prompt")}`;
    // Under a pin the report is that of the pinned model, which the imagined one does not compete with.
    return isPinned(app.store.state)
      ? `Without the pin, it would get ${share}: quality ${percent(found.quality)}, cost ${usd(found.cost)}.`
      : `It would get ${share}. Quality ${percent(routed.quality)} → ${percent(found.quality)}, ` +
          `cost ${usd(routed.cost)} → ${usd(found.cost)}.`;
  };
  const set = (/** @type {Partial<typeof model>} */ change) => {
    Object.assign(model, change);
    model.quality = Math.min(1, Math.max(0, Math.round(model.quality * 1000) / 1000));
    model.cost = Math.max(0, Number(model.cost.toPrecision(3)));
    described = `A model with ${percent(model.quality)} on every prompt, at ${usd(model.cost)} per 1,000`;
    for (const [input, value] of /** @type {const} */ ([
      [quality.input, model.quality * 100],
      [cost.input, model.cost],
    ])) {
      if (document.activeElement !== input) input.value = String(Number(value.toPrecision(4)));
    }
    redraw();
    void ask();
  };
  setChildren(
    place,
    h("p", { class: "quiet" }, "Drag the diamond, or move it with the arrow keys."),
    quality.label,
    cost.label,
    answer,
  );
  app.batch.store.watch(["report"], () => void ask());
  set({});

  return (svg, scale) => {
    handle ??= newHandle(svg, model, set);
    // Inside the chart, also where the numbers are beyond its axes.
    const [x, y] = [
      scale.x(scale.costAt(scale.x(model.cost))),
      scale.y(scale.qualityAt(scale.y(model.quality))),
    ];
    handle.setAttribute("transform", `translate(${x} ${y})`);
    handle.setAttribute("aria-valuenow", String(Math.round(model.quality * 100)));
    handle.setAttribute("aria-valuetext", described);
    scales.set(handle, scale);
    if (handle.parentNode !== svg) svg.append(handle);
  };
}

/** @type {WeakMap<SVGElement, Scale>} the scale that a handle was drawn with */
const scales = new WeakMap();

/**
 * @param {SVGElement} svg
 * @param {{ quality: number, cost: number }} model
 * @param {(change: { quality?: number, cost?: number }) => void} set
 */
function newHandle(svg, model, set) {
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    const change = {
      ArrowUp: { quality: model.quality + STEP.quality },
      ArrowDown: { quality: model.quality - STEP.quality },
      ArrowRight: { cost: model.cost * STEP.cost },
      ArrowLeft: { cost: model.cost / STEP.cost },
    }[event.key];
    if (!change) return;
    event.preventDefault();
    event.stopPropagation();
    set(change);
  };
  const pointerdown = (/** @type {PointerEvent} */ event) => {
    event.preventDefault();
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const scale = scales.get(handle);
      const box = svg.getBoundingClientRect();
      if (scale) set({ cost: scale.costAt(clientX - box.left), quality: scale.qualityAt(clientY - box.top) });
    };
    const stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", stop);
      removeEventListener("pointercancel", stop);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop);
    addEventListener("pointercancel", stop);
    handle.focus();
  };
  const handle = s(
    "g",
    {
      class: "imagined",
      "data-overlay": true,
      role: "slider",
      tabindex: 0,
      "aria-label": "An imagined model: quality up and down, cost left and right",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": 0,
      keydown,
      pointerdown,
    },
    s("circle", { class: "grip", r: 22 }),
    s("path", { d: MARK }),
  );
  return handle;
}

/**
 * @param {string} label
 * @param {import("../../ui/dom.js").Props} limits
 * @param {(value: number) => void} use
 */
function field(label, limits, use) {
  const input = h("input", {
    type: "number",
    ...limits,
    input: () => {
      if (input.value !== "" && input.validity.valid) use(input.valueAsNumber);
    },
  });
  return { input, label: h("label", { class: "field" }, h("span", { class: "quiet" }, label), input) };
}
