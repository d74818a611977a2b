/**
 * The page's side of a router in a worker: sends messages and matches the replies to them.
 *
 * @module
 */
import { applyCounters } from "./counters.js";
import { UnirouteError, messageOf } from "./errors.js";
import { METHODS } from "./methods.js";
import { remember, verdictOf } from "./verdicts.js";

/** @typedef {import("./types.js").Calls} Calls */
/** @typedef {import("./types.js").FetchOptions} FetchOptions */
/** @typedef {import("./types.js").WorkerRequest} WorkerRequest */
/** @typedef {import("./types.js").WorkerReply} WorkerReply */

/**
 * A call that has no reply yet.
 *
 * @typedef {object} Pending
 * @property {(value: any) => void} resolve
 * @property {(error: UnirouteError) => void} reject
 * @property {FetchOptions["onProgress"]} onProgress
 */

/** A worker with the calls to it. The methods of {@link METHODS} are added to its prototype below. */
export class WorkerConnection {
  /** @type {Worker} */
  #worker;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #lastId = 0;
  /** Why no call is answered any more. */
  #ended = /** @type {UnirouteError | null} */ (null);

  /** @param {Worker} worker one that runs `worker-main.js` and belongs to this router alone */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const cause = event.message ? `: ${event.message}` : ".";
      this.#failAll(new UnirouteError("worker", `The worker could not run${cause} Reload the page.`));
    });
  }

  /**
   * Sends one message and waits for its reply.
   *
   * @template {keyof Calls} K
   * @param {K} kind
   * @param {Parameters<Calls[K]>} args
   * @param {FetchOptions} [options] aborting cancels the work if the worker can still stop it
   * @returns {Promise<ReturnType<Calls[K]>>}
   */
  call(kind, args, { signal, onProgress } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      if (signal?.aborted) return reject(UnirouteError.aborted(signal));
      signal?.addEventListener("abort", () => this.#cancel(id, signal), { once: true });
      this.#pending.set(id, { resolve, reject, onProgress });
      try {
        this.#send({ kind, id, args: args.map(cloneable) });
      } catch (thrown) {
        // What cannot be copied to the worker: a function, or a getter that throws.
        this.#pending.delete(id);
        reject(
          new UnirouteError(
            "request_type",
            `An argument cannot be sent to the worker: ${messageOf(thrown)}`,
            {
              cause: thrown,
            },
          ),
        );
      }
    });
  }

  /** Ends the worker. Pending calls are rejected. */
  free() {
    this.#worker.terminate();
    this.#ended = new UnirouteError("freed", "This router was freed. Load another one.");
    this.#failAll(this.#ended);
  }

  /** @param {WorkerRequest} message */
  #send(message) {
    this.#worker.postMessage(message);
  }

  /** @param {WorkerReply} reply */
  #receive(reply) {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return; // it was cancelled
    if (reply.kind === "progress") return pending.onProgress?.(reply.progress);
    this.#pending.delete(reply.id);
    if (reply.kind === "done") return pending.resolve(reply.value);
    pending.reject(new UnirouteError(reply.error.code, reply.error.message, reply.error));
  }

  /**
   * @param {number} id
   * @param {AbortSignal} signal
   */
  #cancel(id, signal) {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#send({ kind: "cancel", id });
    pending.reject(UnirouteError.aborted(signal));
  }

  /** @param {UnirouteError} error */
  #failAll(error) {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(error);
  }
}

for (const [
  name,
  { request, onProgress, decides, isVerdict },
] of /** @type {[any, import("./methods.js").Arguments][]} */ (Object.entries(METHODS))) {
  /**
   * @this {WorkerConnection}
   * @param {any[]} args
   */
  const value = async function (...args) {
    const sent = isVerdict ? plainVerdict(args) : args.slice(0, onProgress);
    if (request !== undefined) sent[request] = applyCounters(sent[0], sent[request]);
    const [listener, signal] = onProgress === undefined ? [] : args.slice(onProgress);
    const result = await this.call(name, /** @type {any} */ (sent), {
      signal,
      onProgress: listener && (({ loaded, total }) => listener(loaded, total ?? loaded)),
    });
    return decides ? remember(sent[0], result) : result;
  };
  Object.defineProperty(WorkerConnection.prototype, name, { value, writable: true, configurable: true });
}

/**
 * The arguments of `feedback` with the prompt that this side remembers.
 *
 * @param {any[]} args
 * @returns {any[]}
 */
function plainVerdict([decision, given, options]) {
  const { model, prompt, score, trust, at } = verdictOf(decision, given, options);
  return [{ model, prompt }, score, { trust, at }];
}

/**
 * A `URL` cannot be sent to a worker; its address can.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function cloneable(value) {
  if (value instanceof URL) return { href: value.href };
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return Object.fromEntries(
    Object.entries(/** @type {object} */ (value)).map(([key, inner]) => [
      key,
      inner instanceof URL ? cloneable(inner) : inner,
    ]),
  );
}
