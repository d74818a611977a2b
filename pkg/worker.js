/**
 * uniroute in a Web Worker: the same methods, each answering with a promise, none of them on the
 * page's own thread.
 *
 * @module
 */
import { counted } from "./lib/count.js";
import { UnirouteError } from "./lib/errors.js";

export { UnirouteError };

/** @typedef {import("./lib/types.js").Calls} Calls */
/** @typedef {import("./lib/types.js").Kind} Kind */
/** @typedef {import("./lib/types.js").Fetching} Fetching */
/** @typedef {import("./lib/types.js").Request} Request */
/** @typedef {import("./lib/types.js").Reply} Reply */
/** @typedef {import("./lib/types.js").Wish} Wish */

/**
 * @typedef {object} Waiting
 * @property {(value: any) => void} resolve
 * @property {(error: UnirouteError) => void} reject
 * @property {Fetching["onProgress"]} onProgress
 */

/** A router that lives in a worker. Made by `WorkerRouter.load`. */
export class WorkerRouter {
  /** @type {Worker} */
  #worker;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #last = 0;

  /** @param {Worker} worker one that runs `worker-main.js` and belongs to this router alone */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(
        new UnirouteError(
          "worker",
          `The worker could not run${event.message ? `: ${event.message}` : "."} Reload the page.`,
        ),
      );
    });
  }

  /**
   * Starts a worker and loads the router in it.
   *
   * @param {import("./lib/types.js").LoadOptions & { worker?: Worker }} [options] `worker`: one the
   *   caller made, where a content security policy wants a say in that
   */
  static async load({ worker, signal, onProgress, ...options } = {}) {
    const router = new WorkerRouter(
      worker ?? new Worker(new URL("./worker-main.js", import.meta.url), { type: "module" }),
    );
    try {
      await router.call("load", [options], { signal, onProgress });
      return router;
    } catch (error) {
      router.free();
      throw error;
    }
  }

  /**
   * Sends one message and waits for its answer.
   *
   * @template {Kind} K
   * @param {K} kind
   * @param {Parameters<Calls[K]>} args
   * @param {Fetching} [options] aborting drops the work where it can still be dropped
   * @returns {Promise<ReturnType<Calls[K]>>}
   */
  call(kind, args, { signal, onProgress } = {}) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(UnirouteError.from(signal.reason));
      signal?.addEventListener("abort", () => this.#cancel(id, signal), { once: true });
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#send(/** @type {Request} */ ({ kind, id, args: args.map(portable) }));
    });
  }

  /**
   * As `Router.route`.
   *
   * @param {string} prompt
   * @param {Wish} [request] its `counters` run here: functions cannot be sent to a worker
   */
  route(prompt, request) {
    return this.call("route", [prompt, counted(prompt, request)]);
  }

  /**
   * As `Router.explain`.
   *
   * @param {string} prompt
   * @param {Wish} [request]
   */
  explain(prompt, request) {
    return this.call("explain", [prompt, counted(prompt, request)]);
  }

  /**
   * As `Router.routeBatch`.
   *
   * @param {string[]} prompts
   * @param {import("./lib/types.js").RouteRequest} [request]
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  routeBatch(prompts, request, onProgress, signal) {
    return this.call("routeBatch", [prompts, request], { signal, onProgress: counting(onProgress) });
  }

  /**
   * As `Router.openBatch`.
   *
   * @param {string[]} prompts
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  openBatch(prompts, onProgress, signal) {
    return this.call("openBatch", [prompts], { signal, onProgress: counting(onProgress) });
  }

  /** @param {Parameters<Calls["report"]>} args as `Router.report` */
  report(...args) {
    return this.call("report", args);
  }

  /**
   * As `Router.estimateCost`.
   *
   * @param {string} prompt
   * @param {string} [model]
   * @param {Wish} [request]
   */
  estimateCost(prompt, model, request) {
    return this.call("estimateCost", [prompt, model, counted(prompt, request)]);
  }

  /** @param {Parameters<Calls["totals"]>} args as `Router.totals` */
  totals(...args) {
    return this.call("totals", args);
  }

  /** @param {Parameters<Calls["setPool"]>} args as `Router.setPool` */
  setPool(...args) {
    return this.call("setPool", args);
  }

  /** @param {Parameters<Calls["addModel"]>} args as `Router.addModel` */
  addModel(...args) {
    return this.call("addModel", args);
  }

  /** @param {Parameters<Calls["compare"]>} args as `Router.compare` */
  compare(...args) {
    return this.call("compare", args);
  }

  /** @param {Parameters<Calls["importPrices"]>} args as `Router.importPrices` */
  importPrices(...args) {
    return this.call("importPrices", args);
  }

  /** As `Router.pool`. */
  pool() {
    return this.call("pool", []);
  }

  /** As `Router.poolInfo`. */
  poolInfo() {
    return this.call("poolInfo", []);
  }

  /** As `Router.info`. */
  info() {
    return this.call("info", []);
  }

  /** As `Router.map`. */
  map() {
    return this.call("map", []);
  }

  /** Ends the worker. Whoever still waits gets an error. */
  free() {
    this.#worker.terminate();
    this.#fail(new UnirouteError("freed", "This router was freed. Load another one."));
  }

  /** @param {Request} message */
  #send(message) {
    this.#worker.postMessage(message);
  }

  /** @param {Reply} reply */
  #receive(reply) {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return; // it was cancelled
    if (reply.kind === "progress") return waiting.onProgress?.(reply.progress);
    this.#waiting.delete(reply.id);
    if (reply.kind === "done") return waiting.resolve(reply.value);
    waiting.reject(new UnirouteError(reply.error.code, reply.error.message, { path: reply.error.path }));
  }

  /**
   * @param {number} id
   * @param {AbortSignal} signal
   */
  #cancel(id, signal) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#send({ kind: "cancel", id });
    waiting.reject(UnirouteError.from(signal.reason));
  }

  /** @param {UnirouteError} error */
  #fail(error) {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}

/**
 * @param {((done: number, of: number) => void) | undefined} onProgress
 * @returns {Fetching["onProgress"]}
 */
function counting(onProgress) {
  return onProgress && (({ loaded, total }) => onProgress(loaded, total ?? loaded));
}

/**
 * A `URL` cannot be sent to a worker; its address can.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function portable(value) {
  if (value instanceof URL) return { href: value.href };
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return Object.fromEntries(
    Object.entries(/** @type {object} */ (value)).map(([key, inner]) => [
      key,
      inner instanceof URL ? portable(inner) : inner,
    ]),
  );
}
