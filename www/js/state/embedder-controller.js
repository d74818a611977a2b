import { UnirouteError } from "../../uniroute/lib/errors.js";
import { Store } from "./store.js";

/** @typedef {import("../../uniroute/lib/types.js").Embedder} Embedder */
/** @typedef {import("./state.js").State} State */

/**
 * @typedef {object} EmbedderState
 * @property {Embedder | null} wanted what is being loaded
 * @property {State["progress"]} progress
 * @property {string} problem why it was not taken
 */

/** The choice of what reads the prompts. The present one works on until the other is ready. */
export class EmbedderDesk {
  /** @type {Store<EmbedderState>} */
  store = new Store(/** @type {EmbedderState} */ ({ wanted: null, progress: {}, problem: "" }));
  #app;
  /** @type {AbortController | null} */
  #abort = null;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** @param {Embedder} embedder */
  async choose(embedder) {
    this.cancel();
    if (embedder === this.#app.store.now.embedder) return;
    const { signal } = (this.#abort = new AbortController());
    this.store.set({ wanted: embedder, progress: {}, problem: "" });
    try {
      await this.#app.changeEmbedder(embedder, {
        signal,
        onProgress: (progress) =>
          signal.aborted ||
          this.store.set({ progress: { ...this.store.now.progress, [progress.phase]: progress } }),
      });
      if (!signal.aborted) this.store.set({ wanted: null });
    } catch (thrown) {
      if (!signal.aborted) this.store.set({ wanted: null, problem: UnirouteError.from(thrown).message });
    }
  }

  cancel() {
    this.#abort?.abort();
    this.store.set({ wanted: null, problem: "" });
  }
}
