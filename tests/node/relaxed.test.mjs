import assert from "node:assert/strict";
import { test } from "node:test";

const RELAXED = new URL("../../pkg/lib/relaxed.js", import.meta.url).href;
let copies = 0;

/** The module as if loaded for the first time. */
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

test("an engine that multiplies right gets the relaxed module", async () => {
  const right = engine((a, b) => 8 * a * b + 10);
  assert.equal(await withWebAssembly(right, async () => (await fresh()).hasRelaxedDots()), true);
});

test("one that takes the instruction and gets it wrong does not", async () => {
  const saturating = engine((a, b) => 8 * Math.min(a * b, 16_000) + 10);
  assert.equal(await withWebAssembly(saturating, async () => (await fresh()).hasRelaxedDots()), false);
});

test("nor does one without it, or one that forbids compiling", async () => {
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

test("the answer of this engine is a plain yes or no, and stays", async () => {
  const { hasRelaxedDots } = await fresh();
  const answer = hasRelaxedDots();
  assert.equal(typeof answer, "boolean");
  assert.equal(hasRelaxedDots(), answer);
});
