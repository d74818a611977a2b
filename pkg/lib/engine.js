/**
 * The WebAssembly side of a router.
 *
 * @module
 */
import { UnirouteError, messageOf } from "./errors.js";

/** @typedef {typeof import("../dist/uniroute.js")} Bindings */
/** @typedef {import("../dist/uniroute.js").Router} Core */

/**
 * What a router is made from.
 *
 * @typedef {object} Files
 * @property {Uint8Array} router
 * @property {Uint8Array} pool LLM profile JSON
 * @property {Uint8Array | undefined} weights of the transformer
 */

/**
 * What is known of a started module.
 *
 * @typedef {object} State
 * @property {number} starts how often it was started
 * @property {boolean} stopped whether it stopped in the middle of a call, so that its memory may be wrong
 */

/** Most models that are added again after a restart; then the pool is exported with them. */
const MOST_ADDED = 32;

/** @type {WeakMap<Bindings, State>} */
const states = new WeakMap();

/**
 * Makes a router in a module, and passes calls to it. All routers of a page share the module. If it stops in
 * the middle of a call (memory ran out, or a defect), that call fails; a fresh instance of the module replaces
 * it, and each router is made again from its files by its next call.
 */
export class Engine {
  /** @type {Bindings} */
  #bindings;
  /** @type {Files | null} null after {@link free} */
  #files;
  /**
   * Models that were added to the pool since, in LLM profile JSON.
   *
   * @type {Uint8Array[]}
   */
  #added = [];
  /**
   * The verdicts on answers, as they are exported.
   *
   * @type {Uint8Array | null}
   */
  #feedback = null;
  /** @type {Uint8Array | undefined} */
  #sha256;
  /** @type {Core | null} */
  #core = null;
  /** The start of the module that `#core` belongs to. */
  #start = 0;

  /**
   * @param {Bindings} bindings of a started module
   * @param {Files} files
   */
  constructor(bindings, files) {
    this.#bindings = bindings;
    // Copies: the caller may change or transfer its own. The weights are large, and checked when they are read.
    this.#files = { ...files, router: files.router.slice(), pool: files.pool.slice() };
    if (!states.has(bindings)) states.set(bindings, { starts: 1, stopped: false });
  }

  /**
   * Makes the router, with the content hash that the platform computes: it takes one millisecond, and a
   * module that has just started needs fifty. Without SubtleCrypto the module computes it.
   *
   * @param {Bindings} bindings of a started module
   * @param {Files} files
   */
  static async load(bindings, files) {
    const engine = new Engine(bindings, files);
    const subtle = globalThis.crypto?.subtle;
    if (subtle !== undefined) {
      const hashed = engine.#guarded(() =>
        bindings.Router.hashed(/** @type {Files} */ (engine.#files).router),
      );
      const digest = await subtle.digest("SHA-256", /** @type {Uint8Array<ArrayBuffer>} */ (hashed));
      engine.#sha256 = new Uint8Array(digest);
    }
    engine.use(() => undefined);
    return engine;
  }

  /** @returns {State} */
  get #state() {
    return /** @type {State} */ (states.get(this.#bindings));
  }

  /** How often the module was started; a change means that what the module held is lost. */
  get starts() {
    return this.#state.starts;
  }

  /**
   * Passes one call to the router. The arguments must be texts, numbers and bytes: nothing in them may run
   * code of the caller.
   *
   * @template T
   * @param {(core: Core) => T} call
   * @returns {T}
   * @throws {UnirouteError}
   */
  use(call) {
    return this.#guarded(() => call(this.#current()));
  }

  /**
   * The pool that a router is made with from now on.
   *
   * @param {Uint8Array} pool LLM profile JSON
   */
  keepPool(pool) {
    if (!this.#files) return;
    this.#files.pool = pool;
    this.#added = [];
  }

  /**
   * A model that the pool of a router has from now on.
   *
   * @param {Uint8Array} model in LLM profile JSON
   */
  keepModel(model) {
    this.#added.push(model);
    if (this.#added.length < MOST_ADDED) return;
    this.keepPool(new TextEncoder().encode(this.use((core) => core.pool())));
  }

  /** The verdicts that a router has now, it has from now on. */
  keepFeedback() {
    this.#feedback = this.use((core) => core.exportFeedback());
  }

  /** Frees the memory. */
  free() {
    const core = this.#core;
    const isAlive = this.#start === this.starts && !this.#state.stopped;
    this.#core = null;
    this.#files = null;
    this.#added = [];
    this.#feedback = null;
    if (isAlive) this.#guarded(() => core?.free());
  }

  /** @returns {Core} */
  #current() {
    if (this.#files === null) {
      throw new UnirouteError("freed", "This router was freed. Load another one.");
    }
    if (this.#state.stopped) this.#restart();
    if (this.#core === null || this.#start !== this.starts) {
      const { router, pool, weights } = this.#files;
      const core = new this.#bindings.Router(router, pool, weights, this.#sha256);
      for (const model of this.#added) core.addModel(model);
      if (this.#feedback !== null) core.importFeedback(this.#feedback, false, Date.now());
      this.#core = core;
      this.#start = this.starts;
    }
    return this.#core;
  }

  /**
   * @template T
   * @param {() => T} call
   * @returns {T}
   */
  #guarded(call) {
    try {
      return call();
    } catch (thrown) {
      if (UnirouteError.is(thrown)) throw thrown;
      const error = UnirouteError.from(thrown, "stopped");
      // The core's own errors have a code; anything else stopped it in the middle of its work.
      if (error.code !== "stopped" && error.code !== "panic") throw error;
      this.#state.stopped = true;
      throw new UnirouteError(
        "stopped",
        `The router stopped (${messageOf(thrown)}), and this call was not answered. It starts again with the next call. If this call stops it again, please report it.`,
        { cause: thrown },
      );
    }
  }

  /** Replaces the module by a fresh instance with empty memory. */
  #restart() {
    this.#bindings.__wbg_reset_state();
    this.#state.stopped = false;
    this.#state.starts += 1;
  }
}
