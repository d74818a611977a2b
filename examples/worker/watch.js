/**
 * Ends a request to a model when it takes too long or when the caller has left.
 *
 * @module
 */

/** The model took longer than allowed. */
export class Late extends Error {}

export class Watch {
  #controller = new AbortController();
  /** @type {AbortSignal} */
  #caller;
  #leave = () => this.stop(new Error("The caller has left."));

  /** @param {AbortSignal} caller aborts when the caller leaves */
  constructor(caller) {
    this.#caller = caller;
    if (caller.aborted) this.#leave();
    else caller.addEventListener("abort", this.#leave);
  }

  get hasCallerLeft() {
    return this.#caller.aborted;
  }

  /** Aborts when the request must end. */
  get signal() {
    return this.#controller.signal;
  }

  /**
   * What the promise gives. If that takes longer than the limit, the request ends.
   *
   * @template T
   * @param {Promise<T>} promise
   * @param {number} limit in milliseconds
   * @returns {Promise<T>}
   */
  within(promise, limit) {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const fail = () => reject(signal.reason);
      const timer = setTimeout(() => this.stop(new Late(`Nothing within ${limit} ms.`)), limit);
      signal.addEventListener("abort", fail);
      if (signal.aborted) fail();
      promise.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", fail);
      });
    });
  }

  /** The request has ended: the caller no longer matters. */
  end() {
    this.#caller.removeEventListener("abort", this.#leave);
  }

  /**
   * Ends the request now.
   *
   * @param {unknown} reason
   */
  stop(reason) {
    this.end();
    this.#controller.abort(reason);
  }
}
