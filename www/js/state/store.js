/**
 * Holds one plain object. Patches change it and views watch it.
 *
 * @template {object} S
 */
export class Store {
  /** @type {S} */
  #state;
  /** @type {{ keys: (keyof S)[], listener: (state: S) => void }[]} */
  #watchers = [];
  /** @type {Set<keyof S>} */
  #changed = new Set();

  /** @param {S} state */
  constructor(state) {
    this.#state = state;
  }

  /** The present state; do not modify it. */
  get state() {
    return this.#state;
  }

  /**
   * Changes some keys. Watchers run once in the next microtask, even after several patches.
   *
   * @param {Partial<S>} patch
   */
  set(patch) {
    const before = this.#state;
    this.#state = { ...before, ...patch };
    const wasUnchanged = this.#changed.size === 0;
    for (const key of /** @type {(keyof S)[]} */ (Object.keys(patch))) {
      if (!Object.is(before[key], this.#state[key])) this.#changed.add(key);
    }
    if (wasUnchanged && this.#changed.size > 0) queueMicrotask(() => this.#notify());
  }

  /**
   * Calls the listener now, and again each time one of the keys has changed.
   *
   * @param {(keyof S)[]} keys
   * @param {(state: S) => void} listener
   */
  watch(keys, listener) {
    this.#watchers.push({ keys, listener });
    listener(this.#state);
  }

  #notify() {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const { keys, listener } of this.#watchers) {
      if (keys.some((key) => changed.has(key))) listener(this.#state);
    }
  }
}
