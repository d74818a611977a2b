import { WorkerRouter } from "../../uniroute/worker.js";
import { firstFiles } from "../browser/first-files.js";
import { takeWorker } from "../browser/worker.js";

/** @import { LoadOptions } from "../../uniroute/lib/types.js" */
/** @import { Patience } from "./patience.js" */

/**
 * Loads a router in a worker of its own. Each of its calls is watched over, and so is its loading.
 *
 * @param {LoadOptions} options
 * @param {Patience} patience
 */
export async function loadWatched(options, patience) {
  const onProgress = (/** @type {import("../../uniroute/lib/types.js").Progress} */ progress) => {
    patience.renew();
    options.onProgress?.(progress);
  };
  const router = await patience.during(load({ ...options, onProgress }));
  const call = router.call.bind(router);
  router.call = (kind, args, { signal, onProgress } = {}) =>
    patience.during(
      call(kind, args, {
        signal,
        onProgress: (progress) => {
          patience.renew();
          onProgress?.(progress);
        },
      }),
    );
  return router;
}

/** @param {LoadOptions} options */
async function load(options) {
  const isFirst = options.embedder !== "minilm" && options.router === undefined;
  // What is missing then is fetched by the worker, which says what is wrong.
  const files = isFirst ? await firstFiles(options.pool === undefined, options).catch(() => ({})) : {};
  return WorkerRouter.load({ ...options, ...files, worker: takeWorker() });
}
