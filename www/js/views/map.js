import { byId, h, replace, s, style } from "../dom.js";
import { percent, plural, words } from "../format.js";
import { keepingFocus, placeLabels, roving } from "../rove.js";

/** @typedef {import("../../uniroute/lib/types.js").ClusterMap} ClusterMap */
/** @typedef {import("../state.js").State} State */
/** @typedef {{ id: number, label: string, share: number, weight: number, x: number, y: number, r: number }} Spot */

const HEIGHT = 420;
const EDGE = 26;
/** Radius of a cluster that holds all prompts, in pixels; areas are proportional to shares. */
const RADIUS = 110;
/** Labels beyond the prompt's own kinds: as many as can be read. */
const LABELS = 40;

/**
 * The clusters in two dimensions, the prompt among them, and how each model fares in one.
 *
 * @param {import("../app.js").App} app
 */
export function mountMap(app) {
  const root = byId("map");
  const svg = s("svg", { role: "group", "aria-label": "Map of the kinds of prompts; the list beside it has the same" });
  const side = h("div", { class: "map-side" });
  replace(root, h("h2", { class: "eyebrow" }, "Map of kinds"), h("div", { class: "map-body" }, svg, side));
  const draw = () => {
    const { map } = app.store.now;
    const width = svg.clientWidth;
    root.hidden = map === null;
    if (map === null || width === 0) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    keepingFocus(svg, () => drawMap(svg, app, map, width));
  };
  roving(svg, ".spot");
  new ResizeObserver(draw).observe(root);
  app.store.watch(["map", "explanation", "cluster"], draw);
  app.store.watch(["map", "cluster", "explanation", "pool"], (state) => replace(side, ...beside(app, state)));
}

/**
 * @param {SVGSVGElement} svg
 * @param {import("../app.js").App} app
 * @param {ClusterMap} map
 * @param {number} width
 */
function drawMap(svg, app, map, width) {
  const { explanation, cluster } = app.store.now;
  const scale = (/** @type {[number, number]} */ [x, y]) => ({
    x: EDGE + ((x + 1) / 2) * (width - 2 * EDGE),
    y: EDGE + ((y + 1) / 2) * (HEIGHT - 2 * EDGE),
  });
  const weights = new Map(explanation?.decision.clusters.map(({ id, weight }) => [id, weight]));
  /** @type {Spot[]} */
  const spots = map.clusters.map(({ id, label, share, at }) => ({ id, label, share, weight: weights.get(id) ?? 0, ...scale(at), r: 3 + RADIUS * Math.sqrt(share) * 0.5 }));
  const place = explanation?.place ? scale(explanation.place) : null;
  const first = cluster ?? explanation?.decision.clusters[0]?.id ?? 0;
  const named = [...spots].sort((a, b) => b.weight - a.weight || b.share - a.share).slice(0, LABELS);
  const labels = placeLabels(named.map((item) => ({ item, text: words(item.label, 2), x: item.x, y: item.y + 4, gap: item.r + 4, must: item.weight > 0.2 })), width);
  replace(
    svg,
    ...spots.filter(({ weight }) => place && weight > 0.01).map(({ x, y, weight }) => s("path", { class: "tie", d: `M${place?.x} ${place?.y}L${x} ${y}`, "stroke-width": 1 + 5 * weight })),
    ...spots.map((spot) => drawSpot(spot, { chosen: spot.id === cluster, stop: spot.id === first, choose: () => app.chooseCluster(spot.id) })),
    ...labels.map(({ item, text, x, y, anchor }) => s("text", { class: item.weight > 0 ? "name near" : "name", x, y, "text-anchor": anchor, "aria-hidden": "true" }, text)),
    place && s("circle", { class: "here", cx: place.x, cy: place.y, r: 6 }),
  );
}

/**
 * @param {Spot} spot
 * @param {{ chosen: boolean, stop: boolean, choose: () => void }} look
 */
function drawSpot({ label, share, weight, x, y, r }, { chosen, stop, choose }) {
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return s(
    "g",
    {
      class: `spot${chosen ? " chosen" : ""}${weight > 0 ? " near" : ""}`,
      role: "button",
      "aria-pressed": chosen ? "true" : "false",
      "aria-label": `${words(label, 4)}: ${percent(share)} of prompts`,
      tabindex: stop ? 0 : -1,
      click: choose,
      keydown: key,
    },
    s("title", {}, words(label, 6)),
    s("circle", { cx: x, cy: y, r }),
  );
}

/**
 * What stands beside the map: a chosen kind, or how to choose one.
 *
 * @param {import("../app.js").App} app
 * @param {State} state
 */
function beside(app, { map, cluster, pool }) {
  if (map === null) return [];
  const chosen = map.clusters.find(({ id }) => id === cluster);
  if (!chosen) {
    return [
      h("p", { class: "quiet" }, `${plural(map.clusters.length, "kind")} of prompts, found in the prompts the router was fitted on. Near is similar, large is frequent; the ring is your prompt. Choose one to see who is good at it.`),
      kindList(app, map),
    ];
  }
  const names = new Map(pool?.models.map(({ id, name }) => [id, name]));
  const ranked = map.models.map(({ id, qualities }) => ({ name: names.get(id) ?? id, quality: qualities[chosen.id] ?? 0 })).sort((a, b) => b.quality - a.quality);
  return [
    h("h3", {}, words(chosen.label, 4)),
    h("p", { class: "quiet" }, `${percent(chosen.share)} of the prompts the router was fitted on. Expected quality of each model there:`),
    h("ol", { class: "bars long" }, ...ranked.map(({ name, quality }) => h("li", {}, h("span", {}, name), h("span", { class: "figures" }, percent(quality)), style(h("span", { class: "meter", "aria-hidden": "true" }), { "--share": quality })))),
    h("button", { type: "button", click: () => app.chooseCluster(null) }, "All kinds"),
  ];
}

/**
 * @param {import("../app.js").App} app
 * @param {ClusterMap} map
 */
function kindList(app, map) {
  const sorted = [...map.clusters].sort((a, b) => b.share - a.share);
  return h("ol", { class: "kind-list" }, ...sorted.map(({ id, label, share }) => h("li", {}, h("button", { type: "button", click: () => app.chooseCluster(id) }, words(label, 4)), h("span", { class: "quiet figures" }, `${(share * 100).toFixed(1)} %`))));
}
