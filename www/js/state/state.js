/**
 * What the page knows and what the person chose.
 *
 * @typedef {import("../../uniroute/lib/types.js").Explanation} Explanation
 * @typedef {import("../../uniroute/lib/types.js").ClusterMap} ClusterMap
 * @typedef {import("../../uniroute/lib/types.js").PoolInfo} PoolInfo
 * @typedef {import("../../uniroute/lib/types.js").RouterInfo} RouterInfo
 * @typedef {import("../../uniroute/lib/types.js").RouteRequest} RouteRequest
 * @typedef {import("../../uniroute/lib/types.js").Progress} Progress
 * @typedef {import("../ui/slider-scale.js").Control} Control
 */

/** @typedef {{ id: string, file: string, name: string, description: string }} ListedPool */

/**
 * Something to tell: a refused file, a broken worker.
 *
 * @typedef {{ kind: "bad" | "good", title: string, message: string, path?: string | undefined, code?: string, after?: string, action?: { name: string, run: () => void } }} Notice
 */

/**
 * Choices, kept over a reload and put in links.
 *
 * @typedef {object} Choices
 * @property {View} view
 * @property {Control} control which of the three readings is turned
 * @property {number} lambda quality per US dollar
 * @property {number} budget US dollars per thousand prompts
 * @property {number} floor expected quality, in [0, 1]
 * @property {string[]} off ids of models that are switched off
 * @property {string} poolId one of the listed pools, or `own`
 */

/** @typedef {"route" | "batch" | "pool" | "about"} View */
/** @type {readonly View[]} */
export const VIEWS = ["route", "batch", "pool", "about"];

/**
 * @typedef {Choices & {
 *   prompt: string,
 *   embedder: import("../../uniroute/lib/types.js").Embedder,
 *   phase: "loading" | "ready" | "broken",
 *   progress: Partial<Record<Progress["phase"], Progress>>,
 *   pools: ListedPool[],
 *   router: RouterInfo | null,
 *   pool: PoolInfo | null,
 *   poolName: string,
 *   explanation: Explanation | null,
 *   deciding: boolean,
 *   map: ClusterMap | null,
 *   cluster: number | null,
 *   took: number | null,
 *   notice: Notice | null,
 * }} State
 */

/** @type {Choices} */
export const DEFAULTS = {
  view: "route",
  control: "lambda",
  lambda: 100,
  budget: 1,
  floor: 0.6,
  off: [],
  poolId: "",
};

/** @returns {State} */
export function initial() {
  return {
    ...DEFAULTS,
    prompt: "",
    deciding: false,
    embedder: "static",
    phase: "loading",
    progress: {},
    pools: [],
    router: null,
    pool: null,
    poolName: "",
    explanation: null,
    map: null,
    cluster: null,
    took: null,
    notice: null,
  };
}

/**
 * The request that the choices amount to.
 *
 * @param {State} state
 * @returns {RouteRequest}
 */
export function request({ control, lambda, budget, floor, off }) {
  const deny = off.length > 0 ? { deny: off } : {};
  if (control === "budget") return { ...deny, maxCost: budget / 1000 };
  if (control === "floor") return { ...deny, minQuality: floor };
  return { ...deny, lambda };
}

/**
 * The chosen candidate of the present decision.
 *
 * @param {State} state
 */
export function chosen({ explanation }) {
  const decision = explanation?.decision;
  return decision?.candidates.find(({ id }) => id === decision.model) ?? null;
}
