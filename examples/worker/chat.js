/**
 * OpenAI's chat completions; the router chooses the model.
 *
 * @module
 */
import { HttpError } from "./http.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("uniroute/types").Candidate} Candidate */
/**
 * Where a model is served.
 *
 * @typedef {object} Upstream
 * @property {string} url address of the interface
 * @property {string} [key] name of the variable with the key
 * @property {string} [model] name of the model there
 */

/** Statuses after which another model is tried. */
const isRetried = (/** @type {number} */ status) => status === 408 || status === 429 || status >= 500;

/**
 * @param {import("uniroute").Router} router
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {Settings} settings
 */
export async function chat(router, body, request, settings) {
  const models = upstreams(router);
  const { prompt, context } = promptOf(body.messages);
  const known = router.poolInfo().models;
  // If no model of the pool lists a capability, the pool does not describe it.
  const need = needs(body).filter((ability) =>
    known.some(({ capabilities }) => capabilities.includes(ability)),
  );
  const { lambda, only } = modelChoice(
    body.model,
    request.headers.get("x-uniroute-lambda"),
    settings,
    models,
  );
  const keyless = [...models].filter(([, model]) => model.key !== undefined && !settings.env[model.key]);
  const deny = known
    .map(({ id }) => id)
    .filter((id) => !models.has(id) || keyless.some(([other]) => other === id));
  const decision = router.route(prompt, { lambda, context, need, deny, ...(only && { allow: [only] }) });
  const left = decision.candidates.filter((candidate) => candidate.excluded === undefined);
  if (left.length === 0)
    throw noModel(only === undefined ? keyless : keyless.filter(([id]) => id === only), decision.reason);
  return firstThatAnswers(
    left.slice(0, Math.max(1, settings.attempts)),
    models,
    body,
    request,
    settings,
    lambda,
  );
}

/**
 * The models of the pool that say where they are served.
 *
 * @param {import("uniroute").Router} router
 * @returns {Map<string, Upstream>}
 */
function upstreams(router) {
  const { models } = JSON.parse(router.pool());
  return new Map(
    models
      .filter((/** @type {any} */ model) => typeof model.upstream?.url === "string")
      .map((/** @type {any} */ model) => [model.id, model.upstream]),
  );
}

/**
 * The last message of the user is the prompt; all other messages are its context.
 *
 * @param {unknown} messages
 */
function promptOf(messages) {
  if (!Array.isArray(messages) || messages.length === 0)
    throw new HttpError(400, "messages", "`messages` must be a list of at least one message.");
  const text = (/** @type {any} */ part) =>
    typeof part === "string" ? part : typeof part?.text === "string" ? part.text : "";
  const texts = messages.map((message) => parts(message).map(text).join("\n"));
  const last = messages.findLastIndex((message) => message?.role === "user");
  const at = last < 0 ? messages.length - 1 : last;
  return { prompt: texts[at] ?? "", context: texts.filter((_, other) => other !== at).join("\n") };
}

/** @param {any} message */
const parts = (message) => (Array.isArray(message?.content) ? message.content : [message?.content]);

/**
 * The capabilities that a model must have.
 *
 * @param {Record<string, any>} body
 */
function needs({ tools, messages }) {
  const hasImages = messages.some((/** @type {any} */ message) =>
    parts(message).some((/** @type {any} */ part) => part?.type === "image_url"),
  );
  return [...(tools?.length > 0 ? ["tools"] : []), ...(hasImages ? ["vision"] : [])];
}

/**
 * @param {unknown} model
 * @param {string | null} header
 * @param {Settings} settings
 * @param {Map<string, Upstream>} models
 * @returns {{ lambda: number, only?: string }}
 */
function modelChoice(model, header, settings, models) {
  const auto = { auto: settings.lambda, "auto:cheap": settings.cheapLambda, "auto:best": 0 }[String(model)];
  if (auto !== undefined && header !== null) {
    const lambda = Number(header);
    if (header.trim() !== "" && Number.isFinite(lambda) && lambda >= 0) return { lambda };
    throw new HttpError(
      400,
      "lambda",
      "The header x-uniroute-lambda must be a number of 0 or more: quality per US dollar.",
    );
  }
  if (auto !== undefined) return { lambda: auto };
  if (typeof model === "string" && models.has(model)) return { lambda: 0, only: model };
  const names = ["auto", "auto:cheap", "auto:best", ...models.keys()].join(", ");
  throw new HttpError(
    404,
    "model_not_found",
    `There is no model ${JSON.stringify(model) ?? ""}. Use one of ${names}.`,
  );
}

/**
 * @param {[string, Upstream][]} keyless
 * @param {string} reason
 */
function noModel(keyless, reason) {
  if (keyless.length === 0) return new HttpError(422, "no_model", reason);
  const names = [...new Set(keyless.map(([, { key }]) => key))].join(", ");
  return new HttpError(503, "missing_key", `No model has a key: set the variable ${names}.`);
}

/**
 * Asks one model after the other until one begins to answer. A response that rejects the request itself
 * counts as an answer.
 *
 * @param {Candidate[]} candidates
 * @param {Map<string, Upstream>} models
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {Settings} settings
 * @param {number} lambda
 */
async function firstThatAnswers(candidates, models, body, request, settings, lambda) {
  /** @type {string[]} */
  const tried = [];
  for (const candidate of candidates) {
    const upstream = /** @type {Upstream} */ (models.get(candidate.id));
    const answer = await ask(
      upstream,
      { ...body, model: upstream.model ?? candidate.id },
      request.signal,
      settings,
    );
    if (typeof answer !== "string") return withHeaders(answer, candidate, tried, lambda);
    tried.push(`${candidate.id}: ${answer}`);
  }
  throw new HttpError(502, "upstream", `No model answered. ${tried.join("; ")}. Try again later.`, {
    "x-uniroute-tried": tried.join(", "),
  });
}

/**
 * The response of a model after its first byte, or the reason why there is none.
 *
 * @param {Upstream} upstream
 * @param {Record<string, any>} body
 * @param {AbortSignal | undefined} cancelled signal of the caller's request
 * @param {Settings} settings
 * @returns {Promise<Response | string>}
 */
async function ask({ url, key }, body, cancelled, settings) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), settings.timeout);
  const abort = () => timeout.abort();
  cancelled?.addEventListener("abort", abort);
  try {
    const headers = {
      "content-type": "application/json",
      ...(key && { authorization: `Bearer ${settings.env[key]}` }),
    };
    const answer = await fetch(`${url.replace(/\/$/, "")}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: timeout.signal,
    });
    if (!isRetried(answer.status)) return await afterFirstByte(answer, timeout.signal);
    await answer.body?.cancel();
    return `status ${answer.status}`;
  } catch (error) {
    if (cancelled?.aborted) throw error;
    return timeout.signal.aborted ? `nothing within ${settings.timeout} ms` : "no connection";
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The response with its body unchanged, after its first bytes have arrived.
 *
 * @param {Response} answer
 * @param {AbortSignal} timeout
 */
async function afterFirstByte(answer, timeout) {
  if (answer.body === null) return answer;
  const reader = answer.body.getReader();
  const first = await Promise.race([
    reader.read(),
    new Promise((_, reject) =>
      timeout.addEventListener("abort", () => reject(timeout.reason), { once: true }),
    ),
  ]);
  const { readable, writable } = new TransformStream();
  const rest = async () => {
    const writer = writable.getWriter();
    if (first.value) await writer.write(first.value);
    reader.releaseLock();
    writer.releaseLock();
    if (first.done) await writable.close();
    else await answer.body?.pipeTo(writable);
  };
  rest().catch(() => {}); // the reader of the body gets the error
  return new Response(readable, answer);
}

/**
 * @param {Response} answer
 * @param {Candidate} candidate
 * @param {string[]} tried
 * @param {number} lambda
 */
function withHeaders(answer, { id, quality, cost }, tried, lambda) {
  const headers = new Headers();
  const type = answer.headers.get("content-type");
  if (type !== null) headers.set("content-type", type);
  for (const name of ["retry-after", "x-request-id"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  headers.set("cache-control", "no-store");
  headers.set("x-uniroute-model", encodeURI(id));
  headers.set("x-uniroute-quality", quality.toFixed(3));
  headers.set("x-uniroute-cost", cost.total === null ? "unknown" : cost.total.toPrecision(3));
  headers.set("x-uniroute-lambda", String(lambda));
  if (tried.length > 0) headers.set("x-uniroute-tried", encodeURI(tried.join(", ")));
  return new Response(answer.body, { status: answer.status, headers });
}
