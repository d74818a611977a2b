import { h, s, setChildren } from "./dom.js";
import { percent, usd } from "./format.js";
import { moveFocusWithArrows, redrawKeepingFocus } from "./keyboard.js";
import { placeLabels } from "./label-placement.js";
import { name as nameOf, nameInText } from "./names.js";

/**
 * A point with a quality and a cost.
 *
 * @typedef {object} Dot
 * @property {string} id
 * @property {string} name
 * @property {number} quality in [0, 1]
 * @property {[number, number] | null} interval of the quality
 * @property {number} cost US dollars per thousand prompts
 * @property {boolean} chosen
 * @property {boolean} named whether its name is written beside it if there is room
 * @property {boolean} hollow whether it is drawn as a ring
 * @property {string} description shown when it is pointed at or focused
 */

/** @typedef {(svg: SVGElement, scale: Scale) => void} Overlay draws over the chart; what can
 * be focused has `data-overlay` */
/** @typedef {{ dots: Dot[], line: { cost: number, quality: number }[], stairs: boolean }} Data */

const HEIGHT = 330;
const EDGE = { top: 14, right: 16, bottom: 34, left: 44 };
/** Width of the column for a cost of 0, which a logarithmic axis cannot show. */
const FREE_WIDTH = 46;

/**
 * Expected quality against cost, with a logarithmic cost axis. Pointing at a dot, or moving to it with
 * the arrow keys, shows its description.
 *
 * @param {string} title
 * @param {string} label for screen readers: what it shows, and where the same numbers are
 */
export function chart(title, label) {
  const svg = s("svg", { role: "group", "aria-label": label, class: "chart" });
  const caption = h("figcaption", { class: "quiet" });
  /** @type {string | null} */
  let active = null;
  /** @type {Data | null} */
  let data = null;
  let width = 0;
  /** @type {Overlay | null} */
  let overlay = null;
  const draw = () => {
    if (data === null || width === 0) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const scale = scales(data, width);
    const dots = [...data.dots].sort((a, b) => a.cost - b.cost);
    const shown = dots.find(({ id }) => id === active) ?? dots.find(({ chosen }) => chosen);
    const describe = (/** @type {Dot | undefined} */ dot) =>
      setChildren(caption, dot && h("strong", {}, nameOf(dot.name)), dot ? ` ${dot.description}` : "");
    const marks = dots.map((dot) => {
      const show = () => {
        active = dot.id;
        describe(dot);
      };
      return mark(dot, scale, { focusable: dot === (shown ?? dots[0]), show });
    });
    const line = s("path", {
      class: data.stairs ? "frontier" : "frontier whole",
      d: path(data, scale, width),
    });
    const fill = () => setChildren(svg, ...axes(scale, width), line, ...marks, ...names(dots, scale, width));
    const focused = document.activeElement?.closest("[data-overlay]");
    if (focused instanceof SVGElement && svg.contains(focused)) {
      fill();
      overlay?.(svg, scale);
      focused.focus({ preventScroll: true });
    } else {
      redrawKeepingFocus(svg, fill);
      overlay?.(svg, scale);
    }
    describe(shown);
  };
  svg.addEventListener("pointerleave", () => {
    active = null;
    draw();
  });
  moveFocusWithArrows(svg, ".dot");
  new ResizeObserver(() => {
    width = svg.clientWidth;
    draw();
  }).observe(svg);
  return {
    parts: [h("h2", { class: "eyebrow" }, title), svg, caption],
    /** @param {Data} next */
    show: (next) => {
      data = next;
      draw();
    },
    redraw: draw,
    /** @param {Overlay} next */
    setOverlay: (next) => {
      overlay = next;
      draw();
    },
  };
}

/**
 * From dollars and shares to pixels.
 *
 * @typedef {ReturnType<typeof scales>} Scale
 * @param {Data} data
 * @param {number} width
 */
function scales({ dots, line }, width) {
  const costs = [...dots, ...line].map(({ cost }) => cost);
  const priced = costs.filter((cost) => cost > 0);
  const free = priced.length < costs.length;
  const low = priced.length > 0 ? Math.min(...priced) / 1.3 : 0.1;
  const high = Math.max(...priced, low * 8) * 1.3;
  const left = EDGE.left + (free ? FREE_WIDTH : 0);
  const qualities = [
    ...dots.flatMap(({ quality, interval }) => interval ?? [quality]),
    ...line.map(({ quality }) => quality),
  ];
  const bottom = Math.max(0, Math.floor(Math.min(...qualities, 0.9) * 10) / 10);
  const top = Math.min(1, Math.ceil(Math.max(...qualities, bottom + 0.1) * 10) / 10);
  return {
    low,
    high,
    bottom,
    top,
    free,
    /** @param {number} cost */
    x: (cost) =>
      cost <= 0
        ? EDGE.left + FREE_WIDTH / 2
        : left + (Math.log(cost / low) / Math.log(high / low)) * (width - left - EDGE.right),
    /** @param {number} quality */
    y: (quality) => EDGE.top + ((top - quality) / (top - bottom)) * (HEIGHT - EDGE.top - EDGE.bottom),
    /** @param {number} x */
    costAt: (x) =>
      free && x < EDGE.left + FREE_WIDTH
        ? 0
        : low * (high / low) ** Math.min(1, Math.max(0, (x - left) / (width - left - EDGE.right))),
    /** @param {number} y */
    qualityAt: (y) =>
      top - Math.min(1, Math.max(0, (y - EDGE.top) / (HEIGHT - EDGE.top - EDGE.bottom))) * (top - bottom),
  };
}

/**
 * Stairs for one prompt, where a higher budget changes nothing until it allows the next model; a line
 * for a batch, whose prompts can be split between models.
 *
 * @param {Data} data
 * @param {Scale} scale
 * @param {number} width
 */
function path({ line, stairs }, { x, y }, width) {
  const corners = line.map(({ cost, quality }) => ({ x: x(cost), y: y(quality) }));
  if (!stairs) return corners.map((at, i) => `${i === 0 ? "M" : "L"}${at.x} ${at.y}`).join("");
  return (
    corners.map((at, i) => (i === 0 ? `M${at.x} ${at.y}` : `H${at.x}V${at.y}`)).join("") +
    (corners.length > 0 ? `H${width - EDGE.right}` : "")
  );
}

/**
 * @param {Scale} scale
 * @param {number} width
 */
function axes({ x, y, low, high, bottom, top, free }, width) {
  const lines = [];
  const rungs = Math.round((top - bottom) * 10);
  for (let i = 0; i <= rungs; i += rungs > 6 ? 2 : 1) {
    const quality = bottom + i / 10;
    lines.push(
      s("path", { class: "grid", d: `M${EDGE.left} ${y(quality)}H${width - EDGE.right}` }),
      s(
        "text",
        { class: "tick", x: EDGE.left - 8, y: y(quality) + 4, "text-anchor": "end" },
        percent(quality),
      ),
    );
  }
  const foot = HEIGHT - EDGE.bottom;
  const steps = Math.log10(high / low) * 110 < width - EDGE.left ? [1, 3] : [1];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const cost of steps
      .map((step) => step * 10 ** power)
      .filter((cost) => cost >= low && cost <= high)) {
      lines.push(
        s("path", { class: "grid", d: `M${x(cost)} ${EDGE.top}V${foot}` }),
        s(
          "text",
          { class: "tick", x: x(cost), y: foot + 18, "text-anchor": "middle" },
          usd(Number(cost.toPrecision(1))),
        ),
      );
    }
  }
  if (free)
    lines.push(
      s(
        "text",
        { class: "tick", x: EDGE.left + FREE_WIDTH / 2, y: foot + 18, "text-anchor": "middle" },
        "free",
      ),
    );
  return lines;
}

/**
 * @param {Dot} dot
 * @param {Scale} scale
 * @param {{ focusable: boolean, show: () => void }} look
 */
function mark(
  { name, quality, interval, cost, chosen, named, hollow, description },
  scale,
  { focusable, show },
) {
  const [x, y] = [scale.x(cost), scale.y(quality)];
  return s(
    "g",
    {
      class: `dot${chosen ? " chosen" : ""}${named ? " best" : ""}${hollow ? " hollow" : ""}`,
      role: "img",
      tabindex: focusable ? 0 : -1,
      "aria-label": `${nameInText(name)}: ${description}`,
      pointerenter: show,
      focus: show,
    },
    interval && s("path", { class: "whisker", d: `M${x} ${scale.y(interval[0])}V${scale.y(interval[1])}` }),
    s("circle", { class: "halo", cx: x, cy: y, r: 14 }),
    s("circle", { class: "core", cx: x, cy: y, r: chosen ? 7 : named ? 5 : 4 }),
  );
}

/**
 * @param {Dot[]} dots
 * @param {Scale} scale
 * @param {number} width
 */
function names(dots, scale, width) {
  const order = [
    ...dots.filter(({ chosen }) => chosen),
    ...dots.filter(({ chosen, named }) => named && !chosen),
  ];
  const wanted = order.map((item) => ({
    item,
    text: item.name,
    x: scale.x(item.cost),
    y: scale.y(item.quality) - 6,
    gap: 12,
    must: item.chosen,
  }));
  return placeLabels(wanted, width).map(({ item, text, x, y, anchor }) =>
    s(
      "text",
      { class: item.chosen ? "name chosen" : "name", x, y, "text-anchor": anchor, "aria-hidden": "true" },
      text,
    ),
  );
}
