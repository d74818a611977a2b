import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const DIST = new URL("dist/", PACKAGE);
const WEIGHTS = new URL("minilm/weights.safetensors", DIST);
const skip = existsSync(WEIGHTS) ? false : "the weights are missing (run cargo xtask minilm)";
const LIMIT = 60_000_000;

const entry = () => import(new URL("node.js", PACKAGE).href);

test("the transformer routes with its own router and pools, and reports its progress", { skip }, async () => {
  const { Router } = await entry();
  const phases = new Set();
  const router = await Router.load({
    embedder: "minilm",
    onProgress: (/** @type {{ phase: string }} */ { phase }) => phases.add(phase),
  });
  assert.equal(router.info().embedder, "all-minilm-l6-v2");
  assert.ok(phases.has("weights"));
  const decision = router.route("Prove that there are infinitely many primes.", { lambda: 10 });
  assert.ok(decision.model);
  assert.ok(
    decision.candidates.every(
      (/** @type {{ quality: number }} */ { quality }) => quality >= 0 && quality <= 1,
    ),
  );
  router.free();
});

test("a pool made for the static embedder's router is rejected", { skip }, async () => {
  const { Router } = await entry();
  const pool = await readFile(new URL("pools/open.json", DIST));
  await assert.rejects(Router.load({ embedder: "minilm", pool }), { code: "pool_other_router" });
});

test("weights with one wrong bit are rejected", { skip }, async () => {
  const { Router } = await entry();
  const weights = new Uint8Array(await readFile(WEIGHTS));
  weights[10_000_000] = (weights[10_000_000] ?? 0) ^ 1;
  await assert.rejects(Router.load({ embedder: "minilm", weights }), {
    code: "embedder",
    message: /SHA-256/,
  });
});

test("an unknown embedder, or an abort, is an error", async () => {
  const { Router } = await entry();
  await assert.rejects(Router.load({ embedder: "word2vec" }), { code: "unknown_embedder" });
  await assert.rejects(Router.load({ embedder: "minilm", signal: AbortSignal.abort() }), { code: "aborted" });
});

for (const module of ["uniroute_minilm", "uniroute_relaxed"]) {
  test(
    `${module} runs the longest prompt within ${LIMIT / 1e6} MB`,
    { skip: skip || !WebAssembly.validate(await readFile(new URL(`${module}_bg.wasm`, DIST))) },
    async (t) => {
      const bindings = await import(new URL(`${module}.js`, DIST).href);
      const { memory } = bindings.initSync({ module: await readFile(new URL(`${module}_bg.wasm`, DIST)) });
      const [file, pool, weights] = await Promise.all(
        ["minilm/default.router", "minilm/pools/open.json", "minilm/weights.safetensors"].map((name) =>
          readFile(new URL(name, DIST)),
        ),
      );
      const router = new bindings.Router(file, pool, weights);
      router.route("river stone why seven ".repeat(100));
      t.diagnostic(`${memory.buffer.byteLength} bytes`);
      assert.ok(memory.buffer.byteLength <= LIMIT, `${memory.buffer.byteLength} bytes`);
    },
  );
}
