/**
 * A bundle contains only what it imports from the package.
 */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { installed, ROOT } from "./install.mjs";

/**
 * The output files of a bundle, each with its inputs.
 *
 * @param {string} folder
 * @param {string} script
 * @param {string[]} [external]
 */
async function bundled(folder, script, external = []) {
  const { metafile } = await build({
    stdin: { contents: script, resolveDir: folder },
    external,
    nodePaths: [join(ROOT, "tests/node_modules")],
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    loader: { ".wasm": "copy" },
    metafile: true,
    write: false,
    outdir: "out",
  });
  return Object.entries(metafile.outputs).map(([path, { bytes, inputs, imports, entryPoint }]) => ({
    entry: entryPoint !== undefined,
    path,
    bytes,
    imports,
    inputs: Object.entries(inputs)
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([path]) => basename(path)),
  }));
}

test("a bundle contains nothing of the entries that it does not import", async (t) => {
  const folder = await installed(t, {});
  for (const [script, most] of /** @type {const} */ ([
    ['import { UnirouteError } from "uniroute"; console.log(UnirouteError);', 1300],
    ['import { UnirouteError } from "uniroute/tokens"; console.log(UnirouteError);', 1300],
    ['import { UnirouteError } from "uniroute/ai"; console.log(UnirouteError);', 1300],
    ['import { auto } from "uniroute/ai"; console.log(auto);', 14_000],
    ['import { routed } from "uniroute/openai"; console.log(routed);', 14_000],
    ['import { routingMiddleware } from "uniroute/langchain"; console.log(routingMiddleware);', 12_000],
    ['import { WorkerRouter } from "uniroute/worker"; console.log(WorkerRouter);', 6000],
    ['import { Router } from "uniroute"; console.log(Router);', 40_000],
    [
      'import "uniroute"; import "uniroute/worker"; import "uniroute/tokens"; import "uniroute/ai"; import "uniroute/openai";',
      10,
    ],
  ])) {
    const files = await bundled(folder, script, ["gpt-tokenizer/*", "langchain", "@langchain/*"]);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    t.diagnostic(`${script} ${bytes} bytes`);
    assert.ok(bytes <= most, `${script} ${bytes} bytes: ${files.flatMap((file) => file.inputs).join(" ")}`);
  }
});

test("token tables are separate files, fetched on request", async (t) => {
  const folder = await installed(t, {});
  const files = await bundled(
    folder,
    'import { exactCounters } from "uniroute/tokens"; console.log(exactCounters);',
  );
  const main = files.find((file) => file.inputs.includes("tokens.js")) ?? assert.fail();
  assert.ok(
    main.bytes < 5000 &&
      main.imports
        .filter(({ kind }) => kind === "import-statement")
        .every(({ path }) => (files.find((file) => file.path === path)?.bytes ?? 0) < 5000),
    `${main.bytes}`,
  );
  const table = (/** @type {string} */ name) =>
    files.filter((file) => file.inputs.includes(name) && file.bytes > 1e6);
  assert.equal(table("o200k_base.js").length, 1);
  assert.notEqual(table("o200k_base.js")[0], table("cl100k_base.js")[0]);
});
