/** @import { State } from "../state/state.js" */

/** Numbers as text for people. */

const THIN = "\u202f";

/**
 * Number formats by their digits after the point. They are cached because making one is slow.
 *
 * @type {Map<number, Intl.NumberFormat>}
 */
const FORMATS = new Map();

/**
 * @param {number} value
 * @param {number} digits after the point
 */
function grouped(value, digits) {
  const format =
    FORMATS.get(digits) ??
    new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  FORMATS.set(digits, format);
  return format.format(value);
}

/**
 * US dollars: two significant digits below one dollar, cents from one dollar, whole dollars from 100.
 *
 * @param {number | null | undefined} amount
 */
export function usd(amount) {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return "unknown";
  if (amount === 0) return "$0";
  const digits = amount >= 100 ? 0 : amount >= 1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(amount)));
  return `$${grouped(amount, digits)}`;
}

/**
 * The cost of a thousand such prompts; the cost of one prompt is too small to read.
 *
 * @param {number | null | undefined} cost of one prompt
 */
export function usdPerThousand(cost) {
  return usd(cost === null || cost === undefined ? null : cost * 1000);
}

/** @param {number} share in [0, 1] */
export function percent(share) {
  return `${Math.round(share * 100)}${THIN}%`;
}

/** @param {[number, number]} interval in [0, 1] */
export function percentRange([low, high]) {
  return `${Math.round(low * 100)}–${Math.round(high * 100)}${THIN}%`;
}

/** @param {number} value */
export function count(value) {
  return grouped(Math.round(value), 0);
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * The price of one percentage point of quality over a thousand prompts, which is 10/λ US dollars.
 *
 * @param {number} lambda quality per US dollar
 */
export function pointPrice(lambda) {
  return lambda === 0 ? "any price" : usd(10 / lambda);
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 1 ? "under 1 ms" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} bytes */
export function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * The name of a cluster, for people: what people ask there, or its distinctive words.
 *
 * @param {string} label
 * @param {number} [maximum] number of words, where it is a list of words
 */
export function kindName(label, maximum = 3) {
  return (
    label
      .split(/\s*·\s*/)
      .filter(Boolean)
      .slice(0, maximum)
      .join(" · ") || "unnamed"
  );
}

/**
 * The sum of the progress of several downloads, in bytes.
 *
 * @param {State["progress"]} progress
 */
export function totalProgress(progress) {
  const parts = Object.values(progress);
  return {
    loaded: parts.reduce((sum, part) => sum + part.loaded, 0),
    total: parts.reduce((sum, part) => sum + Math.max(part.total ?? 0, part.loaded), 0),
  };
}
