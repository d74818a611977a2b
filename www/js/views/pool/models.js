import { intervalBar, setIntervalBar } from "../../ui/bars.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { percent, percentRange, plural } from "../../ui/format.js";
import { name as nameOf, nameInText } from "../../ui/names.js";

/** @import { ModelInfo } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */

/** The source of a quality, for people. */
const SOURCES = {
  errors: "measured by kind of prompt",
  labels: "from labels",
  benchmarks: "from published scores",
  accuracy: "from one accuracy",
  prior: "unknown: assumed to be average",
};

/**
 * The table of the pool's models, with prices and limits to edit.
 *
 * @param {App} app
 */
export function mountModels(app) {
  const body = byId("pool-rows");
  app.store.watch(["pool", "off"], ({ pool, off }) => {
    const focused = document.activeElement?.id;
    const models = pool?.models ?? [];
    setChildren(body, ...models.map((model) => row(app, model, off.includes(model.id), models.length === 1)));
    if (focused) document.getElementById(focused)?.focus();
  });
}

/**
 * @param {App} app
 * @param {ModelInfo} model
 * @param {boolean} off
 * @param {boolean} isOnly whether the pool has no other model
 */
function row(app, model, off, isOnly) {
  const { id, name, provider, input, output, contextLimit } = model;
  const use = h("input", {
    type: "checkbox",
    role: "switch",
    id: `use-${id}`,
    checked: !off,
    "aria-label": `Use ${nameInText(name)}`,
    change: () => app.toggleModel(id),
  });
  const label = `Remove ${nameInText(name)}`;
  const remove = h(
    "button",
    {
      type: "button",
      class: "icon",
      disabled: isOnly,
      "aria-label": label,
      title: label,
      click: () => app.pool.removeModel(id),
    },
    "×",
  );
  return h(
    "tr",
    { class: off ? "excluded" : "" },
    h("td", { class: "col-on" }, use),
    h("th", { scope: "row" }, nameOf(name), h("span", { class: "why", dir: "auto" }, provider ?? "")),
    qualityCell(model),
    fieldCell(app, model, "cost", "input", input, "Input price"),
    fieldCell(app, model, "cost", "output", output, "Output price"),
    fieldCell(app, model, "limit", "context", contextLimit, "Context"),
    h("td", {}, remove),
  );
}

/** @param {ModelInfo} model */
function qualityCell({ quality, interval, source, labels, benchmarks }) {
  const counted = source === "errors" || source === "labels";
  const rests =
    source === "benchmarks"
      ? `from its scores on ${plural(benchmarks.length, "benchmark")}`
      : SOURCES[source] + (counted ? `, ${plural(Math.round(labels), "label")}` : "");
  return h(
    "td",
    {},
    h(
      "span",
      { class: "figures" },
      percent(quality),
      h("span", { class: "quiet" }, ` ${percentRange(interval)}`),
    ),
    setIntervalBar(intervalBar(), quality, interval),
    h("span", { class: "why", title: benchmarks.join(", ") }, rests),
  );
}

/**
 * @param {App} app
 * @param {ModelInfo} model
 * @param {"cost" | "limit"} group
 * @param {string} key
 * @param {number | null} value
 * @param {string} label
 */
function fieldCell(app, { id, name }, group, key, value, label) {
  const box = h("input", {
    type: "number",
    id: `${group}-${key}-${id}`,
    min: 0,
    step: "any",
    value: value ?? "",
    placeholder: group === "cost" ? "unknown" : "no limit",
    "aria-label": `${label} of ${nameInText(name)}`,
    change: () => app.pool.setField(id, group, key, box.value === "" ? null : box.valueAsNumber),
  });
  return h("td", { "data-label": label }, box);
}
