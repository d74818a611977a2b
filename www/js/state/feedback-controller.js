import { UnirouteError } from "../../uniroute/lib/errors.js";
import { checkedFeedback, savedFeedback } from "../browser/feedback-database.js";
import { bytesOf } from "../browser/file-bytes.js";
import { saveFile } from "../browser/save-file.js";
import { saveHasFeedback } from "../browser/storage.js";
import { Store } from "./store.js";

/** @import { WorkerRouter } from "../../uniroute/worker.js" */
/** @import { SavedFeedback } from "../browser/feedback-database.js" */
/** @import { App } from "./app.js" */

/**
 * @typedef {object} FeedbackState
 * @property {{ id: string, score: number, verdicts: number } | null} said the last verdict; null if it was taken back
 * @property {string} problem why verdicts cannot be saved; empty if they can
 */

/**
 * The person's verdicts on answers. The router has them while the page is open; IndexedDB has them for the next
 * visit, and the other tabs follow. Nothing of them leaves this browser. Loaded on demand.
 */
export class FeedbackController {
  /** @type {Store<FeedbackState>} */
  store = new Store(/** @type {FeedbackState} */ ({ said: null, problem: "" }));
  #app;
  /** @type {Promise<unknown>} the end of the last change, for which the next one waits */
  #last = Promise.resolve();
  /** What the storage has for the present router, as this tab knows it: its hash and revision. */
  #known = { id: "", revision: 0 };
  /** @type {Uint8Array | null} the verdicts before the last one */
  #before = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    savedFeedback.onLateAnswer(() => this.follow());
    try {
      this.#channel = new BroadcastChannel("uniroute-feedback");
      this.#channel.addEventListener("message", () => this.follow());
    } catch {
      // Without it, a tab reads before its next verdict.
    }
  }

  /**
   * Gives a router that was just loaded the verdicts that were saved.
   *
   * @param {WorkerRouter} router
   */
  async applyTo(router) {
    this.#known = { id: "", revision: 0 };
    this.#before = null;
    try {
      await this.#read(router);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Another tab has given a verdict. */
  follow() {
    return this.#turn(async (router) => {
      this.#before = null;
      this.store.set({ said: null });
      await this.#read(router);
    });
  }

  /**
   * Says how good the answer of a model was.
   *
   * @param {string} model
   * @param {string} prompt
   * @param {number} score
   */
  give(model, prompt, score) {
    return this.#turn(async (router) => {
      this.store.set({ said: null });
      await this.#read(router);
      this.#before = await router.exportFeedback();
      const { verdicts } = await router.feedback({ model, prompt }, score);
      this.store.set({ said: { id: model, score, verdicts } });
      await this.#write(router);
    });
  }

  /** Takes the last verdict back. Returns whether it could. */
  async undo() {
    let isUndone = false;
    await this.#turn(async (router) => {
      if (this.#before === null) return;
      isUndone = true;
      await router.importFeedback(this.#before);
      this.#before = null;
      this.store.set({ said: null });
      await this.#write(router);
    });
    return isUndone;
  }

  /** Saves all verdicts as a file. */
  async saveAsFile() {
    const state = await this.#app.router?.exportFeedback();
    if (!state) return;
    const type = "application/octet-stream";
    saveFile("verdicts.uniroute", type, new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (state)], { type }));
  }

  /**
   * Adds the verdicts of a file.
   *
   * @param {File} file
   */
  addFile(file) {
    return this.#turn(async (router) => {
      const state = await bytesOf(file);
      await this.#read(router);
      await router.importFeedback(state, { merge: true });
      this.#before = null;
      await this.#write(router);
    });
  }

  /** Drops all verdicts. */
  reset() {
    return this.#turn(async (router) => {
      this.#before = null;
      this.store.set({ said: null });
      await router.resetFeedback();
      await this.#write(router);
    });
  }

  /**
   * Forgets verdicts slowly from now on.
   *
   * @param {number | null} days after which a verdict counts half; null: never
   */
  setHalfLife(days) {
    return this.#turn(async (router) => {
      await this.#read(router);
      await router.setHalfLife(days);
      await this.#write(router);
    });
  }

  /**
   * Runs a change after those before it, and shows what it leads to.
   *
   * @param {(router: WorkerRouter) => Promise<void>} change
   */
  #turn(change) {
    const turn = this.#last.then(async () => {
      const { router } = this.#app;
      if (router === null) return;
      try {
        await change(router);
      } catch (thrown) {
        this.#app.showError("The verdict could not be used", thrown, "What was said before stays.");
      }
      if (router === this.#app.router) await this.#app.profilesChanged();
    });
    this.#last = turn;
    return turn;
  }

  /**
   * Replaces the verdicts of the router by those of the storage, if another tab has changed these.
   *
   * @param {WorkerRouter} router
   */
  async #read(router) {
    const { sha256 } = await router.info();
    const all = await savedFeedback.readAll().catch((thrown) => {
      this.#fail(thrown);
      return [];
    });
    const saved = all.map(checkedFeedback).find((one) => one?.id === sha256);
    if (!saved || (this.#known.id === sha256 && this.#known.revision === saved.revision)) return;
    await router.importFeedback(saved.state);
    this.#known = { id: sha256, revision: saved.revision };
  }

  /**
   * Saves the verdicts of the router.
   *
   * @param {WorkerRouter} router
   */
  async #write(router) {
    const [{ sha256 }, state] = await Promise.all([router.info(), router.exportFeedback()]);
    const revision = (this.#known.id === sha256 ? this.#known.revision : 0) + 1;
    try {
      await savedFeedback.change(sha256, (stored) => {
        const other = checkedFeedback(stored);
        if (other !== null && other.revision >= revision)
          throw new UnirouteError(
            "feedback_tab",
            "Another tab saved a verdict at the same moment. Give this one again.",
          );
        return { id: sha256, state, revision };
      });
      this.#known = { id: sha256, revision };
      this.store.set({ problem: "" });
      saveHasFeedback(true);
      this.#channel?.postMessage({ kind: "changed" });
    } catch (thrown) {
      if (/** @type {{ code?: string }} */ (thrown).code === "feedback_tab") {
        this.#known = { id: "", revision: 0 };
        this.store.set({ said: null });
        await this.#read(router);
        throw thrown;
      }
      this.#fail(thrown);
    }
  }

  /** @param {unknown} thrown */
  #fail(thrown) {
    this.store.set({
      problem: `${UnirouteError.from(thrown).message} Verdicts last until this page is closed.`,
    });
  }
}
