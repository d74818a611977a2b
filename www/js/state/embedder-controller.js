import { UnirouteError } from "../../uniroute/lib/errors.js";
import { Store } from "./store.js";

/** @import { Embedder } from "../../uniroute/lib/types.js" */
/** @import { App } from "./app.js" */
/** @import { State } from "./state.js" */

/**
 * @typedef {object} EmbedderState
 * @property {Embedder | null} loading
 * @property {State["progress"]} progress
 * @property {string} problem why it could not be loaded
 */

/** The choice of the embedder. The present one stays in use until the other is ready. */
export class EmbedderController {
  /** @type {Store<EmbedderState>} */
  store = new Store(/** @type {EmbedderState} */ ({ loading: null, progress: {}, problem: "" }));
  #app;
  /** @type {AbortController | null} */
  #abort = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** @param {Embedder} embedder */
  async choose(embedder) {
    this.cancel();
    if (embedder === this.#app.store.state.embedder) return;
    const { signal } = (this.#abort = new AbortController());
    this.store.set({ loading: embedder, progress: {}, problem: "" });
    try {
      await this.#app.changeEmbedder(embedder, {
        signal,
        onProgress: (progress) =>
          signal.aborted ||
          this.store.set({ progress: { ...this.store.state.progress, [progress.phase]: progress } }),
      });
      if (!signal.aborted) this.store.set({ loading: null });
    } catch (thrown) {
      if (!signal.aborted) this.store.set({ loading: null, problem: UnirouteError.from(thrown).message });
    }
  }

  cancel() {
    this.#abort?.abort();
    this.store.set({ loading: null, problem: "" });
  }
}
