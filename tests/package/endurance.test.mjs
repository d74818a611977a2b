import assert from "node:assert/strict";
import { test } from "node:test";
import { endure } from "./endurance.mjs";

test("20,000 routes in workerd, refused ones among them, leave the module's memory as it was", async (t) => {
  const { measures, refused, same } = await endure(t, 20_000, 2);
  for (const measure of measures) t.diagnostic(JSON.stringify(measure));
  assert.equal(refused, 200);
  assert.ok(same, "the same decision after each request");
  for (const { wasm } of measures) assert.equal(wasm, measures[0]?.wasm);
});
