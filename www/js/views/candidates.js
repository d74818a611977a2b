import { isEmpty } from "../state/state.js";
import { afterFrame, byId, h, orderChildren, setChildren, setProperties } from "../ui/dom.js";
import { percent, percentRange, usdPerThousand } from "../ui/format.js";
import { intervalBar, meter, setIntervalBar } from "../ui/bars.js";
import { name as nameOf, nameInText, sentenceWith } from "../ui/names.js";

/** @import { Candidate } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */

/** @typedef {"rank" | "name" | "quality" | "cost" | "score"} Column */
/** @typedef {{ column: Column, descending: boolean }} Order */

/**
 * All models of the pool for this prompt. Excluded models show the reason.
 *
 * @param {App} app
 */
export function mountCandidates(app) {
  /** @type {Order} */
  let order = { column: "rank", descending: false };
  const heads = /** @type {HTMLElement[]} */ ([...byId("candidates").querySelectorAll("[data-column]")]);
  for (const head of heads) {
    head.querySelector("button")?.addEventListener("click", () => {
      const column = /** @type {Column} */ (head.dataset["column"]);
      order = { column, descending: order.column === column ? !order.descending : column === "quality" };
      draw();
    });
  }
  const body = byId("candidate-rows");
  const rows = new Rows(app);
  const invitation = h(
    "tr",
    {},
    h("td", { colspan: 5, class: "quiet" }, "Type a prompt to see what each model can do with it."),
  );
  const draw = () => {
    const { explanation, off, prompt, phase } = app.store.state;
    const candidates = explanation?.decision.candidates ?? [];
    for (const head of heads) {
      const direction = order.descending ? "descending" : "ascending";
      head.setAttribute("aria-sort", order.column === head.dataset["column"] ? direction : "none");
    }
    const maxCost = Math.max(...candidates.map(({ cost }) => cost.total ?? 0));
    const sorted = [...candidates].sort(comparing(order)).map((candidate) =>
      rows.row(candidate, {
        chosen: candidate.id === explanation?.decision.model,
        off: off.includes(candidate.id),
        maxCost,
      }),
    );
    orderChildren(body, isEmpty(prompt) && phase === "ready" ? [invitation] : sorted);
  };
  app.store.watch(["explanation", "off", "phase"], afterFrame(draw));
}

/** @typedef {{ chosen: boolean, off: boolean, maxCost: number }} RowState */
/** @typedef {{ row: HTMLTableRowElement, draw: (candidate: Candidate, state: RowState) => void }} Row */

/** The rows stay from one decision to the next, so that a switch keeps the focus. */
class Rows {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #app;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * @param {Candidate} candidate
   * @param {RowState} state
   */
  row(candidate, state) {
    const known = this.#rows.get(candidate.id) ?? newRow(this.#app, candidate.id);
    this.#rows.set(candidate.id, known);
    known.draw(candidate, state);
    return known.row;
  }
}

/**
 * @param {App} app
 * @param {string} id
 * @returns {Row}
 */
function newRow(app, id) {
  const use = h("input", { type: "checkbox", role: "switch", change: () => app.toggleModel(id) });
  const heading = h("th", { scope: "row" });
  const share = h("span", { class: "figures" });
  const bar = intervalBar();
  const range = h("span", { class: "quiet figures range" });
  const price = h("span");
  const costBar = meter(0);
  const score = h("td", { class: "col-score figures" });
  const row = h(
    "tr",
    {},
    h("td", { class: "col-on" }, use),
    heading,
    h("td", { class: "col-quality" }, share, bar, range),
    h("td", { class: "col-cost figures" }, price, costBar),
    score,
  );
  let headed = "";
  return {
    row,
    draw: (candidate, { chosen, off, maxCost }) => {
      const { name, quality, interval, cost, excluded } = candidate;
      row.className = chosen ? "chosen" : excluded ? "excluded" : "";
      use.checked = !off;
      const key = JSON.stringify([name, chosen, excluded?.message]);
      if (key !== headed) {
        headed = key;
        use.setAttribute("aria-label", `Use ${nameInText(name)}`);
        const tag = chosen && h("span", { class: "tag" }, "chosen");
        const why =
          excluded && h("span", { class: "why" }, ...sentenceWith(excluded.message, [name, candidate.id]));
        setChildren(heading, nameOf(name), tag, why);
      }
      share.textContent = percent(quality);
      setIntervalBar(bar, quality, interval);
      range.textContent = percentRange(interval);
      price.textContent = usdPerThousand(cost.total);
      setProperties(costBar, { "--share": maxCost > 0 ? Math.sqrt((cost.total ?? 0) / maxCost) : 0 });
      score.textContent = scoreText(candidate.score);
    },
  };
}

/** @param {number | null} score */
function scoreText(score) {
  if (score === null) return "–";
  return score < 0.001 ? score.toPrecision(2) : score.toFixed(3);
}

/**
 * @param {Order} order
 * @returns {(a: Candidate, b: Candidate) => number}
 */
function comparing({ column, descending }) {
  const sign = descending ? -1 : 1;
  const unknownLast = (/** @type {number | null} */ value) => value ?? (descending ? -Infinity : Infinity);
  if (column === "name") return (a, b) => sign * a.name.localeCompare(b.name, "en", { numeric: true });
  if (column === "quality") return (a, b) => sign * (a.quality - b.quality);
  if (column === "cost")
    return (a, b) => sign * compare(unknownLast(a.cost.total), unknownLast(b.cost.total));
  if (column === "score") return (a, b) => sign * compare(unknownLast(a.score), unknownLast(b.score));
  return () => 0; // the order of the core
}

/**
 * @param {number} a
 * @param {number} b
 */
const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);
