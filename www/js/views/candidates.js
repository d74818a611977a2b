import { tooCloseToCall } from "../state/closeness.js";
import { chosenCandidate, isEmpty } from "../state/state.js";
import { afterFrame, byId, h, orderChildren, setChildren, setProperties } from "../ui/dom.js";
import { percent, percentRange, usdPerThousand } from "../ui/format.js";
import { drawKeepingFocus } from "../ui/keyboard.js";
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
  const rows = new Rows(app, () => draw());
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
    const chosen = chosenCandidate(app.store.state);
    const sorted = [...candidates].sort(comparing(order)).flatMap((candidate) =>
      rows.rows(candidate, {
        chosen: candidate.id === chosen?.id,
        off: off.includes(candidate.id),
        close: chosen !== null && !candidate.excluded && tooCloseToCall(candidate, chosen),
        maxCost,
      }),
    );
    drawKeepingFocus(
      body,
      () => orderChildren(body, isEmpty(prompt) && phase === "ready" ? [invitation] : sorted),
      () => null,
    );
  };
  app.store.watch(["explanation", "off", "phase", "pin"], afterFrame(draw));
}

/** @typedef {{ chosen: boolean, off: boolean, close: boolean, maxCost: number }} RowState */
/**
 * @typedef {object} Row
 * @property {HTMLTableRowElement} row
 * @property {HTMLTableRowElement} details why it was not chosen; in the table while it is open
 * @property {() => boolean} isOpen
 * @property {(candidate: Candidate, state: RowState) => void} draw
 */

/** The rows stay from one decision to the next, so that a switch keeps the focus. */
class Rows {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #app;
  #redraw;

  /**
   * @param {App} app
   * @param {() => void} redraw the table
   */
  constructor(app, redraw) {
    this.#app = app;
    this.#redraw = redraw;
  }

  /**
   * @param {Candidate} candidate
   * @param {RowState} state
   */
  rows(candidate, state) {
    const known = this.#rows.get(candidate.id) ?? newRow(this.#app, candidate.id, this.#redraw);
    this.#rows.set(candidate.id, known);
    known.draw(candidate, state);
    return known.isOpen() ? [known.row, known.details] : [known.row];
  }
}

/**
 * @param {App} app
 * @param {string} id
 * @param {() => void} redraw
 * @returns {Row}
 */
function newRow(app, id, redraw) {
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
  const { button: ask, details, isOpen, draw: drawDetails } = whyNot(app, id, redraw);
  let headed = "";
  return {
    row,
    details,
    isOpen,
    draw: (candidate, { chosen, off, close, maxCost }) => {
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
        ask.textContent = chosen ? "Why?" : "Why not?";
        ask.setAttribute("aria-label", `${chosen ? "Why" : "Why not"} ${nameInText(name)}?`);
        setChildren(heading, nameOf(name), tag, why, ask);
      }
      if (isOpen()) drawDetails();
      setChildren(share, percent(quality), close && closeMark());
      setIntervalBar(bar, quality, interval);
      range.textContent = percentRange(interval);
      price.textContent = usdPerThousand(cost.total);
      setProperties(costBar, { "--share": maxCost > 0 ? Math.sqrt((cost.total ?? 0) / maxCost) : 0 });
      score.textContent = scoreText(candidate.score);
    },
  };
}

/** Marks a model of which it cannot be told whether it is better than the chosen one. */
function closeMark() {
  const words = h("span", { class: "hidden" }, "too close to call");
  return h(
    "span",
    { class: "close-mark", title: "Too close to call" },
    h("span", { "aria-hidden": "true" }, "≈"),
    words,
  );
}

/**
 * The button that opens the row with the reasons. Their script is loaded then.
 *
 * @param {App} app
 * @param {string} id
 * @param {() => void} redraw
 */
function whyNot(app, id, redraw) {
  const cell = h("td", { colspan: 5 });
  const details = h("tr", { class: "details" }, cell);
  /** @type {typeof import("./why/why-not.js").whyNotParts | null} */
  let parts = null;
  let isOpen = false;
  const draw = () => {
    const content = parts?.(app, id) ?? [];
    drawKeepingFocus(
      cell,
      () => setChildren(cell, ...content),
      () => button,
    );
  };
  const click = async () => {
    try {
      parts ??= (await import("./why/why-not.js")).whyNotParts;
    } catch (thrown) {
      return app.showError("The reasons could not be loaded", thrown);
    }
    isOpen = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    redraw();
  };
  const button = h("button", { type: "button", class: "plain ask-why", "aria-expanded": "false", click });
  return { button, details, isOpen: () => isOpen, draw };
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
