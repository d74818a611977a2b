import { h, setProperties } from "./dom.js";

/**
 * A bar for a share. Hidden from screen readers, since the number stands beside it.
 *
 * @param {number} share in [0, 1]
 */
export function meter(share) {
  return setProperties(h("span", { class: "meter", "aria-hidden": "true" }), { "--share": share });
}

/** A bar from the low to the high end of an interval, with a mark at the expectation. */
export function intervalBar() {
  return h("span", { class: "interval", "aria-hidden": "true" });
}

/**
 * @param {HTMLElement} bar
 * @param {number} expectation
 * @param {[number, number]} interval in [0, 1]
 */
export function setIntervalBar(bar, expectation, [low, high]) {
  return setProperties(bar, { "--low": low, "--high": high, "--at": expectation });
}
