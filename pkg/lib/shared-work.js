/**
 * @template T
 * @typedef {object} Shared
 * @property {Promise<T>} promise
 * @property {Set<(progress: import("./types.js").Progress) => void>} listeners
 * @property {() => void} abort
 * @property {number} waiting callers that have not aborted
 * @property {boolean} settled
 */

/**
 * Work that concurrent callers share: one promise for each key. After a failure the key is free again,
 * so that the next caller starts the work again. If a caller aborts, the others still get their result;
 * if all callers abort, the work itself is aborted.
 *
 * @template T
 */
export class SharedWork {
  /** @type {Map<string, Shared<T>>} */
  #running = new Map();
  #keepResults;

  /** @param {{ keepResults: boolean }} options `keepResults`: keep successful results for later callers */
  constructor({ keepResults }) {
    this.#keepResults = keepResults;
  }

  /**
   * @param {string} key
   * @param {import("./types.js").FetchOptions} options
   * @param {(options: import("./types.js").FetchOptions) => Promise<T>} start
   * @returns {Promise<T>}
   */
  async run(key, { signal, onProgress }, start) {
    signal?.throwIfAborted();
    const shared = this.#running.get(key) ?? this.#begin(key, start);
    shared.waiting += 1;
    if (onProgress) shared.listeners.add(onProgress);
    try {
      return await (signal ? Promise.race([shared.promise, aborted(signal)]) : shared.promise);
    } finally {
      shared.waiting -= 1;
      if (onProgress) shared.listeners.delete(onProgress);
      if (shared.waiting === 0 && !shared.settled) {
        this.#forget(key, shared); // a later caller must not share work that is being aborted
        shared.abort();
      }
    }
  }

  /**
   * @param {string} key
   * @param {(options: import("./types.js").FetchOptions) => Promise<T>} start
   */
  #begin(key, start) {
    /** @type {AbortController | undefined} */
    let abort;
    const listeners = /** @type {Shared<T>["listeners"]} */ (new Set());
    const promise = start({
      // Made on first use: workerd allows no AbortController outside of a request.
      get signal() {
        abort ??= new AbortController();
        return abort.signal;
      },
      onProgress: (progress) => listeners.forEach((listener) => listener(progress)),
    });
    const shared = { promise, listeners, abort: () => abort?.abort(), waiting: 0, settled: false };
    this.#running.set(key, shared);
    const settle = (/** @type {boolean} */ keep) => {
      shared.settled = true;
      if (!keep) this.#forget(key, shared);
    };
    promise.then(
      () => settle(this.#keepResults),
      () => settle(false),
    );
    return shared;
  }

  /**
   * @param {string} key
   * @param {Shared<T>} shared
   */
  #forget(key, shared) {
    if (this.#running.get(key) === shared) this.#running.delete(key);
  }
}

/**
 * Rejects when the signal fires.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}
