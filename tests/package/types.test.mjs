/**
 * The package's type declarations, checked by TypeScript and by linters of packages.
 */
import assert from "node:assert/strict";
import { cp, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { BIN, installed, ROOT, run, TARBALL } from "./install.mjs";

const USE = `
import { Router, UnirouteError, version } from "uniroute";
import { Router as Edge } from "uniroute/workerd";
import { WorkerRouter } from "uniroute/worker";
import { inline } from "uniroute/inline";
import { localModels, type LocalModel } from "uniroute/local";
import { mask, restrict, sensitive } from "uniroute/sensitive";
import type { CostEstimate, Decision, RawPool } from "uniroute/types";

const text: string = version();
const pool: RawPool = { models: [{ id: "a", cost: { input: 1, output: null } }] };
const router = await Router.load({
  pool,
  signal: AbortSignal.timeout(9),
  onProgress: ({ phase, loaded, total }) => console.log(phase, loaded, total ?? text),
});
const decision: Decision = router.route("Hi", { minQuality: 0.5, deny: ["b"] });
const model: string | null = decision.model;
const costs: CostEstimate[] = router.estimateCost("Hi");
const worker = await WorkerRouter.load();
const onProgress = (done: number, total: number) => console.log(done, total, model, costs);
const decisions: Decision[] = await worker.routeBatch([text], {}, onProgress);
await Edge.load({ router: new Uint8Array(), pool: "{}", wasm: await WebAssembly.compile(new Uint8Array()) });
const script: string = await inline({ pool });
const { found } = sensitive(text, { words: ["Falcon"], kinds: ["word", "email"] });
const { allowTags }: { allowTags?: string[] } = restrict({ found }, { tags: ["local"] });
// @ts-expect-error a restriction names tags
restrict(text, {});
const local: LocalModel[] = await localModels({ browserModel: "a", languages: ["en"] });
console.log(mask(text, { found }), allowTags, local);
// @ts-expect-error a misspelt option
router.route("Hi", { minquality: 0.5 });
// @ts-expect-error a prompt is text
router.route(5);
const inWorker: Decision = await worker.route("Hi", { counters: { o200k: (text) => text.length } });
const batch: number = await worker.openBatch([text], undefined, AbortSignal.timeout(9));
// @ts-expect-error a method in a worker has the same arguments
worker.route(5);
// @ts-expect-error a method in a worker answers with a promise
const atOnce: Decision = worker.route("Hi");
try {
  router.free();
} catch (error) {
  if (error instanceof UnirouteError) console.log(error.code.length, error.path?.length, decisions, script);
  console.log(inWorker, batch, atOnce);
}
`;

for (const [resolution, module] of [
  ["bundler", "esnext"],
  ["nodenext", "nodenext"],
]) {
  test(`tsc --strict accepts a program that uses every entry, resolving as ${resolution}`, async (t) => {
    const folder = await installed(t, {
      "main.ts": USE,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          skipLibCheck: false,
          noEmit: true,
          exactOptionalPropertyTypes: true,
          target: "es2023",
          lib: ["es2023", "dom", "dom.iterable"],
          module,
          moduleResolution: resolution,
          types: [],
        },
        files: ["main.ts"],
      }),
    });
    await run(join(BIN, "tsc"), ["--project", "."], { cwd: folder });
  });
}

test("tsc --strict accepts examples/worker", async (t) => {
  const folder = await installed(t, {
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        allowJs: true,
        checkJs: true,
        noEmit: true,
        skipLibCheck: true,
        target: "es2023",
        lib: ["es2024", "dom", "dom.iterable"],
        module: "esnext",
        moduleResolution: "bundler",
        typeRoots: [join(ROOT, "tests/node_modules/@types")],
        types: ["node"],
      },
      include: ["*.js"],
      exclude: ["cloudflare.js"], // it imports data, which has no types
    }),
  });
  await cp(join(ROOT, "examples/worker"), folder, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  await run(join(BIN, "tsc"), ["--project", "."], { cwd: folder });
});

test("attw finds nothing wrong with the types", async () => {
  // Data files have no types, and CommonJS cannot require an ES module.
  const data = [
    "uniroute_bg.wasm",
    "default.router",
    "pools/*",
    "worker-main",
    "llm-profile.schema.json",
    "package.json",
  ];
  await run(join(BIN, "attw"), [
    TARBALL,
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    ...data,
    "--format",
    "ascii",
    "--no-color",
  ]);
});

test("publint finds nothing wrong with the package", async (t) => {
  const folder = await installed(t, {});
  const { messages } = await publint({
    pkgDir: join(folder, "node_modules/uniroute"),
    level: "suggestion",
    strict: true,
    pack: false,
  });
  assert.deepEqual(messages, []);
});

test("every entry names its types first, and every file it names is there", async (t) => {
  const folder = join(await installed(t, {}), "node_modules/uniroute");
  const { exports, bin } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === "object") assert.equal(Object.keys(target)[0], "types", entry);
    for (const path of typeof target === "object" ? Object.values(target) : [target]) {
      if (!path.includes("*")) assert.ok((await stat(join(folder, path))).isFile(), path);
    }
  }
  assert.ok((await stat(join(folder, bin["uniroute-inline"]))).isFile());
});
