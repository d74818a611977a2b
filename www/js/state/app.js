import { files } from "../../uniroute/dist/files.js";
import { download, verify } from "../../uniroute/lib/bytes.js";
import { UnirouteError } from "../../uniroute/lib/errors.js";
import { BatchDesk } from "./batch-controller.js";
import { latest, loadRouter } from "../browser/load-router.js";
import { EmbedderDesk } from "./embedder-controller.js";
import { EXAMPLES } from "./examples.js";
import {
  fromFragment,
  keepChoices,
  keepEmbedder,
  keepPool,
  keepPrompt,
  keptChoices,
  keptEmbedder,
  keptPool,
  keptPrompt,
  toFragment,
} from "./saved.js";
import { OWN, PoolDesk } from "./pool-controller.js";
import { DEFAULTS, initial, request } from "./state.js";
import { ownPoolOf } from "../browser/share-link.js";
import { Store } from "./store.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Choices} Choices */
/** @typedef {import("../../uniroute/worker.js").WorkerRouter} WorkerRouter */
/** @typedef {import("../../uniroute/lib/types.js").Embedder} Embedder */

/** How long a choice must stand before it is written down. */
const REMEMBER_MS = 250;

const DIST = new URL("../../uniroute/dist/", import.meta.url);

/** What a person can do on the page. Views call these and draw the state that results. */
export class App {
  /** @type {Store<State>} */
  store = new Store(initial());
  batch = new BatchDesk(this);
  pool = new PoolDesk(this);
  embedder = new EmbedderDesk(this);
  /** @type {WorkerRouter | null} */
  router = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #remembering;

  /** Loads everything and decides for the first time. */
  async start() {
    const link = fromFragment(location.hash);
    const choices = { ...keptChoices(), ...link.choices };
    this.store.set({ ...choices, prompt: link.prompt ?? keptPrompt() ?? EXAMPLES[0]?.prompt ?? "" });
    addEventListener("hashchange", () => this.#followLink());
    const listed = listPools();
    try {
      const sent = await ownPoolOf(location.hash);
      if (sent !== null) await keepPool(sent);
      const own = sent ?? (choices.poolId === OWN ? await keptPool() : null);
      const embedder = keptEmbedder();
      const url =
        own === null && choices.poolId ? poolUrl(await listed, choices.poolId, embedder) : undefined;
      const pool = own ?? url;
      const poolId = own !== null ? OWN : url ? (choices.poolId ?? "") : "";
      try {
        await this.#begin(
          await this.#load({ embedder, ...(pool ? { pool } : {}) }),
          embedder,
          poolId,
          listed,
        );
      } catch (thrown) {
        if (pool === undefined && embedder === "static") throw thrown;
        const router = await this.#load({});
        this.tell(
          "What you chose the last time could not be loaded",
          thrown,
          "The page starts as on the first visit. What you had stays kept.",
        );
        await this.#begin(router, "static", "", listed);
      }
    } catch (thrown) {
      this.store.set({ phase: "broken" });
      this.tell("The router could not be loaded", thrown);
    }
  }

  /**
   * Changes what reads the prompts. Until the other one is ready, and if it never is, the present
   * one stays.
   *
   * @param {Embedder} embedder
   * @param {import("../../uniroute/lib/types.js").FetchOptions} fetching
   */
  async changeEmbedder(embedder, fetching) {
    const former = this.router;
    const { pools, poolId } = this.store.now;
    const pool = poolId === OWN ? await former?.pool() : poolUrl(pools, poolId, embedder);
    const router = await loadRouter({ embedder, ...(pool ? { pool } : {}), ...fetching }).catch((thrown) => {
      throw poolId === OWN ? hinted(thrown) : thrown;
    });
    this.batch.forget();
    this.pool.forget();
    this.store.set({ map: null, cluster: null });
    await this.#begin(router, embedder, poolId, Promise.resolve(pools));
    former?.free();
    keepEmbedder(embedder);
  }

  /** @param {Parameters<typeof loadRouter>[0]} options */
  #load(options) {
    return loadRouter({
      ...options,
      onProgress: (progress) =>
        this.store.set({ progress: { ...this.store.now.progress, [progress.phase]: progress } }),
    });
  }

  /**
   * From now on this router decides.
   *
   * @param {WorkerRouter} router
   * @param {Embedder} embedder
   * @param {string} chosen id of its pool; empty for the first listed one
   * @param {Promise<import("./state.js").ListedPool[]>} listed
   */
  async #begin(router, embedder, chosen, listed) {
    this.router = router;
    this.store.set({ phase: "ready", embedder });
    this.decide();
    const [info, pool, pools] = await Promise.all([router.info(), router.poolInfo(), listed]);
    const poolId = chosen || (pools[0]?.id ?? "");
    this.store.set({ router: info, pools, poolId, ...named(pool, pools, poolId) });
    await this.#drawMap();
  }

  /** @param {string} prompt */
  setPrompt(prompt) {
    this.store.set({ prompt });
    keepPrompt(prompt);
    this.decide();
  }

  /** @param {Partial<Choices>} patch */
  choose(patch) {
    this.store.set(patch);
    this.#remember();
    this.decide();
  }

  /**
   * Switches a model on or off.
   *
   * @param {string} id
   */
  toggle(id) {
    const { off } = this.store.now;
    this.choose({ off: off.includes(id) ? off.filter((one) => one !== id) : [...off, id] });
  }

  /**
   * What people call a pool.
   *
   * @param {string} id
   */
  poolName(id) {
    return this.store.now.pools.find((pool) => pool.id === id)?.name ?? "Your pool";
  }

  /**
   * The JSON of a listed pool, or of the own one.
   *
   * @param {string} id
   * @returns {Promise<string | Uint8Array>}
   */
  async poolContent(id) {
    const listed = this.store.now.pools.find((pool) => pool.id === id);
    if (!listed) {
      const kept = await keptPool();
      if (kept === null)
        throw new UnirouteError("no_own_pool", "There is no pool of your own yet. Open or edit one first.");
      return kept;
    }
    const name = poolFile(listed, this.store.now.embedder);
    const known = files[name];
    return verify(name, await download(new URL(name, DIST), "pool", known?.bytes, {}), known?.sha256);
  }

  /**
   * The core has another pool; everything that shows one follows.
   *
   * @param {string} poolId
   */
  async poolChanged(poolId) {
    if (this.router === null) return;
    const pool = await this.router.poolInfo();
    const ids = new Set(pool.models.map((model) => model.id));
    this.store.set({
      poolId,
      ...named(pool, this.store.now.pools, poolId),
      off: this.store.now.off.filter((id) => ids.has(id)),
      notice: null,
    });
    if (poolId === OWN) void this.router.pool().then(keepPool);
    this.#remember();
    this.decide();
    await this.#drawMap();
  }

  /**
   * Looks at one kind of prompts, or at none in particular.
   *
   * @param {number | null} cluster
   */
  chooseCluster(cluster) {
    this.store.set({ cluster: cluster === this.store.now.cluster ? null : cluster });
  }

  /**
   * Looks at one kind of prompts on the map.
   *
   * @param {number} cluster
   */
  showCluster(cluster) {
    this.store.set({ cluster });
    document.getElementById("map")?.scrollIntoView({ block: "nearest" });
  }

  /** Asks for the decision that the present prompt and choices call for. */
  decide() {
    const { phase, prompt } = this.store.now;
    if (phase !== "ready") return;
    this.store.set({ deciding: true });
    void this.#ask(prompt, request(this.store.now));
    this.batch.refresh();
  }

  /**
   * @param {string} title
   * @param {unknown} thrown
   * @param {string} [after]
   */
  tell(title, thrown, after = "") {
    const { message, path, code } = hinted(thrown);
    this.store.set({ notice: { kind: "bad", title, message, path, code, after } });
  }

  /** @param {import("./state.js").Notice} notice */
  announce(notice) {
    this.store.set({ notice });
  }

  dismiss() {
    this.store.set({ notice: null });
  }

  #ask = latest(
    async (/** @type {string} */ prompt, /** @type {import("./state.js").RouteRequest} */ wish) => {
      const start = performance.now();
      const { router } = this;
      try {
        const explanation = (await router?.explain(prompt, wish)) ?? null;
        if (router === this.router) this.store.set({ explanation, took: performance.now() - start });
      } catch (thrown) {
        if (router === this.router) this.tell("No decision", thrown);
      }
    },
    () => this.store.set({ deciding: false }),
  );

  /** Fetches the map; from then on decisions say where their prompt lies. */
  async #drawMap() {
    this.store.set({ map: (await this.router?.map()) ?? null });
    if (!this.store.now.explanation?.place) this.decide();
  }

  /** Keeps the choices for the next visit, and in the address for who copies it. */
  #remember() {
    clearTimeout(this.#remembering);
    this.#remembering = setTimeout(() => {
      keepChoices(this.store.now);
      history.replaceState(null, "", toFragment(this.store.now) || location.pathname + location.search);
    }, REMEMBER_MS);
  }

  /** A link to this page was opened in this tab. */
  #followLink() {
    if (!location.hash.includes("=")) return; // a place on the page, not a link to a state of it
    const { choices, prompt } = fromFragment(location.hash);
    const { poolId } = this.store.now;
    this.store.set({ ...DEFAULTS, ...choices, poolId });
    if (prompt !== null) this.setPrompt(prompt);
    if (choices.poolId !== undefined && choices.poolId !== poolId) void this.pool.choose(choices.poolId);
    this.decide();
  }
}

/** @returns {Promise<import("./state.js").ListedPool[]>} */
async function listPools() {
  const response = await fetch(new URL("pools/index.json", DIST));
  return response.ok ? (await response.json()).pools : [];
}

/**
 * @param {import("./state.js").ListedPool[]} pools
 * @param {string} id
 * @param {Embedder} embedder
 */
function poolUrl(pools, id, embedder) {
  const pool = pools.find((one) => one.id === id);
  return pool && new URL(poolFile(pool, embedder), DIST);
}

/**
 * Each listed pool is there for either embedder: its errors are those in the clusters of one.
 *
 * @param {import("./state.js").ListedPool} pool
 * @param {Embedder} embedder
 */
function poolFile({ file }, embedder) {
  return `${embedder === "minilm" ? "minilm/" : ""}pools/${file}`;
}

/**
 * An error with what it means on this page, where each embedder has a router of its own.
 *
 * @param {unknown} thrown
 */
function hinted(thrown) {
  const error = UnirouteError.from(thrown);
  if (error.code !== "pool_other_router") return error;
  const message = `This pool says how often its models fail at each kind of prompt, as counted for another router than the one in use. “Instant” and “Transformer” have one each: choose the one it was made with, a listed pool, or give its models an accuracy in place of errors.`;
  return new UnirouteError(error.code, message, { path: error.path, cause: thrown });
}

/**
 * @param {import("./state.js").PoolInfo} pool
 * @param {import("./state.js").ListedPool[]} pools
 * @param {string} poolId
 */
function named(pool, pools, poolId) {
  const listed = pools.find(({ id }) => id === poolId);
  return { pool, poolName: listed?.name ?? pool.name ?? "Your pool" };
}
