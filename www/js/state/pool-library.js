import { UnirouteError } from "../../uniroute/lib/errors.js";
import { deleteFormerPool, formerPool, savedPools } from "../browser/pool-database.js";
import { FORMER_POOL, OWN_PREFIX, isOwn } from "./choices.js";
import { today } from "./dates.js";
import { Store } from "./store.js";

/**
 * Where a pool came from; `of` is the name of the file, pool or price list.
 *
 * @typedef {{ kind: "file" | "paste" | "copy" | "link" | "prices" | "chosen" | "former", of: string }} Origin
 */

/**
 * A state before an edit. The pool is empty where `poolId` names a listed pool, which can be fetched again.
 *
 * @typedef {{ pool: string, poolId: string, name: string }} Step
 */

/**
 * A pool of the person's own.
 *
 * @typedef {object} SavedPool
 * @property {string} id
 * @property {string} name
 * @property {Origin} origin
 * @property {string} created YYYY-MM-DD; empty if the clock was wrong
 * @property {string} changed YYYY-MM-DD; empty if the clock was wrong
 * @property {number} revision how many times it was changed; a tab with another number has missed a change
 * @property {string} pool LLM profile JSON
 * @property {Step[]} history what can be undone, the latest last
 * @property {string | null} deleted when it was deleted; it can be restored for some time
 */

/**
 * @typedef {object} LibraryState
 * @property {SavedPool[]} pools deleted ones, too; the oldest first
 * @property {string[]} unsaved ids of those that could not be saved and last until the page is closed
 * @property {string} problem why pools cannot be saved; empty if they can
 */

/** Steps that can be undone in a saved pool. */
const MAX_STEPS = 30;
/** Letters in the steps of one pool; the largest pools have few steps. */
const MAX_STEP_LETTERS = 4_000_000;
/** Days for which a deleted pool can be restored. */
const DAYS_TO_RESTORE = 30;
const MAX_NAME = 256;
/** Characters that a name of a file may have, and that would change the text around it. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The person's own pools, saved in this browser. Every tab has a copy in memory, hears of changes of the others, and
 * writes a pool only over the revision that it knows: of two changes at the same time, both remain.
 */
export class PoolLibrary {
  /** @type {Store<LibraryState>} */
  store = new Store(/** @type {LibraryState} */ ({ pools: [], unsaved: [], problem: "" }));
  /** Fulfilled when the saved pools were read, or cannot be. */
  ready;
  /** @type {Map<string, SavedPool>} */
  #pools = new Map();
  /** @type {Set<string>} */
  #unsaved = new Set();
  #problem = "";
  /** @type {BroadcastChannel | null} */
  #channel = null;

  /** @param {() => void} changedElsewhere called after another tab has changed a pool */
  constructor(changedElsewhere) {
    this.ready = this.#start();
    const follow = async () => {
      await this.#read();
      changedElsewhere();
    };
    savedPools.onLateAnswer(follow);
    try {
      this.#channel = new BroadcastChannel("uniroute-pools");
      this.#channel.addEventListener("message", follow);
    } catch {
      // Without it, a tab looks when it is shown again.
    }
    document.addEventListener("visibilitychange", () => document.hidden || follow());
  }

  /**
   * @param {string} id
   * @returns {SavedPool | undefined}
   */
  get(id) {
    return this.#pools.get(id);
  }

  /** The pools that were not deleted. */
  get pools() {
    return [...this.#pools.values()].filter(({ deleted }) => deleted === null);
  }

  /**
   * Adds a pool, or finds the same one, opened before.
   *
   * @param {{ name: string, origin: Origin, pool: string, history?: Step[] }} pool
   * @returns {Promise<SavedPool>}
   */
  async add({ name, origin, pool, history = [] }) {
    await this.ready;
    const same = history.length === 0 && this.pools.find((one) => one.pool === pool);
    if (same) return same;
    const day = today();
    return this.#write(OWN_PREFIX + crypto.randomUUID().slice(0, 8), (_, id) => ({
      id,
      name: this.#freeName(name),
      origin,
      created: day,
      changed: day,
      revision: 0,
      pool,
      history: shortened(history),
      deleted: null,
    }));
  }

  /**
   * Changes a pool. If another tab has changed it meanwhile, the change becomes a pool of its own.
   *
   * @param {SavedPool} known the pool as this tab knew it before the change
   * @param {Partial<Pick<SavedPool, "name" | "pool" | "history" | "deleted">>} change
   * @returns {Promise<SavedPool>} with another id, if it became a pool of its own
   */
  change(known, change) {
    const next = { ...known, ...change };
    next.history = shortened(next.history);
    return this.#write(known.id, (stored, id) => {
      const other = checkedPool(stored);
      const isKnown = other === null || other.revision === known.revision;
      if (isKnown) return { ...next, id, changed: today(), revision: known.revision + 1 };
      this.#pools.set(id, other);
      const name = this.#freeName(next.name);
      return { ...next, id: OWN_PREFIX + crypto.randomUUID().slice(0, 8), name, revision: 0 };
    });
  }

  /**
   * Deletes a pool; it can be restored.
   *
   * @param {SavedPool} pool
   */
  async remove(pool) {
    // The day must not be empty, which would be as if it were not deleted; one in the past ends early.
    await this.change(pool, { deleted: today() || "2025-01-01" });
  }

  /** @param {SavedPool} pool */
  async restore(pool) {
    await this.change(pool, { deleted: null });
  }

  /**
   * Deletes a pool for good.
   *
   * @param {string} id
   */
  async erase(id) {
    this.#pools.delete(id);
    this.#unsaved.delete(id);
    await savedPools.delete(id).then(
      () => this.#channel?.postMessage({ kind: "changed", id }),
      (thrown) => this.#fail(thrown),
    );
    this.#show();
  }

  async #start() {
    await this.#read();
    if (this.#problem !== "") return;
    const pool = await formerPool();
    if (pool !== null) await this.#takeOver(pool);
    const day = today();
    for (const { id, deleted } of this.#pools.values()) {
      if (deleted !== null && day !== "" && daysBetween(deleted, day) > DAYS_TO_RESTORE) await this.erase(id);
    }
  }

  /**
   * Saves the one pool of the former version of the page, under the id that its links and choices have.
   *
   * @param {string} pool
   */
  async #takeOver(pool) {
    const isKnown = [...this.#pools.values()].some((one) => one.pool === pool);
    if (!isKnown) {
      const id = this.#pools.has(FORMER_POOL) ? OWN_PREFIX + crypto.randomUUID().slice(0, 8) : FORMER_POOL;
      const name = this.#freeName(nameIn(pool) || "Your pool");
      const day = today();
      /** @type {Origin} */
      const origin = { kind: "former", of: "" };
      const rest = { created: day, changed: day, revision: 0, history: [], deleted: null };
      await this.#write(id, () => ({ id, name, origin, pool, ...rest }));
      if (this.#unsaved.has(id)) return;
    }
    await deleteFormerPool();
  }

  /** Reads what is saved. What could not be saved stays in memory. */
  async #read() {
    try {
      const read = (await savedPools.readAll()).map(checkedPool).filter((pool) => pool !== null);
      for (const { id, revision } of read) {
        if (revision >= (this.#pools.get(id)?.revision ?? 0)) this.#unsaved.delete(id);
      }
      const unsaved = [...this.#unsaved]
        .map((id) => this.#pools.get(id))
        .filter((pool) => pool !== undefined);
      this.#pools = new Map([...read, ...unsaved].map((pool) => [pool.id, pool]));
      if (this.#unsaved.size === 0) this.#problem = "";
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#show();
  }

  /**
   * @param {string} id
   * @param {(stored: unknown, id: string) => SavedPool} decide
   */
  async #write(id, decide) {
    /** @type {SavedPool} */
    let written;
    try {
      written = await savedPools.change(id, (stored) => decide(stored, id));
      this.#unsaved.delete(written.id);
      if (this.#unsaved.size === 0) this.#problem = "";
      this.#channel?.postMessage({ kind: "changed", id: written.id });
    } catch (thrown) {
      written = decide(undefined, id);
      this.#unsaved.add(written.id);
      this.#fail(thrown);
    }
    this.#pools.set(written.id, written);
    this.#show();
    return written;
  }

  /** @param {unknown} thrown */
  #fail(thrown) {
    this.#problem = UnirouteError.from(thrown).message;
  }

  #show() {
    const pools = [...this.#pools.values()];
    this.store.set({ pools, unsaved: [...this.#unsaved], problem: this.#problem });
  }

  /**
   * A name that no other pool has.
   *
   * @param {string} wanted
   */
  #freeName(wanted) {
    const name =
      wanted
        .replace(CONTROLS, "")
        .trim()
        .slice(0, MAX_NAME - 6) || "Your pool";
    const taken = new Set(this.pools.map((pool) => pool.name));
    if (!taken.has(name)) return name;
    for (let i = 2; ; i++) {
      const numbered = `${name} ${i}`;
      if (!taken.has(numbered)) return numbered;
    }
  }
}

/**
 * The name that a pool states.
 *
 * @param {string} pool LLM profile JSON
 */
export function nameIn(pool) {
  try {
    const { name } = JSON.parse(pool);
    return typeof name === "string" ? name.slice(0, MAX_NAME) : "";
  } catch {
    return "";
  }
}

/**
 * The last steps that are not too many and not too large.
 *
 * @param {Step[]} history
 */
function shortened(history) {
  let letters = 0;
  const steps = history.slice(-MAX_STEPS).reverse();
  const end = steps.findIndex(({ pool }) => (letters += pool.length) > MAX_STEP_LETTERS);
  return (end < 0 ? steps : steps.slice(0, end)).reverse();
}

/**
 * @param {string} from YYYY-MM-DD
 * @param {string} to YYYY-MM-DD
 */
function daysBetween(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

const KINDS = ["file", "paste", "copy", "link", "prices", "chosen", "former"];

/**
 * A record of the database as a saved pool; null for what another version of the page, or a fault, has written.
 *
 * @param {unknown} raw
 * @returns {SavedPool | null}
 */
function checkedPool(raw) {
  const { id, name, origin, created, changed, revision, pool, history, deleted } =
    /** @type {Record<string, any>} */ (raw ?? {});
  const isText = (/** @type {unknown[]} */ ...values) => values.every((value) => typeof value === "string");
  const isPool =
    isText(id, name, pool, created, changed) &&
    isOwn(id) &&
    Number.isInteger(revision) &&
    (deleted === null || isText(deleted)) &&
    KINDS.includes(origin?.kind) &&
    isText(origin.of);
  if (!isPool) return null;
  const steps = Array.isArray(history) ? history : [];
  const isWhole = steps.every((step) => isText(step?.pool, step?.poolId, step?.name));
  return {
    ...{ id, name, created, changed, revision, pool, deleted },
    origin: { kind: origin.kind, of: origin.of },
    history: isWhole ? steps : [],
  };
}
