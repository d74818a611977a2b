/**
 * uniroute as a model of the AI SDK: each call goes to the model that the router chooses, and to the next best one
 * if that cannot answer.
 *
 * @module
 */
import { isEffort } from "./lib/adapters/effort.js";
import { UnirouteError } from "./lib/errors.js";
import { Failure, failureOf, isStatus } from "./lib/adapters/failures.js";
import { requestOf, textOf } from "./lib/messages.js";
import {
  changed,
  choose,
  firstAnswer,
  listed,
  noAnswer,
  object,
  reject,
  routedTo,
  setup,
} from "./lib/adapters/routing.js";

export { UnirouteError };

/** @typedef {import("./lib/adapters/ai-types.js").LanguageModelV4} LanguageModelV4 */
/** @typedef {import("./lib/adapters/ai-types.js").CallOptions} CallOptions */
/** @typedef {import("./lib/adapters/ai-types.js").StreamPart} StreamPart */
/** @typedef {import("./lib/types.js").AnyRouter} AnyRouter */
/** @typedef {import("./lib/types.js").Routed} Routed */
/** @typedef {import("./lib/types.js").RoutingOptions} RoutingOptions */
/** @typedef {import("./lib/adapters/routing.js").Choice<LanguageModelV4>} Choice */
/** @typedef {import("./lib/adapters/routing.js").Setup<LanguageModelV4>} Setup */

/** Parts of a stream before the answer itself. They are passed on together with its first part. */
const PREAMBLE = new Set(["stream-start", "response-metadata", "raw", "ping"]);
/** Reasons for which a stream without any content has ended too early. */
const BROKEN = ["error", "interrupted"];
/** The capability that a model needs for a file, by the beginning of its media type. */
const ABILITIES = { image: "vision", audio: "audio", video: "video", "application/pdf": "pdf" };
/** How the AI SDK recognises errors of models, after which it tries again (`maxRetries`). */
const MARKERS = ["vercel.ai.error", "vercel.ai.error.AI_APICallError"].map((name) => Symbol.for(name));

/**
 * A model for `generateText`, `streamText` and all else of the AI SDK. The text of the user's last message is
 * routed; where it does not say itself what it is about, the earlier turns do. Tools, images and structured output
 * restrict the choice to models that can do it. The decision is in `providerMetadata.uniroute` of the answer.
 *
 * @param {AnyRouter} router
 * @param {Record<string, LanguageModelV4>} models by id in the pool. `model` also answers for `model@low`, with
 *   that effort of reasoning
 * @param {RoutingOptions} [options] one call may have others in `providerOptions.uniroute`, and there alone
 *   `previous`, the model of the turn before
 * @returns {LanguageModelV4}
 */
export function auto(router, models, options) {
  const checked = setup(router, models, options, languageModel);
  return {
    specificationVersion: "v4",
    provider: "uniroute",
    modelId: "auto",
    // The models differ in the addresses that they read, so files are downloaded for them.
    supportedUrls: {},
    async doGenerate(call) {
      const [answer, routed] = await answered(checked, call, (choice, { signal }) =>
        choice.model.doGenerate(callOf(choice, call, signal)),
      );
      return { ...answer, providerMetadata: { ...answer.providerMetadata, uniroute: routed } };
    },
    async doStream(call) {
      const [{ result, begin, reader }, routed] = await answered(checked, call, (choice, { signal }) =>
        begun(choice.model, callOf(choice, call, signal)),
      );
      return { ...result, stream: relay(begin, reader, routed) };
    },
  };
}

/**
 * For a server whose callers may choose: gives the model with the name that a request has, and no others.
 *
 * @template T
 * @param {Record<string, T>} models by the name that callers use
 * @param {string} usual the name of the model if the request has none
 * @returns {(name: unknown) => T} throws if the name is not in the list
 */
export function allowList(models, usual) {
  const allowed = new Map(Object.entries(object(models, "models", "an object: names, each with its model")));
  if (!allowed.has(usual)) reject("usual", `must be one of the names: ${listed([...allowed.keys()])}.`);
  return (name) => {
    const model = allowed.get(/** @type {string} */ (name ?? usual));
    if (model !== undefined) return /** @type {T} */ (model);
    throw new UnirouteError(
      "model_not_allowed",
      `The request names a model that is not allowed. Use one of ${listed([...allowed.keys()])}.`,
      { path: "model" },
    );
  };
}

/** All models that were asked failed. The AI SDK may try again, as after an error of one model. */
class NoAnswer extends UnirouteError {
  /**
   * @param {import("./lib/adapters/routing.js").Failed[]} failed
   * @param {unknown} last
   */
  constructor(failed, last) {
    super("no_answer", noAnswer(failed), { cause: last });
    const { statusCode, responseHeaders } = /** @type {Record<string, unknown>} */ (Object(last));
    this.isRetryable = true;
    this.statusCode = statusCode;
    this.responseHeaders = responseHeaders;
    for (const marker of MARKERS) Object.defineProperty(this, marker, { value: true });
  }
}

/**
 * The first answer to a call, and what is said of the decision.
 *
 * @template A
 * @param {Setup} setup
 * @param {CallOptions} call
 * @param {(choice: Choice, watch: import("./lib/adapters/watch.js").Watch) => PromiseLike<A>} ask
 * @returns {Promise<[A, Routed]>}
 */
async function answered(setup, call, ask) {
  const { prompt, reasoning, providerOptions, abortSignal } = call;
  abortSignal?.throwIfAborted();
  const own = providerOptions?.["uniroute"];
  const { decision, choices } = await choose(setup, {
    ...requestOf(prompt.map(({ role, content }) => ({ role, text: textOf(content) }))),
    need: needs(call),
    effort: isEffort(reasoning) ? reasoning : undefined,
    request:
      own === undefined ? setup.request : changed(setup.request, own, "providerOptions.uniroute", true),
  });
  const outcome = await firstAnswer(choices, setup, abortSignal, ask);
  if (outcome.choice === undefined) throw new NoAnswer(outcome.failed, outcome.thrown);
  return [outcome.answer, routedTo(decision, outcome.choice, outcome.failed)];
}

/**
 * The capabilities that a model must have.
 *
 * @param {CallOptions} call
 */
function needs({ prompt, tools, toolChoice, responseFormat }) {
  const needed = new Set(prompt.flatMap(({ content }) => fileNeeds(content)));
  if (tools !== undefined && tools.length > 0 && toolChoice?.type !== "none") needed.add("tools");
  if (responseFormat?.type === "json") needed.add("json");
  return [...needed];
}

/**
 * The capabilities for the files in a message, also in the results of tools.
 *
 * @param {unknown} content
 * @returns {string[]}
 */
function fileNeeds(content) {
  if (!Array.isArray(content)) return [];
  return content.flatMap(({ type, mediaType, output }) => {
    if (type === "tool-result") return fileNeeds(output?.value);
    if (type !== "file") return [];
    const found = Object.entries(ABILITIES).find(([prefix]) => String(mediaType).startsWith(prefix));
    return found === undefined ? [] : [found[1]];
  });
}

/**
 * @param {Choice} choice
 * @param {CallOptions} call
 * @param {AbortSignal} signal
 * @returns {CallOptions}
 */
function callOf({ effort }, call, signal) {
  const { providerOptions, reasoning } = call;
  const { uniroute: _, ...others } = providerOptions ?? {};
  return {
    ...call,
    abortSignal: signal,
    ...(providerOptions !== undefined && { providerOptions: others }),
    ...(effort !== undefined && !isEffort(reasoning) && { reasoning: effort }),
  };
}

/**
 * A stream of which the first part of the answer is here. Rejects if it fails before.
 *
 * @param {LanguageModelV4} model
 * @param {CallOptions} call
 */
async function begun(model, call) {
  const { stream, ...result } = await model.doStream(call);
  const reader = stream.getReader();
  const stop = () => void reader.cancel(call.abortSignal?.reason).catch(() => {}); // it may have failed already
  call.abortSignal?.addEventListener("abort", stop, { once: true });
  /** @type {StreamPart[]} */
  const begin = [];
  try {
    for (;;) {
      call.abortSignal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) throw new Failure("empty answer");
      if (value.type === "error") throwIfFailure(value.error);
      if (value.type === "finish" && BROKEN.includes(value.finishReason.unified))
        throw new Failure("stopped before it answered");
      begin.push(value);
      if (!PREAMBLE.has(value.type)) return { result, begin, reader };
    }
  } catch (error) {
    stop();
    throw error;
  } finally {
    call.abortSignal?.removeEventListener("abort", stop);
  }
}

/**
 * Throws if a part with an error says that the model failed, rather than that the request is wrong.
 *
 * @param {unknown} error
 */
function throwIfFailure(error) {
  const { statusCode, status, code, isRetryable } = /** @type {Record<string, unknown>} */ (Object(error));
  const isOfRequest = isRetryable === false || [statusCode, status, code].some(isStatus);
  const reason = failureOf(error) ?? (isOfRequest ? undefined : "stopped before it answered");
  if (reason !== undefined) throw new Failure(reason, error);
}

/**
 * The parts of an answer as they arrive; the decision is in the last one.
 *
 * @param {StreamPart[]} begin parts that are here
 * @param {ReadableStreamDefaultReader<StreamPart>} reader
 * @param {Routed} routed
 * @returns {ReadableStream<StreamPart>}
 */
function relay(begin, reader, routed) {
  return new ReadableStream({
    async pull(controller) {
      const next = begin.shift();
      const { done, value } = next === undefined ? await reader.read() : { done: false, value: next };
      if (done || value === undefined) return controller.close();
      if (value.type !== "finish") return controller.enqueue(value);
      controller.enqueue({ ...value, providerMetadata: { ...value.providerMetadata, uniroute: routed } });
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/**
 * @param {unknown} model
 * @param {string} path
 * @returns {LanguageModelV4}
 */
function languageModel(model, path) {
  if (typeof model === "string")
    reject(
      path,
      `is the name of a model. Pass the model itself, for example gateway(${JSON.stringify(model)}).`,
    );
  const { specificationVersion, doGenerate, doStream } = /** @type {Record<string, unknown>} */ (
    Object(model)
  );
  if (typeof doGenerate !== "function" || typeof doStream !== "function")
    reject(path, "must be a language model of the AI SDK. Pass what a provider gives, such as openai(…).");
  if (specificationVersion !== "v4") {
    reject(
      path,
      `has the interface ${specificationVersion} of an earlier AI SDK. Update its provider, or pass ` +
        "wrapLanguageModel({ model, middleware: [] }).",
    );
  }
  return /** @type {LanguageModelV4} */ (model);
}
