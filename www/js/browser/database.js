import { UnirouteError } from "../../uniroute/lib/errors.js";

/** Milliseconds to wait for an answer; a damaged database may never give one. */
const LIMIT_MS = 5000;
/** Milliseconds to wait after it gave none once. */
const NEXT_LIMIT_MS = 200;

const FULL = "The storage of this browser is full. Free some space, or delete pools that you do not need.";
const DENIED = "This browser does not let this page save anything.";
const SILENT = "The storage of this browser does not answer.";

/**
 * A database in IndexedDB with one store of records. A browser may deny it, be silent, be full, or hold what another
 * version of the page wrote; each is an error with a sentence for people.
 *
 * @template {{ id: string }} R
 */
export class Database {
  #name;
  #store;
  /** @type {Promise<IDBDatabase> | null} */
  #opened = null;
  #limit = LIMIT_MS;
  #answeredLate = () => {};

  /**
   * @param {string} name
   * @param {string} store
   */
  constructor(name, store) {
    this.#name = name;
    this.#store = store;
  }

  /**
   * Listens to answers that come after the time was up, so that nothing is called lost that was saved.
   *
   * @param {() => void} listener
   */
  onLateAnswer(listener) {
    this.#answeredLate = listener;
  }

  /**
   * All records, unchecked.
   *
   * @returns {Promise<unknown[]>}
   */
  readAll() {
    return this.within(async () => {
      const store = (await this.#database()).transaction(this.#store, "readonly").objectStore(this.#store);
      return answer(store.getAll());
    });
  }

  /**
   * Changes one record. No other tab can change it between reading and writing.
   *
   * @param {string} id
   * @param {(stored: unknown) => R} decide the record to write, which may have another id
   * @returns {Promise<R>} the written record
   */
  change(id, decide) {
    return this.within(async () => {
      const transaction = (await this.#database()).transaction(this.#store, "readwrite");
      const store = transaction.objectStore(this.#store);
      const record = decide(await answer(store.get(id)));
      store.put(record);
      await completed(transaction);
      return record;
    });
  }

  /** @param {string} id */
  delete(id) {
    return this.within(async () => {
      const transaction = (await this.#database()).transaction(this.#store, "readwrite");
      transaction.objectStore(this.#store).delete(id);
      await completed(transaction);
    });
  }

  /** The open database; opened once, and again after it was closed. */
  #database() {
    this.#opened ??= this.#open().catch((thrown) => {
      this.#opened = null;
      throw thrown;
    });
    return this.#opened;
  }

  /**
   * Opens the database in whatever version it has, and gives it its store if it has none.
   *
   * @param {number} [version]
   * @returns {Promise<IDBDatabase>}
   */
  async #open(version) {
    const opening = indexedDB.open(this.#name, version);
    opening.onupgradeneeded = () => {
      const { objectStoreNames } = opening.result;
      if (!objectStoreNames.contains(this.#store))
        opening.result.createObjectStore(this.#store, { keyPath: "id" });
    };
    const found = await answer(opening);
    const close = () => {
      found.close();
      this.#opened = null;
    };
    found.onclose = close;
    found.onversionchange = close;
    if (found.objectStoreNames.contains(this.#store)) return found;
    found.close();
    return this.#open(found.version + 1);
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T>} rejected with an error for people, at the latest when the time is up
   */
  async within(action) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    /** @type {Promise<never>} */
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        this.#opened = null;
        this.#limit = NEXT_LIMIT_MS;
        reject(new UnirouteError("storage", SILENT));
      }, this.#limit);
    });
    try {
      let isLate = false;
      const acting = action().then((result) => {
        this.#limit = LIMIT_MS;
        if (isLate) this.#answeredLate();
        return result;
      });
      late.catch(() => (isLate = true));
      return await Promise.race([acting, late]);
    } catch (cause) {
      if (cause instanceof UnirouteError) throw cause;
      const isFull = cause instanceof DOMException && cause.name === "QuotaExceededError";
      throw new UnirouteError("storage", isFull ? FULL : DENIED, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction */
function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
