/**
 * The inside of the worker: unwraps a message, calls the router, wraps the answer.
 *
 * @module
 */
import { Router, UnirouteError } from "./index.js";

/** @typedef {import("./lib/types.js").Request} Request */
/** @typedef {import("./lib/types.js").Reply} Reply */
/** @typedef {import("./lib/types.js").Progress} Progress */

/** @type {Router | undefined} */
let router;
/** @type {Map<number, AbortController>} */
const running = new Map();

/** @param {Reply} reply */
const reply = (reply) => self.postMessage(reply);

self.addEventListener("message", async ({ data }) => {
  const request = /** @type {Request} */ (data);
  if (request.kind === "cancel") return running.get(request.id)?.abort();
  const { id } = request;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const value = await answer(request, abort.signal, (progress) =>
      reply({ kind: "progress", id, progress }),
    );
    reply({ kind: "done", id, value });
  } catch (thrown) {
    reply({ kind: "failed", id, error: UnirouteError.from(thrown).toJSON() });
  } finally {
    running.delete(id);
  }
});

/**
 * @param {Exclude<Request, { kind: "cancel" }>} request
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} onProgress
 * @returns {Promise<unknown>}
 */
async function answer(request, signal, onProgress) {
  if (request.kind === "load") {
    const [options] = request.args;
    const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, revive(value)]));
    const loaded = await Router.load({ ...given, signal, onProgress });
    router?.free();
    router = loaded;
    return router.info();
  }
  if (router === undefined)
    throw new UnirouteError("not_loaded", "Nothing is loaded yet. Wait for load to answer.");
  const counted = (/** @type {number} */ loaded, /** @type {number} */ total) =>
    onProgress({ phase: "batch", loaded, total });
  switch (request.kind) {
    case "routeBatch":
      return router.routeBatch(request.args[0], request.args[1], counted, signal);
    case "openBatch":
      return router.openBatch(...request.args, counted, signal);
    case "report":
      return router.report(...request.args);
    case "route":
      return router.route(...request.args);
    case "explain":
      return router.explain(...request.args);
    case "estimateCost":
      return router.estimateCost(...request.args);
    case "totals":
      return router.totals(...request.args);
    case "setPool":
      return router.setPool(...request.args);
    case "addModel":
      return router.addModel(...request.args);
    case "compare":
      return router.compare(...request.args);
    case "importPrices":
      return router.importPrices(...request.args);
    case "pool":
      return router.pool();
    case "poolInfo":
      return router.poolInfo();
    case "info":
      return router.info();
    case "map":
      return router.map();
  }
}

/**
 * The address that the other side sent in place of a `URL`.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
function revive(value) {
  const href = /** @type {{ href?: unknown } | undefined} */ (value)?.href;
  return typeof href === "string" ? /** @type {T} */ (new URL(href)) : value;
}
