/**
 * Who may call: this machine, or those who know a token; and of web pages only those that are listed.
 *
 * @module
 */
import { ANYONE, callerWith } from "./callers.js";
import { HttpError, reply } from "./http.js";
import { brief } from "./text.js";

/** @typedef {import("./settings.js").Settings} Settings */

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const PEERS = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/**
 * Rejects a request by its address and by the web page that sent it.
 *
 * @param {Request} request
 * @param {Settings} settings
 */
export function checkSource(request, settings) {
  if (settings.callers.length === 0 && !isFromHere(request, settings))
    throw new HttpError(
      403,
      "host",
      "Without a token this service answers only this machine, as localhost, 127.0.0.1 or [::1]. Set ACCESS_TOKEN.",
    );
  const site = request.headers.get("sec-fetch-site") ?? "none";
  const origin = request.headers.get("origin");
  const isForeign = origin === null ? !["none", "same-origin"].includes(site) : !isOwn(origin, request);
  if (isForeign && !isListed(origin, settings))
    throw new HttpError(
      403,
      "origin",
      `Pages of ${brief(origin ?? "another site")} may not call this service. ` +
        "Add the page's origin to ALLOWED_ORIGINS.",
    );
}

/**
 * Whether a request names this machine. The name counts too: it may be that of a web page whose owner lets
 * it lead to this machine (DNS rebinding).
 *
 * @param {Request} request
 * @param {Settings} settings
 */
function isFromHere(request, { peer }) {
  const host = request.headers.get("host")?.toLowerCase().replace(/:\d*$/, "");
  const names = [new URL(request.url).hostname, host ?? "localhost"];
  return names.every((name) => LOOPBACK.includes(name)) && (peer === undefined || PEERS.includes(peer));
}

/**
 * @param {string} origin
 * @param {Request} request
 */
const isOwn = (origin, request) => origin === new URL(request.url).origin;

/**
 * @param {string | null} origin
 * @param {Settings} settings
 */
const isListed = (origin, { allowedOrigins }) => origin !== null && allowedOrigins.includes(origin);

/**
 * Who sends a request, by its token.
 *
 * @param {Request} request
 * @param {Settings} settings
 * @returns {Promise<import("./callers.js").Caller>}
 */
export async function callerOf(request, { callers }) {
  if (callers.length === 0) return ANYONE;
  // The name of the scheme may be in upper or lower case (RFC 9110, section 11.1).
  const [, given] = /^bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const caller = given === undefined ? undefined : await callerWith(given, callers);
  if (caller !== undefined) return caller;
  throw new HttpError(401, "unauthorized", "Send the token of this service as `Authorization: Bearer …`.", {
    "www-authenticate": "Bearer",
  });
}

/**
 * The answer to a browser that asks whether a page may call.
 *
 * @param {Request} request
 * @param {string} methods of the address
 */
export const preflight = (request, methods) =>
  reply(null, 204, {
    allow: `OPTIONS, ${methods}`,
    "access-control-allow-methods": methods,
    "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
    "access-control-max-age": "600",
  });

/**
 * Lets a listed page read the response.
 *
 * @param {Response} response
 * @param {Request} request
 * @param {Settings} settings
 */
export function withCors(response, request, settings) {
  const origin = request.headers.get("origin");
  if (origin !== null && isListed(origin, settings)) {
    response.headers.set("access-control-allow-origin", origin);
    response.headers.set("access-control-expose-headers", "*");
    response.headers.set("vary", "origin");
  }
  return response;
}
