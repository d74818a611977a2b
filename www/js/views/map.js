import { byId, h, replace, s, style } from "../ui/dom.js";
import { percent, plural, words } from "../ui/format.js";
import { keepingFocus, placeLabels, roving } from "../ui/keyboard.js";

/** @typedef {import("../../uniroute/lib/types.js").ClusterMap} ClusterMap */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {{ id: number, label: string, share: number, x: number, y: number, r: number, mark: SVGGElement }} Spot */

const HEIGHT = 420;
const EDGE = 26;
/** Radius of a cluster that holds all prompts, in pixels; areas are proportional to shares. */
const RADIUS = 110;
/** Labels beyond the prompt's own kinds: as many as can be read. */
const LABELS = 40;

/**
 * The clusters in two dimensions, the prompt among them, and how each model fares in one.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountMap(app) {
  const root = byId("map");
  const svg = s("svg", {
    role: "group",
    "aria-label": "Map of the kinds of prompts; the list beside it has the same",
  });
  const side = h("div", { class: "map-side" });
  replace(root, h("h2", { class: "eyebrow" }, "Map of kinds"), h("div", { class: "map-body" }, svg, side));
  const drawing = new Drawing(svg, app);
  roving(svg, ".spot");
  new ResizeObserver(() => drawing.resize(svg.clientWidth)).observe(root);
  app.store.watch(["map"], ({ map }) => {
    root.hidden = map === null;
    drawing.drawSpots();
  });
  app.store.watch(["explanation", "cluster"], () => drawing.follow());
  app.store.watch(["map", "cluster", "pool"], (state) => replace(side, ...beside(app, state)));
}

/** The spots stay from one decision to the next; what ties the prompt to them follows it. */
class Drawing {
  #app;
  #svg;
  #width = 0;
  #ties = s("g");
  #marks = s("g");
  #names = s("g");
  #here = s("g");
  /** @type {Spot[]} */
  #spots = [];

  /**
   * @param {SVGSVGElement} svg
   * @param {import("../state/app.js").App} app
   */
  constructor(svg, app) {
    this.#app = app;
    this.#svg = svg;
    replace(svg, this.#ties, this.#marks, this.#names, this.#here);
  }

  /** @param {number} width */
  resize(width) {
    if (width === this.#width) return;
    this.#width = width;
    this.drawSpots();
  }

  drawSpots() {
    const { map } = this.#app.store.now;
    if (map === null || this.#width === 0) return;
    this.#svg.setAttribute("viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    this.#spots = map.clusters.map(({ id, label, share, at }) => {
      const place = { ...this.#scale(at), r: 3 + RADIUS * Math.sqrt(share) * 0.5 };
      return {
        id,
        label,
        share,
        ...place,
        mark: drawSpot({ label, share, ...place }, () => this.#app.chooseCluster(id)),
      };
    });
    keepingFocus(this.#svg, () => {
      replace(this.#marks, ...this.#spots.map(({ mark }) => mark));
      this.follow();
    });
  }

  /** Shows the present prompt among the spots. */
  follow() {
    const { explanation, cluster } = this.#app.store.now;
    const weights = new Map(explanation?.decision.clusters.map(({ id, weight }) => [id, weight]));
    const weigh = (/** @type {Spot} */ { id }) => weights.get(id) ?? 0;
    const first = cluster ?? explanation?.decision.clusters[0]?.id ?? 0;
    for (const spot of this.#spots) {
      const chosen = spot.id === cluster;
      spot.mark.classList.toggle("chosen", chosen);
      spot.mark.classList.toggle("near", weigh(spot) > 0);
      spot.mark.setAttribute("aria-pressed", String(chosen));
      spot.mark.setAttribute("tabindex", spot.id === first ? "0" : "-1");
    }
    const place = explanation?.place ? this.#scale(explanation.place) : null;
    const near = place === null ? [] : this.#spots.filter((spot) => weigh(spot) > 0.01);
    replace(
      this.#ties,
      ...near.map((spot) =>
        s("path", {
          class: "tie",
          d: `M${place?.x} ${place?.y}L${spot.x} ${spot.y}`,
          "stroke-width": 1 + 5 * weigh(spot),
        }),
      ),
    );
    replace(this.#here, place && s("circle", { class: "here", cx: place.x, cy: place.y, r: 6 }));
    const named = [...this.#spots].sort((a, b) => weigh(b) - weigh(a) || b.share - a.share).slice(0, LABELS);
    const labels = placeLabels(
      named.map((item) => ({
        item,
        text: words(item.label, 2),
        x: item.x,
        y: item.y + 4,
        gap: item.r + 4,
        must: weigh(item) > 0.2,
      })),
      this.#width,
    );
    replace(
      this.#names,
      ...labels.map(({ item, text, x, y, anchor }) =>
        s(
          "text",
          {
            class: weigh(item) > 0 ? "name near" : "name",
            x,
            y,
            "text-anchor": anchor,
            "aria-hidden": "true",
          },
          text,
        ),
      ),
    );
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
 * @param {Omit<Spot, "id" | "mark">} spot
 * @param {() => void} choose
 */
function drawSpot({ label, share, x, y, r }, choose) {
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return s(
    "g",
    {
      class: "spot",
      role: "button",
      "aria-label": `${words(label, 4)}: ${percent(share)} of prompts`,
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
 * @param {import("../state/app.js").App} app
 * @param {State} state
 */
function beside(app, { map, cluster, pool }) {
  if (map === null) return [];
  const chosen = map.clusters.find(({ id }) => id === cluster);
  if (!chosen) {
    return [
      h(
        "p",
        { class: "quiet" },
        `${plural(map.clusters.length, "kind")} of prompts, found in the prompts the router was fitted on. Near is similar, large is frequent; the ring is your prompt. Choose one to see who is good at it.`,
      ),
      kindList(app, map),
    ];
  }
  const names = new Map(pool?.models.map(({ id, name }) => [id, name]));
  const ranked = map.models
    .map(({ id, qualities }) => ({ name: names.get(id) ?? id, quality: qualities[chosen.id] ?? 0 }))
    .sort((a, b) => b.quality - a.quality);
  return [
    h("h3", {}, words(chosen.label, 4)),
    h(
      "p",
      { class: "quiet" },
      `${percent(chosen.share)} of the prompts the router was fitted on. Expected quality of each model there:`,
    ),
    h(
      "ol",
      { class: "bars long" },
      ...ranked.map(({ name, quality }) =>
        h(
          "li",
          {},
          h("span", {}, name),
          h("span", { class: "figures" }, percent(quality)),
          style(h("span", { class: "meter", "aria-hidden": "true" }), { "--share": quality }),
        ),
      ),
    ),
    h("button", { type: "button", click: () => app.chooseCluster(null) }, "All kinds"),
  ];
}

/**
 * @param {import("../state/app.js").App} app
 * @param {ClusterMap} map
 */
function kindList(app, map) {
  const sorted = [...map.clusters].sort((a, b) => b.share - a.share);
  return h(
    "ol",
    { class: "kind-list" },
    ...sorted.map(({ id, label, share }) =>
      h(
        "li",
        {},
        h("button", { type: "button", click: () => app.chooseCluster(id) }, words(label, 4)),
        h("span", { class: "quiet figures" }, `${(share * 100).toFixed(1)} %`),
      ),
    ),
  );
}
