/**
 * `examples/worker` as a running service, in each runtime.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Miniflare } from "miniflare";
import { BIN, DENO, installed, ROOT, run } from "./install.mjs";

/**
 * @typedef {object} Service
 * @property {URL} address
 * @property {(path: string, init?: RequestInit) => Promise<Response>} fetch
 * @property {() => Promise<unknown>} stop
 * @property {string[]} lines that it has written so far
 * @property {import("node:child_process").ChildProcess} [process] where it is one that the test started
 */

/**
 * `examples/worker` in a folder of its own, with the package installed.
 *
 * @param {(() => unknown)[]} ending gets what removes the folder
 */
export async function workerFolder(ending) {
  const context = { after: (/** @type {() => unknown} */ end) => ending.push(end) };
  const folder = await installed(/** @type {any} */ (context), {});
  await cp(join(ROOT, "examples/worker"), folder, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  return folder;
}

/**
 * Makes the script for Cloudflare, which `workerd` runs. Returns the output of wrangler.
 *
 * @param {string} folder
 */
export function deploy(folder) {
  const env = {
    CI: "true",
    WRANGLER_SEND_METRICS: "false",
    XDG_CONFIG_HOME: join(folder, "config"),
    NO_COLOR: "1",
  };
  return run(join(BIN, "wrangler"), ["deploy", "--dry-run", "--outdir", "out"], { cwd: folder, env });
}

/**
 * A request with headers that `fetch` does not let its caller set, such as Host and Origin.
 *
 * @param {Service} service
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string>, body?: string }} [options]
 * @returns {Promise<Response>}
 */
export function raw({ address }, path, { method = "POST", headers = {}, body = "" } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, address), { method, headers, agent: false }, (answer) => {
      let text = "";
      const given = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) given.set(name, String(value));
      const status = answer.statusCode ?? 0;
      answer
        .setEncoding("utf8")
        .on("data", (part) => (text += part))
        .once("error", reject)
        .once("end", () => resolve(new Response(status === 204 ? null : text, { status, headers: given })));
    });
    asked.once("error", reject).end(body);
  });
}

/**
 * Sends a request and resets its connection in the middle. A runtime need not notice a mere end of what the
 * caller sends.
 *
 * @param {Service} service
 * @param {string} path
 * @param {string} body
 * @param {(socket: import("node:net").Socket) => Promise<unknown>} until when the caller leaves
 * @param {string} [token]
 */
export async function leave({ address }, path, body, until, token = "") {
  const socket = connect(Number(address.port), address.hostname).on("error", () => {});
  const head = `POST ${path} HTTP/1.1\r\nhost: ${address.host}\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}`;
  socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await until(socket);
  socket.resetAndDestroy();
}

/** @typedef {(folder: string, variables: Record<string, string>) => Promise<Service>} Start */

/**
 * @param {string} script below the worker's folder
 * @param {Record<string, any>} [bindings]
 * @returns {Start}
 */
export const workerd = (script, bindings) => async (folder, variables) => {
  /** @type {string[]} */
  const lines = [];
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
    handleRuntimeStdio(
      /** @type {import("node:stream").Readable} */ out,
      /** @type {import("node:stream").Readable} */ err,
    ) {
      createInterface(out).on("line", (line) => lines.push(line));
      err.pipe(process.stderr, { end: false });
    },
  });
  const address = await service.ready;
  return {
    address,
    fetch: (path, init) => fetch(new URL(path, address), init),
    stop: () => service.dispose(),
    lines,
  };
};

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Start}
 */
export const server = (program, args) => async (folder, variables) => {
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
  /** @type {string[]} */
  const lines = [];
  const address = await new Promise((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`${program} ended with ${status}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        const found = /http:\/\/[\d.:]+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
  });
  return {
    address: new URL(address),
    fetch: (path, init) => fetch(new URL(path, address), init),
    stop: () => (child.kill(), ended),
    lines,
    process: child,
  };
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
