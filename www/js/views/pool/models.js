import { modeOf } from "../../state/catalogue.js";
import { intervalBar, setIntervalBar } from "../../ui/bars.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { count, percent, percentRange, plural } from "../../ui/format.js";
import { drawKeepingFocus } from "../../ui/keyboard.js";
import { name as nameOf, nameInText } from "../../ui/names.js";
import { Evidence } from "./evidence.js";

/** @import { ModelInfo, PoolInfo } from "../../../uniroute/lib/types.js" */
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
 * The table of the pool's models, with prices, limits and scores to edit. The effort modes of a model are below its
 * name.
 *
 * @param {App} app
 */
export function mountModels(app) {
  const body = byId("pool-rows");
  const evidence = new Evidence(app);
  const draw = () => {
    const { pool, off } = app.store.state;
    const row = document.activeElement?.closest("tr");
    const at = row ? [...body.children].indexOf(row) : 0;
    const models = pool?.models ?? [];
    evidence.keepOnly(models);
    const rows = byBase(models).flatMap((modes) => {
      const isGroup = modes.length > 1;
      const group = modes.map((model) => modelRows(model, isGroup)).flat();
      return isGroup ? [groupRow(modes), ...group] : group;
    });
    drawKeepingFocus(
      body,
      () => setChildren(body, ...rows),
      () =>
        rows
          .slice(at)
          .concat(rows)
          .find((one) => one.querySelector("input"))
          ?.querySelector("input") ?? null,
    );
  };
  /**
   * @param {ModelInfo} model
   * @param {boolean} isMode
   */
  const modelRows = (model, isMode) => {
    const { pool, off } = app.store.state;
    const editor = evidence.row(model.id);
    const toggle = () => void evidence.toggle(model).then(draw);
    return [
      modelRow(app, model, { isMode, off: off.includes(model.id), pool, editor, toggle }),
      editor,
    ].filter((one) => one !== null);
  };
  app.store.watch(["pool", "off"], draw);
  app.store.watch(["pool"], () => void evidence.refresh());
}

/**
 * The models in their order, the modes of each together.
 *
 * @param {ModelInfo[]} models
 */
export function byBase(models) {
  /** @type {Map<string, ModelInfo[]>} */
  const groups = new Map();
  for (const model of models) {
    const { id } = modeOf(model).base;
    groups.set(id, [...(groups.get(id) ?? []), model]);
  }
  return [...groups.values()];
}

/** @param {ModelInfo[]} modes */
function groupRow(modes) {
  const [first] = modes;
  const title = first ? modeOf(first).base.name : "";
  return h(
    "tr",
    { class: "group" },
    h("td"),
    h(
      "th",
      { scope: "rowgroup", colspan: 6 },
      nameOf(title),
      h(
        "span",
        { class: "why", dir: "auto" },
        [first?.provider, plural(modes.length, "mode")].filter(Boolean).join(" · "),
      ),
    ),
  );
}

/**
 * @param {App} app
 * @param {ModelInfo} model
 * @param {{ isMode: boolean, off: boolean, pool: PoolInfo | null, editor: Element | null, toggle: () => void }} state
 */
function modelRow(app, model, { isMode, off, pool, editor, toggle }) {
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
      id: `remove-${id}`,
      disabled: pool?.models.length === 1,
      "aria-label": label,
      title: label,
      click: () => app.pool.removeModel(id),
    },
    "×",
  );
  return h(
    "tr",
    { class: [off && "excluded", isMode && "mode"].filter(Boolean).join(" ") },
    h("td", { class: "col-on" }, use),
    h(
      "th",
      { scope: "row" },
      nameOf(isMode ? modeOf(model).mode || name : name),
      h("span", { class: "why", dir: "auto" }, isMode ? "" : (provider ?? "")),
      facts(model, pool),
    ),
    qualityCell(model, editor, toggle),
    fieldCell(app, model, "cost", "input", input, "Input price"),
    fieldCell(app, model, "cost", "output", output, "Output price"),
    fieldCell(app, model, "limit", "context", contextLimit, "Context"),
    h("td", {}, remove),
  );
}

/**
 * What a model can do, its longest answer and the date of its price.
 *
 * @param {ModelInfo} model
 * @param {PoolInfo | null} pool
 */
function facts({ capabilities, outputLimit, priced, input, output }, pool) {
  const day = input === null && output === null ? null : (priced ?? pool?.asOf);
  const parts = [
    capabilities.length > 0 && nameOf(capabilities.join(", ")),
    outputLimit !== null && `answers up to ${count(outputLimit)} tokens`,
    day && `priced ${day}`,
  ].filter(Boolean);
  return h("span", { class: "why" }, ...parts.flatMap((part, i) => (i === 0 ? [part] : [" · ", part])));
}

/**
 * @param {ModelInfo} model
 * @param {Element | null} editor
 * @param {() => void} toggle
 */
function qualityCell(model, editor, toggle) {
  const { id, name, quality, interval, source, labels, verdicts, benchmarks } = model;
  const counted = source === "errors" || source === "labels";
  const file =
    source === "benchmarks"
      ? `from its scores on ${plural(benchmarks.length, "benchmark")}`
      : SOURCES[source] + (counted ? `, ${plural(Math.round(labels), "label")}` : "");
  const rests = verdicts > 0 ? `${file}, with ${plural(verdicts, "verdict")} of yours` : file;
  const edit = h(
    "button",
    {
      type: "button",
      id: `edit-${id}`,
      class: "plain edit",
      "aria-expanded": String(editor !== null),
      "aria-label": `${editor ? "Close" : "Edit"} the scores of ${nameInText(name)}`,
      click: toggle,
    },
    editor ? "Close" : "Edit",
  );
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
    h("span", { class: "why" }, h("span", { title: benchmarks.join(", ") }, rests), " ", edit),
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
