import { UnirouteError } from "../../uniroute/lib/errors.js";
import { WorkerRouter } from "../../uniroute/worker.js";
import { poolInLink } from "../browser/share-link.js";
import * as storage from "../browser/storage.js";
import { takeWorker } from "../browser/worker.js";
import { BatchController } from "./batch-controller.js";
import { DEFAULTS, OWN, checkedChoices, choicesOf, fromFragment, toFragment } from "./choices.js";
import { EmbedderController } from "./embedder-controller.js";
import { EXAMPLES } from "./examples.js";
import { latest } from "./latest.js";
import { fetchListedPool, fetchPoolList, listedPoolUrl } from "./listed-pools.js";
import { PoolController } from "./pool-controller.js";
import { initialState, routeRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { Embedder, FetchOptions, LoadOptions, PoolInfo, RouteRequest } from "../../uniroute/lib/types.js" */
/** @import { Choices } from "./choices.js" */
/** @import { ListedPool, Notice, State } from "./state.js" */

/** Milliseconds without another change after which choices are saved. */
const SAVE_DELAY_MS = 250;

/** Everything a person can do on the page. Views call these methods and draw the resulting state. */
export class App {
  /** @type {Store<State>} */
  store = new Store(initialState());
  batch = new BatchController(this);
  pool = new PoolController(this);
  embedder = new EmbedderController(this);
  /** @type {WorkerRouter | null} */
  router = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #saving;

  /** Loads everything and makes the first decision. */
  async start() {
    const link = fromFragment(location.hash);
    const choices = { ...checkedChoices(storage.savedChoices()), ...link.choices };
    const prompt = link.prompt ?? storage.savedPrompt() ?? EXAMPLES[0]?.prompt ?? "";
    this.store.set({ ...choices, prompt });
    addEventListener("hashchange", () => this.#followLink());
    try {
      await this.#loadFirst(choices.poolId ?? "");
    } catch (thrown) {
      this.store.set({ phase: "broken" });
      this.showError("The router could not be loaded", thrown);
    }
  }

  /**
   * Loads the router with the saved embedder and pool; if that fails, with the defaults.
   *
   * @param {string} wantedPool id
   */
  async #loadFirst(wantedPool) {
    const poolList = fetchPoolList();
    const poolFromLink = await poolInLink(location.hash);
    if (poolFromLink !== null) await storage.savePool(poolFromLink);
    const own = poolFromLink ?? (wantedPool === OWN ? await storage.savedPool() : null);
    const embedder = storage.savedEmbedder();
    const url = own === null && wantedPool ? listedPoolUrl(await poolList, wantedPool, embedder) : undefined;
    const pool = own ?? url;
    const poolId = own !== null ? OWN : url ? wantedPool : "";
    try {
      const router = await this.#load({ embedder, ...(pool ? { pool } : {}) });
      await this.#use(router, embedder, poolId, poolList);
    } catch (thrown) {
      if (pool === undefined && embedder === "static") throw thrown;
      const router = await this.#load({});
      const after = "The page uses its defaults. What you saved is still saved.";
      this.showError("What you chose last time could not be loaded", thrown, after);
      await this.#use(router, "static", "", poolList);
    }
  }

  /**
   * Changes the embedder. The present router stays in use until the new one is ready, or if it fails.
   *
   * @param {Embedder} embedder
   * @param {FetchOptions} options
   */
  async changeEmbedder(embedder, options) {
    const former = this.router;
    const { pools, poolId } = this.store.state;
    const pool = poolId === OWN ? await former?.pool() : listedPoolUrl(pools, poolId, embedder);
    const router = await loadRouter({ embedder, ...(pool ? { pool } : {}), ...options }).catch((thrown) => {
      throw poolId === OWN ? withHint(thrown) : thrown;
    });
    this.batch.reset();
    this.pool.reset();
    this.store.set({ map: null, cluster: null });
    await this.#use(router, embedder, poolId, Promise.resolve(pools));
    former?.free();
    storage.saveEmbedder(embedder);
  }

  /** @param {LoadOptions} options */
  #load(options) {
    return loadRouter({
      ...options,
      onProgress: (progress) =>
        this.store.set({ progress: { ...this.store.state.progress, [progress.phase]: progress } }),
    });
  }

  /**
   * Makes this router the one that decides.
   *
   * @param {WorkerRouter} router
   * @param {Embedder} embedder
   * @param {string} wantedPool id of its pool; empty for the first listed one
   * @param {Promise<ListedPool[]>} poolList
   */
  async #use(router, embedder, wantedPool, poolList) {
    this.router = router;
    this.store.set({ phase: "ready", embedder });
    this.decide();
    const [info, pool, pools] = await Promise.all([router.info(), router.poolInfo(), poolList]);
    const poolId = wantedPool || (pools[0]?.id ?? "");
    this.store.set({ router: info, pools, poolId, ...withName(pool, pools, poolId) });
    await this.#loadMap();
  }

  /** @param {string} prompt */
  setPrompt(prompt) {
    this.store.set({ prompt });
    storage.savePrompt(prompt);
    this.decide();
  }

  /** @param {Partial<Choices>} choices */
  setChoices(choices) {
    this.store.set(choices);
    this.#saveChoices();
    this.decide();
  }

  /**
   * Switches a model on or off.
   *
   * @param {string} id
   */
  toggleModel(id) {
    const { off } = this.store.state;
    this.setChoices({ off: off.includes(id) ? off.filter((one) => one !== id) : [...off, id] });
  }

  /**
   * The name of a pool on the page.
   *
   * @param {string} id
   */
  poolName(id) {
    return this.store.state.pools.find((pool) => pool.id === id)?.name ?? "Your pool";
  }

  /**
   * The JSON of a listed pool, or of the person's own pool.
   *
   * @param {string} id
   * @returns {Promise<string | Uint8Array>}
   */
  async poolContent(id) {
    const { pools, embedder } = this.store.state;
    const listed = pools.find((pool) => pool.id === id);
    if (listed) return fetchListedPool(listed, embedder);
    const own = await storage.savedPool();
    if (own !== null) return own;
    throw new UnirouteError("no_own_pool", "There is no pool of your own yet. Open or edit one first.");
  }

  /**
   * Updates the page after the router got another pool.
   *
   * @param {string} poolId
   */
  async poolChanged(poolId) {
    if (this.router === null) return;
    const pool = await this.router.poolInfo();
    const ids = new Set(pool.models.map((model) => model.id));
    const { pools, off } = this.store.state;
    const stillOff = off.filter((id) => ids.has(id));
    this.store.set({ poolId, ...withName(pool, pools, poolId), off: stillOff, notice: null });
    if (poolId === OWN) void this.router.pool().then(storage.savePool);
    this.#saveChoices();
    this.decide();
    await this.#loadMap();
  }

  /**
   * Selects a cluster of the map; null, or the selected cluster, selects none.
   *
   * @param {number | null} cluster
   */
  toggleCluster(cluster) {
    this.store.set({ cluster: cluster === this.store.state.cluster ? null : cluster });
  }

  /**
   * Selects a cluster and scrolls to the map.
   *
   * @param {number} cluster
   */
  showCluster(cluster) {
    this.store.set({ cluster });
    document.getElementById("map")?.scrollIntoView({ block: "nearest" });
  }

  /** Asks for the decision on the present prompt and choices. */
  decide() {
    const { phase, prompt } = this.store.state;
    if (phase !== "ready") return;
    this.store.set({ deciding: true });
    void this.#explain(prompt, routeRequest(this.store.state));
    this.batch.update();
  }

  /**
   * @param {string} title
   * @param {unknown} thrown
   * @param {string} [after] what has not changed
   */
  showError(title, thrown, after = "") {
    const { message, path, code } = withHint(thrown);
    this.showNotice({ kind: "bad", title, message, path, code, after });
  }

  /** @param {Notice | null} notice */
  showNotice(notice) {
    this.store.set({ notice });
  }

  #explain = latest(
    async (/** @type {string} */ prompt, /** @type {RouteRequest} */ request) => {
      const start = performance.now();
      const { router } = this;
      try {
        const explanation = (await router?.explain(prompt, request)) ?? null;
        if (router === this.router) this.store.set({ explanation, decisionMs: performance.now() - start });
      } catch (thrown) {
        if (router === this.router) this.showError("No decision", thrown);
      }
    },
    () => this.store.set({ deciding: false }),
  );

  /** Loads the map. After that, explanations contain the place of their prompt. */
  async #loadMap() {
    this.store.set({ map: (await this.router?.map()) ?? null });
    if (!this.store.state.explanation?.place) this.decide();
  }

  /** Saves the choices for the next visit and shows them in the address. */
  #saveChoices() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => {
      const { view: _, ...saved } = choicesOf(this.store.state);
      storage.saveChoices(saved);
      const fragment = toFragment(this.store.state);
      history.replaceState(null, "", fragment || location.pathname + location.search);
    }, SAVE_DELAY_MS);
  }

  /** A link to this page was opened in this tab. */
  #followLink() {
    if (!location.hash.includes("=")) return; // an anchor, not a link with choices
    const { choices, prompt } = fromFragment(location.hash);
    const { poolId } = this.store.state;
    this.store.set({ ...DEFAULTS, ...choices, poolId });
    if (prompt !== null) this.setPrompt(prompt);
    if (choices.poolId !== undefined && choices.poolId !== poolId) void this.pool.choose(choices.poolId);
    this.decide();
  }
}

/** @param {LoadOptions} options */
function loadRouter(options) {
  return WorkerRouter.load({ ...options, worker: takeWorker() });
}

/**
 * An error, with a hint for this page, where each embedder has its own router.
 *
 * @param {unknown} thrown
 */
function withHint(thrown) {
  const error = UnirouteError.from(thrown);
  if (error.code !== "pool_other_router") return error;
  const message =
    "The errors in this pool belong to another router than the one in use. “Instant” and “Transformer” have " +
    "one router each: choose the one that the pool was made with, choose a listed pool, or give the models " +
    "an accuracy instead of errors.";
  return new UnirouteError(error.code, message, { path: error.path, cause: thrown });
}

/**
 * @param {PoolInfo} pool
 * @param {ListedPool[]} pools
 * @param {string} poolId
 */
function withName(pool, pools, poolId) {
  const listed = pools.find(({ id }) => id === poolId);
  return { pool, poolName: listed?.name ?? pool.name ?? "Your pool" };
}
