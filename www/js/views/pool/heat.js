import { modeOf } from "../../state/catalogue.js";
import { latest } from "../../state/latest.js";
import { byId, h, setChildren, setProperties } from "../../ui/dom.js";
import { percent } from "../../ui/format.js";
import { name as nameOf, nameInText } from "../../ui/names.js";
import { byBase } from "./models.js";

/** @import { FieldQuality, ModelInfo } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */

/** How well a quality is known, by the half width of its 90 % interval in points. */
const SURENESS = [
  { name: "sure", upTo: 8, text: "within 8 points" },
  { name: "fair", upTo: 15, text: "within 15 points" },
  { name: "unsure", upTo: Infinity, text: "less well known" },
];

/**
 * The expected quality of each model in each field, as a heat map: the number and the colour show the quality, the
 * second number, the pattern and the line show how well it is known. It is computed when it comes into view.
 *
 * @param {App} app
 */
export function mountHeat(app) {
  const table = byId("heat");
  const status = byId("heat-status");
  setChildren(byId("heat-legend"), ...legend());
  /** @type {string | null} the field that models are sorted by */
  let sorted = null;
  let isSeen = false;
  let isComplete = false;
  /** @type {{ model: ModelInfo, fields: FieldQuality[] }[]} */
  let shown = [];

  const draw = () => {
    const focused = document.activeElement?.id;
    const sort = (/** @type {string} */ field) => {
      sorted = sorted === field ? null : field;
      draw();
    };
    setChildren(table, ...(shown[0] ? parts(shown, sorted, sort) : []));
    if (focused) document.getElementById(focused)?.focus();
  };

  const compute = latest(async () => {
    const { pool } = app.store.state;
    if (!pool || !isSeen) return;
    try {
      const fields = new Map((await app.pool.fields()).map((one) => [one.id, one.fields]));
      if (app.store.state.pool !== pool) return;
      shown = pool.models.map((model) => ({ model, fields: fields.get(model.id) ?? [] }));
    } catch {
      status.textContent = "The fields of these models could not be computed.";
      return;
    }
    isComplete = true;
    status.textContent = shown.some(({ fields }) => fields.length > 0) ? "" : "This router has no fields.";
    draw();
  });

  new IntersectionObserver((entries) => {
    // Out of view it waits: prompts are more urgent.
    isSeen = entries.at(-1)?.isIntersecting ?? false;
    if (isSeen && !isComplete) void compute();
  }).observe(byId("pool-heat"));
  app.store.watch(["pool"], () => {
    isComplete = false;
    void compute();
  });
}

/**
 * @param {{ model: ModelInfo, fields: FieldQuality[] }[]} all
 * @param {string | null} sorted
 * @param {(field: string) => void} sort
 */
function parts(all, sorted, sort) {
  const names = all[0]?.fields.map(({ field }) => field) ?? [];
  const heads = names.map((field, i) => {
    const button = h(
      "button",
      { type: "button", id: `heat-${i}`, title: `Sort by ${field}`, click: () => sort(field) },
      field,
    );
    return h("th", { scope: "col", "aria-sort": sorted === field ? "descending" : "none" }, button);
  });
  const at = sorted === null ? -1 : names.indexOf(sorted);
  const qualities = all.flatMap(({ fields }) => fields.map(({ quality }) => quality));
  const range = { low: Math.min(...qualities), high: Math.max(...qualities) };
  const byId = new Map(all.map((one) => [one.model.id, one]));
  const groups = byBase(all.map(({ model }) => model));
  const rows =
    at < 0
      ? groups.flatMap((modes) =>
          modes.map((model, i) => row(byId.get(model.id), range, modes.length > 1, i === 0)),
        )
      : [...all]
          .sort((a, b) => (b.fields[at]?.quality ?? 0) - (a.fields[at]?.quality ?? 0))
          .map((one) => row(one, range, false, true));
  return [
    h("caption", { class: "hidden" }, "Expected quality of each model in each field, with its uncertainty"),
    h("thead", {}, h("tr", {}, h("td"), ...heads)),
    h("tbody", {}, ...rows),
  ];
}

/**
 * @param {{ model: ModelInfo, fields: FieldQuality[] } | undefined} one
 * @param {{ low: number, high: number }} range of all qualities
 * @param {boolean} isMode whether the row is one of several modes of its model
 * @param {boolean} isFirst of these modes
 */
function row(one, range, isMode, isFirst) {
  if (!one) return null;
  const { model, fields } = one;
  const { base, mode } = modeOf(model);
  const heading = isMode
    ? [
        h("span", { class: isFirst ? "" : "hidden" }, nameOf(base.name), " "),
        h("span", { class: "why" }, nameOf(mode || "default")),
      ]
    : [nameOf(model.name)];
  return h(
    "tr",
    { class: isMode && !isFirst ? "mode" : "" },
    h("th", { scope: "row" }, ...heading),
    ...fields.map((field) => cell(field, range, model)),
  );
}

/**
 * @param {FieldQuality} field
 * @param {{ low: number, high: number }} range
 * @param {ModelInfo} model
 */
function cell({ field, quality, interval: [low, high] }, range, model) {
  const points = Math.round((high - low) * 50);
  const sureness = SURENESS.find(({ upTo }) => points <= upTo)?.name ?? "unsure";
  const share = range.high > range.low ? (quality - range.low) / (range.high - range.low) : 1;
  const title = `${nameInText(model.name)}, ${field}: ${percent(quality)} ± ${points} points`;
  return setProperties(
    h("td", { class: `heat ${sureness}`, title }, Math.round(quality * 100), h("small", {}, `±${points}`)),
    { "--share": share.toFixed(3) },
  );
}

function legend() {
  return SURENESS.map(({ name, text }) =>
    h(
      "span",
      { class: "heat-key" },
      h("span", { class: `heat ${name}`, "aria-hidden": "true" }, "70"),
      ` ${text}`,
    ),
  );
}
