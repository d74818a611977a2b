/**
 * A router in front of language models: decides at the edge which model gets a prompt, and forwards the
 * request. The same file runs on Cloudflare Workers, Deno and Node.
 *
 * @module
 */
import { Router, UnirouteError } from "uniroute";
import { checkSource, checkToken, preflight, withCors } from "./access.js";
import { readJson } from "./body.js";
import { chat } from "./chat.js";
import { HttpError, replyJson } from "./http.js";
import { settings } from "./settings.js";
import { brief } from "./text.js";

/** @typedef {import("./settings.js").Env} Env */

/** @type {Promise<Router> | undefined} */
let loading;
/** @type {Promise<Router> | undefined} */
let started;

/**
 * Loads the files that are part of the script, or the package's own, before the first request.
 *
 * @param {import("uniroute/types").LoadOptions} files
 */
export function start(files) {
  started = Router.load(files);
  started.catch(() => {}); // the request that waits for it reports the error
  return started;
}

/**
 * The router, loaded once for each isolate: from files that are part of the script, otherwise from static
 * assets, otherwise from the package. The variable `POOL` takes precedence over any other pool. After a
 * failed load, the next request tries again.
 *
 * @param {Env} env
 * @param {Context} [context]
 */
function router(env, context) {
  loading ??= load(env).catch((error) => {
    loading = undefined;
    throw error;
  });
  // Other requests wait for it too, even if this request is cancelled.
  context?.waitUntil?.(loading.catch(() => {}));
  return loading;
}

/** @param {Env} env */
async function load({ ASSETS, POOL }) {
  if (started !== undefined) {
    const router = await started;
    if (POOL !== undefined) router.setPool(POOL);
    return router;
  }
  if (ASSETS === undefined) return Router.load(POOL === undefined ? {} : { pool: POOL });
  const asset = async (/** @type {string} */ name) => {
    const response = await ASSETS.fetch(new Request(`https://assets/${name}`));
    if (!response.ok)
      throw new HttpError(
        500,
        "missing_asset",
        `The asset ${name} is missing. Put it into the folder of assets and deploy again.`,
      );
    return response.arrayBuffer();
  };
  const [file, pool] = await Promise.all([asset("default.router"), POOL ?? asset("pool.json")]);
  return Router.load({ router: file, pool });
}

/** @typedef {{ waitUntil?: (work: Promise<unknown>) => void }} Context */

export default {
  /**
   * @param {Request} request
   * @param {Env} [env] bindings and variables; from the process where the runtime has none
   * @param {Context} [context]
   * @returns {Promise<Response>}
   */
  async fetch(request, env, context) {
    try {
      const set = settings(env);
      const response = await answer(request, set, context).catch(errorResponse);
      return withCors(response, request, set);
    } catch (thrown) {
      return errorResponse(thrown);
    }
  },
};

/**
 * @param {Request} request
 * @param {import("./settings.js").Settings} settings
 * @param {Context} [context]
 */
async function answer(request, settings, context) {
  checkSource(request, settings);
  if (request.method === "OPTIONS" && request.headers.has("origin")) return preflight(request);
  const { pathname } = new URL(request.url);
  const handler = HANDLERS.get(pathname);
  if (handler === undefined)
    throw new HttpError(
      404,
      "not_found",
      `There is no ${brief(pathname)}. Use one of ${[...HANDLERS.keys()].join(", ")}.`,
    );
  if (request.method !== "POST")
    throw new HttpError(405, "method", `${pathname} requires POST.`, { allow: "POST" });
  await checkToken(request, settings);
  const body = await readJson(request, settings.maxBody);
  return handler(await router(settings.env, context), body, request, settings);
}

/**
 * Handles the parsed body of a request.
 *
 * @callback Handler
 * @param {Router} router
 * @param {Record<string, any>} body
 * @param {Request} request
 * @param {import("./settings.js").Settings} settings
 * @returns {Response | Promise<Response>}
 */

/** @type {Handler} */
const route = (router, { prompt, ...request }) => replyJson(router.route(text(prompt), options(request)));

/** @type {Handler} */
const cost = (router, { prompt, model, ...request }) =>
  replyJson({ models: router.estimateCost(text(prompt), model, options(request)) });

const HANDLERS = /** @type {Map<string, Handler>} */ (
  new Map([
    ["/route", route],
    ["/cost", cost],
    ["/v1/chat/completions", chat],
  ])
);

/** @param {unknown} prompt */
function text(prompt) {
  if (typeof prompt === "string") return prompt;
  throw new HttpError(400, "prompt", "`prompt` must be a string.");
}

/** @param {Record<string, any>} request */
function options(request) {
  if (!Object.hasOwn(request, "counters")) return request;
  throw new HttpError(
    400,
    "counters",
    "`counters` are functions, which JSON cannot hold. Send `inputTokens`.",
  );
}

/** @param {unknown} thrown */
function errorResponse(thrown) {
  if (thrown instanceof HttpError) return thrown.response();
  const error = UnirouteError.from(thrown);
  // These codes are errors of the caller; all others are errors of the service.
  const status = error.code.startsWith("request_") || error.code === "unknown_model" ? 400 : 500;
  if (status === 500) console.error(error);
  return new HttpError(status, error.code, isUnforeseen(error) ? UNFORESEEN : error.message).response();
}

/** Errors that no check foresaw; their messages may tell how the service is made. */
const isUnforeseen = ({ code = "" }) => code === "internal" || code === "panic";
const UNFORESEEN = "The service failed at this request. Its log has the cause.";
