/**
 * uniroute in the OpenAI client: a `fetch` that replaces the model `auto` by the one that the router chooses.
 *
 * @module
 */
import { isEffort } from "./lib/adapters/effort.js";
import { UnirouteError } from "./lib/errors.js";
import { Failure, isFailure } from "./lib/adapters/failures.js";
import { requestOf, textOf } from "./lib/messages.js";
import { changed, choose, firstAnswer, object, reject, routedTo, setup } from "./lib/adapters/routing.js";

export { UnirouteError };

/** @typedef {import("./lib/types.js").AnyRouter} AnyRouter */
/** @typedef {import("./lib/types.js").Routed} Routed */
/** @typedef {import("./lib/types.js").RouteDefaults} RouteDefaults */
/** @typedef {import("./lib/types.js").RoutingOptions} RoutingOptions */
/** @typedef {import("./lib/adapters/routing.js").Choice<string>} Choice */
/** @typedef {(input: string | URL | Request, init?: RequestInit) => Promise<Response>} Fetch */

/**
 * @typedef {object} ClientOptions
 * @property {Record<string, string>} models by id in the pool, the name of the model there. `model` also answers
 *   for `model@low`, with that effort of reasoning
 * @property {Record<string, RouteDefaults>} [names] the names that are routed, each with what it changes of the
 *   options. Default: `auto`, `auto:cheap` (`lambda` 10,000) and `auto:best` (`lambda` 0)
 * @property {Fetch} [fetch] sends the requests. Default: that of the runtime
 */

/** @type {Record<string, RouteDefaults>} */
const NAMES = { auto: {}, "auto:cheap": { lambda: 10_000 }, "auto:best": { lambda: 0 } };
/** Types of parts that hold a file, with the capability that a model needs for them. */
const ABILITIES = /** @type {Record<string, string>} */ ({
  image_url: "vision",
  input_image: "vision",
  input_audio: "audio",
  file: "pdf",
  input_file: "pdf",
});
/** The end of an address, before its query. */
const PATH = /^[^?#]*\/(chat\/completions|responses)\/?(?:[?#]|$)/;
/** The header of a request that has the model of the turn before. */
const PREVIOUS = "x-uniroute-previous";
const OUTSIDE_ASCII = /[^\x20-\x7e]|%/gu;

/**
 * A `fetch` for `new OpenAI({ fetch })`. Chat completions and responses whose model is one of the names are routed
 * by the text of the user's last message and, where it does not say itself what it is about, by the earlier turns;
 * all other requests pass unchanged. The response has the decision in its headers (`x-uniroute-model`,
 * `x-uniroute-quality`, `x-uniroute-cost`, `x-uniroute-lambda`, `x-uniroute-tried`). A request may have the header
 * `x-uniroute-previous`, which is not sent on: `previous` of `router.route` as JSON, with the model as in
 * `x-uniroute-model`.
 *
 * @param {AnyRouter} router
 * @param {ClientOptions & RoutingOptions} options
 * @returns {Fetch}
 */
export function routed(router, options) {
  const {
    models,
    names = NAMES,
    fetch: given,
    ...others
  } = object(options, "options", "an object with models");
  const checked = setup(router, models, others, modelName);
  const requests = new Map(
    Object.entries(object(names, "options.names", "an object: names, each with its options")).map(
      ([name, change]) => [name, changed(checked.request, change, `options.names.${name}`)],
    ),
  );
  if (given !== undefined && typeof given !== "function") reject("options.fetch", "must be a function.");
  return async (input, init) => {
    const send = /** @type {Fetch} */ (given ?? globalThis.fetch);
    const call = routable(input, init);
    const request = call && requests.get(call.body["model"]);
    if (call === undefined || request === undefined) return send(input, init);
    try {
      return await answered(checked, { ...call, request, send });
    } catch (error) {
      if (error instanceof UnirouteError) return rejection(error);
      throw error;
    }
  };
}

/**
 * @typedef {object} Call
 * @property {Record<string, unknown>} request to the router
 * @property {Record<string, any>} body
 * @property {boolean} isChat whether it is a chat completion rather than a response
 * @property {string | URL | Request} input
 * @property {RequestInit} init
 * @property {Fetch} send
 */

/** A response that says that the model could not answer. */
class FailedResponse extends Failure {
  /** @param {Response} response */
  constructor(response) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

/**
 * The parts of a request for a chat completion or a response; undefined for all other requests.
 *
 * @param {string | URL | Request} input
 * @param {RequestInit | undefined} init
 * @returns {Omit<Call, "request" | "send"> | undefined}
 */
function routable(input, init) {
  if (init?.method?.toUpperCase() !== "POST" || typeof init.body !== "string") return undefined;
  const address = typeof input === "object" && "url" in input ? input.url : String(input);
  const [, kind] = PATH.exec(address) ?? [];
  if (kind === undefined) return undefined;
  try {
    const body = JSON.parse(init.body);
    return typeof body?.model === "string" ? { body, isChat: kind !== "responses", input, init } : undefined;
  } catch {
    return undefined; // the service says what is wrong with it
  }
}

/**
 * @param {import("./lib/adapters/routing.js").Setup<string>} setup
 * @param {Call} call
 */
async function answered(setup, { request, body, isChat, input, init, send }) {
  const caller = init.signal ?? undefined;
  caller?.throwIfAborted();
  const wanted = isChat ? body["reasoning_effort"] : body["reasoning"]?.effort;
  const messages = isChat
    ? [body["messages"]].filter(Array.isArray).flat()
    : [{ content: body["instructions"] }, ...itemsOf(body["input"])];
  const { decision, choices } = await choose(setup, {
    ...requestOf(messages.map(messageOf)),
    need: needs(body, messages),
    effort: isEffort(wanted) ? wanted : undefined,
    request: { ...request, ...previousIn(new Headers(init.headers).get(PREVIOUS)) },
  });
  /** @type {Response | undefined} */
  let failed;
  const outcome = await firstAnswer(choices, setup, caller, async (choice, { signal }) => {
    failed?.body?.cancel().catch(() => {}); // another model answers in its place
    failed = undefined;
    const response = await send(input, { ...init, ...sent(choice, body, isChat, init), signal });
    if (!isFailure(response.status)) return begun(response, signal);
    failed = response;
    throw new FailedResponse(response);
  });
  const tried = outcome.failed;
  const last = choices.find(({ id }) => id === tried.at(-1)?.model);
  if (outcome.choice !== undefined)
    return withHeaders(outcome.answer, routedTo(decision, outcome.choice, tried));
  if (failed === undefined || last === undefined) throw outcome.thrown;
  return withHeaders(failed, routedTo(decision, last, tried));
}

/**
 * The model of the turn before, as the header of the request names it. The router checks its fields.
 *
 * @param {string | null} header
 * @returns {{ previous?: Record<string, unknown> }}
 */
function previousIn(header) {
  if (header === null) return {};
  try {
    const previous = object(JSON.parse(header), PREVIOUS, "an object");
    const { model } = previous;
    return {
      previous: { ...previous, model: typeof model === "string" ? decodeURIComponent(model) : model },
    };
  } catch {
    return reject(
      PREVIOUS,
      'must be JSON such as {"model":"small","cachedTokens":1200}, with the model as in x-uniroute-model.',
    );
  }
}

/** @param {any} message of a chat, or an item of a response's input */
function messageOf(message) {
  return { role: String(message?.role ?? ""), text: textOf(message) };
}

/** @param {unknown} input of a response */
function itemsOf(input) {
  return Array.isArray(input) ? input : [{ role: "user", content: input }];
}

/**
 * The capabilities that a model must have.
 *
 * @param {Record<string, any>} body
 * @param {any[]} messages
 */
function needs({ tools, tool_choice, response_format, text }, messages) {
  const parts = messages.flatMap((message) =>
    [message?.content, message?.output].filter(Array.isArray).flat(),
  );
  const needed = new Set(parts.flatMap((part) => ABILITIES[part?.type] ?? []));
  if (Array.isArray(tools) && tools.length > 0 && tool_choice !== "none") needed.add("tools");
  if (String(response_format?.type ?? text?.format?.type).startsWith("json")) needed.add("json");
  return [...needed];
}

/**
 * What is sent to a model in place of the caller's request.
 *
 * @param {Choice} choice
 * @param {Record<string, any>} body
 * @param {boolean} isChat
 * @param {RequestInit} init
 */
function sent({ model, effort }, body, isChat, init) {
  const headers = new Headers(init.headers);
  for (const name of ["content-length", PREVIOUS]) headers.delete(name);
  /** @type {Record<string, any>} */
  const changed = { ...body, model };
  if (effort !== undefined && isChat) changed["reasoning_effort"] ??= effort;
  if (effort !== undefined && !isChat) changed["reasoning"] = { effort, ...body["reasoning"] };
  return { headers, body: JSON.stringify(changed) };
}

/**
 * A response of which the first bytes are here. Rejects if the connection fails before.
 *
 * @param {Response} response
 * @param {AbortSignal} signal
 */
async function begun(response, signal) {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  const first = await reader.read();
  if (signal.aborted) {
    reader.cancel(signal.reason).catch(() => {}); // it may have failed already
    throw signal.reason;
  }
  const body = new ReadableStream({
    start(controller) {
      if (first.value !== undefined) controller.enqueue(first.value);
      if (first.done) controller.close();
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return rebuilt(response, body, new Headers(response.headers));
}

/**
 * @param {Response} response
 * @param {Routed} routed
 */
function withHeaders(response, { model, quality, cost, lambda, tried }) {
  const headers = new Headers(response.headers);
  headers.set("x-uniroute-model", ascii(model));
  headers.set("x-uniroute-quality", quality.toFixed(3));
  headers.set("x-uniroute-cost", cost === null ? "unknown" : cost.toPrecision(3));
  if (lambda !== null) headers.set("x-uniroute-lambda", String(lambda));
  if (tried.length > 0)
    headers.set(
      "x-uniroute-tried",
      tried.map(({ model, reason }) => ascii(`${model}: ${reason}`)).join(", "),
    );
  return rebuilt(response, response.body, headers);
}

/**
 * The response with another body and other headers, which those of a `fetch` do not let change.
 *
 * @param {Response} response
 * @param {ReadableStream | null} body
 * @param {Headers} headers
 */
function rebuilt({ status, statusText, url }, body, headers) {
  // The body that `fetch` gives is decoded.
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  const response = new Response(body, { status, statusText, headers });
  Object.defineProperty(response, "url", { value: url });
  return response;
}

/**
 * An error of ours in the form that the client has for errors of the request, after which it does not try again.
 *
 * @param {UnirouteError} error
 */
function rejection({ code, message, path }) {
  const error = { message, type: "invalid_request_error", param: path ?? null, code };
  return Response.json({ error }, { status: code === "no_model" ? 422 : 400 });
}

/**
 * The value of a header: printable ASCII as it is, all other characters and `%` in percent-encoding.
 *
 * @param {string} text
 */
function ascii(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd").replace(OUTSIDE_ASCII, encodeURIComponent);
}

/**
 * @param {unknown} name
 * @param {string} path
 * @returns {string}
 */
function modelName(name, path) {
  if (typeof name !== "string" || name === "")
    return reject(path, "must be the name of the model at its service, for example “gpt-5.4-mini”.");
  return name;
}
