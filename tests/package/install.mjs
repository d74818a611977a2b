/**
 * The package as users have it: the tarball, installed into an empty folder.
 *
 * `cargo xtask test package` sets the paths of the tarball, the command line and the browser. By hand, after
 * `cargo xtask pkg` and `cargo build`: `node --test tests/package/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { prompts } from "../prompts.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const TARBALL = process.env.UNIROUTE_TARBALL ?? join(ROOT, "target/uniroute-0.1.0.tgz");
export const UNIROUTE = process.env.UNIROUTE_BIN ?? join(ROOT, "target/debug/uniroute");
/** The programs of the installed test packages. */
export const BIN = join(ROOT, "tests/node_modules/.bin");
/** npm has Deno for some platforms only. */
export const DENO = [process.env.DENO, join(ROOT, "tests/node_modules/@deno/linux-x64-glibc/deno")].find(
  (path) => path !== undefined && existsSync(path),
);

export const PROMPTS = prompts(100);
export const LAMBDA = 40;

/**
 * Runs a program and returns its standard output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, input?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
export async function run(program, args, { cwd, input, env } = {}) {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {}); // it may end before it has read everything
  child.stdin.end(input);
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const status = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${out}\n${err}`);
  return out;
}

/**
 * A folder with the package installed and these files in it.
 *
 * @param {import("node:test").TestContext} t removes it when it ends
 * @param {Record<string, string>} files
 */
export async function installed(t, files) {
  const folder = await mkdtemp(join(tmpdir(), "uniroute-package-"));
  t.after(() => rm(folder, { recursive: true }));
  const all = { "package.json": '{ "private": true, "type": "module" }', ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  await run(
    "npm",
    ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", TARBALL],
    { cwd: folder },
  );
  return folder;
}

/** @type {Map<string, Promise<(string | null)[]>>} */
const natively = new Map();

/**
 * The decisions of the command line for the prompts.
 *
 * @param {string} pool one that comes with uniroute
 */
export function expected(pool = "models-2026") {
  const decided = natively.get(pool) ?? decide(pool);
  natively.set(pool, decided);
  return decided;
}

/** @param {string} pool */
async function decide(pool) {
  const input = PROMPTS.map((prompt, id) => JSON.stringify({ id, prompt })).join("\n");
  const out = await run(UNIROUTE, ["route", "--pool", pool, "--lambda", String(LAMBDA)], { input });
  const models = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).model);
  assert.ok(new Set(models).size > 1, "all prompts went to one model");
  return models;
}

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
});

/**
 * A static server for the files of a folder, on a free port.
 *
 * @param {import("node:test").TestContext} t stops it when it ends
 * @param {string} folder
 * @returns {Promise<string>} address, which ends with a slash
 */
export async function serve(t, folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(
      folder,
      normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)),
    );
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/`;
}
