import assert from "node:assert/strict";
import { test } from "node:test";
import { endure } from "./endurance.mjs";

test(
  "20,000 routes in one tab, refused ones among them, leave the memory as it was",
  { timeout: 300_000 },
  async (t) => {
    const { measures, refused, same } = await endure(20_000, 2);
    for (const measure of measures) t.diagnostic(JSON.stringify(measure));
    assert.equal(refused, 200);
    assert.ok(same, "the same decision before and after");
    const [before] = measures;
    for (const { wasm, page } of measures) {
      assert.equal(wasm, before?.wasm, "the module's memory does not grow");
      assert.ok(page < (before?.page ?? 0) + 10e6, `${page} bytes of scripts in the page`);
    }
  },
);
