import { UnirouteError } from "./errors.js";
import {
  fileBytes,
  finite,
  flag,
  jsonBytes,
  labelOptions,
  optionalText,
  requestJson,
  tableOptions,
  text,
  texts,
} from "./checks.js";
import { ofMessages } from "./conversation.js";
import { applyCounters } from "./counters.js";
import { remember, verdictOf } from "./verdicts.js";

/** @typedef {import("./types.js").Prompt} Prompt */
/** @typedef {import("./types.js").PoolSource} PoolSource */
/** @typedef {import("./types.js").FileContent} FileContent */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */
/** @typedef {import("./types.js").RawModel} RawModel */
/** @typedef {import("./types.js").LabelOptions} LabelOptions */
/** @typedef {import("./types.js").FeedbackSubject} FeedbackSubject */
/** @typedef {import("./types.js").FeedbackOptions} FeedbackOptions */
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
   * Which model should get the prompt, why, and at what cost. Of a conversation the last message of the user is the
   * prompt; the earlier ones tell what it is about where it does not say so itself.
   *
   * @param {Prompt} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  route(prompt, request) {
    const [asked, json] = query(prompt, request);
    return remember(
      asked,
      this.#engine.use((core) => core.route(asked, json)),
    );
  }

  /**
   * The decision together with the frontier of quality against cost and the prompt's place on the
   * map of clusters. Enough to draw both.
   *
   * @param {Prompt} prompt
   * @param {RouteRequestWithCounters} [request]
   */
  explain(prompt, request) {
    const [asked, json] = query(prompt, request);
    return remember(
      asked,
      this.#engine.use((core) => core.explain(asked, json)),
    );
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
      const decided = this.#engine.use((core) => core.routeBatch(slice, json));
      decisions.push(...remember(slice, decided));
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
   * @param {Prompt} prompt
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

  /** The expected quality of each model of the pool in each field of topics, with 90 % intervals. */
  fields() {
    return this.#engine.use((core) => core.fields());
  }

  /**
   * How sure the router is of a model of the pool: in each field of topics the quality with its interval, the
   * labels behind it and whether it is only a guess; and the prompts whose labels would tell most. Null for a
   * model that the pool does not have.
   *
   * @param {string} id
   */
  certainty(id) {
    const model = text(id, "id");
    return this.#engine.use((core) => core.certainty(model));
  }

  /**
   * The pool as LLM profile JSON, including fields that this version does not know.
   *
   * @param {{ feedback?: boolean | undefined }} [options] `feedback`: with the verdicts that were given in
   *   the per-cluster errors of their models. Reset the feedback before such a pool is used, or it counts twice.
   */
  pool(options) {
    const feedback = flag(options, "feedback");
    return this.#engine.use((core) => core.pool(feedback));
  }

  /**
   * Says how good an answer was. The decisions from then on rest on it. Nothing leaves this machine, and the
   * prompt is not kept.
   *
   * @param {FeedbackSubject} decision as a router returned it, or the model and the prompt
   * @param {number} score in [0, 1]: 1 is a good answer, 0 a bad one
   * @param {FeedbackOptions} [options]
   * @returns {import("./types.js").ModelInfo} what is now known of the model
   */
  feedback(decision, score, options) {
    const verdict = verdictOf(decision, score, options);
    const { model, prompt, trust, at } = verdict;
    const info = this.#engine.use((core) => core.feedback(model, prompt, verdict.score, trust, at));
    this.#engine.keepFeedback();
    return info;
  }

  /**
   * All verdicts as bytes, to keep or to use on another device. They contain no prompts; their size depends on
   * the number of models alone.
   */
  exportFeedback() {
    return this.#engine.use((core) => core.exportFeedback());
  }

  /**
   * Replaces the verdicts by exported ones. If these are rejected, the present ones stay in use.
   *
   * @param {Uint8Array | ArrayBuffer} state of `exportFeedback`
   * @param {{ merge?: boolean | undefined }} [options] `merge`: add them to the present ones. A verdict that is
   *   in both counts twice.
   */
  importFeedback(state, options) {
    const [bytes, merge] = [fileBytes(state, "state"), flag(options, "merge")];
    const info = this.#engine.use((core) => core.importFeedback(bytes, merge, Date.now()));
    this.#engine.keepFeedback();
    return info;
  }

  /**
   * Drops the verdicts on one model, or all of them.
   *
   * @param {string} [model]
   */
  resetFeedback(model) {
    const id = optionalText(model, "model");
    const info = this.#engine.use((core) => core.resetFeedback(id));
    this.#engine.keepFeedback();
    return info;
  }

  /**
   * Forgets verdicts slowly from now on, since a model may change behind its name: after so many days a verdict
   * counts half.
   *
   * @param {number | null} days null: never
   */
  setHalfLife(days) {
    const value = days === null || days === undefined ? undefined : finite(days, "days");
    this.#engine.use((core) => core.setHalfLife(value));
    this.#engine.keepFeedback();
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
   * @param {Prompt} prompt
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
   * Reads the labels of one model from a file: prompts with scores, as `addModel` needs them. The file may be a
   * table, JSON lines or a JSON list; in the module of the transformer also what lm-evaluation-harness, Inspect,
   * promptfoo or HELM write, or a log of requests with scores. Where something must be decided, the error has what in `choice` (`score`, `model`
   * or `prompt`), and the names to choose from in `names`.
   *
   * @param {string} name of the file; its extension gives the format
   * @param {FileContent} content
   * @param {string | LabelOptions} [options] what the file does not say; a text is the id of the model
   */
  readLabels(name, content, options) {
    const [file, bytes] = [text(name, "name"), fileBytes(content, "content")];
    const { model, score, prompt, skipBad, others } = labelOptions(options);
    const beside = (/** @type {string} */ other) => others.get(other);
    return this.#engine.use((core) => core.readLabels(file, bytes, model, score, prompt, skipBad, beside));
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
 * @param {Prompt} prompt
 * @param {RouteRequestWithCounters} [request]
 * @returns {[prompt: string, request: string | undefined]}
 */
function query(prompt, request) {
  const { prompt: asked, request: whole } = Array.isArray(prompt)
    ? ofMessages(prompt, request)
    : { prompt: text(prompt, "prompt"), request };
  return [asked, requestJson(applyCounters(asked, whole))];
}

/** Lets the thread handle waiting events, above all the message that cancels a batch. */
function yieldToEventLoop() {
  return new Promise((resolve) => setTimeout(resolve));
}
