import { h, setChildren } from "../../ui/dom.js";
import { percent, percentRange, plural } from "../../ui/format.js";
import { name as nameOf } from "../../ui/names.js";

/** @import { ModelInfo, RawModel, RawPool, RawScore } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */

/**
 * What the expected quality of a model rests on, in a few words.
 *
 * @param {ModelInfo} model
 */
export function restsOn({ source, labels, benchmarks }) {
  const measured = plural(Math.round(labels), "label");
  if (source === "errors") return `errors measured in each kind of prompt (${measured})`;
  if (source === "labels") return `${measured}: prompts with known scores`;
  if (source === "benchmarks") return `published scores on ${plural(benchmarks.length, "benchmark")}`;
  if (source === "accuracy") return `one accuracy over all prompts (${measured})`;
  return "nothing known about this model, only on what models usually reach";
}

/**
 * The evidence for a model: its scores with their sources, its labels, and what fills the gaps.
 *
 * @param {App} app
 * @param {HTMLElement} root
 */
export function mountEvidence(app, root) {
  /** @type {{ pool: unknown, models: RawModel[] }} */
  let read = { pool: null, models: [] };
  /** @param {string} id */
  return async (id) => {
    const { pool } = app.store.state;
    const model = pool?.models.find((one) => one.id === id);
    if (!model || app.router === null) return setChildren(root);
    if (read.pool !== pool) {
      const raw = /** @type {RawPool} */ (JSON.parse(await app.router.pool()));
      read = { pool, models: raw.models };
    }
    const scores = read.models.find((one) => one.id === id)?.benchmarks ?? [];
    setChildren(root, ...parts(model, scores));
  };
}

/**
 * @param {ModelInfo} model
 * @param {RawScore[]} scores
 */
function parts(model, scores) {
  return [
    h("h3", {}, "What the numbers rest on"),
    h("p", {}, nameOf(model.name), `: ${restsOn(model)}.`),
    h(
      "p",
      { class: "quiet" },
      `Over all prompts: ${percent(model.quality)} (90\u202f% interval ${percentRange(model.interval)}). ` +
        "Where its evidence says little about a kind of prompt, the router fills the gap with what models of the " +
        "same strength usually reach there, and the interval is wider.",
    ),
    scores.length > 0 && scoreTable(scores),
  ];
}

/** @param {RawScore[]} scores */
function scoreTable(scores) {
  const rows = scores.map(({ name, score, setting, source, as_of }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, nameOf(name), setting && h("span", { class: "why", dir: "auto" }, setting)),
      h("td", { class: "figures" }, percent(score)),
      h(
        "td",
        { class: "source", dir: "auto" },
        source ?? "not stated",
        as_of && h("span", { class: "why" }, as_of),
      ),
    ),
  );
  const head = ["Benchmark", "Score", "Source"].map((title) => h("th", { scope: "col" }, title));
  return h(
    "details",
    {},
    h("summary", {}, `${plural(scores.length, "published score")} with sources`),
    h(
      "div",
      { class: "scroll tall", tabindex: 0, role: "group", "aria-label": "Published scores" },
      h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
    ),
  );
}
