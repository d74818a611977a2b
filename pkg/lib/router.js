import { UnirouteError } from "./errors.js";
import {
  fileBytes,
  finite,
  jsonBytes,
  optionalText,
  requestJson,
  tableOptions,
  text,
  texts,
} from "./checks.js";
import { applyCounters } from "./counters.js";

/** @typedef {import("./types.js").PoolSource} PoolSource */
/** @typedef {import("./types.js").FileContent} FileContent */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */
/** @typedef {import("./types.js").RawModel} RawModel */
/** @typedef {import("./types.js").TableOptions} TableOptions */
/** @typedef {import("./types.js").RouteRequestWithCounters} RouteRequestWithCounters */

/** @typedef {import("./engine.js").Engine} Engine */

/** Milliseconds that the thread works on a batch before it handles other events. */
const SLICE_MS = 12;
/** Prompts passed to the core at once. */
const BATCH = 64;

/**
 * Decides which model of a pool should get a prompt. Made by `Router.load`; every method
 * is synchronous and throws {@link UnirouteError}.
 */
export class CoreRouter {
  /** @type {Engine} */
  #engine;
  /** The start of the module that holds the batch; null before {@link openBatch}. */
  #batch = /** @type {number | null} */ (null);

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * Which model should get the prompt, why, and at what cost.
   *
   * @param {string} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  route(prompt, request) {
    const [asked, json] = query(prompt, request);
    return this.#engine.use((core) => core.route(asked, json));
  }

  /**
   * The decision together with the frontier of quality against cost and the prompt's place on the
   * map of clusters. Enough to draw both.
   *
   * @param {string} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  explain(prompt, request) {
    const [asked, json] = query(prompt, request);
    return this.#engine.use((core) => core.explain(asked, json));
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
    const json = requestJson(request);
    /** @type {import("./types.js").Decision[]} */
    const decisions = [];
    for (let at = 0; at < prompts.length; at += BATCH) {
      if (signal?.aborted) throw UnirouteError.aborted(signal);
      const slice = prompts.slice(at, at + BATCH);
      decisions.push(...this.#engine.use((core) => core.routeBatch(slice, json)));
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
    this.#engine.use((core) => core.clearBatch());
    this.#batch = this.#engine.starts;
    let done = 0;
    while (done < prompts.length) {
      const slice = prompts.slice(done, done + 4 * BATCH);
      done += this.#onBatch((core) => core.addToBatch(slice, SLICE_MS));
      onProgress?.(done, prompts.length);
      await yieldToEventLoop();
      if (!signal?.aborted) continue;
      this.#engine.use((core) => core.clearBatch());
      throw UnirouteError.aborted(signal);
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
    const json = requestJson(request);
    return this.#onBatch((core) => core.report(json));
  }

  /**
   * What routing saves against sending every prompt to one model, and how sure that is: of the prompts of
   * {@link openBatch}, or of one prompt. Null if that model is excluded for a prompt, or its price unknown.
   *
   * @param {string} [reference] id of the model to compare with; without one, the best single model
   * @param {RouteRequest} [request]
   * @param {string} [prompt]
   */
  savings(reference, request, prompt) {
    const [id, json] = [optionalText(reference, "reference"), requestJson(request)];
    const asked = optionalText(prompt, "prompt");
    if (asked === undefined) return this.#onBatch((core) => core.savings(undefined, id, json));
    return this.#engine.use((core) => core.savings(asked, id, json));
  }

  /**
   * How many prompts of {@link openBatch} a model would get that the pool does not have, of the same quality
   * and cost for every prompt.
   *
   * @param {number} quality in [0, 1]
   * @param {number} cost US dollars for one prompt
   * @param {RouteRequest} [request]
   */
  whatIf(quality, cost, request) {
    const [share, usd] = [finite(quality, "quality"), finite(cost, "cost")];
    const json = requestJson(request);
    return this.#onBatch((core) => core.whatIf(share, usd, json));
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
    const [asked, json] = query(prompt, request);
    const id = optionalText(model, "model");
    return this.#engine.use((core) => core.estimateCost(asked, id, json));
  }

  /**
   * What all prompts of {@link openBatch} cost with one model, or with each, with an interval.
   *
   * @param {string} [model]
   * @param {RouteRequest} [request]
   */
  totals(model, request) {
    const [id, json] = [optionalText(model, "model"), requestJson(request)];
    return this.#onBatch((core) => core.totals(id, json));
  }

  /**
   * Replaces the models to choose from. If the pool is rejected, the present one stays in use.
   *
   * @param {PoolSource} pool LLM profile JSON
   */
  setPool(pool) {
    const bytes = jsonBytes(pool, "pool").slice();
    const info = this.#engine.use((core) => core.setPool(bytes));
    this.#engine.keepPool(bytes);
    return info;
  }

  /**
   * Adds a model, or replaces the model with the same id. Its quality may be given as per-cluster
   * `errors`, or as `labels` (prompts with scores), `benchmarks` (scores of its model card) and one
   * `accuracy` together.
   *
   * @param {RawModel} model
   */
  addModel(model) {
    const bytes = jsonBytes(model, "model").slice();
    const info = this.#engine.use((core) => core.addModel(bytes));
    this.#engine.keepModel(bytes);
    return info;
  }

  /**
   * What the pool would know of a model: its expected quality, overall and by field, and the
   * benchmarks whose scores would tell most about it. The pool does not change.
   *
   * @param {RawModel} model
   */
  previewModel(model) {
    const bytes = jsonBytes(model, "model");
    return this.#engine.use((core) => core.previewModel(bytes));
  }

  /** The pool as LLM profile JSON, including fields that this version does not know. */
  pool() {
    return this.#engine.use((core) => core.pool());
  }

  /** The pool as it was read: models, the source of each quality, and assumptions. */
  poolInfo() {
    return this.#engine.use((core) => core.poolInfo());
  }

  /** What this router is: id, hash, embedder, clusters, provenance. */
  info() {
    return this.#engine.use((core) => core.info());
  }

  /** The clusters in two dimensions, with each model's expected quality in them. */
  map() {
    return this.#engine.use((core) => core.map());
  }

  /**
   * What another pool would decide. The pool in use stays.
   *
   * @param {PoolSource} pool
   * @param {string} prompt
   * @param {RouteRequest} [request]
   */
  compare(pool, prompt, request) {
    const bytes = jsonBytes(pool, "pool");
    const [asked, json] = query(prompt, request);
    return this.#engine.use((core) => core.compare(bytes, asked, json));
  }

  /**
   * Reads a price list of LiteLLM, models.dev or OpenRouter, and finds the pool's models in it.
   * The pool does not change.
   *
   * @param {PoolSource} list
   */
  importPrices(list) {
    const bytes = jsonBytes(list, "list");
    return this.#engine.use((core) => core.importPrices(bytes));
  }

  /**
   * Reads the prompts of a file: lines of text, a table with any separator, JSONL or a JSON list, also of
   * requests with `messages`, as in batch files of OpenAI. The result says what the file was read as, and has
   * all columns and the one that most likely holds the prompts.
   *
   * @param {string} name of the file; its extension gives the format
   * @param {FileContent} content
   * @param {TableOptions} [table] what is known of a table
   */
  readPrompts(name, content, table) {
    const [file, bytes] = [text(name, "name"), fileBytes(content, "content")];
    const [separator, header] = tableOptions(table);
    return this.#engine.use((core) => core.readPrompts(file, bytes, separator, header));
  }

  /**
   * Reads the labels of one model from a file: prompts with scores, as `addModel` needs them.
   *
   * @param {string} name of the file; its extension gives the format
   * @param {FileContent} content
   * @param {string} [model] id of the model, where the file has labels of several models
   */
  readLabels(name, content, model) {
    const [file, bytes, id] = [
      text(name, "name"),
      fileBytes(content, "content"),
      optionalText(model, "model"),
    ];
    return this.#engine.use((core) => core.readLabels(file, bytes, id));
  }

  /**
   * Reads the scores of a model card as people paste them: a benchmark and its score a line, or a table.
   * The result has the scores in [0, 1], and the lines that were skipped.
   *
   * @param {string} scores
   */
  readScores(scores) {
    const pasted = text(scores, "scores");
    return this.#engine.use((core) => core.readScores(pasted));
  }

  /** Frees the memory. The router cannot be used afterwards. */
  free() {
    this.#engine.free();
  }

  /**
   * Passes a call that needs the batch.
   *
   * @template T
   * @param {(core: import("./engine.js").Core) => T} call
   * @returns {T}
   */
  #onBatch(call) {
    return this.#engine.use((core) => {
      if (this.#batch === null || this.#batch === this.#engine.starts) return call(core);
      throw new UnirouteError(
        "batch_lost",
        "The prompts of the batch were lost when the router started again. Open the batch again.",
      );
    });
  }
}

/**
 * Prompt and request as the core takes them. The counters of the request run here.
 *
 * @param {string} prompt
 * @param {RouteRequestWithCounters} [request]
 * @returns {[prompt: string, request: string | undefined]}
 */
function query(prompt, request) {
  const asked = text(prompt, "prompt");
  return [asked, requestJson(applyCounters(asked, request))];
}

/** Lets the thread handle waiting events, above all the message that cancels a batch. */
function yieldToEventLoop() {
  return new Promise((resolve) => setTimeout(resolve));
}
