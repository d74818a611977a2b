/**
 * The state of the page: one plain object, changed by patches, watched by views.
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

  /** The present state; treat it as read-only. */
  get now() {
    return this.#state;
  }

  /**
   * Changes some keys. Watchers run once, soon, however many patches arrive until then.
   *
   * @param {Partial<S>} patch
   */
  set(patch) {
    const before = this.#state;
    this.#state = { ...before, ...patch };
    const wasQuiet = this.#changed.size === 0;
    for (const key of /** @type {(keyof S)[]} */ (Object.keys(patch))) {
      if (!Object.is(before[key], this.#state[key])) this.#changed.add(key);
    }
    if (wasQuiet && this.#changed.size > 0) queueMicrotask(() => this.#tell());
  }

  /**
   * Calls the listener now, and again whenever one of the keys has changed.
   *
   * @param {(keyof S)[]} keys
   * @param {(state: S) => void} listener
   */
  watch(keys, listener) {
    this.#watchers.push({ keys, listener });
    listener(this.#state);
  }

  #tell() {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const { keys, listener } of this.#watchers) {
      if (keys.some((key) => changed.has(key))) listener(this.#state);
    }
  }
}
