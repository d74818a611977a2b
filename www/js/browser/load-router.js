import { WorkerRouter } from "../../uniroute/worker.js";
import { takeWorker } from "./worker.js";

/**
 * A router in a worker of its own; the first in the one that was started early.
 *
 * @param {import("../../uniroute/lib/types.js").LoadOptions} options
 */
export function loadRouter(options) {
  return WorkerRouter.load({ ...options, worker: takeWorker() });
}

/**
 * Asks one question at a time. Those that arrive while one is being answered replace each other,
 * so that a slider never runs ahead of its answers.
 *
 * @template {unknown[]} A
 * @param {(...question: A) => Promise<void>} ask takes care of its own failures
 * @param {() => void} [idle] called when the last question has its answer
 * @returns {(...question: A) => Promise<void>}
 */
export function latest(ask, idle = () => {}) {
  /** @type {A | null} */
  let next = null;
  let busy = false;
  return async (...question) => {
    next = question;
    if (busy) return;
    busy = true;
    while (next !== null) {
      const now = next;
      next = null;
      await ask(...now);
    }
    busy = false;
    idle();
  };
}
