import { files } from "../uniroute/dist/files.js";
import { download, verify } from "../uniroute/lib/bytes.js";
import { Engine, UnirouteError } from "./engine.js";
import { EXAMPLES } from "./examples.js";
import { fromFragment, keepChoices, keepPool, keepPrompt, keptChoices, keptPool, keptPrompt, toFragment } from "./keep.js";
import { DEFAULTS, initial, request } from "./state.js";
import { Store } from "./store.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Choices} Choices */

/** The name under which an uploaded or edited pool is chosen. */
export const OWN = "own";

/** More bytes of a file are not read; the core refuses far smaller ones. */
const MOST_BYTES = 64 * 1024 * 1024;

const DIST = new URL("../uniroute/dist/", import.meta.url);

/** What a person can do on the page. Views call these and draw the state that results. */
export class App {
  /** @type {Store<State>} */
  store = new Store(initial());
  /** @type {Engine | null} */
  #engine = null;
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
      const own = choices.poolId === OWN ? await keptPool() : null;
      const url = own === null && choices.poolId ? await poolUrl(listed, choices.poolId) : undefined;
      const router = await Engine.load({
        ...(own !== null ? { pool: own } : url ? { pool: url } : {}),
        onProgress: (progress) => this.store.set({ progress: { ...this.store.now.progress, [progress.phase]: progress } }),
      });
      this.#engine = new Engine(router, {
        answer: (explanation, took) => this.store.set({ explanation, took }),
        problem: (error) => this.#tell("No decision", error),
      });
      const [info, pool, pools] = await Promise.all([router.info(), router.poolInfo(), listed]);
      const poolId = own !== null ? OWN : url ? (choices.poolId ?? "") : (pools[0]?.id ?? "");
      this.store.set({ phase: "ready", router: info, pools, poolId, ...named(pool, pools, poolId) });
      this.#ask();
    } catch (thrown) {
      this.store.set({ phase: "broken" });
      this.#tell("The router could not be loaded", UnirouteError.from(thrown));
    }
  }

  /** @param {string} prompt */
  setPrompt(prompt) {
    this.store.set({ prompt });
    keepPrompt(prompt);
    this.#ask();
  }

  /** @param {Partial<Choices>} patch */
  choose(patch) {
    this.store.set(patch);
    this.#remember();
    this.#ask();
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
   * Takes one of the listed pools.
   *
   * @param {string} id
   */
  async choosePool(id) {
    const name = this.store.now.pools.find((pool) => pool.id === id)?.name ?? id;
    await this.#replacePool(name, id, async () => {
      if (id === OWN) return (await keptPool()) ?? "";
      const { file } = this.store.now.pools.find((pool) => pool.id === id) ?? { file: "" };
      const known = files[`pools/${file}`];
      return verify(file, await download(new URL(`pools/${file}`, DIST), "pool", known?.bytes, {}), known?.sha256);
    });
  }

  /**
   * Takes a pool from a file that was chosen or dropped.
   *
   * @param {File} file
   */
  async openFile(file) {
    await this.#replacePool(`“${file.name}”`, OWN, async () => new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer()));
  }

  dismiss() {
    this.store.set({ notice: null });
  }

  /**
   * Hands a pool to the core. When it is refused, the former one stays, here as there.
   *
   * @param {string} name for people
   * @param {string} poolId
   * @param {() => Promise<string | Uint8Array>} read
   */
  async #replacePool(name, poolId, read) {
    const engine = this.#engine;
    if (engine === null) return;
    try {
      const pool = await engine.router.setPool(await read());
      const ids = new Set(pool.models.map((model) => model.id));
      this.store.set({ poolId, ...named(pool, this.store.now.pools, poolId), off: this.store.now.off.filter((id) => ids.has(id)), notice: null });
      if (poolId === OWN) void engine.router.pool().then(keepPool);
      this.#remember();
      this.#ask();
    } catch (thrown) {
      this.#tell(`${name} was not taken`, UnirouteError.from(thrown), `The pool in use is still “${this.store.now.poolName}”.`);
    }
  }

  #ask() {
    const state = this.store.now;
    if (state.phase === "ready") void this.#engine?.ask(state.prompt, request(state));
  }

  /**
   * @param {string} title
   * @param {UnirouteError} error
   * @param {string} [after]
   */
  #tell(title, error, after = "") {
    this.store.set({ notice: { kind: "bad", title, message: error.message, path: error.path, code: error.code, after } });
  }

  /** Keeps the choices for the next visit, and in the address for who copies it. */
  #remember() {
    clearTimeout(this.#remembering);
    this.#remembering = setTimeout(() => {
      keepChoices(this.store.now);
      history.replaceState(null, "", toFragment(this.store.now) || location.pathname + location.search);
    }, 250);
  }

  /** A link to this page was opened in this tab. */
  #followLink() {
    const { choices, prompt } = fromFragment(location.hash);
    const { poolId = this.store.now.poolId, ...rest } = choices;
    this.store.set({ ...DEFAULTS, poolId: this.store.now.poolId, ...rest });
    if (prompt !== null) this.setPrompt(prompt);
    if (poolId !== this.store.now.poolId) void this.choosePool(poolId);
    this.#ask();
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
