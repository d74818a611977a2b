import { UnirouteError, WorkerRouter } from "../uniroute/worker.js";
import { takeWorker } from "./worker.js";

export { UnirouteError };

/** @typedef {import("../uniroute/lib/types.js").Explanation} Explanation */
/** @typedef {import("../uniroute/lib/types.js").RouteRequest} RouteRequest */

/** The router in its worker, and the rule that only the latest question matters. */
export class Engine {
  /** @type {WorkerRouter} */
  router;
  /** @type {{ prompt: string, request: RouteRequest } | null} */
  #next = null;
  #busy = false;
  #answer;
  #problem;

  /**
   * @param {WorkerRouter} router
   * @param {{ answer: (explanation: Explanation, took: number) => void, problem: (error: UnirouteError) => void }} heard
   */
  constructor(router, { answer, problem }) {
    this.router = router;
    this.#answer = answer;
    this.#problem = problem;
  }

  /** @param {Omit<import("../uniroute/lib/types.js").LoadOptions, "signal">} options */
  static load(options) {
    return WorkerRouter.load({ ...options, worker: takeWorker() });
  }

  /**
   * Asks for a decision. Questions that arrive while one is being answered replace each other, so
   * that a slider never runs ahead of its answers.
   *
   * @param {string} prompt
   * @param {RouteRequest} request
   */
  async ask(prompt, request) {
    this.#next = { prompt, request };
    if (this.#busy) return;
    this.#busy = true;
    while (this.#next !== null) {
      const asked = this.#next;
      this.#next = null;
      const start = performance.now();
      try {
        const explanation = await this.router.explain(asked.prompt, asked.request);
        this.#answer(explanation, performance.now() - start);
      } catch (error) {
        this.#problem(UnirouteError.from(error));
      }
    }
    this.#busy = false;
  }
}
