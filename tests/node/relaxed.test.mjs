import assert from "node:assert/strict";
import { test } from "node:test";

const RELAXED = new URL("../../pkg/lib/relaxed.js", import.meta.url).href;
let copies = 0;

/** A new instance of the module. */
const fresh = () => import(`${RELAXED}?${copies++}`);

/**
 * @template T
 * @param {Partial<typeof WebAssembly>} parts
 * @param {() => Promise<T>} during
 */
async function withWebAssembly(parts, during) {
  const whole = globalThis.WebAssembly;
  globalThis.WebAssembly = /** @type {typeof WebAssembly} */ ({ ...parts });
  try {
    return await during();
  } finally {
    globalThis.WebAssembly = whole;
  }
}

/** @param {(a: number, b: number) => number} f */
const engine = (f) => ({
  validate: () => true,
  Module: /** @type {any} */ (class {}),
  Instance: /** @type {any} */ (
    class {
      exports = { f };
    }
  ),
});

test("an engine that computes correctly gets the relaxed module", async () => {
  const right = engine((a, b) => 8 * a * b + 10);
  assert.equal(await withWebAssembly(right, async () => (await fresh()).hasRelaxedDots()), true);
});

test("an engine that accepts the instruction but computes wrong values does not", async () => {
  const saturating = engine((a, b) => 8 * Math.min(a * b, 16_000) + 10);
  assert.equal(await withWebAssembly(saturating, async () => (await fresh()).hasRelaxedDots()), false);
});

test("an engine without the instruction, or one that forbids compilation, does not", async () => {
  const without = { validate: () => false };
  assert.equal(await withWebAssembly(without, async () => (await fresh()).hasRelaxedDots()), false);
  const forbids = {
    ...engine(() => 0),
    Module: /** @type {any} */ (
      class {
        constructor() {
          throw new Error("no");
        }
      }
    ),
  };
  assert.equal(await withWebAssembly(forbids, async () => (await fresh()).hasRelaxedDots()), false);
});

test("the answer is a boolean and does not change", async () => {
  const { hasRelaxedDots } = await fresh();
  const answer = hasRelaxedDots();
  assert.equal(typeof answer, "boolean");
  assert.equal(hasRelaxedDots(), answer);
});
