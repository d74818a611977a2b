/**
 * Builds the extension for each kind of browser: `node build.mjs [FOLDER OF THE PACKAGE]`. The extension
 * fetches nothing when it runs, so it contains all files.
 */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OWN_FILES = [
  "background.js",
  "browser.js",
  "page.js",
  "panel.js",
  "panel.html",
  "options.js",
  "options.html",
  "extension.css",
];
const PACKAGE_FILES = ["index.js", "lib", "dist"];
const UNUSED_FILES =
  /\.d\.ts$|single\.js$|lib\/(adapters|sensitive|messages)|uniroute_relaxed|minilm|pools\/(?!models-2026)|schema\.json$/;

const here = new URL("./", import.meta.url);
const uniroute = pathToFileURL(
  `${resolve(process.argv[2] ?? fileURLToPath(new URL("node_modules/uniroute", here)))}/`,
);

for (const [browser, manifest] of [
  ["chromium", "manifest.json"],
  ["firefox", "manifest.firefox.json"],
]) {
  const out = new URL(`dist/${browser}/`, here);
  await rm(out, { recursive: true, force: true });
  await mkdir(new URL("uniroute/", out), { recursive: true });
  for (const name of OWN_FILES) await cp(new URL(name, here), new URL(name, out));
  // The popup is the same page; its script recognises the place by the name.
  await cp(new URL("panel.html", here), new URL("popup.html", out));
  for (const name of PACKAGE_FILES)
    await cp(new URL(name, uniroute), new URL(`uniroute/${name}`, out), {
      recursive: true,
      filter: (path) => !UNUSED_FILES.test(path),
    });
  await writeFile(
    new URL("manifest.json", out),
    await readFile(new URL(/** @type {string} */ (manifest), here)),
  );
  console.log(fileURLToPath(out));
}
