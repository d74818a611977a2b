/**
 * The one list of the methods that a router in a worker has. `WorkerRouter` gets one method for each
 * entry, and `worker-main.js` answers these and no others. To add a method, write it in `router.js` and
 * name it here.
 *
 * @module
 */

/**
 * How the arguments of a method are sent to a worker.
 *
 * @typedef {object} Arguments
 * @property {number} [request] index of the request. Its `counters` run before it is sent, since
 *   functions cannot be sent to a worker; the prompt is the first argument.
 * @property {number} [onProgress] index of the progress function. It and the signal after it stay on
 *   this side; the worker has its own.
 * @property {boolean} [decides] whether it returns decisions about its first argument. This side remembers
 *   their prompts, for `feedback`.
 * @property {boolean} [isVerdict] whether its arguments are a decision and a verdict on it; the decision's
 *   prompt is known on this side.
 */

/** @satisfies {{ [K in keyof import("./router.js").CoreRouter]?: Arguments }} */
export const METHODS = {
  route: { request: 1, decides: true },
  explain: { request: 1, decides: true },
  routeBatch: { onProgress: 2, decides: true },
  openBatch: { onProgress: 1 },
  report: {},
  savings: {},
  whatIf: {},
  estimateCost: { request: 2 },
  totals: {},
  setPool: {},
  addModel: {},
  previewModel: {},
  fields: {},
  certainty: {},
  pool: {},
  feedback: { isVerdict: true },
  exportFeedback: {},
  importFeedback: {},
  resetFeedback: {},
  setHalfLife: {},
  poolInfo: {},
  info: {},
  map: {},
  compare: {},
  importPrices: {},
  readPrompts: {},
  readLabels: {},
  readScores: {},
};

/**
 * The entry of a method. Only own properties count, so that a message cannot name `constructor` or
 * `__proto__`.
 *
 * @param {unknown} name
 * @returns {Arguments | undefined}
 */
export function methodNamed(name) {
  return typeof name === "string" && Object.hasOwn(METHODS, name)
    ? METHODS[/** @type {keyof typeof METHODS} */ (name)]
    : undefined;
}
