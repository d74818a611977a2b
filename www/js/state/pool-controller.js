import { UnirouteError } from "../../uniroute/lib/errors.js";
import { save } from "../browser/save-file.js";
import { readSheet } from "../browser/prompt-table.js";
import { request } from "./state.js";
import { Store } from "./store.js";

/** @typedef {import("../../uniroute/lib/types.js").RawPool} RawPool */
/** @typedef {import("../../uniroute/lib/types.js").RawModel} RawModel */
/** @typedef {import("../../uniroute/lib/types.js").RawLabel} RawLabel */
/** @typedef {import("../../uniroute/lib/types.js").ImportedPrices} ImportedPrices */
/** @typedef {import("../../uniroute/lib/types.js").Comparison} Comparison */

/** The name under which an uploaded or edited pool is chosen. */
export const OWN = "own";
/** Steps that can be taken back. */
const PAST = 30;
/** More bytes of a file are not read; the core refuses far smaller ones. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * @typedef {object} PoolState
 * @property {{ pool: string, poolId: string }[]} past pools that came before, the last one last
 * @property {{ name: string, prices: ImportedPrices } | null} imported a price list to take from
 * @property {{ name: string, poolId: string, comparison: Comparison } | null} other
 */

/** Edits to the pool. Each is a new pool for the core to check; one that is refused changes nothing. */
export class PoolDesk {
  /** @type {Store<PoolState>} */
  store = new Store(/** @type {PoolState} */ ({ past: [], imported: null, other: null }));
  #app;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * Takes a file that was chosen or dropped: a pool, or a price list to take from.
   *
   * @param {File} file
   */
  async open(file) {
    await this.take(`“${file.name}”`, new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer()));
  }

  /**
   * @param {string} name for people
   * @param {string | Uint8Array} content
   */
  async take(name, content) {
    const refused = await this.#replace(name, OWN, content);
    if (refused === null) return;
    // What is no pool may be a price list; if it is neither, what the pool lacks is the better hint.
    const prices =
      refused.code === "pool_type" ? await this.#app.router?.importPrices(content).catch(() => null) : null;
    if (!prices)
      return this.#app.tell(
        `${name} was not taken`,
        refused,
        `The pool in use is still “${this.#app.store.now.poolName}”.`,
      );
    this.store.set({ imported: { name, prices } });
    this.#app.dismiss();
    this.#app.choose({ view: "pool" });
  }

  /**
   * Takes one of the listed pools, or goes back to the own one.
   *
   * @param {string} id
   */
  async choose(id) {
    const name = this.#app.poolName(id);
    try {
      const refused = await this.#replace(name, id, await this.#app.poolContent(id));
      if (refused) throw refused;
    } catch (thrown) {
      this.#app.tell(
        `${name} was not taken`,
        thrown,
        `The pool in use is still “${this.#app.store.now.poolName}”.`,
      );
    }
  }

  /**
   * Changes the pool's JSON.
   *
   * @param {string} what failed, if it is refused
   * @param {(pool: RawPool) => void} change
   */
  async edit(what, change) {
    const { router } = this.#app;
    if (router === null) return;
    const pool = /** @type {RawPool} */ (JSON.parse(await router.pool()));
    change(pool);
    const refused = await this.#replace(what, OWN, JSON.stringify(pool));
    if (refused) this.#app.tell(`${what} was not changed`, refused);
  }

  /**
   * @param {string} id
   * @param {"cost" | "limit"} group
   * @param {string} field
   * @param {number | null} value null is unknown
   */
  async set(id, group, field, value) {
    await this.edit(id, (pool) => {
      const model = pool.models.find((one) => one.id === id);
      if (model) Object.assign(model, { [group]: { ...model[group], [field]: value } });
    });
  }

  /** @param {string} id */
  async remove(id) {
    await this.edit(id, (pool) => void (pool.models = pool.models.filter((model) => model.id !== id)));
  }

  /**
   * Adds a model that the router has never seen.
   *
   * @param {RawModel} model
   * @param {File | null} labels prompts with scores, if that is how its quality is known
   * @returns {Promise<boolean>} whether it was added
   */
  async add(model, labels) {
    const { router } = this.#app;
    if (router === null) return false;
    try {
      const before = await this.#present();
      const raw = labels ? { ...model, labels: readLabels(labels.name, await labels.text()) } : model;
      await router.addModel(raw);
      await this.#taken(before, OWN);
      return true;
    } catch (thrown) {
      this.#app.tell(`${model.id || "The model"} was not added`, thrown);
      return false;
    }
  }

  /** Gives models of the pool the prices of the list. */
  async takePrices() {
    const { imported } = this.store.now;
    if (!imported) return;
    const { matches, models } = imported.prices;
    await this.edit("The prices", (pool) => {
      for (const { id, listed } of matches) {
        const model = pool.models.find((one) => one.id === id);
        const { cost, limit } = models[listed] ?? {};
        if (model)
          Object.assign(model, {
            cost: { ...model.cost, ...known(cost) },
            ...(limit ? { limit: { ...model.limit, ...known(limit) } } : {}),
          });
      }
      pool.as_of = new Date().toISOString().slice(0, 10);
    });
    this.store.set({ imported: null });
  }

  /**
   * Adds a model of the list, about which nothing but the price is known.
   *
   * @param {RawModel} model
   */
  async addListed(model) {
    await this.edit(model.id, (pool) => void pool.models.push(model));
  }

  closeList() {
    this.store.set({ imported: null });
  }

  /** Goes back to the pool before. */
  async undo() {
    const { past } = this.store.now;
    const last = past.at(-1);
    if (!last) return;
    await this.#replace("The former pool", last.poolId, last.pool);
    this.store.set({ past: past.slice(0, -1) });
  }

  /** Former pools belong to the former router. */
  forget() {
    this.store.set({ past: [], other: null });
  }

  /**
   * What another pool would decide for the present prompt.
   *
   * @param {string} poolId
   */
  async compare(poolId) {
    const { router } = this.#app;
    const { prompt } = this.#app.store.now;
    const { deny: _, ...wish } = request(this.#app.store.now);
    if (router === null || poolId === "") return this.store.set({ other: null });
    try {
      const comparison = await router.compare(await this.#app.poolContent(poolId), prompt, wish);
      this.store.set({ other: { name: this.#app.poolName(poolId), poolId, comparison } });
    } catch (thrown) {
      this.#app.tell("The pools were not compared", thrown);
    }
  }

  async save() {
    const pool = await this.#app.router?.pool();
    if (pool !== undefined) save("pool.json", "application/json", pool);
  }

  /**
   * @param {string} name
   * @param {string} poolId
   * @param {string | Uint8Array} content
   * @returns {Promise<UnirouteError | null>} why it was refused
   */
  async #replace(name, poolId, content) {
    const { router } = this.#app;
    if (router === null)
      return new UnirouteError(
        "not_loaded",
        `${name} cannot be taken before the router is loaded. Wait a moment.`,
      );
    try {
      const before = await this.#present();
      await router.setPool(content);
      await this.#taken(before, poolId);
      return null;
    } catch (thrown) {
      return UnirouteError.from(thrown);
    }
  }

  async #present() {
    return { pool: (await this.#app.router?.pool()) ?? "", poolId: this.#app.store.now.poolId };
  }

  /**
   * @param {{ pool: string, poolId: string }} before
   * @param {string} poolId
   */
  async #taken(before, poolId) {
    this.store.set({ past: [...this.store.now.past, before].slice(-PAST), other: null });
    await this.#app.poolChanged(poolId);
  }
}

/**
 * The fields that say something, so that a silent list does not erase what was known.
 *
 * @param {object | undefined} fields
 */
function known(fields) {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== null && value !== undefined),
  );
}

/**
 * Prompts with scores, from a table or from JSON lines.
 *
 * @param {string} name
 * @param {string} text
 * @returns {RawLabel[]}
 */
function readLabels(name, text) {
  const { columns, column, rows } = readSheet(name, text);
  const scores = columns.findIndex((title) =>
    ["score", "correct", "label", "accuracy"].includes(title.trim().toLowerCase()),
  );
  if (scores < 0)
    throw new UnirouteError(
      "labels_columns",
      `${name} has no column “score”. Give it two columns, “prompt” and “score” (0 to 1).`,
    );
  return rows.map((row, i) => {
    const score = Number(row[scores]);
    if (row[scores]?.trim() === "" || !Number.isFinite(score))
      throw new UnirouteError(
        "labels_score",
        `The score of row ${i + 1} is not a number. Give a number from 0 to 1.`,
      );
    return { prompt: row[column] ?? "", score };
  });
}
