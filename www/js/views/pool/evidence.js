import { intervalBar, setIntervalBar } from "../../ui/bars.js";
import { h, setChildren } from "../../ui/dom.js";
import { count, percentRange, plural } from "../../ui/format.js";
import { drawKeepingFocus } from "../../ui/keyboard.js";
import { name as nameOf, nameInText, withoutControls } from "../../ui/names.js";

/** @import { ModelCertainty, ModelInfo, PastedScores, RawModel, RawScore } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */

/** The editors of what the quality of a model rests on: its accuracy and the scores of its model card. */
export class Evidence {
  #app;
  /** @type {Map<string, { model: ModelInfo, row: HTMLTableRowElement, values: HTMLElement }>} by model id */
  #open = new Map();

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * The row of a model's editor, if it is open.
   *
   * @param {string} id
   */
  row(id) {
    return this.#open.get(id)?.row ?? null;
  }

  /**
   * Closes the editors of models that are gone.
   *
   * @param {ModelInfo[]} models
   */
  keepOnly(models) {
    const ids = new Set(models.map(({ id }) => id));
    for (const id of this.#open.keys()) if (!ids.has(id)) this.#open.delete(id);
  }

  /** @param {ModelInfo} model */
  async toggle(model) {
    if (this.#open.delete(model.id)) return;
    const values = h("div");
    // What is being typed stays while the values are drawn again after another change.
    const adder = this.#adder(model.id, nameInText(model.name));
    const cell = h("td", { colspan: 7 }, h("div", { class: "evidence" }, values, adder));
    const row = h("tr", { class: "editor" }, cell);
    this.#open.set(model.id, { model, row, values });
    await this.refresh();
  }

  /** Shows the present values. */
  async refresh() {
    if (this.#open.size === 0) return;
    const models = await this.#app.pool.rawModels();
    for (const { model, values } of this.#open.values()) {
      const raw = models.find(({ id }) => id === model.id);
      if (!raw) continue;
      const certainty = await this.#app.pool.certainty(model.id);
      const isOpen = values.querySelector("details")?.open ?? false;
      const sure = certainty && howSure(certainty, isOpen, `sure-${model.id}`);
      drawKeepingFocus(
        values,
        () => setChildren(values, ...this.#editor(raw, nameInText(model.name)), sure),
        () => values.querySelector("input"),
      );
    }
  }

  /**
   * @param {RawModel} raw
   * @param {string} name
   */
  #editor(raw, name) {
    const { id, accuracy, labels_count: measured, benchmarks = [], errors } = raw;
    const change = (/** @type {(model: RawModel) => void} */ edit) => this.#app.pool.editModel(id, edit);
    const accuracyBox = this.#number(`accuracy-${id}`, `Accuracy of ${name}, in %`, accuracy, (value) =>
      change((model) => setOrDelete(model, "accuracy", value)),
    );
    const countBox = h("input", {
      type: "number",
      id: `count-${id}`,
      min: 1,
      step: 1,
      value: measured ?? "",
      "aria-label": `Prompts that the accuracy of ${name} was measured on`,
      change: () =>
        change((model) =>
          setOrDelete(model, "labels_count", countBox.value === "" ? null : countBox.valueAsNumber),
        ),
    });
    const measuredByKind =
      errors &&
      h(
        "p",
        { class: "quiet" },
        "This model was measured for each kind of prompt. Scores of its card are used only without these measurements.",
      );
    return [
      measuredByKind,
      h(
        "p",
        { class: "row" },
        h("label", { class: "field" }, h("span", {}, "Accuracy over all prompts, in %"), accuracyBox),
        h("label", { class: "field" }, h("span", {}, "measured on how many prompts"), countBox),
      ),
      benchmarks.length > 0 &&
        h("ul", { class: "scores" }, ...benchmarks.map((score, i) => this.#score(id, name, score, i))),
    ];
  }

  /**
   * @param {string} id
   * @param {string} name
   * @param {RawScore} score
   * @param {number} i
   */
  #score(id, name, score, i) {
    const label = `${nameInText(score.name)} of ${name}`;
    const change = (/** @type {(scores: RawScore[]) => RawScore[]} */ edit) =>
      this.#app.pool.editModel(id, (model) => {
        model.benchmarks = edit(model.benchmarks ?? []);
        if (model.benchmarks.length === 0) delete model.benchmarks;
      });
    const box = this.#number(`score-${i}-${id}`, `${label}, in %`, score.score, (value) =>
      change((scores) =>
        scores.flatMap((one, at) => (at !== i ? [one] : value === null ? [] : [withScore(one, value)])),
      ),
    );
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon",
        id: `unscore-${i}-${id}`,
        "aria-label": `Remove ${label}`,
        click: () => change((scores) => scores.filter((_, at) => at !== i)),
      },
      "×",
    );
    const source = [score.setting, score.source, score.as_of].filter(Boolean).join(" · ");
    const text = h("span", { title: source }, nameOf(score.name));
    return h("li", {}, text, box, h("span", { class: "quiet" }, "%"), remove);
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #adder(id, name) {
    const problem = h("p", { class: "problem", role: "alert" });
    const box = h("textarea", {
      id: `scores-${id}`,
      rows: 2,
      spellcheck: "false",
      placeholder: "GPQA Diamond: 85.7",
      "aria-label": `Scores to add to ${name}, a benchmark a line`,
    });
    const add = async () => {
      const { scores, skipped } = await this.#app.pool.readScores(box.value);
      if (scores.length === 0 || skipped.length > 0) {
        problem.textContent = problemOf({ scores, skipped });
        return;
      }
      problem.textContent = "";
      box.value = "";
      await this.#app.pool.editModel(id, (model) => {
        const added = new Set(scores.map((one) => one.name.toLowerCase()));
        const others = (model.benchmarks ?? []).filter((one) => !added.has(one.name.toLowerCase()));
        model.benchmarks = [
          ...others,
          ...scores.map(({ name: benchmark, score }) => ({ name: benchmark, score })),
        ];
      });
    };
    return h(
      "div",
      { class: "adder" },
      box,
      h("button", { type: "button", "aria-label": `Add scores to ${name}`, click: add }, "Add scores"),
      problem,
    );
  }

  /**
   * A box for a share, in percent.
   *
   * @param {string} id
   * @param {string} label
   * @param {number | undefined} share in [0, 1]
   * @param {(share: number | null) => void} change
   */
  #number(id, label, share, change) {
    const box = h("input", {
      type: "number",
      id,
      min: 0,
      max: 100,
      step: "any",
      value: share === undefined ? "" : Number((share * 100).toFixed(4)),
      "aria-label": label,
      change: () => change(box.value === "" ? null : Number((box.valueAsNumber / 100).toFixed(6))),
    });
    return box;
  }
}

/**
 * How much is known of a model in each field, and which prompts to label next.
 *
 * @param {ModelCertainty} certainty
 * @param {boolean} open
 * @param {string} id of its summary
 */
function howSure({ fields, next }, open, id) {
  const guesses = fields.filter(({ guess }) => guess).length;
  const summary =
    guesses === 0
      ? "there is evidence in every field"
      : `a guess in ${guesses} of ${plural(fields.length, "field")}`;
  const rows = fields.map(({ field, quality, interval, labels, effectiveLabels, guess }) => {
    const worth = plural(Math.round(effectiveLabels), "label");
    const known = guess
      ? "only a guess"
      : labels >= 0.5
        ? `${count(Math.round(labels))} labels, worth ${worth}`
        : `worth ${worth}`;
    return h(
      "li",
      {},
      h("span", {}, field),
      h("span", { class: "figures" }, percentRange(interval)),
      setIntervalBar(intervalBar(), quality, interval),
      h("span", { class: "quiet" }, known),
    );
  });
  return h(
    "details",
    { open },
    h("summary", { id }, `How sure this is: ${summary}`),
    h("ol", { class: "bars long" }, ...rows),
    next.length > 0 && h("p", {}, "Prompts to label next, with scores of this model:"),
    h(
      "ul",
      {},
      ...next.map(({ field, prompt }) => h("li", {}, h("span", { class: "quiet" }, `${field}: `), prompt)),
    ),
  );
}

/**
 * Another score on the same benchmark. It is not that of the former source any more.
 *
 * @param {RawScore} score
 * @param {number} value
 * @returns {RawScore}
 */
function withScore({ name }, value) {
  return { name, score: value };
}

/**
 * @param {RawModel} model
 * @param {"accuracy" | "labels_count"} key
 * @param {number | null} value
 */
function setOrDelete(model, key, value) {
  if (value === null) delete model[key];
  else model[key] = value;
}

/** @param {PastedScores} read */
function problemOf({ skipped }) {
  const [first] = skipped;
  if (!first) return "Write a benchmark and its score in each line, such as “GPQA Diamond: 85.7”.";
  return `Line ${first.line}, “${withoutControls(first.text)}”: ${first.problem}`;
}
