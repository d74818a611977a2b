/**
 * What outlives a reload: choices in local storage, the prompt in session storage (it goes when
 * the tab goes), an own pool in IndexedDB. All of it may be forbidden; then nothing is kept.
 */
import { DEFAULTS, VIEWS } from "./state.js";

/** @typedef {import("./state.js").Choices} Choices */

const KEY = "uniroute";

/** @returns {Partial<Choices>} */
export function keptChoices() {
  return attempt(() => checked(JSON.parse(localStorage.getItem(KEY) ?? "{}"))) ?? {};
}

/** @param {Choices} choices */
export function keepChoices(choices) {
  const { view: _, ...kept } = only(choices);
  attempt(() => localStorage.setItem(KEY, JSON.stringify(kept)));
}

/** What read the prompts the last time. Not one of the choices: no link makes others fetch it. */
export function keptEmbedder() {
  return attempt(() => localStorage.getItem(`${KEY}-embedder`)) === "minilm" ? "minilm" : "static";
}

/** @param {import("../../uniroute/lib/types.js").Embedder} embedder */
export function keepEmbedder(embedder) {
  attempt(() => localStorage.setItem(`${KEY}-embedder`, embedder));
}

export function keptPrompt() {
  return attempt(() => sessionStorage.getItem(KEY)) ?? null;
}

/** @param {string} prompt */
export function keepPrompt(prompt) {
  attempt(() => sessionStorage.setItem(KEY, prompt));
}

/** @returns {Promise<string | null>} LLM profile JSON */
export async function keptPool() {
  const pool = await inStore("readonly", (store) => store.get("pool"));
  return typeof pool === "string" ? pool : null;
}

/** @param {string} pool LLM profile JSON */
export async function keepPool(pool) {
  await inStore("readwrite", (store) => store.put(pool, "pool"));
}

/**
 * The choices that are of the right kind; others, from an older page or a hand-made link, are left.
 *
 * @param {Record<string, unknown>} raw
 * @returns {Partial<Choices>}
 */
export function checked(raw) {
  const number = (/** @type {unknown} */ value, /** @type {number} */ most) =>
    typeof value === "number" && value >= 0 && value <= most ? value : undefined;
  const text = (/** @type {unknown} */ value) =>
    typeof value === "string" && value.length <= 256 ? value : undefined;
  const listed = /** @type {<T extends string>(value: unknown, all: readonly T[]) => T | undefined} */ (
    (value, all) => all.find((one) => one === value)
  );
  const found = {
    view: listed(raw["view"], VIEWS),
    control: listed(raw["control"], /** @type {const} */ (["lambda", "budget", "floor"])),
    lambda: number(raw["lambda"], 1e9),
    budget: number(raw["budget"], 1e9),
    floor: number(raw["floor"], 1),
    off: Array.isArray(raw["off"]) ? raw["off"].filter((id) => text(id)).slice(0, 2000) : undefined,
    poolId: text(raw["poolId"]),
  };
  return /** @type {Partial<Choices>} */ (
    Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  );
}

/**
 * Just the choices of a larger state.
 *
 * @param {Choices} state
 * @returns {Choices}
 */
export function only(state) {
  const { view, control, lambda, budget, floor, off, poolId } = state;
  return { view, control, lambda, budget, floor, off, poolId };
}

/**
 * The choices as the fragment of a link; what is as by default is left out.
 *
 * @param {Choices} state
 * @param {string} [prompt] only where the person asked for it
 */
export function toFragment(state, prompt) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(only(state))) {
    const usual = DEFAULTS[/** @type {keyof Choices} */ (key)];
    if (JSON.stringify(value) !== JSON.stringify(usual))
      parts.set(key, Array.isArray(value) ? JSON.stringify(value) : String(value));
  }
  if (prompt) parts.set("prompt", prompt);
  return parts.size > 0 ? `#${parts}` : "";
}

/**
 * @param {string} fragment
 * @returns {{ choices: Partial<Choices>, prompt: string | null }}
 */
export function fromFragment(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  /** @type {Record<string, unknown>} */
  const raw = Object.fromEntries(parts);
  for (const key of ["lambda", "budget", "floor"]) {
    if (key in raw) raw[key] = Number(raw[key]);
  }
  if ("off" in raw) raw["off"] = attempt(() => JSON.parse(String(raw["off"])));
  return { choices: checked(raw), prompt: parts.get("prompt") };
}

/**
 * @template T
 * @param {() => T} body
 * @returns {T | undefined}
 */
function attempt(body) {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} body
 * @returns {Promise<unknown>} the request's result, undefined when there is no storage
 */
function inStore(mode, body) {
  return new Promise((resolve) => {
    const give = () => resolve(undefined);
    try {
      const opening = indexedDB.open(KEY, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
      opening.onerror = give;
      opening.onsuccess = () => {
        const request = body(opening.result.transaction("kept", mode).objectStore("kept"));
        request.onsuccess = () => resolve(request.result);
        request.onerror = give;
      };
    } catch {
      give();
    }
  });
}
