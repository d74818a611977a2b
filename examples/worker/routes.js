/**
 * The addresses of the service, and what answers at each.
 *
 * @module
 */
import { chat } from "./chat.js";
import { cost, route } from "./decisions.js";
import { embeddings } from "./embeddings.js";
import { feedback } from "./feedback.js";
import { HttpError } from "./http.js";
import { listModels, oneModel } from "./models.js";
import { responses } from "./responses.js";
import { brief } from "./text.js";

/**
 * A request whose source, token and body were checked.
 *
 * @typedef {object} Call
 * @property {Request} request
 * @property {Record<string, any>} body the JSON object; empty for GET
 * @property {string | undefined} id last part of the address, where the route has one
 * @property {import("uniroute").Router} router of the caller's pool
 * @property {import("./callers.js").Caller} caller
 * @property {import("./settings.js").Settings} settings
 */
/**
 * @callback Handler
 * @param {Call} call
 * @returns {Response | Promise<Response>}
 */
/** @typedef {{ method: "GET" | "POST", handler: Handler, id?: string }} Route */

/** @type {Map<string, Route>} */
const ROUTES = new Map([
  ["/v1/models", { method: "GET", handler: listModels }],
  ["/v1/chat/completions", { method: "POST", handler: chat }],
  ["/v1/responses", { method: "POST", handler: responses }],
  ["/v1/embeddings", { method: "POST", handler: embeddings }],
  ["/route", { method: "POST", handler: route }],
  ["/cost", { method: "POST", handler: cost }],
  ["/feedback", { method: "POST", handler: feedback }],
]);

/** The id is the rest of the address: ids of models may have slashes. */
const MODEL = /^\/v1\/models\/(.+)$/;

/**
 * @param {URL} address
 * @returns {Route | undefined}
 */
export function routeOf({ pathname }) {
  const found = ROUTES.get(pathname);
  if (found !== undefined) return found;
  const id = MODEL.exec(pathname)?.[1];
  return id === undefined ? undefined : { method: "GET", handler: oneModel, id: decoded(id) };
}

/** @param {string} part of an address */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no id has this form
  }
}

/** @param {URL} address without a route */
export const notFound = ({ pathname }) =>
  new HttpError(
    404,
    "not_found",
    `There is no ${brief(pathname)}. Use one of ${[...ROUTES.keys()].join(", ")}.`,
  );
