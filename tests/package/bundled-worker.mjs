/**
 * A worker that has the package inside, in workerd.
 *
 * @module
 */
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/**
 * Starts `main.js` of a folder as wrangler does it: the scripts are bundled, and the module and the data are left to the
 * runtime.
 *
 * @param {import("node:test").TestContext} t ends the runtime when it ends
 * @param {string} folder with the package installed
 */
export async function bundledWorker(t, folder) {
  await build({
    entryPoints: [join(folder, "main.js")],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy", ".router": "copy" },
    assetNames: "[name]",
    outfile: join(folder, "out/worker.js"),
  });
  const worker = new Miniflare({
    modules: true,
    modulesRoot: join(folder, "out"),
    scriptPath: join(folder, "out/worker.js"),
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
      { type: "Data", include: ["**/*.router"] },
    ],
    compatibilityDate: "2026-04-01",
  });
  t.after(() => worker.dispose());
  return worker;
}
