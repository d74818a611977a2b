/**
 * Which of two modules this engine should run.
 *
 * @module
 */

/**
 * A module of one function: `f(a, b)` fills vectors with the bytes `a` and `b`, multiplies them with
 * `i32x4.relaxed_dot_i8x16_i7x16_add_s` on top of 5, and returns the sum of two lanes, which is
 * 8·a·b + 10.
 */
const PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  7,
  1,
  96,
  2,
  127,
  127,
  1,
  127,
  3,
  2,
  1,
  0,
  7,
  5,
  1,
  1,
  102,
  0,
  0,
  10,
  34,
  1,
  32,
  1,
  1,
  123,
  32,
  0,
  253,
  15,
  32,
  1,
  253,
  15,
  65,
  5,
  253,
  17,
  253,
  147,
  2,
  33,
  2,
  32,
  2,
  253,
  27,
  0,
  32,
  2,
  253,
  27,
  3,
  106,
  11,
);

/** Bytes of eight and of seven bits, at the ends of their ranges and within. */
const PAIRS = [
  [-127, 127],
  [127, 127],
  [-3, 64],
  [1, 0],
];

/** @type {boolean | undefined} */
let known;

/**
 * Whether relaxed SIMD is there and multiplies as it should: some engines accept the instruction
 * and get it wrong. Asks once; never throws.
 */
export function hasRelaxedDots() {
  known ??= probe();
  return known;
}

function probe() {
  try {
    if (!WebAssembly.validate(PROBE)) return false;
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports;
    return typeof f === "function" && PAIRS.every(([a = 0, b = 0]) => f(a, b) === 8 * a * b + 10);
  } catch {
    // Edge workers forbid compiling, and a page's policy may.
    return false;
  }
}
