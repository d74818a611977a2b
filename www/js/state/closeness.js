/** @import { Candidate } from "../../uniroute/lib/types.js" */

/**
 * Whether it cannot be told which of two models is better: each expected quality lies inside the 90 % interval of
 * the other.
 *
 * @param {Candidate} a
 * @param {Candidate} b
 */
export function tooCloseToCall(a, b) {
  return a.id !== b.id && inside(a.quality, b.interval) && inside(b.quality, a.interval);
}

/**
 * @param {number} value
 * @param {[number, number]} interval
 */
const inside = (value, [low, high]) => low <= value && value <= high;
