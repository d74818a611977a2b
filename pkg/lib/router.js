import { UnirouteError } from "./errors.js";
import { jsonBytes, textBytes } from "./bytes.js";
import { optionalText, text, texts } from "./checks.js";
import { applyCounters } from "./counters.js";

/** @typedef {import("./types.js").PoolSource} PoolSource */
/** @typedef {import("./types.js").FileContent} FileContent */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */
/** @typedef {import("./types.js").RawModel} RawModel */
/** @typedef {import("./types.js").RouteRequestWithCounters} RouteRequestWithCounters */

/**
 * The router that wasm-bindgen generated. Only its type is imported, so that this module loads
 * without the WebAssembly module.
 *
 * @typedef {import("../dist/uniroute.js").Router} Core
 */

/** Milliseconds that the thread works on a batch before it handles other events. */
const SLICE_MS = 12;
/** Prompts passed to the core at once. */
const BATCH = 64;

/**
 * Decides which model of a pool should get a prompt. Made by `Router.load`; every method
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
   * Which model should get the prompt, why, and at what cost.
   *
   * @param {string} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  route(prompt, request) {
    return this.#call((core) => core.route(text(prompt, "prompt"), applyCounters(prompt, request)));
  }

  /**
   * The decision together with the frontier of quality against cost and the prompt's place on the
   * map of clusters. Enough to draw both.
   *
   * @param {string} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  explain(prompt, request) {
    return this.#call((core) => core.explain(text(prompt, "prompt"), applyCounters(prompt, request)));
  }

  /**
   * Decides for many prompts. The thread handles other events between slices.
   *
   * @param {string[]} prompts
   * @param {RouteRequest} [request]
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async routeBatch(prompts, request, onProgress, signal) {
    prompts = texts(prompts, "prompts");
    /** @type {import("./types.js").Decision[]} */
    const decisions = [];
    for (let at = 0; at < prompts.length; at += BATCH) {
      if (signal?.aborted) throw UnirouteError.from(signal.reason);
      decisions.push(...this.#call((core) => core.routeBatch(prompts.slice(at, at + BATCH), request)));
      onProgress?.(decisions.length, prompts.length);
      await yieldToEventLoop();
    }
    return decisions;
  }

  /**
   * Places many prompts among the clusters, for {@link report} and {@link totals}. They replace the
   * prompts of the previous call; after an abort, no prompts remain.
   *
   * @param {string[]} prompts
   * @param {(done: number, of: number) => void} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async openBatch(prompts, onProgress, signal) {
    prompts = texts(prompts, "prompts");
    this.#call((core) => core.clearBatch());
    let done = 0;
    while (done < prompts.length) {
      const from = done;
      done += this.#call((core) => core.addToBatch(prompts.slice(from, from + 4 * BATCH), SLICE_MS));
      onProgress?.(done, prompts.length);
      await yieldToEventLoop();
      if (!signal?.aborted) continue;
      this.#call((core) => core.clearBatch());
      throw UnirouteError.from(signal.reason);
    }
    return done;
  }

  /**
   * Which model each prompt of the batch gets, and the total cost and quality compared with sending all
   * prompts to one model. A budget or a quality floor holds on average.
   *
   * @param {RouteRequest} [request]
   */
  report(request) {
    return this.#call((core) => core.report(request));
  }

  /**
   * What the prompt costs with one model, or with each model of the pool. Token counts are estimates
   * unless the request states them (`inputTokens`) or counts them (`counters`).
   *
   * @param {string} prompt
   * @param {string} [model]
   * @param {RouteRequestWithCounters} [request]
   */
  estimateCost(prompt, model, request) {
    return this.#call((core) =>
      core.estimateCost(text(prompt, "prompt"), optionalText(model, "model"), applyCounters(prompt, request)),
    );
  }

  /**
   * What all prompts of {@link openBatch} cost with one model, or with each, with an interval.
   *
   * @param {string} [model]
   * @param {RouteRequest} [request]
   */
  totals(model, request) {
    return this.#call((core) => core.totals(optionalText(model, "model"), request));
  }

  /**
   * Replaces the models to choose from. If the pool is rejected, the present one stays in use.
   *
   * @param {PoolSource} pool LLM profile JSON
   */
  setPool(pool) {
    return this.#call((core) => core.setPool(jsonBytes(pool)));
  }

  /**
   * Adds a model, or replaces the model with the same id. Its quality may be given as per-cluster
   * `errors`, or as `labels` (prompts with scores), `benchmarks` (scores of its model card) and one
   * `accuracy` together.
   *
   * @param {RawModel} model
   */
  addModel(model) {
    return this.#call((core) => core.addModel(jsonBytes(model)));
  }

  /**
   * What the pool would know of a model: its expected quality, overall and by field, and the
   * benchmarks whose scores would tell most about it. The pool does not change.
   *
   * @param {RawModel} model
   */
  previewModel(model) {
    return this.#call((core) => core.previewModel(jsonBytes(model)));
  }

  /** The pool as LLM profile JSON, including fields that this version does not know. */
  pool() {
    return this.#call((core) => core.pool());
  }

  /** The pool as it was read: models, the source of each quality, and assumptions. */
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
   * What another pool would decide. The pool in use stays.
   *
   * @param {PoolSource} pool
   * @param {string} prompt
   * @param {RouteRequest} [request]
   */
  compare(pool, prompt, request) {
    return this.#call((core) => core.compare(jsonBytes(pool), text(prompt, "prompt"), request));
  }

  /**
   * Reads a price list of LiteLLM, models.dev or OpenRouter, and finds the pool's models in it.
   * The pool does not change.
   *
   * @param {PoolSource} list
   */
  importPrices(list) {
    return this.#call((core) => core.importPrices(jsonBytes(list)));
  }

  /**
   * Reads the prompts of a file: lines of text, CSV, TSV, JSONL or a JSON list. The result has all columns
   * and the one that most likely holds the prompts.
   *
   * @param {string} name of the file; its extension gives the format
   * @param {FileContent} content
   */
  readPrompts(name, content) {
    return this.#call((core) => core.readPrompts(text(name, "name"), textBytes(content)));
  }

  /**
   * Reads the labels of one model from a file: prompts with scores, as `addModel` needs them.
   *
   * @param {string} name of the file; its extension gives the format
   * @param {FileContent} content
   * @param {string} [model] id of the model, where the file has labels of several models
   */
  readLabels(name, content, model) {
    return this.#call((core) =>
      core.readLabels(text(name, "name"), textBytes(content), optionalText(model, "model")),
    );
  }

  /**
   * Reads the scores of a model card as people paste them: a benchmark and its score a line, or a table.
   * The result has the scores in [0, 1], and the lines that were skipped.
   *
   * @param {string} scores
   */
  readScores(scores) {
    return this.#call((core) => core.readScores(text(scores, "scores")));
  }

  /** Frees the memory. The router cannot be used afterwards. */
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
      throw new UnirouteError(
        "freed",
        "This router was freed, or it stopped after an internal error. Load another one.",
      );
    }
    try {
      return body(this.#core);
    } catch (thrown) {
      const error = UnirouteError.from(thrown);
      // The core stopped in the middle of a call; its memory may be inconsistent.
      if (error.code === "panic" || thrown instanceof WebAssembly.RuntimeError) this.#core = null;
      throw error;
    }
  }
}

/** Lets the thread handle waiting events, above all the message that cancels a batch. */
function yieldToEventLoop() {
  return new Promise((resolve) => setTimeout(resolve));
}
