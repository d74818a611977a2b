/** What the page knows, with the choices of the person. */
import { DEFAULTS } from "./choices.js";

/** @import { ClusterMap, Embedder, Explanation, PoolInfo } from "../../uniroute/lib/types.js" */
/** @import { Progress, RouteRequest, RouterInfo } from "../../uniroute/lib/types.js" */
/** @import { Choices } from "./choices.js" */

/** @typedef {{ id: string, file: string, name: string, description: string, portable: boolean }} ListedPool */

/**
 * A message to the person, for example about a rejected file.
 *
 * @typedef {object} Notice
 * @property {"bad" | "good"} kind
 * @property {string} title
 * @property {string} message
 * @property {string | undefined} [path] JSON path of the value that was rejected
 * @property {string} [code]
 * @property {string} [after] what has not changed
 * @property {{ name: string, run: () => void }} [action]
 */

/**
 * @typedef {Choices & {
 *   prompt: string,
 *   embedder: Embedder,
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
 *   decisionMs: number | null,
 *   notice: Notice | null,
 * }} State
 */

/** @returns {State} */
export function initialState() {
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
    decisionMs: null,
    notice: null,
  };
}

/**
 * The request that the choices make.
 *
 * @param {State} state
 * @returns {RouteRequest}
 */
export function routeRequest({ control, lambda, budget, floor, off, need }) {
  const limits = { ...(off.length > 0 ? { deny: off } : {}), ...(need.length > 0 ? { need } : {}) };
  if (control === "budget") return { ...limits, maxCost: budget / 1000 };
  if (control === "floor") return { ...limits, minQuality: floor };
  return { ...limits, lambda };
}

/**
 * The request for prompts that a pinned model gets, if there is one, whatever the setting.
 *
 * @param {State} state
 * @returns {RouteRequest}
 */
export function pinnedRequest(state) {
  return isPinned(state) ? { allow: [state.pin] } : routeRequest(state);
}

/**
 * Whether a model of the present pool is pinned.
 *
 * @param {State} state
 */
export function isPinned({ pin, pool }) {
  return pin !== "" && (pool?.models.some(({ id }) => id === pin) ?? false);
}

/**
 * The candidate that gets the prompt: the pinned model, or the one that the router chose.
 *
 * @param {State} state
 */
export function chosenCandidate(state) {
  return isPinned(state) ? candidateOf(state, state.pin) : routedCandidate(state);
}

/**
 * The candidate that the router chose.
 *
 * @param {State} state
 */
export function routedCandidate(state) {
  return candidateOf(state, state.explanation?.decision.model ?? null);
}

/**
 * @param {State} state
 * @param {string | null} wanted id of a model
 */
function candidateOf({ explanation }, wanted) {
  return explanation?.decision.candidates.find(({ id }) => id === wanted) ?? null;
}

/** Anything but white space and characters that no one sees. */
const VISIBLE = /[^\s\u200b-\u200f\u2060\ufeff]/u;

/**
 * Whether there is nothing to decide about.
 *
 * @param {string} prompt
 */
export function isEmpty(prompt) {
  return !VISIBLE.test(prompt);
}
