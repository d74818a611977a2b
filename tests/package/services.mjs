/**
 * `examples/worker` as a running service, in each runtime.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Miniflare } from "miniflare";
import { DENO } from "./install.mjs";

/**
 * @typedef {object} Service
 * @property {(path: string, init?: RequestInit) => Promise<Response>} fetch
 * @property {() => Promise<unknown>} stop
 */

/** @typedef {(folder: string, variables: Record<string, string>) => Promise<Service>} Start */

/**
 * @param {string} script below the worker's folder
 * @param {Record<string, any>} [bindings]
 * @returns {Start}
 */
export const workerd = (script, bindings) => async (folder, variables) => {
  const service = new Miniflare({
    modules: true,
    modulesRoot: join(folder, script, ".."),
    scriptPath: join(folder, script),
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
      { type: "Data", include: ["**/*.router"] },
    ],
    compatibilityDate: "2026-04-01",
    compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
    bindings: variables,
    serviceBindings: bindings ?? {},
  });
  const address = await service.ready;
  return { fetch: (path, init) => fetch(new URL(path, address), init), stop: () => service.dispose() };
};

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Start}
 */
const server = (program, args) => async (folder, variables) => {
  const { POOL, ...rest } = variables;
  if (POOL) await writeFile(join(folder, "pool-of-test.json"), POOL);
  const env = {
    ...process.env,
    ...rest,
    PORT: "0",
    ...(POOL && { POOL, POOL_FILE: join(folder, "pool-of-test.json") }),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`${program} ended with ${status}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        const found = /http:\/\/[\d.:]+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
  });
  return { fetch: (path, init) => fetch(new URL(path, address), init), stop: () => (child.kill(), ended) };
};

/** @type {Record<string, Start | undefined>} */
export const RUNTIMES = {
  workerd: workerd("out/cloudflare.js"),
  Deno:
    DENO === undefined
      ? undefined
      : server(DENO, [
          "serve",
          "--port",
          "0",
          "--host",
          "127.0.0.1",
          "--node-modules-dir=manual",
          "--allow-read",
          "--allow-env",
          "--allow-net",
          "worker.js",
        ]),
  Node: server("node", ["node.js"]),
};
