/**
 * Waiting for a model until its caller leaves or its time is over.
 *
 * @module
 */

/** The reason for which a model is stopped that did not answer in time. */
export class Late extends Error {
  /** @param {number} timeout in milliseconds */
  constructor(timeout) {
    super(`nothing within ${timeout} ms`);
    this.name = "TimeoutError";
  }
}

/** One request to one model. */
export class Watch {
  #own = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {AbortSignal | undefined} caller aborts when the caller leaves
   * @param {number | undefined} timeout milliseconds until the model must have begun to answer
   */
  constructor(caller, timeout) {
    /** Aborts when the model should stop. */
    this.signal = caller ?? this.#own.signal;
    this.hasBegun = false;
    if (timeout === undefined) return;
    this.signal = caller === undefined ? this.#own.signal : AbortSignal.any([caller, this.#own.signal]);
    this.#timer = setTimeout(() => this.#own.abort(new Late(timeout)), timeout);
  }

  /** Says that the model has begun to answer: its time has no end, and no other model may take its place. */
  begin() {
    this.hasBegun = true;
    clearTimeout(this.#timer);
  }

  /** Whether the model did not answer in time. */
  get isLate() {
    return this.#own.signal.reason instanceof Late;
  }

  /**
   * What the model answers; rejects as soon as the signal aborts, also if the model does not heed it.
   *
   * @template T
   * @param {PromiseLike<T>} answer
   * @returns {Promise<T>}
   */
  async wait(answer) {
    const { signal } = this;
    /** @type {(() => void) | undefined} */
    let stop;
    const stopped = new Promise((_, reject) => {
      stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
    stopped.catch(() => {}); // nobody may wait for it
    try {
      return await /** @type {Promise<T>} */ (Promise.race([answer, stopped]));
    } finally {
      if (stop) signal.removeEventListener("abort", stop);
      clearTimeout(this.#timer);
    }
  }
}
