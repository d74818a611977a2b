import { UnirouteError } from "./errors.js";
import { jsonBytes } from "./bytes.js";
import { counted } from "./count.js";

/** @typedef {import("./types.js").PoolSource} PoolSource */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */
/** @typedef {import("./types.js").RawModel} RawModel */
/** @typedef {import("./types.js").Wish} Wish */

/**
 * The core's part of a router: what wasm-bindgen generated. Only its methods are named here, so
 * that this module loads without the wasm.
 *
 * @typedef {import("../dist/uniroute.js").Router} Core
 */

/** How long the thread works on a batch before other work gets its turn, in milliseconds. */
const SLICE_MS = 12;
/** Prompts handed to the core at once. */
const BATCH = 64;

/**
 * Decides which language model of a pool should get a prompt. Made by `Router.load`; every method
 * is synchronous and throws {@link UnirouteError}.
 */
export class CoreRouter {
  /** @type {Core | null} */
  #core;

  /** @param {Core} core */
  constructor(core) {
    this.#core = core;
  }

  /**
   * Which model should get the prompt, why, and for how much.
   *
   * @param {string} prompt
   * @param {Wish} [request]
   */
  route(prompt, request) {
    return this.#call((core) => core.route(prompt, counted(prompt, request)));
  }

  /**
   * The decision together with the frontier of quality against cost and the prompt's place on the
   * map of clusters: what it takes to draw it.
   *
   * @param {string} prompt
   * @param {Wish} [request]
   */
  explain(prompt, request) {
    return this.#call((core) => core.explain(prompt, counted(prompt, request)));
  }

  /**
   * Decides for many prompts, giving way to other work of the thread between slices.
   *
   * @param {string[]} prompts
   * @param {RouteRequest} [request]
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async routeBatch(prompts, request, onProgress, signal) {
    /** @type {import("./types.js").Decision[]} */
    const decisions = [];
    for (let at = 0; at < prompts.length; at += BATCH) {
      if (signal?.aborted) throw UnirouteError.from(signal.reason);
      decisions.push(...this.#call((core) => core.routeBatch(prompts.slice(at, at + BATCH), request)));
      onProgress?.(decisions.length, prompts.length);
      await breathe();
    }
    return decisions;
  }

  /**
   * Places many prompts among the clusters, for {@link report}. They replace those of the call
   * before; when this one is aborted, none remain.
   *
   * @param {string[]} prompts
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async openBatch(prompts, onProgress, signal) {
    this.#call((core) => core.clearBatch());
    let done = 0;
    while (done < prompts.length) {
      const from = done;
      done += this.#call((core) => core.addToBatch(prompts.slice(from, from + 4 * BATCH), SLICE_MS));
      onProgress?.(done, prompts.length);
      await breathe();
      if (!signal?.aborted) continue;
      this.#call((core) => core.clearBatch());
      throw UnirouteError.from(signal.reason);
    }
    return done;
  }

  /**
   * Where each prompt of the batch goes, and what that amounts to beside sending all to one model.
   * A budget or a floor holds on average.
   *
   * @param {RouteRequest} [request]
   */
  report(request) {
    return this.#call((core) => core.report(request));
  }

  /**
   * What the prompt costs with one model, or with each model of the pool. Tokens are estimates
   * unless the request counts them: `inputTokens` or `counters`.
   *
   * @param {string} prompt
   * @param {string} [model]
   * @param {Wish} [request]
   */
  estimateCost(prompt, model, request) {
    return this.#call((core) => core.estimateCost(prompt, model, counted(prompt, request)));
  }

  /**
   * What all prompts of {@link openBatch} cost with one model, or with each, and from where to where.
   *
   * @param {string} [model]
   * @param {RouteRequest} [request]
   */
  totals(model, request) {
    return this.#call((core) => core.totals(model, request));
  }

  /**
   * Replaces the models to choose from. A pool that is refused leaves the present one in place.
   *
   * @param {PoolSource} pool LLM profile JSON
   */
  setPool(pool) {
    return this.#call((core) => core.setPool(jsonBytes(pool)));
  }

  /**
   * Adds a model, or replaces the one with its id. Its quality may be given as per-cluster
   * `errors`, as `labels` (prompts with scores) or as one `accuracy`.
   *
   * @param {RawModel} model
   */
  addModel(model) {
    return this.#call((core) => core.addModel(jsonBytes(model)));
  }

  /** The pool as LLM profile JSON, unknown fields included. */
  pool() {
    return this.#call((core) => core.pool());
  }

  /** The pool as it was understood: models, where each quality comes from, what was assumed. */
  poolInfo() {
    return this.#call((core) => core.poolInfo());
  }

  /** What this router is: id, hash, embedder, clusters, provenance. */
  info() {
    return this.#call((core) => core.info());
  }

  /** The clusters in two dimensions, with each model's expected quality in them. */
  map() {
    return this.#call((core) => core.map());
  }

  /**
   * What another pool would decide, without taking it.
   *
   * @param {PoolSource} pool
   * @param {string} prompt
   * @param {RouteRequest} [request]
   */
  compare(pool, prompt, request) {
    return this.#call((core) => core.compare(jsonBytes(pool), prompt, request));
  }

  /**
   * Reads a price list of LiteLLM, models.dev or OpenRouter, and finds the pool's models in it.
   * The pool stays as it is.
   *
   * @param {PoolSource} list
   */
  importPrices(list) {
    return this.#call((core) => core.importPrices(jsonBytes(list)));
  }

  /** Gives the memory back. The router cannot be used afterwards. */
  free() {
    this.#core?.free();
    this.#core = null;
  }

  /**
   * @template T
   * @param {(core: Core) => T} body
   * @returns {T}
   */
  #call(body) {
    if (this.#core === null) {
      throw new UnirouteError("freed", "This router is gone: it was freed or it broke. Load another one.");
    }
    try {
      return body(this.#core);
    } catch (thrown) {
      const error = UnirouteError.from(thrown);
      // The core stopped in the middle of something; its memory cannot be trusted any more.
      if (error.code === "panic" || thrown instanceof WebAssembly.RuntimeError) this.#core = null;
      throw error;
    }
  }
}

/** Lets the thread handle what is waiting: messages, above all the one that says stop. */
function breathe() {
  return new Promise((resolve) => setTimeout(resolve));
}
