import { afterFrame, arrange, byId, h, replace, style } from "../ui/dom.js";
import { percent, percentRange, usdPerThousand } from "../ui/format.js";
import { band, setBand } from "./decision.js";

/** @typedef {import("../../uniroute/lib/types.js").Candidate} Candidate */
/** @typedef {"rank" | "name" | "quality" | "cost" | "score"} Column */

/** @type {{ column: Column, name: string, title: string, falling?: true }[]} */
const COLUMNS = [
  { column: "name", name: "Model", title: "Sort by name" },
  { column: "quality", name: "Expected quality", title: "Sort by expected quality", falling: true },
  { column: "cost", name: "Cost of 1,000", title: "Sort by the cost of a thousand such prompts" },
  { column: "score", name: "Score", title: "Sort as the router ranks: lower is better" },
];

/**
 * All models of the pool for this prompt; those that were not considered say why.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountCandidates(app) {
  const root = byId("candidates");
  /** @type {{ column: Column, falling: boolean }} */
  let order = { column: "rank", falling: false };
  const heads = COLUMNS.map(({ column, name, title, falling = false }) => {
    const turn = () => {
      order = { column, falling: order.column === column ? !order.falling : falling };
      draw();
    };
    return {
      column,
      cell: h(
        "th",
        { scope: "col", class: `col-${column}` },
        h("button", { type: "button", title, click: turn }, name),
      ),
    };
  });
  const body = h("tbody");
  const rows = new Rows(app);
  replace(
    root,
    h("h2", { class: "eyebrow" }, "All models for this prompt"),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        {},
        h("caption", { class: "hidden" }, "All models for this prompt"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col", class: "col-on" }, h("span", { class: "hidden" }, "Use")),
            ...heads.map(({ cell }) => cell),
          ),
        ),
        body,
      ),
    ),
  );
  const draw = () => {
    const { explanation, off } = app.store.now;
    const candidates = explanation?.decision.candidates ?? [];
    for (const { column, cell } of heads) {
      cell.setAttribute(
        "aria-sort",
        order.column !== column ? "none" : order.falling ? "descending" : "ascending",
      );
    }
    const most = Math.max(...candidates.map(({ cost }) => cost.total ?? 0));
    const sorted = [...candidates].sort(by(order));
    arrange(
      body,
      sorted.map((candidate) =>
        rows.row(candidate, {
          chosen: candidate.id === explanation?.decision.model,
          off: off.includes(candidate.id),
          most,
        }),
      ),
    );
  };
  app.store.watch(["explanation", "off"], afterFrame(draw));
}

/**
 * Rows are kept from one decision to the next, so that a focused switch stays focused.
 */
class Rows {
  /** @type {Map<string, { row: HTMLTableRowElement, draw: (candidate: Candidate, look: Look) => void }>} */
  #known = new Map();
  #app;

  /** @param {import("../state/app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * @typedef {{ chosen: boolean, off: boolean, most: number }} Look
   * @param {Candidate} candidate
   * @param {Look} look
   */
  row(candidate, look) {
    const known = this.#known.get(candidate.id) ?? this.#make(candidate.id);
    this.#known.set(candidate.id, known);
    known.draw(candidate, look);
    return known.row;
  }

  /** @param {string} id */
  #make(id) {
    const on = h("input", { type: "checkbox", role: "switch", change: () => this.#app.toggle(id) });
    const name = h("th", { scope: "row" });
    const told = h("span", { class: "figures" });
    const mark = band();
    const range = h("span", { class: "quiet figures range" });
    const price = h("span");
    const meter = h("span", { class: "meter", "aria-hidden": "true" });
    const score = h("td", { class: "col-score figures" });
    const row = h(
      "tr",
      {},
      h("td", { class: "col-on" }, on),
      name,
      h("td", { class: "col-quality" }, told, mark, range),
      h("td", { class: "col-cost figures" }, price, meter),
      score,
    );
    let named = "";
    return {
      row,
      /** @type {(candidate: Candidate, look: Look) => void} */
      draw: (candidate, { chosen, off, most }) => {
        const { quality, interval, cost, excluded } = candidate;
        row.className = chosen ? "chosen" : excluded ? "excluded" : "";
        on.checked = !off;
        const heading = JSON.stringify([candidate.name, chosen, excluded?.message]);
        if (heading !== named) {
          named = heading;
          on.setAttribute("aria-label", `Use ${candidate.name}`);
          replace(
            name,
            candidate.name,
            chosen && h("span", { class: "tag" }, "chosen"),
            excluded && h("span", { class: "why" }, excluded.message),
          );
        }
        told.textContent = percent(quality);
        setBand(mark, quality, interval);
        range.textContent = percentRange(interval);
        price.textContent = usdPerThousand(cost.total);
        style(meter, { "--share": most > 0 ? Math.sqrt((cost.total ?? 0) / most) : 0 });
        score.textContent =
          candidate.score === null
            ? "–"
            : candidate.score < 0.001
              ? candidate.score.toPrecision(2)
              : candidate.score.toFixed(3);
      },
    };
  }
}

/**
 * @param {{ column: Column, falling: boolean }} order
 * @returns {(a: Candidate, b: Candidate) => number}
 */
function by({ column, falling }) {
  const sign = falling ? -1 : 1;
  const unknownLast = (/** @type {number | null} */ value) => value ?? (falling ? -Infinity : Infinity);
  if (column === "name") return (a, b) => sign * a.name.localeCompare(b.name, "en", { numeric: true });
  if (column === "quality") return (a, b) => sign * (a.quality - b.quality);
  if (column === "cost")
    return (a, b) => sign * compare(unknownLast(a.cost.total), unknownLast(b.cost.total));
  if (column === "score") return (a, b) => sign * compare(unknownLast(a.score), unknownLast(b.score));
  return () => 0; // as the core ranks them
}

/**
 * @param {number} a
 * @param {number} b
 */
const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);
