/**
 * Variables of the service. Keys come from the environment only.
 *
 * @module
 */
import { callers } from "./callers.js";
import { HttpError } from "./http.js";

/** @typedef {{ fetch(request: Request): Promise<Response> }} Assets */
/** @typedef {Record<string, any> & { ASSETS?: Assets, POOL?: string, FEEDBACK?: any, CALLERS?: any }} Env */

/**
 * @typedef {object} Settings
 * @property {Env} env
 * @property {number} lambda weight of cost for `auto`, in quality per US dollar
 * @property {number} cheapLambda the same for `auto:cheap`
 * @property {number} timeout milliseconds until a model must have sent the first byte of a stream
 * @property {number} answerTimeout the same for an answer that is not streamed
 * @property {number} idleTimeout milliseconds until a model must have sent the next bytes of its answer
 * @property {number} attempts maximum number of models tried for one request
 * @property {number} maxBody maximum bytes of a request
 * @property {import("./callers.js").Caller[]} callers those who may call; if there are none, this machine only
 * @property {string | undefined} peer address of the caller's machine, where the runtime tells it
 * @property {string[]} allowedOrigins origins of web pages that may call the service, besides its own
 * @property {Embeddings | undefined} embeddings where embeddings come from
 * @property {boolean} logs whether there is a line for each decision
 */

/** @typedef {import("./upstream.js").Upstream & { models: string[] }} Embeddings the names of its models */

/** Longest time that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;
/** For example `https://example.org:8443` or `chrome-extension://abc`. A wildcard or `null` is no origin. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*@]+$/;

/**
 * @param {Env} [given] bindings and variables; Deno passes the address of the caller instead
 * @returns {Settings}
 */
export function settings(given) {
  const isDeno = given?.remoteAddr !== undefined;
  const env = /** @type {Env} */ (isDeno ? process.env : (given ?? process.env));
  return {
    env,
    peer: isDeno ? given.remoteAddr.hostname : undefined,
    lambda: number(env, "LAMBDA", 100),
    cheapLambda: number(env, "CHEAP_LAMBDA", 10_000),
    timeout: number(env, "TIMEOUT_MS", 15_000, { least: 1, most: LONGEST_MS }),
    answerTimeout: number(env, "ANSWER_TIMEOUT_MS", 90_000, { least: 1, most: LONGEST_MS }),
    idleTimeout: number(env, "IDLE_TIMEOUT_MS", 60_000, { least: 1, most: LONGEST_MS }),
    attempts: number(env, "ATTEMPTS", 3, { least: 1 }),
    maxBody: number(env, "MAX_BODY", 1_000_000, { least: 1 }),
    callers: callers(env),
    allowedOrigins: origins(env.ALLOWED_ORIGINS),
    embeddings: embeddings(env),
    logs: isOn(env, "LOG", true),
  };
}

/**
 * A variable that is a number.
 *
 * @param {Record<string, any>} env
 * @param {string} name
 * @param {number} fallback where the variable is absent
 * @param {{ least?: number, most?: number }} [range]
 */
export function number(env, name, fallback, { least = 0, most = Number.MAX_VALUE } = {}) {
  const given = env[name] ?? fallback;
  const value = typeof given === "string" && given.trim() === "" ? NaN : Number(given);
  if (value >= least && value <= most) return value;
  const limit = most < Number.MAX_VALUE ? ` and at most ${most}` : "";
  throw wrong(`The variable ${name} is not a number of at least ${least}${limit}. Correct or remove it.`);
}

/**
 * @param {Env} env
 * @returns {Embeddings | undefined}
 */
function embeddings({ EMBEDDINGS_URL: url, EMBEDDINGS_KEY: key, EMBEDDINGS_MODELS: list }) {
  if (url === undefined && list === undefined) return undefined;
  const models = names(list);
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:/.test(url) || models.length === 0)
    throw wrong(
      "For embeddings, set EMBEDDINGS_URL to the address of an interface such as https://api.openai.com/v1, and " +
        "EMBEDDINGS_MODELS to the names of its models, with commas between them. Or remove both.",
    );
  if (key !== undefined && !(typeof key === "string" && /^[\x21-\x7e]+$/.test(key)))
    throw wrong("The variable EMBEDDINGS_KEY is not printable ASCII without spaces. Correct or remove it.");
  return { url, models, ...(key !== undefined && { key: "EMBEDDINGS_KEY" }) };
}

/**
 * A variable that is `on` or `off`.
 *
 * @param {Env} env
 * @param {string} name
 * @param {boolean} fallback where the variable is absent
 */
function isOn(env, name, fallback) {
  const given = env[name];
  if (given === undefined) return fallback;
  if (given === "on" || given === "off") return given === "on";
  throw wrong(`The variable ${name} is neither on nor off. Correct or remove it.`);
}

/** @param {unknown} list with commas or spaces */
const names = (list) =>
  String(list ?? "")
    .split(/[\s,]+/)
    .filter((name) => name !== "");

/** @param {unknown} list */
function origins(list) {
  const named = names(list);
  const bad = named.find((origin) => !ORIGIN.test(origin));
  if (bad === undefined) return named;
  throw wrong(
    `The variable ALLOWED_ORIGINS has ${JSON.stringify(bad)}, which is not an origin. ` +
      "List origins such as https://example.org, with commas between them and without a path.",
  );
}

const wrong = (/** @type {string} */ message) => new HttpError(500, "settings", message);
