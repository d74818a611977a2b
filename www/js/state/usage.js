import { latest } from "./latest.js";
import { savedUsage, saveUsage } from "../browser/storage.js";
import { routeRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { PoolInfo, Savings } from "../../uniroute/lib/types.js" */
/** @import { App } from "./app.js" */

/** Most prompts a month that are accepted. */
const MOST_PROMPTS = 1e12;
const DEFAULT_PROMPTS = 10_000;

/** @typedef {{ id: string, name: string }} ModelInUse */

/**
 * What routing saves. Each of the two is null if it is not known: no such model, excluded for a prompt, or without a
 * price.
 *
 * @typedef {object} Compared
 * @property {Savings | null} inUse against the model in use
 * @property {Savings | null} best against the best single model
 */

/**
 * @typedef {object} UsageState
 * @property {ModelInUse | null} modelInUse the model that the person uses now; it may be missing in the pool
 * @property {number} promptsAMonth
 * @property {Compared | null} prompt of the present prompt; null before the first decision
 * @property {Compared | null} batch of the present batch
 */

/** What the person uses now, and what routing would save against it. */
export class UsageController {
  /** @type {Store<UsageState>} */
  store;
  #app;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    this.store = new Store(
      /** @type {UsageState} */ ({ ...checked(savedUsage()), prompt: null, batch: null }),
    );
  }

  /** Compares again whenever a decision or the report of a batch changes. */
  start() {
    const { store, batch } = this.#app;
    store.watch(["explanation"], () => this.#comparePrompt());
    batch.store.watch(["report"], () => this.#compareBatch());
  }

  /**
   * Says which model the person uses now.
   *
   * @param {ModelInUse | null} modelInUse
   */
  setModel(modelInUse) {
    this.store.set({ modelInUse });
    this.#save();
    this.refresh();
  }

  /** Compares again. */
  refresh() {
    void this.#comparePrompt();
    void this.#compareBatch();
  }

  /** @param {number} promptsAMonth a whole number; others are ignored */
  setPromptsAMonth(promptsAMonth) {
    if (!isAmount(promptsAMonth)) return;
    this.store.set({ promptsAMonth });
    this.#save();
  }

  #save() {
    const { modelInUse, promptsAMonth } = this.store.state;
    saveUsage({ modelInUse, promptsAMonth });
  }

  #comparePrompt = latest(async () => {
    const { explanation, prompt } = this.#app.store.state;
    this.store.set({ prompt: explanation === null ? null : await this.#compare(prompt) });
  });

  #compareBatch = latest(async () => {
    const { report, prompts } = this.#app.batch.store.state;
    this.store.set({ batch: report === null || prompts.length === 0 ? null : await this.#compare() });
  });

  /**
   * @param {string} [prompt] of the batch without one
   * @returns {Promise<Compared | null>}
   */
  async #compare(prompt) {
    const { router } = this.#app;
    const { pool } = this.#app.store.state;
    const request = routeRequest(this.#app.store.state);
    const used = modelOfPool(pool, this.store.state.modelInUse);
    try {
      const ask = async (/** @type {string | undefined} */ id) =>
        (await router?.savings(id, request, prompt)) ?? null;
      return { inUse: used ? await ask(used.id) : null, best: await ask(undefined) };
    } catch {
      // The decision itself reports what is wrong with the request or the router.
      return null;
    }
  }
}

/**
 * The model of a pool that the person uses now: by id, or by name in a pool with other ids.
 *
 * @param {PoolInfo | null} pool
 * @param {ModelInUse | null} modelInUse
 */
export function modelOfPool(pool, modelInUse) {
  if (pool === null || modelInUse === null) return null;
  const name = modelInUse.name.toLowerCase();
  return (
    pool.models.find(({ id }) => id === modelInUse.id) ??
    pool.models.find((model) => model.name.toLowerCase() === name) ??
    null
  );
}

/**
 * @param {unknown} raw from storage
 * @returns {Pick<UsageState, "modelInUse" | "promptsAMonth">}
 */
function checked(raw) {
  const { modelInUse, promptsAMonth } = /** @type {Record<string, unknown>} */ (raw ?? {});
  const { id, name } = /** @type {Record<string, unknown>} */ (modelInUse ?? {});
  const isModel = isName(id) && isName(name);
  return {
    modelInUse: isModel ? { id, name } : null,
    promptsAMonth: isAmount(promptsAMonth) ? promptsAMonth : DEFAULT_PROMPTS,
  };
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isName(value) {
  return typeof value === "string" && value !== "" && value.length <= 256;
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isAmount(value) {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MOST_PROMPTS;
}
