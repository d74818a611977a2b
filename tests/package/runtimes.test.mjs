/**
 * The same prompts get the same models as on the command line, in each runtime and bundler.
 */
import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build as esbuild } from "esbuild";
import { visit } from "../browser/harness.mjs";
import { bundledWorker } from "./bundled-worker.mjs";
import { BIN, DENO, expected, installed, LAMBDA, PROMPTS, run, serve } from "./install.mjs";

const DATA = `export const prompts = ${JSON.stringify(PROMPTS)};\nexport const request = { lambda: ${LAMBDA} };\n`;
const SCRIPT = `
import { Router } from "uniroute";
import { prompts, request } from "./data.js";
const router = await Router.load();
console.log(JSON.stringify(prompts.map((prompt) => router.route(prompt, request).model)));
`;
const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="module" src="./main.js"></script>`;

/**
 * The models that a page reports in its title.
 *
 * @param {string} url
 */
function models(url) {
  return visit(url, async ({ page }) => {
    await page.waitForFunction(() => document.title.startsWith("[") || document.title.startsWith("failed"));
    return JSON.parse(await page.title());
  });
}

test("a script in Node", async (t) => {
  const folder = await installed(t, { "data.js": DATA, "main.js": SCRIPT });
  assert.deepEqual(JSON.parse(await run("node", ["main.js"], { cwd: folder })), await expected());
});

test("a script in Deno", async (t) => {
  const deno = DENO;
  if (deno === undefined) return t.skip("no Deno for this machine");
  const folder = await installed(t, { "data.js": DATA, "main.js": SCRIPT });
  const out = await run(deno, ["run", "--node-modules-dir=manual", "--allow-read", "main.js"], {
    cwd: folder,
    env: { DENO_NO_UPDATE_CHECK: "1" },
  });
  assert.deepEqual(JSON.parse(out), await expected());
});

test("a page with a plain module script", async (t) => {
  const main = `
    import { Router } from "./node_modules/uniroute/index.js";
    import { prompts, request } from "./data.js";
    try {
      const router = await Router.load();
      document.title = JSON.stringify((await router.routeBatch(prompts, request)).map((d) => d.model));
    } catch (error) { document.title = "failed: " + error; }`;
  const folder = await installed(t, { "data.js": DATA, "main.js": main, "index.html": PAGE });
  assert.deepEqual(await models(await serve(t, folder)), await expected());
});

test("a page built by Vite, on its own thread and in a Web Worker", async (t) => {
  const main = `
    import { Router } from "uniroute";
    import { WorkerRouter } from "uniroute/worker";
    import { prompts, request } from "./data.js";
    try {
      const here = await Router.load();
      const there = await WorkerRouter.load();
      const both = [await here.routeBatch(prompts, request), await there.routeBatch(prompts, request)];
      document.title = JSON.stringify(both.map((decisions) => decisions.map((d) => d.model)));
    } catch (error) { document.title = "failed: " + error; }`;
  const folder = await installed(t, { "data.js": DATA, "main.js": main, "index.html": PAGE });
  await run(join(BIN, "vite"), ["build", "--logLevel", "warn"], { cwd: folder });
  await rename(join(folder, "node_modules"), join(folder, "removed"));
  const found = await models(await serve(t, join(folder, "dist")));
  assert.deepEqual(found, [await expected(), await expected()]);
});

test("a bundle by esbuild with the files inside", async (t) => {
  const main = `
    import { Router } from "uniroute/workerd";
    import wasm from "uniroute/uniroute_bg.wasm";
    import router from "uniroute/default.router";
    import pool from "uniroute/pools/models-2026.json";
    import { prompts, request } from "./data.js";
    const loaded = await Router.load({ wasm, router, pool });
    export const models = prompts.map((prompt) => loaded.route(prompt, request).model);`;
  const folder = await installed(t, { "data.js": DATA, "main.js": main });
  const outfile = join(folder, "out/bundle.mjs");
  await esbuild({
    entryPoints: [join(folder, "main.js")],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    loader: { ".wasm": "binary", ".router": "binary" },
    outfile,
  });
  await rename(join(folder, "node_modules"), join(folder, "removed"));
  assert.deepEqual((await import(pathToFileURL(outfile).href)).models, await expected());
});

test("workerd, with the router as a static file", async (t) => {
  const main = `
    import { Router } from "uniroute";
    import router from "uniroute/default.router";
    import pool from "uniroute/pools/models-2026.json";
    const loading = Router.load({ router, pool });
    export default {
      async fetch(request) {
        const { prompts, request: options } = await request.json();
        const loaded = await loading;
        return Response.json(prompts.map((prompt) => loaded.route(prompt, options).model));
      },
    };`;
  const folder = await installed(t, { "main.js": main });
  const worker = await bundledWorker(t, folder);
  const answer = await worker.dispatchFetch("http://localhost/", {
    method: "POST",
    body: JSON.stringify({ prompts: PROMPTS, request: { lambda: LAMBDA } }),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.deepEqual(JSON.parse(text), await expected());
});

test("one script without any other file, in Node and in a page that makes no request", async (t) => {
  const folder = await installed(t, {
    "data.js": DATA,
    "main.js": SCRIPT.replace('"uniroute"', '"./single.js"'),
  });
  await run("npx", ["--offline", "uniroute-inline", "-o", "single.js"], { cwd: folder });
  await rename(join(folder, "node_modules"), join(folder, "removed"));
  assert.deepEqual(JSON.parse(await run("node", ["main.js"], { cwd: folder })), await expected());

  const main = `
    import { Router } from "./single.js";
    import { prompts, request } from "./data.js";
    const router = await Router.load();
    document.title = JSON.stringify(prompts.map((prompt) => router.route(prompt, request).model));`;
  const built = await esbuild({
    stdin: { contents: main, resolveDir: folder },
    bundle: true,
    format: "esm",
    write: false,
  });
  const html = PAGE.replace('src="./main.js">', () => `>${built.outputFiles[0]?.text}`);
  const found = await visit("about:blank", async ({ page, requests }) => {
    await page.setContent(html);
    await page.waitForFunction(() => document.title.startsWith("["));
    assert.deepEqual(
      requests.filter((url) => url.startsWith("http")),
      [],
    );
    return JSON.parse(await page.title());
  });
  assert.deepEqual(found, await expected());
});
