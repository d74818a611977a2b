/**
 * uniroute in a Web Worker: the same methods, each answering with a promise, none of them on the
 * page's own thread.
 *
 * @module
 */
import { UnirouteError } from "./lib/errors.js";
import { WorkerConnection } from "./lib/worker-connection.js";

export { UnirouteError };

/** A connection together with the methods that `lib/methods.js` lists. */
const Connection =
  /** @type {new (worker: Worker) => WorkerConnection & import("./lib/types.js").AsyncMethods} */ (
    WorkerConnection
  );

/** A router that runs in a worker. Made by `WorkerRouter.load`. */
export class WorkerRouter extends Connection {
  /**
   * Starts a worker and loads the router in it.
   *
   * @param {import("./lib/types.js").LoadOptions & { worker?: Worker }} [options] `worker`: one that the
   *   caller made, for example because a content security policy requires a trusted address
   */
  static async load({ worker, signal, onProgress, ...options } = {}) {
    const router = new WorkerRouter(
      worker ?? new Worker(new URL("./worker-main.js", import.meta.url), { type: "module" }),
    );
    try {
      await router.call("load", [options], { signal, onProgress });
      return router;
    } catch (error) {
      router.free();
      throw error;
    }
  }
}
