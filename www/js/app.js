import { files } from "../uniroute/dist/files.js";
import { download, verify } from "../uniroute/lib/bytes.js";
import { UnirouteError } from "../uniroute/lib/errors.js";
import { BatchDesk } from "./batch.js";
import { latest, loadRouter } from "./engine.js";
import { EXAMPLES } from "./examples.js";
import { fromFragment, keepChoices, keepPool, keepPrompt, keptChoices, keptPool, keptPrompt, toFragment } from "./keep.js";
import { OWN, PoolDesk } from "./pool.js";
import { DEFAULTS, initial, request } from "./state.js";
import { ownPoolOf } from "./share.js";
import { Store } from "./store.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Choices} Choices */
/** @typedef {import("../uniroute/worker.js").WorkerRouter} WorkerRouter */

/** How long a choice must stand before it is written down. */
const REMEMBER_MS = 250;

const DIST = new URL("../uniroute/dist/", import.meta.url);

/** What a person can do on the page. Views call these and draw the state that results. */
export class App {
  /** @type {Store<State>} */
  store = new Store(initial());
  batch = new BatchDesk(this);
  pool = new PoolDesk(this);
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
      const url = own === null && choices.poolId ? await poolUrl(listed, choices.poolId) : undefined;
      const pool = own ?? url;
      this.router = await loadRouter({
        ...(pool ? { pool } : {}),
        onProgress: (progress) => this.store.set({ progress: { ...this.store.now.progress, [progress.phase]: progress } }),
      });
      this.store.set({ phase: "ready" });
      this.decide();
      const [router, info, pools] = await Promise.all([this.router.info(), this.router.poolInfo(), listed]);
      const poolId = own !== null ? OWN : url ? (choices.poolId ?? "") : (pools[0]?.id ?? "");
      this.store.set({ router, pools, poolId, ...named(info, pools, poolId) });
      await this.#drawMap();
    } catch (thrown) {
      this.store.set({ phase: "broken" });
      this.tell("The router could not be loaded", thrown);
    }
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
      if (kept === null) throw new UnirouteError("no_own_pool", "There is no pool of your own yet. Open or edit one first.");
      return kept;
    }
    const known = files[`pools/${listed.file}`];
    return verify(listed.file, await download(new URL(`pools/${listed.file}`, DIST), "pool", known?.bytes, {}), known?.sha256);
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
    this.store.set({ poolId, ...named(pool, this.store.now.pools, poolId), off: this.store.now.off.filter((id) => ids.has(id)), notice: null });
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
    const { message, path, code } = UnirouteError.from(thrown);
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
      try {
        const explanation = (await this.router?.explain(prompt, wish)) ?? null;
        this.store.set({ explanation, took: performance.now() - start });
      } catch (thrown) {
        this.tell("No decision", thrown);
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
 * @param {Promise<import("./state.js").ListedPool[]>} listed
 * @param {string} id
 */
async function poolUrl(listed, id) {
  const pool = (await listed).find((one) => one.id === id);
  return pool && new URL(`pools/${pool.file}`, DIST);
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
