/**
 * The package in a folder beside the libraries that its adapters are for, as a project has them.
 *
 * `cargo xtask test` sets the path of the tarball; without it, the folder gets `pkg/` as `cargo xtask wasm` left it.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../pkg/", import.meta.url));

/** A folder with the package and the libraries in `node_modules`. It is removed when the process ends. */
export const FOLDER = mkdtempSync(join(tmpdir(), "uniroute-integrations-"));
process.once("exit", () => rmSync(FOLDER, { recursive: true, force: true }));

const MODULES = join(FOLDER, "node_modules");
const OWN = join(MODULES, "uniroute");
mkdirSync(OWN, { recursive: true });
if (process.env.UNIROUTE_TARBALL) {
  execFileSync("tar", ["-xzf", process.env.UNIROUTE_TARBALL, "-C", OWN, "--strip-components=1"]);
} else {
  cpSync(PACKAGE, OWN, { recursive: true });
}
for (const name of readdirSync(join(HERE, "node_modules"))) {
  if (!name.startsWith(".") && name !== "uniroute")
    symlinkSync(join(HERE, "node_modules", name), join(MODULES, name), "junction");
}

/**
 * A module of the package by the name of its entry.
 *
 * @param {string} entry for example `./ai`
 */
export function load(entry) {
  const { exports } = JSON.parse(readFileSync(join(OWN, "package.json"), "utf8"));
  const target = exports[entry];
  return import(pathToFileURL(join(OWN, target.node ?? target.default)).href);
}

const { Router, UnirouteError } = /** @type {typeof import("../../pkg/node.js")} */ (await load("."));

export { Router, UnirouteError };

/**
 * A router with models by descending quality and price: with `lambda: 0` the first one is the best, and with a
 * large `lambda` the last one.
 *
 * @param {string[]} ids
 * @param {Record<string, object>} [more] further fields by id, for example the capabilities
 */
export function routerOf(ids, more = {}) {
  const models = ids.map((id, i) => ({
    id,
    accuracy: 0.9 - 0.1 * i,
    labels_count: 1e5,
    cost: { input: 100 / 4 ** i, output: 100 / 4 ** i },
    ...more[id],
  }));
  return Router.load({ pool: { models } });
}
