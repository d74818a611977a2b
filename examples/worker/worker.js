/**
 * A router in front of language models, with OpenAI's interface: decides at the edge which model gets a
 * prompt, and forwards the request. The same file runs on Cloudflare Workers, Deno and Node.
 *
 * @module
 */
import { UnirouteError } from "uniroute";
import { callerOf, checkSource, preflight, withCors } from "./access.js";
import { readJson } from "./body.js";
import { HttpError } from "./http.js";
import { Routers } from "./routers.js";
import { notFound, routeOf } from "./routes.js";
import { settings } from "./settings.js";

/** @typedef {import("./settings.js").Env} Env */
/** @typedef {{ waitUntil?: (work: Promise<unknown>) => void }} Context */

const routers = new Routers();

/**
 * Loads the files that are part of the script, or the package's own, before the first request.
 *
 * @param {import("./routers.js").Files} files
 */
export const start = (files) => routers.start(files);

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
  const address = new URL(request.url);
  const route = routeOf(address);
  if (request.method === "OPTIONS") return preflight(request, route?.method ?? "GET, POST");
  if (route === undefined) throw notFound(address);
  const { method, handler, id } = route;
  if (request.method !== method)
    throw new HttpError(405, "method", `${address.pathname} requires ${method}.`, { allow: method });
  const caller = await callerOf(request, settings);
  const body = method === "POST" ? await readJson(request, settings.maxBody) : {};
  const router = await routers.get(settings.env, caller.pool, context);
  return handler({ request, body, id, router, caller, settings });
}

/** @param {unknown} thrown */
function errorResponse(thrown) {
  if (thrown instanceof HttpError) return thrown.response();
  const error = UnirouteError.from(thrown);
  // These codes are errors of the caller; all others are errors of the service.
  const status = error.code.startsWith("request_") || CALLER.includes(error.code) ? 400 : 500;
  if (status === 500) console.error(error);
  return new HttpError(status, error.code, isUnforeseen(error) ? UNFORESEEN : error.message).response();
}

/** Codes of errors of the caller beside those of requests. */
const CALLER = ["unknown_model", "feedback_range", "feedback_id", "feedback_too_many_verdicts"];

/** Errors that no check foresaw; their messages may tell how the service is made. */
const isUnforeseen = ({ code = "" }) => code === "internal" || code === "panic";
const UNFORESEEN = "The service failed at this request. Its log has the cause.";
