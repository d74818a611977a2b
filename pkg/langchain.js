/**
 * uniroute in LangChain: a middleware for `createAgent` that sends each call to the model that the router chooses,
 * and to the next best one if that cannot answer.
 *
 * @module
 */
import { mergeConfigs } from "@langchain/core/runnables";
import { createMiddleware } from "langchain";
import { UnirouteError } from "./lib/errors.js";
import { requestOf, textOf } from "./lib/messages.js";
import { choose, firstAnswer, noAnswer, reject, routedTo, setup } from "./lib/adapters/routing.js";

export { UnirouteError };

/** @typedef {import("./lib/adapters/langchain-types.js").AgentMiddleware} AgentMiddleware */
/** @typedef {import("./lib/adapters/langchain-types.js").BaseMessage} BaseMessage */
/** @typedef {import("./lib/adapters/langchain-types.js").ChatModel} ChatModel */
/** @typedef {import("./lib/adapters/langchain-types.js").ModelRequest} ModelRequest */
/** @typedef {import("./lib/adapters/effort.js").Effort} Effort */
/** @typedef {import("./lib/types.js").AnyRouter} AnyRouter */
/** @typedef {import("./lib/types.js").Routed} Routed */
/** @typedef {import("./lib/types.js").RoutingOptions} RoutingOptions */

/**
 * @typedef {object} EffortOption
 * @property {(effort: Effort, id: string) => Record<string, unknown>} [effort] the settings of a model for an effort
 *   that an id such as `model@low` names. Default: those of OpenAI's models, `{ reasoning: { effort } }`
 */

/** Roles of messages that LangChain calls otherwise. */
const ROLES = /** @type {Record<string, string>} */ ({ human: "user", ai: "assistant" });

/** The capability that a model needs for a part of a message, by the part's type. */
const ABILITIES = /** @type {Record<string, string>} */ ({
  image: "vision",
  image_url: "vision",
  input_image: "vision",
  audio: "audio",
  input_audio: "audio",
  video: "video",
});

/**
 * A middleware that replaces the agent's model. The text of the user's last message is routed; where it does not say
 * itself what it is about, the earlier turns do. Tools, images and structured output restrict the choice to models
 * that can do it. The decision is in `response_metadata.uniroute` of the answer.
 *
 * @param {AnyRouter} router
 * @param {Record<string, ChatModel>} models by id in the pool. `model` also answers for `model@low`, with that
 *   effort of reasoning
 * @param {RoutingOptions & EffortOption} [options]
 * @returns {AgentMiddleware}
 */
export function routingMiddleware(router, models, options) {
  const checked = setup(router, models, options, chatModel, ["effort"]);
  const { effort: settingsOf = openAiEffort } = options ?? {};
  if (typeof settingsOf !== "function") reject("options.effort", "must be a function that gives settings.");
  return createMiddleware({
    name: "UnirouteMiddleware",
    async wrapModelCall(request, handler) {
      const caller = request.runtime?.signal;
      caller?.throwIfAborted();
      const messages = [request.systemMessage, ...request.messages];
      const { decision, choices } = await choose(checked, {
        ...requestOf(messages.map(messageOf)),
        need: needs(request),
      });
      const outcome = await firstAnswer(choices, checked, caller, async ({ id, model, effort }, watch) => {
        const settings = effort === undefined ? {} : settingsOf(effort, id);
        const modelSettings = { ...settings, ...request.modelSettings };
        return handler({ ...request, model: observed(model, watch), modelSettings });
      });
      if (outcome.choice === undefined)
        throw new UnirouteError("no_answer", noAnswer(outcome.failed), { cause: outcome.thrown });
      return withDecision(outcome.answer, routedTo(decision, outcome.choice, outcome.failed));
    },
  });
}

/**
 * @param {BaseMessage} message
 */
function messageOf({ type, content }) {
  return { role: ROLES[type] ?? type, text: textOf(content) };
}

/**
 * The capabilities that a model must have.
 *
 * @param {ModelRequest} request
 */
function needs({ messages, tools, toolChoice, responseFormat }) {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const needed = new Set(parts.flatMap(({ type }) => ABILITIES[type] ?? []));
  if (tools.length > 0 && toolChoice !== "none") needed.add("tools");
  if (responseFormat !== undefined && responseFormat !== null)
    needed.add(isToolStrategy(responseFormat) ? "tools" : "json");
  return [...needed];
}

/**
 * Whether structured output is asked for as the call of a tool.
 *
 * @param {unknown} format
 */
function isToolStrategy(format) {
  const [first] = Array.isArray(format) ? format : [format];
  return typeof (/** @type {{ tool?: unknown } | undefined} */ (first)?.tool) === "object";
}

/**
 * The model with a time that can end, and which tells when it begins to answer: from then on the agent may have
 * passed on a part, and no other model can take its place. Models differ in which settings they pass on, so the
 * call itself is changed.
 *
 * @param {ChatModel} model
 * @param {import("./lib/adapters/watch.js").Watch} watch
 * @returns {ChatModel}
 */
function observed(model, watch) {
  const begin = () => watch.begin();
  const handler = { awaitHandlers: true, handleLLMNewToken: begin, handleChatModelStreamEvent: begin };
  const more = { signal: watch.signal, callbacks: [handler] };
  /** @type {<T>(one: T) => T} */
  const wrapped = (one) => (typeof one === "object" && one !== null ? new Proxy(one, { get }) : one);
  /** @type {ProxyHandler<any>["get"]} */
  const get = (target, name) => {
    const value = Reflect.get(target, name, target);
    switch (name) {
      case "bound": // of a model with settings
        return wrapped(value);
      case "bindTools":
      case "withConfig":
        return value && ((/** @type {unknown[]} */ ...args) => wrapped(value.apply(target, args)));
      case "_getModelInstance": // of a model whose class is resolved at the call
        return (
          value && (async (/** @type {unknown[]} */ ...args) => wrapped(await value.apply(target, args)))
        );
      case "invoke":
        return (/** @type {unknown} */ input, /** @type {object | undefined} */ config) =>
          value.call(target, input, mergeConfigs(config, more));
      default:
        return value;
    }
  };
  return wrapped(model);
}

/**
 * Adds the decision to the message of the model.
 *
 * @template T
 * @param {T} answer a message, or one with structured output
 * @param {Routed} routed
 * @returns {T}
 */
function withDecision(answer, routed) {
  const { messages: [first] = [] } = /** @type {{ messages?: any[] }} */ (answer);
  const message = first ?? answer;
  message.response_metadata = { ...message.response_metadata, uniroute: routed };
  return answer;
}

/** @param {Effort} effort */
function openAiEffort(effort) {
  return { reasoning: { effort } };
}

/**
 * @param {unknown} model
 * @param {string} path
 * @returns {ChatModel}
 */
function chatModel(model, path) {
  if (typeof model === "string")
    reject(
      path,
      `is the name of a model. Pass the model itself: await initChatModel(${JSON.stringify(model)}).`,
    );
  if (typeof (/** @type {{ invoke?: unknown }} */ (Object(model)).invoke) !== "function")
    reject(path, "must be a chat model of LangChain, such as new ChatOpenAI(…).");
  return /** @type {ChatModel} */ (model);
}
