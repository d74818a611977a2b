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
 */

/** @satisfies {{ [K in keyof import("./router.js").CoreRouter]?: Arguments }} */
export const METHODS = {
  route: { request: 1 },
  explain: { request: 1 },
  routeBatch: { onProgress: 2 },
  openBatch: { onProgress: 1 },
  report: {},
  savings: {},
  whatIf: {},
  estimateCost: { request: 2 },
  totals: {},
  setPool: {},
  addModel: {},
  previewModel: {},
  pool: {},
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
