/**
 * OpenAI's chat completions, with the model chosen here.
 *
 * @module
 */
import { Refusal } from "./http.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("uniroute/types").Candidate} Candidate */
/** @typedef {{ url: string, key?: string, model?: string }} Upstream where a model is served: the address of its interface, the variable that holds the key, the name it has there */

/** Answers that another model may do better than. */
const RETRIED = (/** @type {number} */ status) => status === 408 || status === 429 || status >= 500;

/**
 * @param {import("uniroute").Router} router
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {Settings} settings
 */
export async function chat(router, body, request, settings) {
  const models = upstreams(router);
  const { prompt, context } = read(body.messages);
  const known = router.poolInfo().models;
  // A pool that says of no model that it can do a thing says nothing of it.
  const need = needs(body).filter((ability) =>
    known.some(({ capabilities }) => capabilities.includes(ability)),
  );
  const { lambda, only } = wish(body.model, request.headers.get("x-uniroute-lambda"), settings, models);
  const keyless = [...models].filter(([, model]) => model.key !== undefined && !settings.env[model.key]);
  const deny = known
    .map(({ id }) => id)
    .filter((id) => !models.has(id) || keyless.some(([other]) => other === id));
  const decision = router.route(prompt, { lambda, context, need, deny, ...(only && { allow: [only] }) });
  const left = decision.candidates.filter((candidate) => candidate.excluded === undefined);
  if (left.length === 0)
    throw nobody(only === undefined ? keyless : keyless.filter(([id]) => id === only), decision.reason);
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
 * What the conversation is about, and what is sent along.
 *
 * @param {unknown} messages
 */
function read(messages) {
  if (!Array.isArray(messages) || messages.length === 0)
    throw new Refusal(400, "messages", "`messages` must be a list of at least one message.");
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
 * What a model must be able to do.
 *
 * @param {Record<string, any>} body
 */
function needs({ tools, messages }) {
  const sees = messages.some((/** @type {any} */ message) =>
    parts(message).some((/** @type {any} */ part) => part?.type === "image_url"),
  );
  return [...(tools?.length > 0 ? ["tools"] : []), ...(sees ? ["vision"] : [])];
}

/**
 * @param {unknown} model
 * @param {string | null} header
 * @param {Settings} settings
 * @param {Map<string, Upstream>} models
 * @returns {{ lambda: number, only?: string }}
 */
function wish(model, header, settings, models) {
  const auto = { auto: settings.lambda, "auto:cheap": settings.cheapLambda, "auto:best": 0 }[String(model)];
  if (auto !== undefined && header !== null) {
    const lambda = Number(header);
    if (header.trim() !== "" && Number.isFinite(lambda) && lambda >= 0) return { lambda };
    throw new Refusal(
      400,
      "lambda",
      "The header x-uniroute-lambda must be a number of 0 or more: quality per US dollar.",
    );
  }
  if (auto !== undefined) return { lambda: auto };
  if (typeof model === "string" && models.has(model)) return { lambda: 0, only: model };
  throw new Refusal(
    404,
    "model_not_found",
    `There is no model ${JSON.stringify(model) ?? ""}. Ask for auto, auto:cheap, auto:best or one of ${[...models.keys()].join(", ")}.`,
  );
}

/**
 * @param {[string, Upstream][]} keyless
 * @param {string} reason
 */
function nobody(keyless, reason) {
  if (keyless.length === 0) return new Refusal(422, "no_model", reason);
  const names = [...new Set(keyless.map(([, { key }]) => key))].join(", ");
  return new Refusal(503, "missing_key", `No model can be asked: set the variable ${names}.`);
}

/**
 * Asks one model after the other until one begins to answer. An answer that says the request
 * itself is wrong is an answer.
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
    if (typeof answer !== "string") return labelled(answer, candidate, tried, lambda);
    tried.push(`${candidate.id}: ${answer}`);
  }
  throw new Refusal(502, "upstream", `No model answered. ${tried.join("; ")}. Try again later.`, {
    "x-uniroute-tried": tried.join(", "),
  });
}

/**
 * One model's answer once its first byte is there, or why there is none.
 *
 * @param {Upstream} upstream
 * @param {Record<string, any>} body
 * @param {AbortSignal | undefined} gone the caller's
 * @param {Settings} settings
 * @returns {Promise<Response | string>}
 */
async function ask({ url, key }, body, gone, settings) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), settings.timeout);
  const leave = () => late.abort();
  gone?.addEventListener("abort", leave);
  try {
    const headers = {
      "content-type": "application/json",
      ...(key && { authorization: `Bearer ${settings.env[key]}` }),
    };
    const answer = await fetch(`${url.replace(/\/$/, "")}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: late.signal,
    });
    if (!RETRIED(answer.status)) return await begun(answer, late.signal);
    await answer.body?.cancel();
    return `status ${answer.status}`;
  } catch (error) {
    if (gone?.aborted) throw error;
    return late.signal.aborted ? `nothing within ${settings.timeout} ms` : "no connection";
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The answer with its body untouched, once the first bytes of it have come.
 *
 * @param {Response} answer
 * @param {AbortSignal} late
 */
async function begun(answer, late) {
  if (answer.body === null) return answer;
  const reader = answer.body.getReader();
  const first = await Promise.race([
    reader.read(),
    new Promise((_, reject) => late.addEventListener("abort", () => reject(late.reason), { once: true })),
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
  rest().catch(() => {}); // whoever reads sees the break
  return new Response(readable, answer);
}

/**
 * @param {Response} answer
 * @param {Candidate} candidate
 * @param {string[]} tried
 * @param {number} lambda
 */
function labelled(answer, { id, quality, cost }, tried, lambda) {
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
