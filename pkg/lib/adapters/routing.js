/**
 * What `uniroute/ai`, `uniroute/openai` and `uniroute/langchain` have in common: the check of their options, the
 * choice among the models that the caller has, and asking the next best one when a model cannot answer.
 *
 * @module
 */
import { finite, text } from "../checks.js";
import { splitEffort } from "./effort.js";
import { UnirouteError } from "../errors.js";
import { failureOf } from "./failures.js";
import { Watch } from "./watch.js";

/** @typedef {import("../types.js").AnyRouter} AnyRouter */
/** @typedef {import("../types.js").Decision} Decision */
/** @typedef {import("../types.js").RoutingOptions} RoutingOptions */
/** @typedef {import("../types.js").Routed} Routed */
/** @typedef {import("./effort.js").Effort} Effort */

/** What is minimised or kept within bounds; a request has one of them. */
const TARGETS = /** @type {const} */ (["lambda", "maxCost", "minQuality"]);
/** Fields of a request that hold for every prompt. */
const FIELDS = [
  ...TARGETS,
  "allow",
  "deny",
  "allowTags",
  "need",
  "maxLatency",
  "allowUntimed",
  "expectedOutputTokens",
  "reasoningTokens",
  "allowUnpriced",
  "counters",
];
/** Fields that hold for one prompt, and therefore for one call. */
const OF_CALL = ["previous"];
const OWN = ["attempts", "timeout"];
/** Quality per US dollar if the caller says nothing: a dollar saved on a hundred prompts is worth a point each. */
const LAMBDA = 100;
const ATTEMPTS = 3;
/** Longest time that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;
/** Names that a message lists. */
const NAMES = 16;

/**
 * @template T
 * @typedef {object} Setup
 * @property {AnyRouter} router
 * @property {Map<string, T>} models by id in the pool, with or without an effort
 * @property {Record<string, unknown>} request what holds for every prompt
 * @property {number} attempts most models that are asked
 * @property {number | undefined} timeout in milliseconds
 */

/**
 * @template T
 * @typedef {object} Choice one model that may answer
 * @property {string} id in the pool
 * @property {T} model
 * @property {Effort | undefined} effort that the id names
 * @property {number} quality expected
 * @property {number | null} cost in US dollars; null if the price is unknown
 */

/** @typedef {{ model: string, reason: string }} Failed */

/**
 * Checks what an adapter is made of.
 *
 * @template T
 * @param {unknown} router
 * @param {unknown} models
 * @param {unknown} options
 * @param {(model: unknown, path: string) => T} checkModel throws if it is not a model
 * @param {string[]} [more] further options, which the adapter checks
 * @returns {Setup<T>}
 */
export function setup(router, models, options, checkModel, more = []) {
  const given = object(options ?? {}, "options", "an object of options");
  for (const name of Object.keys(given)) {
    if (![...FIELDS, ...OWN, ...more].includes(name))
      reject(`options.${name}`, `is not an option. Use ${listed([...FIELDS, ...OWN, ...more])}.`);
  }
  const { attempts = ATTEMPTS, timeout } = given;
  if (!Number.isInteger(attempts) || Number(attempts) < 1)
    reject("options.attempts", "must be a whole number of at least 1: the most models that are asked.");
  if (
    timeout !== undefined &&
    !(Number(finite(timeout, "options.timeout")) >= 1 && Number(timeout) <= LONGEST_MS)
  )
    reject(
      "options.timeout",
      `must be from 1 to ${LONGEST_MS} milliseconds. Leave it out to wait without limit.`,
    );
  return {
    router: checkedRouter(router),
    models: checkedModels(models, checkModel),
    request: {
      ...(TARGETS.some((name) => given[name] !== undefined) ? {} : { lambda: LAMBDA }),
      ...requestIn(given),
    },
    attempts: Number(attempts),
    timeout: timeout === undefined ? undefined : Number(timeout),
  };
}

/**
 * The request with another aim: at most one of `lambda`, `maxCost` and `minQuality` remains.
 *
 * @param {Record<string, unknown>} request
 * @param {unknown} change
 * @param {string} path name of the change
 * @param {boolean} [isCall] whether the change is for one call, which may also name the turn before
 * @returns {Record<string, unknown>}
 */
export function changed(request, change, path, isCall = false) {
  const fields = isCall ? [...FIELDS, ...OF_CALL] : FIELDS;
  const given = requestIn(object(change ?? {}, path, "an object such as { lambda: 100 }"), path, fields);
  const kept = { ...request };
  if (TARGETS.some((name) => given[name] !== undefined)) for (const name of TARGETS) delete kept[name];
  return { ...kept, ...given };
}

/**
 * The fields of a request among the options.
 *
 * @param {Record<string, unknown>} given
 * @param {string} [path] if there may be no others
 * @param {string[]} [fields] that there may be
 */
function requestIn(given, path, fields = FIELDS) {
  /** @type {Record<string, unknown>} */
  const request = {};
  for (const [name, value] of Object.entries(given)) {
    const at = `${path ?? "options"}.${name}`;
    if (!fields.includes(name)) {
      if (path !== undefined) reject(at, `is not an option. Use ${listed(fields)}.`);
      continue;
    }
    if (value === undefined) continue;
    if (/** @type {readonly string[]} */ (TARGETS).includes(name)) finite(value, at);
    request[name] = value;
  }
  return request;
}

/**
 * The models that may answer, the best first.
 *
 * @template T
 * @param {Setup<T>} setup
 * @param {object} asked
 * @param {string} asked.prompt
 * @param {string[]} asked.earlier turns of the user before the prompt
 * @param {string[]} asked.answers what models answered to them
 * @param {string} asked.context
 * @param {string[]} asked.need capabilities that the call needs
 * @param {Effort | undefined} [asked.effort] that the call itself names
 * @param {Record<string, unknown>} [asked.request] in place of that of the setup
 * @returns {Promise<{ decision: Decision, choices: [Choice<T>, ...Choice<T>[]] }>}
 */
export async function choose(
  { router, models, request: usual },
  { prompt, earlier, answers, context, need, effort, request = usual },
) {
  const { models: pool } = await router.poolInfo();
  const targets = targetsOf(
    pool.map(({ id }) => id),
    models,
    effort,
  );
  // If no model of the pool lists a capability, the pool does not describe it.
  const needed = need.filter((ability) => pool.some(({ capabilities }) => capabilities.includes(ability)));
  const decision = await router.route(prompt, {
    ...request,
    allow: allowed(request["allow"], targets),
    need: [...new Set([...list(request["need"], "need"), ...needed])],
    earlier,
    answers,
    context,
  });
  const [best, ...others] = decision.candidates.flatMap(({ id, quality, cost, excluded }) => {
    const target = targets.get(id);
    return excluded === undefined && target !== undefined
      ? [{ id, ...target, quality, cost: cost.total }]
      : [];
  });
  if (best === undefined) throw new UnirouteError("no_model", decision.reason);
  return { decision, choices: [best, ...others] };
}

/**
 * The models of the pool that the caller has. If the call names an effort, ids with another one are left out, as
 * long as some id remains.
 *
 * @template T
 * @param {string[]} pool
 * @param {Map<string, T>} models
 * @param {Effort | undefined} wanted
 */
function targetsOf(pool, models, wanted) {
  /** @type {Map<string, { model: T, effort: Effort | undefined }>} */
  const targets = new Map();
  const used = new Set();
  for (const id of pool) {
    const { base, effort } = splitEffort(id);
    const key = models.has(id) ? id : base;
    const model = models.get(key);
    if (model === undefined) continue;
    used.add(key);
    targets.set(id, { model, effort });
  }
  const unknown = [...models.keys()].find((key) => !used.has(key));
  if (unknown !== undefined) {
    throw new UnirouteError(
      "unknown_model",
      `models names “${unknown}”, which the pool does not have. Use ids of the pool: ${listed(pool)}.`,
      { path: `models.${unknown}` },
    );
  }
  if (wanted === undefined) return targets;
  const fitting = new Map([...targets].filter(([, { effort }]) => effort === undefined || effort === wanted));
  return fitting.size === 0 ? targets : fitting;
}

/**
 * @param {unknown} allow that the caller has set
 * @param {Map<string, unknown>} targets
 */
function allowed(allow, targets) {
  const ids = [...targets.keys()];
  if (allow === undefined) return ids;
  const wanted = list(allow, "allow");
  const both = ids.filter((id) => wanted.includes(id));
  if (both.length > 0) return both;
  throw new UnirouteError(
    "no_model",
    `allow leaves none of the models that may answer: ${listed(ids)}. Allow one of them.`,
    { path: "allow" },
  );
}

/**
 * Asks one model after the other until one answers.
 *
 * @template T, A
 * @param {Choice<T>[]} choices
 * @param {Setup<unknown>} setup
 * @param {AbortSignal | undefined} caller aborts when the caller leaves
 * @param {(choice: Choice<T>, watch: Watch) => PromiseLike<A>} ask rejects if there is no answer
 * @returns {Promise<{ choice: Choice<T>, answer: A, failed: Failed[] } | { choice?: undefined, thrown: unknown, failed: Failed[] }>}
 *   the first answer, or the last failure. Rejects if the request itself is wrong or the caller leaves
 */
export async function firstAnswer(choices, { attempts, timeout }, caller, ask) {
  /** @type {Failed[]} */
  const failed = [];
  /** @type {unknown} */
  let thrown;
  let left = choices;
  while (left.length > 0 && failed.length < attempts) {
    const [choice] = /** @type {[Choice<T>]} */ (left);
    caller?.throwIfAborted();
    const watch = new Watch(caller, timeout);
    try {
      return { choice, answer: await watch.wait(ask(choice, watch)), failed };
    } catch (error) {
      caller?.throwIfAborted();
      if (watch.hasBegun) throw error;
      const reason = watch.isLate ? `nothing within ${timeout} ms` : failureOf(error);
      if (reason === undefined) throw error;
      failed.push({ model: choice.id, reason });
      thrown = error;
      // What is wrong with a model is wrong with its other efforts, so these come last.
      const isOther = (/** @type {Choice<T>} */ { model }) => model !== choice.model;
      left = [...left.filter(isOther), ...left.slice(1).filter((one) => !isOther(one))];
    }
  }
  return { thrown, failed };
}

/**
 * The error if no model answered.
 *
 * @param {Failed[]} failed
 */
export function noAnswer(failed) {
  const tried = failed.map(({ model, reason }) => `${model}: ${reason}`).join(", ");
  return `No model answered. ${tried}. Try again later.`;
}

/**
 * What is said of a decision beside the answer: plain JSON.
 *
 * @param {Decision} decision
 * @param {Choice<unknown>} choice the model that answered
 * @param {Failed[]} failed those that were asked before it
 * @returns {Routed}
 */
export function routedTo({ lambda, reason, outOfDistribution }, { id, quality, cost }, failed) {
  return { model: id, quality, cost, lambda, reason, outOfDistribution, tried: failed };
}

/** @param {unknown} router */
function checkedRouter(router) {
  const { route, poolInfo } = /** @type {Record<string, unknown>} */ (Object(router));
  if (typeof route !== "function" || typeof poolInfo !== "function")
    reject(
      "router",
      "must be a router of this package. Pass what Router.load or WorkerRouter.load gives, with await.",
    );
  return /** @type {AnyRouter} */ (router);
}

/**
 * @template T
 * @param {unknown} models
 * @param {(model: unknown, path: string) => T} check
 * @returns {Map<string, T>}
 */
function checkedModels(models, check) {
  const given = Object.entries(object(models, "models", "an object: ids of the pool, each with its model"));
  if (given.length === 0) reject("models", "is empty. Name at least one model of the pool.");
  return new Map(given.map(([id, model]) => [id, check(model, `models.${id}`)]));
}

/**
 * @param {unknown} value
 * @param {string} path
 * @param {string} wanted
 * @returns {Record<string, unknown>}
 */
export function object(value, path, wanted) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) reject(path, `must be ${wanted}.`);
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} path
 */
function list(value, path) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return reject(path, "must be a list of strings.");
  return value.map((one, i) => text(one, `${path}[${i}]`));
}

/** @param {string[]} names */
export function listed(names) {
  return names.slice(0, NAMES).join(", ") + (names.length > NAMES ? ", …" : "");
}

/**
 * @param {string} path name of the argument
 * @param {string} problem with the remedy
 * @returns {never}
 */
export function reject(path, problem) {
  throw new UnirouteError("request_type", `${path} ${problem}`, { path });
}
