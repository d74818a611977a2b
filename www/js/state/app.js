import { UnirouteError } from "../../uniroute/lib/errors.js";
import { poolInLink, withSharedPool } from "../browser/share-link.js";
import * as storage from "../browser/storage.js";
import { BatchController } from "./batch-controller.js";
import { DEFAULTS, SHARED, checkedChoices, choicesOf, fromFragment, isOwn, toFragment } from "./choices.js";
import { EmbedderController } from "./embedder-controller.js";
import { EXAMPLES } from "./examples.js";
import { addEntry, markEntry, replaceEntry, watchHistory } from "./history.js";
import { latest } from "./latest.js";
import { fetchListedPool, fetchPoolList, listedPoolUrl } from "./listed-pools.js";
import { SILENT, noticeOf, withHint } from "./notices.js";
import { Patience } from "./patience.js";
import { PoolController } from "./pool-controller.js";
import { PoolLibrary } from "./pool-library.js";
import { initialState, isEmpty, routeRequest } from "./state.js";
import { Store } from "./store.js";
import { UsageController } from "./usage.js";
import { loadWatched } from "./watched-router.js";

/** @import { WorkerRouter } from "../../uniroute/worker.js" */
/** @import { Embedder, FetchOptions, LoadOptions, PoolInfo, RouteRequest } from "../../uniroute/lib/types.js" */
/** @import { SharedPool } from "../browser/share-link.js" */
/** @import { Choices } from "./choices.js" */
/** @import { ListedPool, Notice, State } from "./state.js" */

/** Milliseconds without another change after which choices are saved. */
const SAVE_DELAY_MS = 250;

/** Everything a person can do on the page. Views call these methods and draw the resulting state. */
export class App {
  /** @type {Store<State>} */
  store = new Store(initialState());
  library = new PoolLibrary(() => this.pool.follow());
  /** @type {SharedPool | null} the pool of the link that was opened */
  shared = null;
  batch = new BatchController(this);
  pool = new PoolController(this);
  embedder = new EmbedderController(this);
  usage = new UsageController(this);
  /** @type {Promise<import("./feedback-controller.js").FeedbackController> | null} */
  #feedback = null;
  /** @type {WorkerRouter | null} */
  router = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #saving;
  #starting = new AbortController();
  /** @type {Notice | null} why there is no decision, or none yet */
  #undecided = null;
  #patience = new Patience(
    () => this.#showUndecided({ ...SILENT, action: this.#again }),
    () => this.#hideUndecided(),
  );
  #again = { name: "Start again", run: () => this.restart() };

  /** Loads everything and makes the first decision. */
  async start() {
    const link = fromFragment(location.hash);
    const saved = checkedChoices(storage.savedChoices());
    // The person's own switches are not for the models of a link.
    const off = location.hash.includes("own=") ? [] : (saved.off ?? []);
    const choices = { ...saved, off, ...link.choices };
    const prompt = link.prompt ?? storage.savedPrompt() ?? EXAMPLES[0]?.prompt ?? "";
    this.store.set({ ...choices, prompt });
    markEntry(this.store.state.view);
    watchHistory(
      (view) => this.#returnTo(view),
      () => this.#followLink(),
    );
    await this.#begin();
  }

  /** Ends the worker, whatever it is doing, and loads the router again with the present choices. */
  async restart() {
    this.embedder.cancel();
    this.batch.reset();
    this.router?.free();
    this.router = null;
    this.store.set({ progress: {}, notice: null, explanation: null, map: null, cluster: null });
    await this.#begin();
  }

  /** Waits until the router and its pool are loaded, or cannot be. */
  async loaded() {
    const isOver = (/** @type {State} */ { phase, pool }) =>
      phase === "broken" || (phase === "ready" && pool !== null);
    if (isOver(this.store.state)) return;
    await new Promise((resolve) =>
      this.store.watch(["phase", "pool"], (state) => isOver(state) && resolve(null)),
    );
  }

  async #begin() {
    this.#starting.abort();
    const { signal } = (this.#starting = new AbortController());
    this.store.set({ phase: "loading" });
    try {
      await this.#loadFirst(signal);
    } catch (thrown) {
      if (signal.aborted) return;
      this.store.set({ phase: "broken" });
      const notice = noticeOf("The router could not be loaded", thrown, this.#again);
      this.showNotice({ ...notice, action: this.#again });
    }
  }

  /**
   * Loads the router with the pool of the link, or with the saved embedder and pool; if that fails, with the
   * defaults.
   *
   * @param {AbortSignal} signal
   */
  async #loadFirst(signal) {
    const poolList = fetchPoolList();
    const embedder = storage.savedEmbedder();
    let failed = "The pool in this link could not be used";
    try {
      const linked = await poolInLink(location.hash);
      this.shared = linked ?? this.shared;
      if (linked === null) failed = "What you chose last time could not be loaded";
      const chosen = linked
        ? { pool: linked.pool, poolId: SHARED }
        : await this.#chosenPool(poolList, embedder);
      if (chosen.pool === undefined && embedder === "static") failed = "";
      const router = await this.#load({ embedder, signal, ...(chosen.pool ? { pool: chosen.pool } : {}) });
      await this.#use(router, embedder, chosen.poolId, poolList);
      if (linked) await this.pool.introduceShared(linked);
    } catch (thrown) {
      if (signal.aborted || failed === "") throw thrown;
      const router = await this.#load({ signal });
      const after = "The page uses its defaults. What you saved is still saved.";
      this.showError(failed, thrown, after);
      await this.#use(router, "static", "", poolList);
    }
  }

  /**
   * The pool that the choices name; none for the package's own.
   *
   * @param {Promise<ListedPool[]>} poolList
   * @param {Embedder} embedder
   * @returns {Promise<{ pool?: string | URL | undefined, poolId: string }>}
   */
  async #chosenPool(poolList, embedder) {
    const { poolId } = this.store.state;
    if (isOwn(poolId) || poolId === SHARED) return { pool: await this.#ownPool(poolId), poolId };
    const url = poolId ? listedPoolUrl(await poolList, poolId, embedder) : undefined;
    return { pool: url, poolId: url ? poolId : "" };
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
    const isListed = pools.some(({ id }) => id === poolId);
    const pool = isListed ? listedPoolUrl(pools, poolId, embedder) : await former?.pool();
    const wanted = { embedder, ...(pool ? { pool } : {}), ...options };
    const router = await loadWatched(wanted, this.#patience).catch((thrown) => {
      throw isListed ? thrown : withHint(thrown);
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
    /** @type {LoadOptions["onProgress"]} */
    const onProgress = (progress) =>
      this.store.set({ progress: { ...this.store.state.progress, [progress.phase]: progress } });
    return loadWatched({ ...options, onProgress }, this.#patience);
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
    if (storage.hasFeedback()) await this.#applyFeedback(router);
    this.router = router;
    this.store.set({ phase: "ready", embedder });
    this.decide();
    const [info, pool, pools] = await Promise.all([router.info(), router.poolInfo(), poolList]);
    const poolId = wantedPool || (pools[0]?.id ?? "");
    this.store.set({ router: info, pools, poolId });
    this.store.set({ pool, poolName: this.poolName(poolId, pool) });
    this.pool.begin(poolId);
    await this.#loadMap();
  }

  /** The person's verdicts; what keeps them is loaded with the first one, or where some were saved. */
  feedback() {
    this.#feedback ??= import("./feedback-controller.js").then(
      ({ FeedbackController }) => new FeedbackController(this),
      (thrown) => {
        this.#feedback = null;
        throw thrown;
      },
    );
    return this.#feedback;
  }

  /** @param {WorkerRouter} router that was just loaded */
  async #applyFeedback(router) {
    try {
      await (await this.feedback()).applyTo(router);
    } catch (thrown) {
      this.showError("Your verdicts could not be loaded", thrown, "The router decides without them.");
    }
  }

  /** Updates the page after the profiles of the models changed. */
  async profilesChanged() {
    const { router } = this;
    const pool = await router?.poolInfo();
    if (!pool || router !== this.router) return;
    this.store.set({ pool });
    this.decide();
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
    const { view } = this.store.state;
    this.store.set(choices);
    if (choices.view !== undefined && choices.view !== view) {
      addEntry(choices.view, this.#fragment());
      scrollTo(0, 0);
    }
    this.#saveChoices();
    this.decide();
  }

  /**
   * Switches a model on or off.
   *
   * @param {string} id
   */
  toggleModel(id) {
    const { off, pin } = this.store.state;
    if (id === pin) this.store.set({ pin: "" });
    this.setChoices({ off: off.includes(id) ? off.filter((one) => one !== id) : [...off, id] });
  }

  /**
   * Requires a capability of the model, or no longer.
   *
   * @param {string} capability
   */
  toggleNeed(capability) {
    const { need } = this.store.state;
    const without = need.filter((one) => one !== capability);
    this.setChoices({ need: without.length < need.length ? without : [...need, capability] });
  }

  /**
   * Pins a model, so that it gets every prompt; an empty id unpins it.
   *
   * @param {string} pin
   */
  setPin(pin) {
    this.setChoices({ pin, off: this.store.state.off.filter((one) => one !== pin) });
  }

  /**
   * The name of a pool on the page.
   *
   * @param {string} id
   * @param {PoolInfo | null} [pool] its content, if it is known
   */
  poolName(id, pool = null) {
    const listed = this.store.state.pools.find((one) => one.id === id);
    return listed?.name ?? this.library.get(id)?.name ?? pool?.name ?? "The pool of the link";
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
    return listed ? fetchListedPool(listed, embedder) : this.#ownPool(id);
  }

  /**
   * A pool of the person's own, or that of the link.
   *
   * @param {string} id
   */
  async #ownPool(id) {
    if (id === SHARED && this.shared) return this.shared.pool;
    await this.library.ready;
    const own = this.library.get(id);
    if (own && own.deleted === null) return own.pool;
    const { problem } = this.library.store.state;
    if (isOwn(id) && problem !== "") this.pool.wanted = id;
    const message =
      id === SHARED
        ? "This link does not contain its pool, which was too large. Ask for the pool as a file."
        : own
          ? `“${own.name}” was deleted. It can be restored in the Pool view.`
          : problem ||
            "This pool is not saved in this browser. The link works in the browser that made it; " +
              "a link from “Share” contains the pool and works in any.";
    throw new UnirouteError("no_own_pool", message);
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
    const off = this.store.state.off.filter((id) => ids.has(id));
    this.store.set({ poolId, pool, poolName: this.poolName(poolId, pool), off, notice: null });
    this.#saveChoices();
    void this.pool.matchPrices();
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

  /** Asks for the decision on the present prompt and choices. Nothing is recommended for an empty prompt. */
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
    this.showNotice(noticeOf(title, thrown, this.#again, after));
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
        const explanation = isEmpty(prompt) ? null : ((await router?.explain(prompt, request)) ?? null);
        if (router !== this.router) return;
        this.store.set({ explanation, decisionMs: performance.now() - start });
        this.#hideUndecided();
      } catch (thrown) {
        if (router !== this.router) return;
        // The former decision is not one for this prompt.
        this.store.set({ explanation: null });
        this.#showUndecided(noticeOf("No decision", thrown, this.#again));
      }
    },
    () => this.store.set({ deciding: false }),
  );

  /** @param {Notice} notice why there is no decision */
  #showUndecided(notice) {
    this.#undecided = notice;
    this.showNotice(notice);
  }

  /** Removes what {@link #showUndecided} shows, unless another notice has replaced it. */
  #hideUndecided() {
    if (this.store.state.notice === this.#undecided) this.showNotice(null);
    this.#undecided = null;
  }

  /** Loads the map. After that, explanations contain the place of their prompt. */
  async #loadMap() {
    this.store.set({ map: (await this.router?.map()) ?? null });
    if (!this.store.state.explanation?.place) this.decide();
  }

  /** Saves the choices for the next visit and shows them in the address. */
  #saveChoices() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => {
      const { view: _, ...choices } = choicesOf(this.store.state);
      const shared = choices.poolId === SHARED ? this.shared : null;
      // A pool that is only looked at does not replace the one that the person uses.
      const { poolId = "", off = [] } = shared ? checkedChoices(storage.savedChoices()) : choices;
      storage.saveChoices({ ...choices, poolId, off });
      replaceEntry(this.store.state.view, this.#fragment());
    }, SAVE_DELAY_MS);
  }

  /** The choices for the address, with the pool of a link while it is in use. */
  #fragment() {
    const { state } = this.store;
    const shared = state.poolId === SHARED ? this.shared : null;
    return shared ? withSharedPool(toFragment(state), shared) : toFragment(state);
  }

  /**
   * The person went back or forward to an entry of this visit.
   *
   * @param {Choices["view"]} view
   */
  #returnTo(view) {
    this.store.set({ view });
    this.#saveChoices();
  }

  /** A link to this page was opened in this tab. */
  async #followLink() {
    const { hash } = location;
    if (!hash.includes("=")) return; // an anchor, not a link with choices
    const { choices, prompt } = fromFragment(hash);
    const { poolId } = this.store.state;
    this.store.set({ ...DEFAULTS, ...choices, poolId });
    markEntry(this.store.state.view);
    if (prompt !== null) this.setPrompt(prompt);
    this.decide();
    try {
      const linked = await poolInLink(hash);
      if (linked !== null) await this.pool.openShared(linked);
      else if (choices.poolId !== undefined && choices.poolId !== poolId)
        await this.pool.choose(choices.poolId);
    } catch (thrown) {
      this.showError("The pool in this link could not be used", thrown);
    }
  }
}
