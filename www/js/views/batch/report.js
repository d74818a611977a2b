import { chart } from "../../ui/chart.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { meter } from "../../ui/bars.js";
import { count, percent, plural, usd, usdPerThousand } from "../../ui/format.js";
import { nameInText } from "../../ui/names.js";

/** @import { BatchModel, BatchPoint, BatchReport } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { BatchController } from "../../state/batch-controller.js" */

/**
 * The report: total cost and quality in words and as a chart, and the share of each model.
 *
 * @param {App} app
 */
export function mountReport(app) {
  const { batch } = app;
  mountSummary(batch);
  mountChart(app);
  mountShares(batch);
}

/** @param {BatchController} batch */
function mountSummary(batch) {
  const root = byId("batch-outcome");
  const invitation = [...root.childNodes]; // in the document, so that nothing moves when this module arrives
  batch.store.watch(["report", "progress", "prompts"], ({ report, progress, prompts }) => {
    root.classList.toggle("empty", report === null);
    if (progress) {
      const text = `${count(progress.done)} of ${count(progress.total)}`;
      setChildren(root, h("p", { class: "eyebrow" }, "Routing"), h("p", { class: "model figures" }, text));
    } else {
      setChildren(root, ...(report ? summary(report, prompts.length) : invitation));
    }
  });
}

/**
 * @param {BatchReport} report
 * @param {number} prompts
 */
function summary({ routed, models, asGoodAsBest, chosen, met }, prompts) {
  const unanswered = chosen.filter((at) => at < 0).length;
  const forAll = models.filter(({ quality, cost }) => quality !== null && cost !== null);
  const best = forAll.reduce((a, b) => ((b.quality ?? 0) > (a?.quality ?? -1) ? b : a), forAll[0]);
  const perThousand = usdPerThousand(routed.cost / Math.max(1, prompts));
  return [
    h("p", { class: "eyebrow" }, `${plural(prompts, "prompt")}, routed`),
    h("h2", { class: "model figures" }, usd(routed.cost)),
    h("p", {}, `at an expected quality of ${percent(routed.quality)}, or ${perThousand} per 1,000 prompts.`),
    !met && h("p", { class: "warn" }, "This pool cannot meet the setting; this is the closest result."),
    unanswered > 0 && h("p", { class: "warn" }, `${plural(unanswered, "prompt")} fit no model of the pool.`),
    best && asGoodAsBest && h("p", {}, ...comparisonWith(best, asGoodAsBest)),
  ];
}

/**
 * @param {BatchModel} best
 * @param {BatchPoint} equal routing at the same quality
 */
function comparisonWith({ name, quality, cost }, equal) {
  const saved = 1 - equal.cost / Math.max(1e-12, cost ?? 0);
  const single = `All prompts with ${nameInText(name)}, the best single model, cost ${usd(cost)} at ${percent(quality ?? 0)}. `;
  if (saved <= 0.005) return [single, "Routing cannot reach that quality at a lower cost here."];
  const routed = `Routing is expected to reach the same quality for ${usd(equal.cost)}, ${percent(saved)} less.`;
  return [single, h("strong", {}, routed)];
}

/** @param {App} app */
function mountChart(app) {
  const { batch } = app;
  const root = byId("batch-curve");
  const { parts, show, redraw, setOverlay } = chart(
    "Quality against cost over all prompts",
    "Mean expected quality against cost of routing and of each single model; the table of models has the same numbers",
  );
  const imagined = h("div", { class: "what-if" });
  const click = async () => {
    const { imaginedModel } = await import("./what-if.js");
    const drawModel = imaginedModel(app, imagined, redraw);
    setOverlay(drawModel);
    imagined.querySelector("input")?.focus(); // its button is no longer there
  };
  setChildren(imagined, h("button", { type: "button", click }, "What if there were another model?"));
  setChildren(root, ...parts, imagined);
  batch.store.watch(["report"], ({ report, prompts }) => {
    root.hidden = report === null;
    if (report === null) return;
    const perThousand = (/** @type {number} */ cost) => (cost / Math.max(1, prompts.length)) * 1000;
    const dot = (/** @type {number} */ quality, /** @type {number} */ cost) => ({
      quality,
      interval: null,
      cost: perThousand(cost),
      named: true,
      hollow: false,
      description: `${percent(quality)} for ${usd(perThousand(cost))} per 1,000`,
    });
    const singles = report.models.flatMap(({ id, name, quality, cost }) =>
      quality === null || cost === null ? [] : [{ ...dot(quality, cost), id, name, chosen: false }],
    );
    const { quality, cost } = report.routed;
    show({
      stairs: false,
      line: report.frontier.map((point) => ({ cost: perThousand(point.cost), quality: point.quality })),
      dots: [...singles, { ...dot(quality, cost), id: "", name: "routed", chosen: true }],
    });
  });
}

/**
 * How many prompts each model gets, and what all prompts would cost with it alone.
 *
 * @param {BatchController} batch
 */
function mountShares(batch) {
  const root = byId("batch-models");
  batch.store.watch(["report"], ({ report }) => {
    root.hidden = report === null;
    if (report === null) return;
    const { models, counts, chosen, routed, asGoodAsBest } = report;
    const rows = models
      .map((model, i) => ({ ...model, prompts: counts[i] ?? 0 }))
      .sort((a, b) => b.prompts - a.prompts || (b.quality ?? 0) - (a.quality ?? 0));
    const share = (/** @type {number} */ prompts) => shareCell(prompts, chosen.length);
    const answered = chosen.filter((at) => at >= 0).length;
    setChildren(
      byId("share-rows"),
      line("Routed, with this setting", share(answered), routed, "chosen"),
      asGoodAsBest && line("Routed, as good as the best model", h("td", {}, "–"), asGoodAsBest),
      ...rows.map((model) => line(`All with ${nameInText(model.name)}`, share(model.prompts), model)),
    );
  });
}

/**
 * @param {string} name
 * @param {HTMLElement} share
 * @param {{ quality: number | null, cost: number | null }} figures null if some prompts do not fit the model
 * @param {string} [className]
 */
function line(name, share, { quality, cost }, className) {
  return h(
    "tr",
    { class: className },
    h("th", { scope: "row" }, name),
    share,
    h("td", { class: "figures" }, quality === null ? "–" : percent(quality)),
    h("td", { class: "figures" }, cost === null ? "does not fit all" : usd(cost)),
  );
}

/**
 * @param {number} prompts
 * @param {number} total
 */
function shareCell(prompts, total) {
  const bar = meter(prompts / Math.max(1, total));
  return h("td", {}, h("span", { class: "figures" }, count(prompts)), bar);
}
