/**
 * The script of the worker: unwraps a message, calls the router, wraps the answer.
 *
 * @module
 */
import { Router, UnirouteError } from "./index.js";
import { METHODS, methodNamed } from "./lib/methods.js";

/** @typedef {import("./lib/types.js").WorkerRequest} WorkerRequest */
/** @typedef {import("./lib/types.js").WorkerReply} WorkerReply */
/** @typedef {import("./lib/types.js").Progress} Progress */

/** @type {Router | undefined} */
let router;
/** @type {Map<number, AbortController>} */
const running = new Map();

/** @param {WorkerReply} reply */
const send = (reply) => self.postMessage(reply);

self.addEventListener("message", async ({ data }) => {
  const request = /** @type {WorkerRequest} */ (data);
  if (request.kind === "cancel") return running.get(request.id)?.abort();
  const { id } = request;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const value = await answer(request, abort.signal, (progress) => send({ kind: "progress", id, progress }));
    send({ kind: "done", id, value });
  } catch (thrown) {
    send({ kind: "failed", id, error: UnirouteError.from(thrown).toJSON() });
  } finally {
    running.delete(id);
  }
});

/**
 * @param {Exclude<WorkerRequest, { kind: "cancel" }>} request
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} onProgress
 * @returns {Promise<unknown>}
 */
async function answer({ kind, args }, signal, onProgress) {
  if (kind === "load") return load(args[0], signal, onProgress);
  const method = methodNamed(kind);
  if (method === undefined) {
    const names = Object.keys(METHODS).join(", ");
    throw new UnirouteError("unknown_method", `A router has no method “${kind}”. Call one of ${names}.`);
  }
  if (router === undefined) {
    throw new UnirouteError("not_loaded", "Nothing is loaded yet. Wait until load has answered.");
  }
  const all = [...args];
  if (method.onProgress !== undefined) {
    all[method.onProgress] = (/** @type {number} */ loaded, /** @type {number} */ total) =>
      onProgress({ phase: "batch", loaded, total });
    all[method.onProgress + 1] = signal;
  }
  return /** @type {any} */ (router)[kind](...all);
}

/**
 * Replaces the router. The former one stays in use until the new one is ready.
 *
 * @param {any} options
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} onProgress
 */
async function load(options, signal, onProgress) {
  const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, withUrl(value)]));
  const loaded = await Router.load({ ...given, signal, onProgress });
  router?.free();
  router = loaded;
  return router.info();
}

/**
 * The `URL` whose address was sent in its place.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
function withUrl(value) {
  const href = /** @type {{ href?: unknown } | undefined} */ (value)?.href;
  return typeof href === "string" ? /** @type {T} */ (new URL(href)) : value;
}
