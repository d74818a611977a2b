/**
 * Which of two modules this engine should run.
 *
 * @module
 */

/**
 * A module with one function: `f(a, b)` fills vectors with the bytes `a` and `b`, multiplies them with
 * `i32x4.relaxed_dot_i8x16_i7x16_add_s`, adds 5 to each lane, and returns the sum of two lanes, which is
 * 8·a·b + 10.
 */
const PROBE = Uint8Array.from(
  (
    "0061736d0100000001070160027f7f017f03020100070501016600000a220120" +
    "01017b2000fd0f2001fd0f4105fd11fd930221022002fd1b002002fd1b036a0b"
  ).match(/../g) ?? [],
  (byte) => parseInt(byte, 16),
);

/** Pairs of an 8-bit and a 7-bit value, at the limits of their ranges and inside. */
const PAIRS = [
  [-127, 127],
  [127, 127],
  [-3, 64],
  [1, 0],
];

/** @type {boolean | undefined} */
let known;

/**
 * Whether the engine has relaxed SIMD and computes it correctly: some engines accept the instruction
 * and return wrong values. Runs once; never throws.
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
    // Edge workers forbid compilation, and a page's content security policy may forbid it.
    return false;
  }
}
