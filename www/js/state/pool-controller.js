import { UnirouteError } from "../../uniroute/lib/errors.js";
import { bytesOf } from "../browser/file-bytes.js";
import { saveFile } from "../browser/save-file.js";
import { SHARED, isOwn } from "./choices.js";
import { dayOfFile, today } from "./dates.js";
import { latest } from "./latest.js";
import { routeRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { Comparison, ImportedPrices, LabelOptions, Labels, ModelPreview, PastedScores, PoolInfo, RawModel, RawPool } from "../../uniroute/lib/types.js" */
/** @import { SharedPool } from "../browser/share-link.js" */
/** @import { App } from "./app.js" */
/** @import { Origin, SavedPool } from "./pool-library.js" */

/** Names of the price lists. */
export const PRICE_LISTS = { litellm: "LiteLLM", models_dev: "models.dev", openrouter: "OpenRouter" };

/**
 * An opened price list.
 *
 * @typedef {object} PriceList
 * @property {string} name of its file
 * @property {string | Uint8Array} content
 * @property {string} day of its prices, YYYY-MM-DD; empty if it is unknown
 * @property {ImportedPrices} prices with the models of the present pool that it lists
 */

/**
 * @typedef {object} PoolState
 * @property {PriceList | null} priceList
 * @property {{ name: string, poolId: string, comparison: Comparison } | null} other a pool to compare with
 * @property {{ read: PastedScores, preview: ModelPreview | null, problem: string | null } | null} preview the model
 *   that is being typed in, as it would be in the pool
 * @property {{ read: Labels[], refused: UnirouteError | null } | null} labels the files of labels that were chosen
 *   for that model
 */

/**
 * Edits of the pool. Each edit is a new pool for the core to check; if it is rejected, nothing changes. An edit of a
 * listed pool, or of the pool of a link, makes a pool of one's own, which is saved.
 */
export class PoolController {
  /** @type {Store<PoolState>} */
  store = new Store(/** @type {PoolState} */ ({ priceList: null, other: null, preview: null, labels: null }));
  #app;
  /** @type {Promise<unknown>} the end of the last change, for which the next one waits */
  #last = Promise.resolve();
  /** @type {SavedPool | null} the saved pool that the router has */
  #used = null;

  /** The pool of the last visit, if the storage has not given it yet. */
  wanted = "";

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
    const [name] = file.name.split(/\.json$/i);
    const day = dayOfFile(file);
    await this.#app.loaded();
    await this.openContent(`“${file.name}”`, await bytesOf(file), { kind: "file", of: file.name }, name, day);
  }

  /**
   * Uses a pool and saves it as one of the person's own, or shows a price list.
   *
   * @param {string} title for messages
   * @param {string | Uint8Array} content
   * @param {Origin} origin
   * @param {string} [name] of the pool, if it states none
   * @param {string} [day] of the prices, if it is a price list
   * @returns {Promise<boolean>} whether it is a pool, and is now in use
   */
  async openContent(title, content, origin, name = "", day = today()) {
    const error = await this.#replace(
      title,
      () => content,
      async (info) => {
        const pool = (await this.#app.router?.pool()) ?? "";
        return (await this.#app.library.add({ name: info.name || name || "Your pool", origin, pool })).id;
      },
    );
    if (error === null) return true;
    // A file that is not a pool may be a price list. If it is neither, the error of the pool helps more.
    const prices =
      error.code === "pool_type" ? await this.#app.router?.importPrices(content).catch(() => null) : null;
    if (!prices) {
      this.#showRejected(title, error);
      return false;
    }
    this.store.set({ priceList: { name: title, content, day, prices } });
    this.#app.showNotice(null);
    this.#app.setChoices({ view: "pool" });
    return false;
  }

  /**
   * Makes a pool of chosen models, which replaces none.
   *
   * @param {RawPool} pool
   * @param {string} of the catalogue that the models were chosen from
   */
  async useChosen(pool, of) {
    // The switches of the former pool are not for these models.
    this.#app.setChoices({ off: [], need: [] });
    const content = JSON.stringify(pool);
    await this.openContent("The pool of the chosen models", content, { kind: "chosen", of });
  }

  /**
   * Uses the pool of a link, without saving it.
   *
   * @param {SharedPool} shared
   */
  async openShared(shared) {
    const error = await this.#replace(
      "The pool in this link",
      () => shared.pool,
      async () => {
        this.#app.shared = shared;
        return SHARED;
      },
    );
    if (error) throw error;
    await this.introduceShared(shared);
  }

  /**
   * Says that the pool of a link is in use, and that it is not saved; or that it is one of the person's own.
   *
   * @param {SharedPool} shared
   */
  async introduceShared({ pool }) {
    await this.#app.library.ready;
    const own = this.#app.library.pools.find((one) => one.pool === pool);
    if (own) return void (await this.choose(own.id));
    this.#app.showNotice({
      kind: "good",
      title: `“${this.#app.store.state.poolName}” came with the link and is not saved.`,
      message: "Your own pools stay as they are. An edit, or the button, makes it one of them.",
      action: { name: "Save this pool", run: () => this.saveShared() },
    });
  }

  /** Saves the pool of the link as one of the person's own. */
  async saveShared() {
    await this.#inTurn(async () => {
      const { poolId, poolName } = this.#app.store.state;
      const pool = await this.#app.router?.pool();
      if (pool === undefined || poolId !== SHARED) return;
      const saved = await this.#app.library.add({ name: poolName, origin: { kind: "link", of: "" }, pool });
      await this.#use(saved.id);
    });
  }

  /**
   * Uses a listed pool, or one of the person's own.
   *
   * @param {string} id
   */
  async choose(id) {
    const name = this.#app.poolName(id);
    const error = await this.#replace(
      name,
      () => this.#app.poolContent(id),
      async () => id,
    );
    if (error) this.#showRejected(name, error);
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
   * @param {(pool: RawPool) => void | Promise<void>} change
   * @param {Origin} [origin] of the pool that an edit of a listed pool makes
   */
  async edit(subject, change, origin) {
    await this.#inTurn(async () => {
      const { router } = this.#app;
      if (router === null) return;
      try {
        const before = await router.pool();
        const pool = /** @type {RawPool} */ (JSON.parse(before));
        await change(pool);
        await router.setPool(JSON.stringify(pool));
        await this.#edited(before, { origin });
      } catch (thrown) {
        this.#app.showError(`${subject} was not changed`, thrown);
      }
    });
  }

  /**
   * @param {string} id
   * @param {"cost" | "limit"} group
   * @param {string} field
   * @param {number | null} value null is unknown
   */
  async setField(id, group, field, value) {
    await this.editModel(id, (model) => {
      Object.assign(model, { [group]: { ...model[group], [field]: value } });
      if (group === "cost") setDay(model, today());
    });
  }

  /**
   * @param {string} id
   * @param {(model: RawModel) => void} change
   */
  async editModel(id, change) {
    await this.edit(id, (pool) => {
      const model = pool.models.find((one) => one.id === id);
      if (model) change(model);
    });
  }

  /** The models as the pool states them. */
  async rawModels() {
    const pool = await this.#app.router?.pool();
    return pool === undefined ? [] : /** @type {RawPool} */ (JSON.parse(pool)).models;
  }

  /**
   * @param {string} scores of a model card, as pasted
   * @returns {Promise<PastedScores>}
   */
  async readScores(scores) {
    return (await this.#app.router?.readScores(scores)) ?? { scores: [], skipped: [] };
  }

  /** The expected quality of each model in each field, with intervals. */
  async fields() {
    return (await this.#app.router?.fields()) ?? [];
  }

  /**
   * How sure the router is of a model of the pool.
   *
   * @param {string} id
   */
  async certainty(id) {
    return (await this.#app.router?.certainty(id)) ?? null;
  }

  /** @param {string} id */
  async removeModel(id) {
    await this.edit(id, (pool) => void (pool.models = pool.models.filter((model) => model.id !== id)));
  }

  /**
   * Gives the pool another name. A listed pool gets it as a copy.
   *
   * @param {string} name
   */
  async rename(name) {
    const wanted = name.trim();
    if (wanted === "" || wanted === this.#app.store.state.poolName) return;
    await this.#inTurn(async () => {
      const { router } = this.#app;
      if (router === null) return;
      try {
        const before = await router.pool();
        await router.setPool(JSON.stringify({ ...JSON.parse(before), name: wanted }));
        await this.#edited(before, { name: wanted });
      } catch (thrown) {
        this.#app.showError("The pool was not renamed", thrown);
      }
    });
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
   * Reads the files of labels for a new model, and shows what they are taken for or what must be decided.
   *
   * @param {File[]} chosen files of labels, and files beside them
   * @param {LabelOptions} said what was decided
   * @param {string} id of the new model
   */
  async readLabels(chosen, said, id) {
    if (chosen.length === 0) return this.store.set({ labels: null });
    try {
      const { readLabelFiles } = await import("../browser/label-files.js");
      const { readLabelFile } = await import("../browser/label-module.js");
      const { files, others } = await readLabelFiles(chosen);
      const read = [];
      for (const file of files) {
        const labels = await readLabelFile(file, said, others).catch((thrown) => {
          // Of several models in a file, the one that is being typed in is meant.
          const { names = [] } = UnirouteError.from(thrown);
          if (!names.includes(id) || said.model !== undefined) throw thrown;
          return readLabelFile(file, { ...said, model: id }, others);
        });
        read.push(labels);
      }
      this.store.set({ labels: { read, refused: null } });
    } catch (thrown) {
      this.store.set({ labels: { read: [], refused: UnirouteError.from(thrown) } });
    }
  }

  /**
   * Adds a model that the router does not know.
   *
   * @param {RawModel} model
   * @param {string} scores of its model card, as pasted
   * @param {RawModel["labels"]} labels prompts with scores, from which its quality is estimated
   * @returns {Promise<boolean>} whether it was added
   */
  async addModel(model, scores, labels = []) {
    return this.#inTurn(async () => {
      const { router } = this.#app;
      if (router === null) return false;
      try {
        const before = await router.pool();
        const added = withScores(model, await router.readScores(scores));
        if (knownFields(added.cost).length > 0) setDay(added, today());
        await router.addModel(labels.length > 0 ? { ...added, labels } : added);
        await this.#edited(before);
        return true;
      } catch (thrown) {
        this.#app.showError(`${model.id || "The model"} was not added`, thrown);
        return false;
      }
    });
  }

  /**
   * Gives the models of the pool their prices from the open price list, and the date of the list.
   *
   * @param {string} day of the prices; empty if it is unknown
   */
  async usePrices(day) {
    const { priceList } = this.store.state;
    if (!priceList) return;
    const { poolName } = this.#app.store.state;
    const of = `${PRICE_LISTS[priceList.prices.list]}, for “${poolName}”`;
    await this.edit(
      "The prices",
      async (pool) => {
        const prices = await this.#app.router?.importPrices(priceList.content); // for the pool as it is now
        for (const { id, listed } of prices?.matches ?? []) {
          const model = pool.models.find((one) => one.id === id);
          const { cost, limit } = prices?.models[listed] ?? {};
          if (!model) continue;
          const known = knownFields(cost);
          model.cost = /** @type {RawModel["cost"]} */ ({ ...model.cost, ...Object.fromEntries(known) });
          if (known.length > 0) setDay(model, day);
          if (limit) model.limit = { ...model.limit, ...Object.fromEntries(knownFields(limit)) };
        }
      },
      { kind: "prices", of },
    );
    this.closePriceList();
  }

  /** Finds the models of the present pool in the open price list, which was matched with a former one. */
  matchPrices = latest(async () => {
    const { priceList } = this.store.state;
    const prices = priceList && (await this.#app.router?.importPrices(priceList.content).catch(() => null));
    if (prices && this.store.state.priceList === priceList) {
      this.store.set({ priceList: { ...priceList, prices } });
    }
  });

  /**
   * Adds a model of the price list. Only its price is known.
   *
   * @param {RawModel} model
   * @param {string} day of the price; empty if it is unknown
   */
  async addListedModel(model, day) {
    const added = { ...model };
    setDay(added, day);
    await this.edit(model.id, (pool) => void pool.models.push(added));
  }

  closePriceList() {
    this.store.set({ priceList: null });
  }

  /** Undoes the last change of the pool. Undoing the first edit of a listed pool gives the listed pool again. */
  async undo() {
    const title = "The former pool";
    const error = await this.#inTurn(async () => {
      const { library } = this.#app;
      const { poolId } = this.#app.store.state;
      const step = library.get(poolId)?.history.at(-1);
      if (!step) return null;
      const content = () => (step.pool ? step.pool : this.#app.poolContent(step.poolId));
      return this.#replaceNow(title, content, async () => {
        const saved = library.get(poolId);
        if (step.poolId !== poolId) {
          await library.erase(poolId);
          return step.poolId;
        }
        const pool = (await this.#app.router?.pool()) ?? "";
        const history = saved?.history.slice(0, -1) ?? [];
        return saved ? (await library.change(saved, { name: step.name, pool, history })).id : poolId;
      });
    });
    if (error) this.#showRejected(title, error);
  }

  /**
   * Deletes a pool of the person's own, and offers to undo that.
   *
   * @param {string} id
   */
  async remove(id) {
    const { library } = this.#app;
    const { pools, poolId } = this.#app.store.state;
    if (id === poolId) await this.choose(pools[0]?.id ?? "");
    const pool = library.get(id);
    if (!pool || this.#app.store.state.poolId === id) return;
    await library.remove(pool);
    const run = async () => {
      await this.restore(id);
      if (id === poolId) await this.choose(id);
      this.#app.showNotice(null);
    };
    const message = "For 30 days it can be restored in the Pool view.";
    this.#app.showNotice({
      kind: "good",
      title: `“${pool.name}” was deleted.`,
      message,
      action: { name: "Undo", run },
    });
  }

  /** @param {string} id */
  async restore(id) {
    const pool = this.#app.library.get(id);
    if (pool) await this.#app.library.restore(pool);
  }

  /** Follows changes of another tab: if it has changed the pool that is in use here, the router gets the change. */
  async follow() {
    const { poolId } = this.#app.store.state;
    if (this.#app.library.get(this.wanted)) return this.choose(this.wanted);
    const saved = this.#app.library.get(poolId);
    if (!saved || saved.deleted !== null || this.#used?.id !== poolId) return;
    if (saved.revision === this.#used.revision) return;
    await this.#replace(
      `“${saved.name}”, changed in another tab,`,
      () => saved.pool,
      async () => poolId,
    );
  }

  /**
   * The router was loaded with this pool.
   *
   * @param {string} poolId
   */
  begin(poolId) {
    this.#used = this.#app.library.get(poolId) ?? null;
  }

  /** Forgets the comparison, which belongs to the former router. */
  reset() {
    this.store.set({ other: null });
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

  /**
   * Saves a pool as a file.
   *
   * @param {string} [id] that of a saved pool; without one, the pool in use
   */
  async save(id) {
    const saved = id === undefined ? undefined : this.#app.library.get(id);
    const pool = saved ? saved.pool : await this.#app.router?.pool();
    const name = (saved?.name ?? this.#app.store.state.poolName)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}.]+/gu, "-");
    if (pool !== undefined)
      saveFile(`${name.replace(/^-|-$/g, "") || "pool"}.json`, "application/json", pool);
  }

  /**
   * Gives the router another pool, after the changes before.
   *
   * @param {string} title for messages
   * @param {() => string | Uint8Array | Promise<string | Uint8Array>} content
   * @param {(info: PoolInfo) => Promise<string>} register gives the id of the pool, after it was accepted
   * @returns {Promise<UnirouteError | null>} why it was rejected
   */
  #replace(title, content, register) {
    return this.#inTurn(() => this.#replaceNow(title, content, register));
  }

  /**
   * As {@link #replace}, as a part of a change.
   *
   * @param {string} title
   * @param {() => string | Uint8Array | Promise<string | Uint8Array>} content
   * @param {(info: PoolInfo) => Promise<string>} register
   * @returns {Promise<UnirouteError | null>}
   */
  async #replaceNow(title, content, register) {
    const { router } = this.#app;
    if (router === null)
      return new UnirouteError("not_loaded", `${title} cannot be used yet. Wait until the router is loaded.`);
    try {
      const info = await router.setPool(await content());
      await this.#use(await register(info));
      return null;
    } catch (thrown) {
      return UnirouteError.from(thrown);
    }
  }

  /**
   * Saves the pool after an edit. A listed pool, or that of a link, becomes a pool of one's own.
   *
   * @param {string} before the pool before the edit
   * @param {{ origin?: Origin | undefined, name?: string }} [edit]
   */
  async #edited(before, { origin, name } = {}) {
    const { library } = this.#app;
    const { poolId, poolName } = this.#app.store.state;
    const pool = (await this.#app.router?.pool()) ?? "";
    const saved = library.get(poolId);
    if (!saved) {
      const isListed = !isOwn(poolId) && poolId !== SHARED;
      const kind = isListed ? "copy" : "link";
      const step = { pool: isListed ? "" : before, poolId, name: poolName };
      const copy = {
        name: name ?? `${poolName} (edited)`,
        origin: origin ?? { kind, of: poolName },
        pool,
        history: [step],
      };
      return this.#use((await library.add(copy)).id);
    }
    const history = [...saved.history, { pool: before, poolId, name: saved.name }];
    // Not the pool as another tab may have changed it meanwhile, but the one that was edited here.
    const known = this.#used?.id === poolId ? this.#used : saved;
    const written = await library.change(known, { name: name ?? saved.name, pool, history, deleted: null });
    await this.#use(written.id);
    if (written.id !== poolId) this.#showConflict(saved.name, written.name);
  }

  /**
   * @param {string} name
   * @param {string} copy
   */
  #showConflict(name, copy) {
    this.#app.showNotice({
      kind: "good",
      title: `“${name}” was changed in another tab at the same time.`,
      message: `Your change is saved as “${copy}”. Nothing is lost.`,
    });
  }

  /** @param {string} poolId */
  async #use(poolId) {
    this.#used = this.#app.library.get(poolId) ?? null;
    this.wanted = "";
    this.store.set({ other: null });
    await this.#app.poolChanged(poolId);
    const { unsaved, problem } = this.#app.library.store.state;
    if (!unsaved.includes(poolId)) return;
    const title = `“${this.#app.store.state.poolName}” is in use, but could not be saved.`;
    const after = "It lasts until the page is closed. “Save as JSON” in the Pool view makes a file of it.";
    this.#app.showNotice({ kind: "bad", title, message: problem, after });
  }

  /**
   * Runs one change after the other: each begins with the pool that the former one left.
   *
   * @template T
   * @param {() => Promise<T>} change
   * @returns {Promise<T>}
   */
  #inTurn(change) {
    const run = this.#last.then(change, change);
    this.#last = run.catch(() => undefined);
    return run;
  }
}

/**
 * @param {RawModel} model
 * @param {PastedScores} read
 * @returns {RawModel}
 */
function withScores(model, { scores }) {
  if (scores.length === 0) return { ...model };
  return { ...model, benchmarks: scores.map(({ name, score }) => ({ name, score })) };
}

/**
 * Dates the price of a model. Without a date it keeps the one that it has.
 *
 * @param {RawModel} model
 * @param {string} day
 */
function setDay(model, day) {
  if (day !== "") model.priced = day;
}

/**
 * The fields that have a value. A list without a price must not erase a known price.
 *
 * @param {object | undefined} fields
 */
function knownFields(fields) {
  return Object.entries(fields ?? {}).filter(([, value]) => value !== null && value !== undefined);
}
