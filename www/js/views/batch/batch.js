import { attribute, byId, h, replace, style } from "../../ui/dom.js";
import { count, percent, plural, usd, usdPerThousand } from "../../ui/format.js";
import { chart } from "../../ui/chart.js";

/** @typedef {import("../../state/batch-controller.js").BatchState} BatchState */
/** @typedef {import("../../../uniroute/lib/types.js").BatchReport} BatchReport */

/** Rows of the result shown at once; the export has them all. */
const ROWS = 25;
/** Letters from which on pasted text is kept as a file is: browsers take seconds to lay it out in a box. */
const LARGE_PASTE = 50_000;

/**
 * Many prompts: what to route, and what it came to.
 *
 * @param {import("../../state/app.js").App} app
 */
export function mountBatch(app) {
  mountInput(app.batch);
  mountOutcome(app.batch);
  mountCurve(app.batch);
  mountModels(app.batch);
  mountResults(app.batch);
}

/** @param {import("../../state/batch-controller.js").BatchDesk} desk */
function mountInput(desk) {
  const box = h("textarea", {
    id: "batch-text",
    rows: 8,
    spellcheck: "false",
    placeholder: "One prompt a line",
    input: () => desk.type(box.value),
  });
  box.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length < LARGE_PASTE) return;
    event.preventDefault();
    desk.read("Pasted text", text);
  });
  const picker = h("input", {
    type: "file",
    id: "batch-file",
    class: "hidden",
    accept: ".txt,.csv,.tsv,.json,.jsonl,.ndjson",
    change: async () => {
      const [file] = picker.files ?? [];
      if (file) await desk.open(file);
      picker.value = "";
    },
  });
  const opened = h("div", { class: "opened" });
  const run = h("button", {
    type: "button",
    class: "main",
    click: () => (desk.store.now.running ? desk.cancel() : desk.run()),
  });
  const bar = h("progress", { max: 1, "aria-label": "Prompts routed" });
  const problem = h("p", { class: "problem", role: "alert" });
  replace(
    byId("batch-input"),
    h("label", { class: "eyebrow", for: "batch-text" }, "Your prompts"),
    box,
    opened,
    h(
      "div",
      { class: "under" },
      h("span", {}, run, " ", h("label", { class: "button", for: "batch-file" }, "Open a file…"), picker),
      bar,
    ),
    problem,
    h(
      "p",
      { class: "quiet" },
      "A line each, or a .txt, .csv, .tsv, .json or .jsonl file. They stay on this device.",
    ),
  );
  desk.store.watch(["file", "column"], ({ file, column }) => {
    box.hidden = file !== null;
    replace(opened, ...(file ? openedFile(desk, file, column) : []));
  });
  desk.store.watch(["text", "file", "column", "running", "problem"], ({ running, problem: told }) => {
    const waiting = desk.waiting().length;
    run.textContent = running ? "Cancel" : waiting > 0 ? `Route ${plural(waiting, "prompt")}` : "Route";
    attribute(run, "disabled", running === null && waiting === 0);
    bar.hidden = running === null;
    if (running) bar.value = running.done / Math.max(1, running.of);
    problem.textContent = told;
  });
}

/**
 * @param {import("../../state/batch-controller.js").BatchDesk} desk
 * @param {NonNullable<BatchState["file"]>} file
 * @param {number} column
 */
function openedFile(desk, { name, sheet }, column) {
  const options = sheet.columns.map((title, i) => h("option", { value: i, selected: i === column }, title));
  const select = h(
    "select",
    { id: "batch-column", change: () => desk.pick(Number(select.value)) },
    ...options,
  );
  const sample = sheet.rows.slice(0, 4).map((row) => h("li", {}, row[column] ?? ""));
  return [
    h(
      "p",
      {},
      h("strong", {}, name),
      h("span", { class: "quiet" }, ` ${plural(sheet.rows.length, "row")}`),
      " ",
      h("button", { type: "button", click: () => desk.close() }, "Close file"),
    ),
    sheet.columns.length > 1 && h("p", {}, h("label", { for: "batch-column" }, "Prompts are in "), select),
    h("ol", { class: "sample quiet", "aria-label": "First prompts" }, ...sample),
  ];
}

/** @param {import("../../state/batch-controller.js").BatchDesk} desk */
function mountOutcome(desk) {
  const root = byId("batch-outcome");
  desk.store.watch(["report", "running", "prompts"], ({ report, running, prompts }) => {
    root.classList.toggle("empty", report === null);
    if (running)
      return replace(
        root,
        h("p", { class: "eyebrow" }, "Routing"),
        h("p", { class: "model figures" }, `${count(running.done)} of ${count(running.of)}`),
      );
    if (!report)
      return replace(
        root,
        h("p", { class: "eyebrow" }, "All of it"),
        h("p", { class: "model" }, "What would it cost?"),
        h(
          "p",
          {},
          "Give some prompts of your own, and see what routing them costs beside sending all of them to one model, at the same expected quality.",
        ),
      );
    replace(root, ...outcome(report, prompts.length));
  });
}

/**
 * @param {BatchReport} report
 * @param {number} prompts
 */
function outcome({ routed, models, asGoodAsBest, chosen, met }, prompts) {
  const unanswered = chosen.filter((at) => at < 0).length;
  const whole = models.filter(({ quality, cost }) => quality !== null && cost !== null);
  const best = whole.reduce((a, b) => ((b.quality ?? 0) > (a?.quality ?? -1) ? b : a), whole[0]);
  return [
    h("p", { class: "eyebrow" }, `${plural(prompts, "prompt")}, routed`),
    h("h2", { class: "model figures" }, usd(routed.cost)),
    h(
      "p",
      {},
      `at an expected quality of ${percent(routed.quality)}, or ${usdPerThousand(routed.cost / Math.max(1, prompts))} per 1,000.`,
    ),
    !met &&
      h(
        "p",
        { class: "warn" },
        "What you asked for cannot be met with this pool; this is as near as it gets.",
      ),
    unanswered > 0 && h("p", { class: "warn" }, `${plural(unanswered, "prompt")} fit no model of the pool.`),
    best && asGoodAsBest && h("p", {}, ...against(best, asGoodAsBest)),
  ];
}

/**
 * @param {import("../../../uniroute/lib/types.js").BatchModel} best
 * @param {import("../../../uniroute/lib/types.js").BatchPoint} equal
 */
function against({ name, quality, cost }, equal) {
  const saved = 1 - equal.cost / Math.max(1e-12, cost ?? 0);
  const told = [
    `Sending all of it to ${name}, the best single model, costs ${usd(cost)} at ${percent(quality ?? 0)}. `,
  ];
  return saved > 0.005
    ? [
        ...told,
        h("strong", {}, `Routing reaches the same quality for ${usd(equal.cost)}, ${percent(saved)} less.`),
      ]
    : [...told, "Routing cannot reach that quality for less here."];
}

/** @param {import("../../state/batch-controller.js").BatchDesk} desk */
function mountCurve(desk) {
  const root = byId("batch-curve");
  const { parts, show } = chart(
    "Quality against cost over all prompts",
    "Mean expected quality against cost of routing and of each single model; the table of models has the same numbers",
  );
  replace(root, ...parts);
  desk.store.watch(["report"], ({ report, prompts }) => {
    root.hidden = report === null;
    if (report === null) return;
    const per = (/** @type {number} */ cost) => (cost / Math.max(1, prompts.length)) * 1000;
    const told = (/** @type {number} */ quality, /** @type {number} */ cost) =>
      `${percent(quality)} for ${usd(per(cost))} per 1,000`;
    const singles = report.models.flatMap(({ id, name, quality, cost }) =>
      quality === null || cost === null
        ? []
        : [
            {
              id,
              name,
              quality,
              interval: null,
              cost: per(cost),
              chosen: false,
              named: true,
              hollow: false,
              told: `alone ${told(quality, cost)}`,
            },
          ],
    );
    const { quality, cost } = report.routed;
    const routed = {
      id: "",
      name: "routed",
      quality,
      interval: null,
      cost: per(cost),
      chosen: true,
      named: true,
      hollow: false,
      told: told(quality, cost),
    };
    show({
      stairs: false,
      line: report.frontier.map((point) => ({ cost: per(point.cost), quality: point.quality })),
      dots: [...singles, routed],
    });
  });
}

/** @param {import("../../state/batch-controller.js").BatchDesk} desk */
function mountModels(desk) {
  const root = byId("batch-models");
  desk.store.watch(["report"], ({ report }) => {
    root.hidden = report === null;
    if (report === null) return;
    const { models, counts, chosen, routed, asGoodAsBest } = report;
    const rows = models
      .map((model, i) => ({ ...model, gets: counts[i] ?? 0 }))
      .sort((a, b) => b.gets - a.gets || (b.quality ?? 0) - (a.quality ?? 0));
    const share = (/** @type {number} */ gets) =>
      h(
        "td",
        {},
        h("span", { class: "figures" }, count(gets)),
        style(h("span", { class: "meter", "aria-hidden": "true" }), {
          "--share": gets / Math.max(1, chosen.length),
        }),
      );
    const line = (
      /** @type {string} */ name,
      /** @type {{ quality: number | null, cost: number | null }} */ of,
      /** @type {HTMLElement} */ gets,
      kind = "",
    ) =>
      h(
        "tr",
        { class: kind },
        h("th", { scope: "row" }, name),
        gets,
        h("td", { class: "figures" }, of.quality === null ? "–" : percent(of.quality)),
        h("td", { class: "figures" }, of.cost === null ? "does not fit all" : usd(of.cost)),
      );
    replace(
      root,
      h("h2", { class: "eyebrow" }, "Shares, and all prompts with one model"),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "group", "aria-label": "Shares per model" },
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ...["Model", "Prompts it gets", "Expected quality", "Cost"].map((title) =>
                h("th", { scope: "col" }, title),
              ),
            ),
          ),
          h(
            "tbody",
            {},
            line("Routed, as set", routed, share(chosen.filter((at) => at >= 0).length), "chosen"),
            asGoodAsBest && line("Routed, as good as the best model", asGoodAsBest, h("td", {}, "–")),
            ...rows.map((row) => line(`All with ${row.name}`, row, share(row.gets))),
          ),
        ),
      ),
    );
  });
}

/** @param {import("../../state/batch-controller.js").BatchDesk} desk */
function mountResults(desk) {
  const root = byId("batch-results");
  let shown = ROWS;
  const body = h("tbody");
  const more = h("button", {
    type: "button",
    click: () => {
      shown += ROWS * 8;
      draw(desk.store.now);
    },
  });
  replace(
    root,
    h(
      "div",
      { class: "head" },
      h("h2", { class: "eyebrow" }, "Each prompt"),
      h(
        "span",
        {},
        h("button", { type: "button", click: () => desk.export("csv") }, "Save CSV"),
        " ",
        h("button", { type: "button", click: () => desk.export("json") }, "Save JSON"),
      ),
    ),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": "Each prompt" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["Prompt", "Model", "Quality", "Cost of 1,000"].map((title) =>
              h("th", { scope: "col" }, title),
            ),
          ),
        ),
        body,
      ),
    ),
    more,
  );
  /** @param {BatchState} state */
  const draw = ({ report, prompts }) => {
    root.hidden = report === null;
    if (report === null) return;
    const rows = prompts.slice(0, shown).map((prompt, i) => {
      const model = report.models[report.chosen[i] ?? -1];
      return h(
        "tr",
        {},
        h("td", { class: "clip" }, prompt),
        h("td", {}, model?.name ?? "none"),
        h("td", { class: "figures" }, model ? percent(report.qualities[i] ?? 0) : "–"),
        h("td", { class: "figures" }, model ? usdPerThousand(report.costs[i] ?? 0) : "–"),
      );
    });
    replace(body, ...rows);
    more.hidden = shown >= prompts.length;
    more.textContent = `Show more of ${count(prompts.length)}`;
  };
  desk.store.watch(["report"], draw);
  desk.store.watch(["prompts"], () => (shown = ROWS));
}
