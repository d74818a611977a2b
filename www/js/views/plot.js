import { byId, h, replace, s } from "../dom.js";
import { percent, percentRange, usd, usdPerThousand } from "../format.js";

/** @typedef {import("../../uniroute/lib/types.js").Candidate} Candidate */
/** @typedef {{ candidate: Candidate, x: number, y: number, whisker: [number, number], chosen: boolean, frontier: boolean }} Point */

const HEIGHT = 330;
const EDGE = { top: 14, right: 16, bottom: 34, left: 44 };
/** Room for models that cost nothing, which have no place on a logarithmic axis. */
const FREE = 46;
/** Rough width of a letter of a label, in pixels. */
const LETTER = 6.6;

/**
 * Expected quality against cost, for this prompt.
 *
 * @param {import("../app.js").App} app
 */
export function mountPlot({ store }) {
  const root = byId("plot");
  const svg = s("svg", { role: "group", "aria-label": "Expected quality against cost of all models; the table below has the same numbers" });
  const readout = h("figcaption", { class: "quiet" });
  replace(root, h("h2", { class: "eyebrow" }, "Quality against cost"), svg, readout);
  /** @type {string | null} */
  let active = null;
  const draw = () => {
    const width = svg.clientWidth;
    const { explanation } = store.now;
    if (!explanation || width === 0) return;
    const hadFocus = svg.contains(document.activeElement);
    const scene = layout(explanation, width);
    const name = (/** @type {Point | undefined} */ point) => replace(readout, ...describe(point));
    const shown = scene.points.find(({ candidate }) => candidate.id === active) ?? scene.points.find(({ chosen }) => chosen);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    replace(
      svg,
      ...axes(scene, width),
      s("path", { class: "frontier", d: scene.frontier }),
      ...scene.points.map((point) =>
        mark(point, point === (shown ?? scene.points[0]), () => {
          active = point.candidate.id;
          name(point);
        }),
      ),
      ...labels(scene.points, width),
    );
    name(shown);
    if (hadFocus) /** @type {SVGElement | null} */ (svg.querySelector("[tabindex='0']"))?.focus();
  };
  svg.addEventListener("keydown", rove);
  svg.addEventListener("pointerleave", () => {
    active = null;
    draw();
  });
  new ResizeObserver(draw).observe(svg);
  store.watch(["explanation"], draw);
}

/**
 * Places every model that has a price.
 *
 * @param {import("../state.js").Explanation} explanation
 * @param {number} width
 */
function layout({ decision, frontier }, width) {
  const priced = decision.candidates.filter(({ cost }) => cost.total !== null);
  const costs = priced.map(({ cost }) => cost.total ?? 0).filter((cost) => cost > 0);
  const free = costs.length < priced.length;
  const low = Math.min(...costs, 1) / 1.3;
  const high = Math.max(...costs, low * 10) * 1.3;
  const left = EDGE.left + (free ? FREE : 0);
  const x = (/** @type {number} */ cost) =>
    cost <= 0 ? EDGE.left + FREE / 2 : left + (Math.log(cost / low) / Math.log(high / low)) * (width - left - EDGE.right);
  const qualities = priced.flatMap(({ interval }) => interval);
  const bottom = Math.max(0, Math.floor(Math.min(...qualities, 0.9) * 10) / 10);
  const top = Math.min(1, Math.ceil(Math.max(...qualities, bottom + 0.1) * 10) / 10);
  const y = (/** @type {number} */ quality) => EDGE.top + ((top - quality) / (top - bottom)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const on = new Set(frontier.map(({ id }) => id));
  /** @type {Point[]} */
  const points = priced
    .map((candidate) => ({ candidate, x: x(candidate.cost.total ?? 0), y: y(candidate.quality), whisker: /** @type {[number, number]} */ (candidate.interval.map(y)), chosen: candidate.id === decision.model, frontier: on.has(candidate.id) }))
    .sort((a, b) => a.x - b.x);
  return { points, x, y, low, high, bottom, top, free, frontier: steps(frontier.map(({ cost, quality }) => [x(cost), y(quality)]), width) };
}

/**
 * A stair: more money buys nothing until it buys the next model.
 *
 * @param {number[][]} corners
 * @param {number} width
 */
function steps(corners, width) {
  return corners.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join("") + (corners.length > 0 ? `H${width - EDGE.right}` : "");
}

/**
 * @param {ReturnType<typeof layout>} scene
 * @param {number} width
 */
function axes({ x, y, low, high, bottom, top, free }, width) {
  const lines = [];
  const rungs = Math.round((top - bottom) * 10);
  const stride = rungs > 6 ? 2 : 1;
  for (let i = 0; i <= rungs; i += stride) {
    const at = y(bottom + i / 10);
    lines.push(s("path", { class: "grid", d: `M${EDGE.left} ${at}H${width - EDGE.right}` }), s("text", { class: "tick", x: EDGE.left - 8, y: at + 4, "text-anchor": "end" }, percent(bottom + i / 10)));
  }
  const foot = HEIGHT - EDGE.bottom;
  const decades = Math.log10(high / low);
  const steps = decades * 110 < width - EDGE.left ? [1, 3] : [1];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of steps) {
      const cost = step * 10 ** power;
      if (cost < low || cost > high) continue;
      lines.push(s("path", { class: "grid", d: `M${x(cost)} ${EDGE.top}V${foot}` }), s("text", { class: "tick", x: x(cost), y: foot + 18, "text-anchor": "middle" }, usd(Number((cost * 1000).toPrecision(1)))));
    }
  }
  if (free) lines.push(s("text", { class: "tick", x: EDGE.left + FREE / 2, y: foot + 18, "text-anchor": "middle" }, "free"));
  return lines;
}

/**
 * @param {Point} point
 * @param {boolean} stop whether the tab key stops here
 * @param {() => void} show
 */
function mark({ candidate, x, y, whisker, chosen, frontier }, stop, show) {
  const { quality, excluded } = candidate;
  return s(
    "g",
    {
      class: `point${chosen ? " chosen" : ""}${frontier ? " best" : ""}${excluded ? " excluded" : ""}`,
      role: "img",
      tabindex: stop ? 0 : -1,
      "aria-label": `${candidate.name}: ${percent(quality)}, ${usdPerThousand(candidate.cost.total)} per thousand prompts${chosen ? ", chosen" : ""}`,
      pointerenter: show,
      focus: show,
    },
    s("path", { class: "whisker", d: `M${x} ${whisker[0]}V${whisker[1]}` }),
    s("circle", { class: "halo", cx: x, cy: y, r: 14 }),
    s("circle", { cx: x, cy: y, r: chosen ? 7 : frontier ? 5 : 4 }),
  );
}

/**
 * Names beside the points that matter, as long as they do not cover each other.
 *
 * @param {Point[]} points
 * @param {number} width
 */
function labels(points, width) {
  /** @type {{ x: number, y: number, w: number }[]} */
  const taken = [];
  const order = [...points.filter(({ chosen }) => chosen), ...points.filter(({ chosen, frontier }) => frontier && !chosen)];
  return order.flatMap(({ candidate, x, y, chosen }) => {
    const w = candidate.name.length * LETTER + 8;
    const left = x + 12 + w > width;
    const at = { x: left ? x - 12 - w : x + 12, y: y - 4, w };
    const clash = taken.some((other) => Math.abs(other.y - at.y) < 14 && at.x < other.x + other.w && other.x < at.x + w);
    if ((clash && !chosen) || at.x < 0) return [];
    taken.push(at);
    return [s("text", { class: chosen ? "name chosen" : "name", x: left ? x - 12 : x + 12, y: y - 4, "text-anchor": left ? "end" : "start", "aria-hidden": "true" }, candidate.name)];
  });
}

/** @param {Point | undefined} point */
function describe(point) {
  if (!point) return ["Point at a model, or step through them with the arrow keys."];
  const { name, quality, interval, cost, excluded } = point.candidate;
  return [h("strong", {}, name), ` ${percent(quality)} (${percentRange(interval)}) for ${usdPerThousand(cost.total)} per 1,000`, excluded ? `; ${excluded.message}` : ""];
}

/** @param {KeyboardEvent} event */
function rove(event) {
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  const points = /** @type {SVGElement[]} */ ([.../** @type {Element} */ (event.currentTarget).querySelectorAll(".point")]);
  const at = points.findIndex((point) => point === document.activeElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = points[(at + step + points.length) % points.length];
  points.forEach((point) => point.setAttribute("tabindex", point === next ? "0" : "-1"));
  next?.focus();
}
