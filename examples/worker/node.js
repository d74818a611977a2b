/**
 * The worker as a server on Node: `node node.js`. The pool is `assets/pool.json`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HttpError } from "./http.js";
import { number, settings } from "./settings.js";
import worker, { start } from "./worker.js";

/** A Host header: a name or an address, and perhaps a port. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;
/** Addresses that only this machine reaches. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

const { env } = process;
const limit = (/** @type {string} */ name, /** @type {number} */ fallback) =>
  number(env, name, fallback, { least: 1, most: 2 ** 31 - 1 });
const headersTimeout = limit("HEADERS_TIMEOUT_MS", 10_000);
const requestTimeout = Math.max(limit("REQUEST_TIMEOUT_MS", 30_000), headersTimeout);
const grace = limit("GRACE_MS", 10_000);
const host = env.HOST ?? "127.0.0.1";

const POOL = await readFile(env.POOL_FILE ?? new URL("assets/pool.json", import.meta.url), "utf8");
await start({ pool: POOL });

/**
 * The request in the form that the worker knows.
 *
 * @param {import("node:http").IncomingMessage} incoming
 * @param {AbortSignal} signal aborts when the caller leaves
 */
function requestOf(incoming, signal) {
  const { method = "", url = "", headers: given } = incoming;
  if (!url.startsWith("/") || !HOST.test(given.host ?? "")) throw new Error("a broken address");
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) headers.set(name, String(value));
  return new Request(
    new URL(`http://${given.host}${url}`),
    /** @type {RequestInit} */ ({
      method,
      headers,
      body: method === "GET" || method === "HEAD" ? null : Readable.toWeb(incoming),
      duplex: "half",
      signal,
    }),
  );
}

/**
 * @param {import("node:http").IncomingMessage} incoming
 * @param {AbortSignal} signal
 */
function answer(incoming, signal) {
  try {
    return worker.fetch(requestOf(incoming, signal), env);
  } catch {
    const message = "The address, the Host header or the method is not valid. Correct the request.";
    return new HttpError(400, "address", message).response();
  }
}

const server = createServer(
  {
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: limit("KEEP_ALIVE_MS", 5_000),
    connectionsCheckingInterval: Math.min(headersTimeout, 1_000),
  },
  async (incoming, outgoing) => {
    const cancelled = new AbortController();
    outgoing.once("close", () => {
      cancelled.abort();
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    try {
      const { status, headers, body } = await answer(incoming, cancelled.signal);
      outgoing.writeHead(status, Object.fromEntries(headers));
      if (body) await pipeline(Readable.fromWeb(/** @type {any} */ (body)), outgoing);
      else outgoing.end();
    } catch {
      outgoing.destroy(); // the caller left, or the answer broke off
    }
  },
);
server.maxConnections = limit("MAX_CONNECTIONS", 4_000);
// Longest silence in both directions: of a model, or of a caller that does not read its answer.
server.timeout = limit("CONNECTION_TIMEOUT_MS", 300_000);

/** Accepts no more connections, waits for the answers that are under way, and ends. */
function close() {
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), grace).unref();
}
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, close);

/** @param {string} message */
function refuse(message) {
  console.error(message);
  process.exit(1);
}
server.on("error", (error) => refuse(`The server cannot listen: ${error.message}. Set HOST or PORT.`));
if (!LOOPBACK.includes(host) && settings(env).callers.length === 0)
  refuse(
    `Other machines would reach ${host} and spend the keys. Set ACCESS_TOKEN or CALLERS, or remove HOST.`,
  );
// A burst of connections waits here rather than get lost.
const backlog = server.maxConnections;
server.listen({ port: Number(env.PORT ?? 8787), host, backlog }, () => {
  const { address, family, port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`http://${family === "IPv6" ? `[${address}]` : address}:${port}`);
});
