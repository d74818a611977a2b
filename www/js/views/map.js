import { isEmpty } from "../state/state.js";
import { meter } from "../ui/bars.js";
import { byId, h, s, setChildren } from "../ui/dom.js";
import { kindName, percent, plural } from "../ui/format.js";
import { moveFocusWithArrows, redrawKeepingFocus } from "../ui/keyboard.js";
import { placeLabels } from "../ui/label-placement.js";
import { name as nameOf } from "../ui/names.js";

/** @import { ClusterMap } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */

/** @typedef {{ id: number, label: string, share: number, x: number, y: number, r: number }} Place */
/** @typedef {Place & { mark: SVGGElement }} Spot */

const HEIGHT = 420;
const EDGE = 26;
/** Radius of a cluster with all prompts, in pixels; areas are proportional to shares. */
const RADIUS = 110;
/** Cluster names shown at most. */
const MAX_NAMES = 40;

/**
 * The clusters in two dimensions, with the prompt, and the quality of each model in a selected cluster.
 *
 * @param {App} app
 */
export function mountMap(app) {
  const root = byId("map");
  const label = "Map of the kinds of prompts; the list beside it has the same kinds";
  const svg = s("svg", { role: "group", "aria-label": label });
  const side = h("div", { class: "map-side" });
  const body = h("div", { class: "map-body" }, svg, side);
  const hint = h("span", { class: "quiet" }, "Type a prompt to see where it lies.");
  setChildren(root, h("div", { class: "head" }, h("h2", { class: "eyebrow" }, "Map of kinds"), hint), body);
  const drawing = new Drawing(svg, app);
  moveFocusWithArrows(svg, ".spot");
  new ResizeObserver(() => drawing.resize(svg.clientWidth)).observe(root);
  app.store.watch(["map"], () => drawing.drawClusters());
  app.store.watch(["explanation", "cluster", "phase"], ({ prompt, phase }) => {
    hint.hidden = !(isEmpty(prompt) && phase === "ready");
    drawing.drawPrompt();
  });
  app.store.watch(["map", "cluster", "pool"], ({ map, cluster }) =>
    setChildren(side, ...(map ? sidePanel(app, map, cluster) : [])),
  );
}

/** The clusters stay from one decision to the next; the place of the prompt and its lines change. */
class Drawing {
  #app;
  #svg;
  #width = 0;
  #lines = s("g");
  #marks = s("g");
  #names = s("g");
  #prompt = s("g");
  /** @type {Spot[]} */
  #spots = [];

  /**
   * @param {SVGSVGElement} svg
   * @param {App} app
   */
  constructor(svg, app) {
    this.#app = app;
    this.#svg = svg;
    setChildren(svg, this.#lines, this.#marks, this.#names, this.#prompt);
  }

  /** @param {number} width */
  resize(width) {
    if (width === this.#width) return;
    this.#width = width;
    this.drawClusters();
  }

  drawClusters() {
    const { map } = this.#app.store.state;
    if (map === null || this.#width === 0) return;
    this.#svg.setAttribute("viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    this.#spots = map.clusters.map(({ id, label, share, at }) => {
      const place = { id, label, share, ...this.#scale(at), r: 3 + RADIUS * Math.sqrt(share) * 0.5 };
      return { ...place, mark: clusterMark(place, () => this.#app.toggleCluster(id)) };
    });
    redrawKeepingFocus(this.#svg, () => {
      setChildren(this.#marks, ...this.#spots.map(({ mark }) => mark));
      this.drawPrompt();
    });
  }

  /** Draws the prompt between its clusters, and the names of clusters. */
  drawPrompt() {
    const { explanation, cluster } = this.#app.store.state;
    const clusters = explanation?.decision.clusters ?? [];
    const weights = new Map(clusters.map(({ id, weight }) => [id, weight]));
    const weightOf = (/** @type {Spot} */ { id }) => weights.get(id) ?? 0;
    const focusable = cluster ?? clusters[0]?.id ?? 0;
    for (const spot of this.#spots) {
      const { mark, id } = spot;
      mark.classList.toggle("chosen", id === cluster);
      mark.classList.toggle("near", weightOf(spot) > 0);
      mark.setAttribute("aria-pressed", String(id === cluster));
      mark.setAttribute("tabindex", id === focusable ? "0" : "-1");
    }
    const place = explanation?.place ? this.#scale(explanation.place) : null;
    const near = place === null ? [] : this.#spots.filter((spot) => weightOf(spot) > 0.01);
    const lines = near.map((spot) => {
      const d = `M${place?.x} ${place?.y}L${spot.x} ${spot.y}`;
      return s("path", { class: "tie", d, "stroke-width": 1 + 5 * weightOf(spot) });
    });
    setChildren(this.#lines, ...lines);
    setChildren(this.#prompt, place && s("circle", { class: "here", cx: place.x, cy: place.y, r: 6 }));
    setChildren(this.#names, ...clusterNames(this.#spots, weightOf, this.#width));
  }

  /** @param {[number, number]} at in [-1, 1] */
  #scale([x, y]) {
    return {
      x: EDGE + ((x + 1) / 2) * (this.#width - 2 * EDGE),
      y: EDGE + ((y + 1) / 2) * (HEIGHT - 2 * EDGE),
    };
  }
}

/**
 * @param {Place} place
 * @param {() => void} choose
 */
function clusterMark({ label, x, y, r }, choose) {
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  const description = kindName(label, 4);
  return s(
    "g",
    { class: "spot", role: "button", "aria-label": description, click: choose, keydown },
    s("title", {}, kindName(label, 6)),
    s("circle", { cx: x, cy: y, r }),
  );
}

/**
 * Names of the prompt's clusters first, then of the largest ones, as far as there is room.
 *
 * @param {Spot[]} spots
 * @param {(spot: Spot) => number} weightOf
 * @param {number} width
 */
function clusterNames(spots, weightOf, width) {
  const first = [...spots].sort((a, b) => weightOf(b) - weightOf(a) || b.share - a.share).slice(0, MAX_NAMES);
  const wanted = first.map((item) => ({
    item,
    text: kindName(item.label, 2),
    x: item.x,
    y: item.y + 4,
    gap: item.r + 4,
    strong: weightOf(item) > 0,
    must: weightOf(item) > 0.2,
  }));
  return placeLabels(wanted, width).map(({ item, text, x, y, anchor }) => {
    const kind = weightOf(item) > 0 ? "name near" : "name";
    return s("text", { class: kind, x, y, "text-anchor": anchor, "aria-hidden": "true" }, text);
  });
}

/**
 * The panel beside the map: all clusters, or the models in the selected one.
 *
 * @param {App} app
 * @param {ClusterMap} map
 * @param {number | null} cluster
 */
function sidePanel(app, map, cluster) {
  const selected = map.clusters.find(({ id }) => id === cluster);
  if (!selected) return clusterList(app, map);
  const names = new Map(app.store.state.pool?.models.map(({ id, name }) => [id, name]));
  const items = map.models
    .map(({ id, qualities }) => ({ name: names.get(id) ?? id, quality: qualities[selected.id] ?? 0 }))
    .sort((a, b) => b.quality - a.quality)
    .map(({ name, quality }) =>
      h("li", {}, nameOf(name), h("span", { class: "figures" }, percent(quality)), meter(quality)),
    );
  const examples = selected.examples.map((prompt) => h("li", { dir: "auto" }, prompt));
  return [
    h("h3", {}, kindName(selected.label, 4)),
    selected.field && h("p", { class: "quiet" }, selected.field),
    examples.length > 0 && h("ul", { class: "examples" }, ...examples),
    h("p", { class: "quiet" }, "Expected quality of each model there:"),
    h("ol", { class: "bars long" }, ...items),
    h("button", { type: "button", click: () => app.toggleCluster(null) }, "All kinds"),
  ];
}

/**
 * All clusters, by field where they have fields.
 *
 * @param {App} app
 * @param {ClusterMap} map
 */
function clusterList(app, { clusters }) {
  const byShare = [...clusters].sort((a, b) => b.share - a.share);
  const fields = new Set(clusters.map(({ field }) => field));
  const parts = [...fields].map((field) => {
    const members = byShare.filter((cluster) => cluster.field === field);
    const items = members.map(({ id, label }) =>
      h("li", {}, h("button", { type: "button", click: () => app.toggleCluster(id) }, kindName(label, 4))),
    );
    const list = h("ol", { class: "kind-list" }, ...items);
    return field === null ? list : h("details", { class: "field-kinds" }, h("summary", {}, field), list);
  });
  return [
    h(
      "p",
      { class: "quiet" },
      `${plural(clusters.length, "kind")} of prompts. Near kinds are similar, and the ring is your prompt. ` +
        "Choose a kind to see which models are good at it.",
    ),
    ...parts,
  ];
}
