import { WorkerRouter } from "../../uniroute/worker.js";
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
  const loading = WorkerRouter.load({
    ...options,
    worker: takeWorker(),
    onProgress: (progress) => {
      patience.renew();
      options.onProgress?.(progress);
    },
  });
  const router = await patience.during(loading);
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
