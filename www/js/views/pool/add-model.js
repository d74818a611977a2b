import { intervalBar, setIntervalBar } from "../../ui/bars.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { count, percent, percentRange, plural } from "../../ui/format.js";
import { drawKeepingFocus } from "../../ui/keyboard.js";
import { nameInText, withoutControls } from "../../ui/names.js";

/** @import { LabelOptions, Labels, ModelInfo, ModelPreview, PastedScores, RawModel } from "../../../uniroute/lib/types.js" */
/** @import { UnirouteError } from "../../../uniroute/lib/errors.js" */
/** @import { App } from "../../state/app.js" */

/** Name of a model that has none yet. */
const UNNAMED = "The new model";

/**
 * The form that adds a model to the pool, and where the model would land.
 *
 * @param {App} app
 */
export function mountAddModel(app) {
  const form = byId("add-model", HTMLFormElement);
  const scores = byId("add-scores", HTMLTextAreaElement);
  const field = (/** @type {string} */ name) => byId(`add-${name}`, HTMLInputElement);
  const number = (/** @type {string} */ name) => {
    const { value, valueAsNumber } = field(name);
    return value === "" ? null : valueAsNumber;
  };
  /** @returns {RawModel} */
  const model = () => {
    const accuracy = number("accuracy");
    const measured = number("count");
    return {
      id: field("name").value.trim(),
      cost: { input: number("input"), output: number("output") },
      ...(accuracy === null ? {} : { accuracy: accuracy / 100 }),
      ...(measured === null ? {} : { labels_count: measured }),
    };
  };
  const preview = () => {
    const { id, ...rest } = model();
    const known = scores.value.trim() !== "" || rest.accuracy !== undefined;
    void app.pool.preview(known ? { id: id || UNNAMED, ...rest } : null, scores.value);
  };
  /** @type {LabelOptions} what was decided about the files of labels */
  let said = {};
  let reading = Promise.resolve();
  const readLabels = (/** @type {LabelOptions} */ more) => {
    said = more;
    const [files, name] = [[...(field("labels").files ?? [])], field("name").value.trim()];
    reading = reading.then(() => app.pool.readLabels(files, more, name));
  };
  form.addEventListener("input", preview);
  field("labels").addEventListener("change", () => readLabels({}));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await reading;
    const { labels } = app.pool.store.state;
    if (labels?.refused) {
      const decides = byId("add-labels-state").querySelector("select, button");
      return decides instanceof HTMLElement ? decides.focus() : undefined;
    }
    const read = labels?.read.flatMap((file) => file.labels);
    if (!(await app.pool.addModel(model(), scores.value, read))) return;
    form.reset();
    readLabels({});
    preview();
  });
  const state = byId("add-labels-state");
  app.pool.store.watch(["labels"], ({ labels }) =>
    drawKeepingFocus(
      state,
      () =>
        setChildren(
          state,
          ...(labels ? labelsState(labels, (more) => readLabels({ ...said, ...more })) : []),
        ),
      () => field("labels"),
    ),
  );
  const addLine = (/** @type {string} */ name) => {
    const text = scores.value.trimEnd();
    scores.value = `${text}${text && "\n"}${name}: `;
    scores.focus();
    scores.setSelectionRange(scores.value.length, scores.value.length);
    preview();
  };
  app.pool.store.watch(["preview"], ({ preview: shown }) =>
    setChildren(
      byId("add-preview"),
      ...(shown ? landing(shown, app.store.state.pool?.models ?? [], addLine) : []),
    ),
  );
}

/**
 * What the files of labels were taken for, or what must be decided about them.
 *
 * @param {{ read: Labels[], refused: UnirouteError | null }} labels
 * @param {(more: LabelOptions) => void} decide
 * @returns {(HTMLElement | false)[]}
 */
function labelsState({ read, refused }, decide) {
  if (refused) {
    const { choice, names = [], message } = refused;
    return [h("p", { class: "problem" }, withoutControls(message)), decision(choice, names, decide)];
  }
  return read.map(({ report }) => {
    const score = report.score === null ? "" : `, score “${withoutControls(report.score)}”`;
    const left = [
      [report.unscored, "without a score"],
      [report.others, "not asked for"],
      [report.bad, "wrong and left out"],
    ].flatMap(([rows, why]) => (Number(rows) > 0 ? [`${count(Number(rows))} ${why}`] : []));
    const rest = left.length > 0 ? ` (${left.join(", ")})` : "";
    const used = `${count(report.used)} of ${plural(report.rows, "row")} used${rest}`;
    return h("p", { class: "quiet" }, `Taken for ${report.taken_for}${score}: ${used}.`);
  });
}

const ASKED = /** @type {Record<string, string>} */ ({
  score: "The score that counts",
  model: "The model to add",
  prompt: "The column of the prompts",
});

/**
 * @param {string | undefined} choice
 * @param {string[]} names
 * @param {(more: LabelOptions) => void} decide
 * @returns {HTMLElement | false}
 */
function decision(choice, names, decide) {
  if (choice === "rows")
    return h(
      "button",
      { type: "button", click: () => decide({ skipBad: true }) },
      "Leave out rows that are wrong",
    );
  const asked = ASKED[choice ?? ""];
  if (!asked || names.length === 0) return false;
  const options = names.map((name) => h("option", { value: name }, withoutControls(name)));
  const list = h(
    "select",
    { change: () => decide({ [choice ?? ""]: list.value }) },
    h("option", { value: "", disabled: true, selected: true }, "Choose …"),
    ...options,
  );
  return h("label", { class: "field" }, h("span", {}, asked), list);
}

/**
 * @param {{ read: PastedScores, preview: ModelPreview | null, problem: string | null }} shown
 * @param {ModelInfo[]} pool
 * @param {(name: string) => void} addLine
 */
function landing({ read, preview, problem }, pool, addLine) {
  const skipped = read.skipped.map(({ line, text, problem: why }) => `Line ${line}, “${text}”: ${why}`);
  if (preview === null) return [h("p", { class: "problem" }, problem ?? ""), notes(skipped)];
  const { model, fields, next } = preview;
  const unused = preview.notes
    .filter(({ path }) => path.startsWith("$.benchmarks"))
    .map(({ path, message }) => {
      const at = Number(/\d+/.exec(path)?.[0]);
      const line = read.scores[at]?.line;
      return line === undefined ? message : `Line ${line}: ${message}`;
    });
  const bars = fields.map(({ field, quality, interval }) =>
    h(
      "li",
      {},
      h("span", {}, field),
      h("span", { class: "figures" }, percentRange(interval)),
      setIntervalBar(intervalBar(), quality, interval),
    ),
  );
  const offers = next.map(({ name, interval }) =>
    h(
      "li",
      {},
      h("button", { type: "button", click: () => addLine(name) }, name),
      h("span", { class: "quiet" }, ` ${points(model.interval)} → ${points(interval)}`),
    ),
  );
  return [
    h(
      "p",
      {},
      h("strong", {}, `Expected quality ${percent(model.quality)}`),
      ` (${percentRange(model.interval)}), ${rank(model, pool)}.`,
    ),
    setIntervalBar(intervalBar(), model.quality, model.interval),
    h("p", { class: "quiet" }, restsOn(model)),
    notes([...unused, ...skipped]),
    offers.length > 0 && h("p", {}, "One more score that would tell most:"),
    offers.length > 0 && h("ul", { class: "offers" }, ...offers),
    bars.length > 0 &&
      h("details", {}, h("summary", {}, "By field"), h("ol", { class: "bars long" }, ...bars)),
  ];
}

/** @param {string[]} lines */
function notes(lines) {
  return (
    lines.length > 0 &&
    h("ul", { class: "notes quiet" }, ...lines.map((line) => h("li", {}, withoutControls(line))))
  );
}

/** @param {[number, number]} interval */
function points([low, high]) {
  return `±${Math.round((high - low) * 50)} points`;
}

/** @param {ModelInfo} model */
function restsOn({ source, benchmarks }) {
  if (benchmarks.length > 0) return `It rests on its scores on ${benchmarks.join(", ")}.`;
  return source === "accuracy" ? "It rests on one accuracy." : "No known score: an average model is assumed.";
}

/**
 * The place of the model among those of the pool.
 *
 * @param {ModelInfo} model
 * @param {ModelInfo[]} pool
 */
function rank({ id, quality }, pool) {
  const others = pool.filter((other) => other.id !== id).sort((a, b) => b.quality - a.quality);
  const better = others.filter((other) => other.quality > quality);
  const [above, below] = [better.at(-1), others[better.length]];
  const place = `place ${count(better.length + 1)} of ${plural(others.length + 1, "model")}`;
  return [place, above && `after ${nameInText(above.name)}`, below && `before ${nameInText(below.name)}`]
    .filter(Boolean)
    .join(", ");
}
