/** Milliseconds without an answer or any progress after which the person is asked whether to start again. */
const LIMIT_MS = 15_000;

/**
 * Watches over work that may never end: a worker that the browser has ended gives no sign of it.
 */
export class Patience {
  #late;
  #over;
  #waiting = 0;
  #isLate = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {() => void} late called when nothing has happened for too long
   * @param {() => void} over called when something happens after that
   */
  constructor(late, over) {
    this.#late = late;
    this.#over = over;
  }

  /**
   * Watches over one piece of work.
   *
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    this.#waiting += 1;
    this.renew();
    try {
      return await work;
    } finally {
      this.#waiting -= 1;
      this.renew();
    }
  }

  /** Starts the time again: something happened. */
  renew() {
    clearTimeout(this.#timer);
    if (this.#isLate) this.#over();
    this.#isLate = false;
    if (this.#waiting === 0) return;
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#late();
    }, LIMIT_MS);
  }
}
