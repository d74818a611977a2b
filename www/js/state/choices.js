/**
 * What a person chose: checked when it comes from storage or a link, and written into links.
 *
 * @typedef {"route" | "batch" | "conversation" | "pool" | "about"} View
 * @typedef {"lambda" | "budget" | "floor"} Control
 */

/**
 * @typedef {object} Choices
 * @property {View} view
 * @property {Control} control which of the three settings is fixed
 * @property {number} lambda quality per US dollar
 * @property {number} budget US dollars per thousand prompts
 * @property {number} floor minimum expected quality, in [0, 1]
 * @property {string[]} off ids of models that are switched off
 * @property {string[]} need capabilities that the model must have
 * @property {string} poolId one of the listed pools, a pool of the person's own, or {@link SHARED}
 * @property {string} pin id of the model that gets every prompt; empty for none
 */

/** The id of the pool of a link, which is not saved. */
export const SHARED = "shared";
/** The id of the one pool of one's own that former versions of the page had. */
export const FORMER_POOL = "own";
/** How the ids of the person's own pools begin. */
export const OWN_PREFIX = "own-";

/**
 * Whether an id is that of a pool of the person's own, saved in a browser.
 *
 * @param {string} id
 */
export function isOwn(id) {
  return id === FORMER_POOL || id.startsWith(OWN_PREFIX);
}

/** @type {readonly View[]} */
export const VIEWS = ["route", "batch", "conversation", "pool", "about"];
/** @type {readonly Control[]} */
const CONTROLS = ["lambda", "budget", "floor"];

/** @type {Choices} */
export const DEFAULTS = {
  view: "route",
  control: "lambda",
  lambda: 100,
  budget: 1,
  floor: 0.6,
  off: [],
  need: [],
  poolId: "",
  pin: "",
};

/**
 * The valid choices. Others, from an older page or a link made by hand, are ignored.
 *
 * @param {unknown} raw
 * @returns {Partial<Choices>}
 */
export function checkedChoices(raw) {
  const { view, control, lambda, budget, floor, off, need, poolId, pin } =
    /** @type {Record<string, unknown>} */ (raw ?? {});
  const found = {
    view: VIEWS.find((one) => one === view),
    control: CONTROLS.find((one) => one === control),
    lambda: number(lambda, 1e9),
    budget: number(budget, 1e9),
    floor: number(floor, 1),
    off: texts(off, 2000),
    need: texts(need, 20),
    poolId: text(poolId),
    pin: text(pin),
  };
  return /** @type {Partial<Choices>} */ (
    Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  );
}

/**
 * @param {unknown} value
 * @param {number} maximum
 */
function number(value, maximum) {
  return typeof value === "number" && value >= 0 && value <= maximum ? value : undefined;
}

/**
 * @param {unknown} value
 * @param {number} most
 */
function texts(value, most) {
  return Array.isArray(value) ? value.filter((one) => text(one)).slice(0, most) : undefined;
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" && value.length <= 256 ? value : undefined;
}

/**
 * Only the choices of a larger state.
 *
 * @param {Choices} state
 * @returns {Choices}
 */
export function choicesOf({ view, control, lambda, budget, floor, off, need, poolId, pin }) {
  return { view, control, lambda, budget, floor, off, need, poolId, pin };
}

/**
 * The choices as the fragment of a link, without those that have their default.
 *
 * @param {Choices} state
 * @param {string} [prompt] only if the person asked for it
 */
export function toFragment(state, prompt) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(choicesOf(state))) {
    const json = JSON.stringify(value);
    if (json !== JSON.stringify(DEFAULTS[/** @type {keyof Choices} */ (key)]))
      parts.set(key, Array.isArray(value) ? json : String(value));
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
  for (const key of CONTROLS) {
    if (key in raw) raw[key] = Number(raw[key]);
  }
  for (const key of ["off", "need"]) {
    try {
      raw[key] = JSON.parse(String(raw[key]));
    } catch {
      delete raw[key];
    }
  }
  return { choices: checkedChoices(raw), prompt: parts.get("prompt") };
}
