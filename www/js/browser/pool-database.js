/**
 * The saved pools in IndexedDB. A browser may deny it, be silent, be full, or hold what another version of the page
 * wrote; each is an error with a sentence for people.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";

const NAME = "uniroute-pools";
const STORE = "pools";
/** The database of former versions of the page: one pool, under one key. */
const FORMER = { name: "uniroute", store: "kept", key: "pool" };
/** Milliseconds to wait for an answer; a damaged database may never give one. */
const LIMIT_MS = 5000;
/** Milliseconds to wait after it gave none once. */
const NEXT_LIMIT_MS = 200;

const FULL = "The storage of this browser is full. Free some space, or delete pools that you do not need.";
const DENIED = "This browser does not let this page save anything.";
const SILENT = "The storage of this browser does not answer.";

/** @type {Promise<IDBDatabase> | null} */
let opened = null;
let limit = LIMIT_MS;
let answeredLate = () => {};

/**
 * Listens to answers that come after the time was up, so that nothing is called lost that was saved.
 *
 * @param {() => void} listener
 */
export function onLateAnswer(listener) {
  answeredLate = listener;
}

/**
 * All records, unchecked.
 *
 * @returns {Promise<unknown[]>}
 */
export function readRecords() {
  return within(async () => {
    const store = (await database()).transaction(STORE, "readonly").objectStore(STORE);
    return answer(store.getAll());
  });
}

/**
 * Changes one record. No other tab can change it between reading and writing.
 *
 * @template {{ id: string }} R
 * @param {string} id
 * @param {(stored: unknown) => R} decide the record to write, which may have another id
 * @returns {Promise<R>} the written record
 */
export function changeRecord(id, decide) {
  return within(async () => {
    const transaction = (await database()).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    const record = decide(await answer(store.get(id)));
    store.put(record);
    await completed(transaction);
    return record;
  });
}

/** @param {string} id */
export function deleteRecord(id) {
  return within(async () => {
    const transaction = (await database()).transaction(STORE, "readwrite");
    transaction.objectStore(STORE).delete(id);
    await completed(transaction);
  });
}

/**
 * The pool that a former version of the page saved.
 *
 * @returns {Promise<string | null>} LLM profile JSON
 */
export async function formerPool() {
  const pool = await inFormer("readonly", (store) => store.get(FORMER.key));
  return typeof pool === "string" ? pool : null;
}

/** Removes the pool of the former version, after it was saved here. */
export async function deleteFormerPool() {
  await inFormer("readwrite", (store) => store.delete(FORMER.key));
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} action
 * @returns {Promise<unknown>} undefined without such a database
 */
async function inFormer(mode, action) {
  return within(async () => {
    const opening = indexedDB.open(FORMER.name);
    opening.onupgradeneeded = () => opening.transaction?.abort(); // there was none, and none is made
    const former = await answer(opening);
    try {
      return await answer(action(former.transaction(FORMER.store, mode).objectStore(FORMER.store)));
    } finally {
      former.close();
    }
  }).catch(() => undefined);
}

/** The open database; opened once, and again after it was closed. */
function database() {
  opened ??= open().catch((thrown) => {
    opened = null;
    throw thrown;
  });
  return opened;
}

/**
 * Opens the database in whatever version it has, and gives it its store if it has none.
 *
 * @param {number} [version]
 * @returns {Promise<IDBDatabase>}
 */
async function open(version) {
  const opening = indexedDB.open(NAME, version);
  opening.onupgradeneeded = () => {
    const { objectStoreNames } = opening.result;
    if (!objectStoreNames.contains(STORE)) opening.result.createObjectStore(STORE, { keyPath: "id" });
  };
  const found = await answer(opening);
  const close = () => {
    found.close();
    opened = null;
  };
  found.onclose = close;
  found.onversionchange = close;
  if (found.objectStoreNames.contains(STORE)) return found;
  found.close();
  return open(found.version + 1);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
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

/**
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<T>} rejected with an error for people, at the latest when the time is up
 */
async function within(action) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      opened = null;
      limit = NEXT_LIMIT_MS;
      reject(new UnirouteError("storage", SILENT));
    }, limit);
  });
  try {
    let isLate = false;
    const acting = action().then((result) => {
      limit = LIMIT_MS;
      if (isLate) answeredLate();
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
