import { UnirouteError } from "../../uniroute/lib/errors.js";
import { saveFile } from "../browser/save-file.js";
import { OWN } from "./choices.js";
import { latest } from "./latest.js";
import { bytesOf } from "../browser/file-bytes.js";
import { routeRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { Comparison, ImportedPrices, ModelPreview, PastedScores, RawModel, RawPool } from "../../uniroute/lib/types.js" */
/** @import { App } from "./app.js" */

/** No price list is older; a clock with an earlier date is wrong. */
const EARLIEST = "2025-01-01";
/** Steps that can be undone. */
const MAX_HISTORY = 30;

/**
 * @typedef {object} PoolState
 * @property {{ pool: string, poolId: string }[]} history former pools, the latest last
 * @property {{ name: string, prices: ImportedPrices } | null} priceList an opened price list
 * @property {{ name: string, poolId: string, comparison: Comparison } | null} other a pool to compare with
 * @property {{ read: PastedScores, preview: ModelPreview | null, problem: string | null } | null} preview the model
 *   that is being typed in, as it would be in the pool
 */

/** Edits of the pool. Each edit is a new pool for the core to check; if it is rejected, nothing changes. */
export class PoolController {
  /** @type {Store<PoolState>} */
  store = new Store(/** @type {PoolState} */ ({ history: [], priceList: null, other: null, preview: null }));
  #app;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * Opens a file that was chosen or dropped: a pool or a price list.
   *
   * @param {File} file
   */
  async openFile(file) {
    await this.openContent(`“${file.name}”`, await bytesOf(file));
  }

  /**
   * @param {string} name for people
   * @param {string | Uint8Array} content
   */
  async openContent(name, content) {
    const error = await this.#replace(name, OWN, content);
    if (error === null) return;
    // A file that is not a pool may be a price list. If it is neither, the error of the pool helps more.
    const prices =
      error.code === "pool_type" ? await this.#app.router?.importPrices(content).catch(() => null) : null;
    if (!prices) return this.#showRejected(name, error);
    this.store.set({ priceList: { name, prices } });
    this.#app.showNotice(null);
    this.#app.setChoices({ view: "pool" });
  }

  /**
   * Uses a listed pool, or the person's own pool again.
   *
   * @param {string} id
   */
  async choose(id) {
    const name = this.#app.poolName(id);
    try {
      const error = await this.#replace(name, id, await this.#app.poolContent(id));
      if (error) throw error;
    } catch (thrown) {
      this.#showRejected(name, thrown);
    }
  }

  /**
   * @param {string} name
   * @param {unknown} thrown
   */
  #showRejected(name, thrown) {
    const after = `The pool in use is still “${this.#app.store.state.poolName}”.`;
    this.#app.showError(`${name} was rejected`, thrown, after);
  }

  /**
   * Changes the pool's JSON.
   *
   * @param {string} subject named in the error if the change is rejected
   * @param {(pool: RawPool) => void} change
   */
  async edit(subject, change) {
    const { router } = this.#app;
    if (router === null) return;
    const pool = /** @type {RawPool} */ (JSON.parse(await router.pool()));
    change(pool);
    const error = await this.#replace(subject, OWN, JSON.stringify(pool));
    if (error) this.#app.showError(`${subject} was not changed`, error);
  }

  /**
   * @param {string} id
   * @param {"cost" | "limit"} group
   * @param {string} field
   * @param {number | null} value null is unknown
   */
  async setField(id, group, field, value) {
    await this.edit(id, (pool) => {
      const model = pool.models.find((one) => one.id === id);
      if (model) Object.assign(model, { [group]: { ...model[group], [field]: value } });
    });
  }

  /** @param {string} id */
  async removeModel(id) {
    await this.edit(id, (pool) => void (pool.models = pool.models.filter((model) => model.id !== id)));
  }

  /**
   * Shows where a model would land. While one preview is computed, only the latest call waits.
   *
   * @param {RawModel | null} model null for none
   * @param {string} scores of its model card, as pasted
   */
  preview = latest(async (/** @type {RawModel | null} */ model, /** @type {string} */ scores) => {
    const { router } = this.#app;
    if (router === null || model === null) return this.store.set({ preview: null });
    const read = await router.readScores(scores);
    try {
      const preview = await router.previewModel(withScores(model, read));
      this.store.set({ preview: { read, preview, problem: null } });
    } catch (thrown) {
      this.store.set({ preview: { read, preview: null, problem: UnirouteError.from(thrown).message } });
    }
  });

  /**
   * Adds a model that the router does not know.
   *
   * @param {RawModel} model
   * @param {string} scores of its model card, as pasted
   * @param {File | null} labels prompts with scores, from which its quality is estimated
   * @returns {Promise<boolean>} whether it was added
   */
  async addModel(model, scores, labels) {
    const { router } = this.#app;
    if (router === null) return false;
    try {
      const before = await this.#current();
      model = withScores(model, await router.readScores(scores));
      const read = labels && (await router.readLabels(labels.name, await bytesOf(labels), model.id));
      await router.addModel(read ? { ...model, labels: read } : model);
      await this.#replaced(before, OWN);
      return true;
    } catch (thrown) {
      this.#app.showError(`${model.id || "The model"} was not added`, thrown);
      return false;
    }
  }

  /** Gives the models of the pool their prices from the open price list. */
  async usePrices() {
    const { priceList } = this.store.state;
    if (!priceList) return;
    const { matches, models } = priceList.prices;
    await this.edit("The prices", (pool) => {
      for (const { id, listed } of matches) {
        const model = pool.models.find((one) => one.id === id);
        const { cost, limit } = models[listed] ?? {};
        if (!model) continue;
        Object.assign(model, { cost: { ...model.cost, ...knownFields(cost) } });
        if (limit) Object.assign(model, { limit: { ...model.limit, ...knownFields(limit) } });
      }
      pool.as_of = laterDate(pool.as_of);
    });
    this.closePriceList();
  }

  /**
   * Adds a model of the price list. Only its price is known.
   *
   * @param {RawModel} model
   */
  async addListedModel(model) {
    await this.edit(model.id, (pool) => void pool.models.push(model));
  }

  closePriceList() {
    this.store.set({ priceList: null });
  }

  /** Uses the pool before the last edit. */
  async undo() {
    const { history } = this.store.state;
    const last = history.at(-1);
    if (!last) return;
    await this.#replace("The former pool", last.poolId, last.pool);
    this.store.set({ history: history.slice(0, -1) });
  }

  /** Removes the history, since former pools belong to the former router. */
  reset() {
    this.store.set({ history: [], other: null });
  }

  /**
   * What another pool would decide for the present prompt.
   *
   * @param {string} poolId
   */
  async compare(poolId) {
    const { router } = this.#app;
    const { prompt } = this.#app.store.state;
    const { deny: _, ...request } = routeRequest(this.#app.store.state);
    if (router === null || poolId === "") return this.store.set({ other: null });
    try {
      const comparison = await router.compare(await this.#app.poolContent(poolId), prompt, request);
      this.store.set({ other: { name: this.#app.poolName(poolId), poolId, comparison } });
    } catch (thrown) {
      this.#app.showError("The pools could not be compared", thrown);
    }
  }

  async save() {
    const pool = await this.#app.router?.pool();
    if (pool !== undefined) saveFile("pool.json", "application/json", pool);
  }

  /**
   * @param {string} name
   * @param {string} poolId
   * @param {string | Uint8Array} content
   * @returns {Promise<UnirouteError | null>} why it was rejected
   */
  async #replace(name, poolId, content) {
    const { router } = this.#app;
    if (router === null)
      return new UnirouteError("not_loaded", `${name} cannot be used yet. Wait until the router is loaded.`);
    try {
      const before = await this.#current();
      await router.setPool(content);
      await this.#replaced(before, poolId);
      return null;
    } catch (thrown) {
      return UnirouteError.from(thrown);
    }
  }

  async #current() {
    return { pool: (await this.#app.router?.pool()) ?? "", poolId: this.#app.store.state.poolId };
  }

  /**
   * @param {{ pool: string, poolId: string }} before
   * @param {string} poolId
   */
  async #replaced(before, poolId) {
    this.store.set({ history: [...this.store.state.history, before].slice(-MAX_HISTORY), other: null });
    await this.#app.poolChanged(poolId);
  }
}

/**
 * @param {RawModel} model
 * @param {PastedScores} read
 * @returns {RawModel}
 */
function withScores(model, { scores }) {
  if (scores.length === 0) return model;
  return { ...model, benchmarks: scores.map(({ name, score }) => ({ name, score })) };
}

/**
 * The fields that have a value. A list without a price must not erase a known price.
 *
 * @param {object | undefined} fields
 */
function knownFields(fields) {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== null && value !== undefined),
  );
}

/**
 * Today as YYYY-MM-DD. If the clock of this device is behind the date of the pool, or far off, the pool keeps
 * its date.
 *
 * @param {string | undefined} date of the pool
 */
function laterDate(date) {
  const now = new Date();
  const today = now.getFullYear() < 2100 ? now.toISOString().slice(0, 10) : "";
  return today > (date ?? EARLIEST) ? today : date;
}
