/** Numbers as people read them. */

const THIN = "\u202f";

/**
 * Makers of numbers by their digits after the point; making one takes longer than all else here.
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
 * US dollars: two significant digits below a dollar, cents from there, whole dollars from a hundred.
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
 * What a thousand such prompts cost; one prompt costs too little to think about.
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
 * λ as the price of quality: one point of quality is worth 0.01/λ dollars a prompt.
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
 * The distinctive words of a cluster, as a phrase.
 *
 * @param {string} label
 * @param {number} [most] words shown
 */
export function words(label, most = 3) {
  return (
    label
      .split(/[\s,·]+/)
      .filter(Boolean)
      .slice(0, most)
      .join(" · ") || "unnamed"
  );
}
