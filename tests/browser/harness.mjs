/**
 * A visit to the served page in Chromium, with a list of all problems that it had.
 *
 * `cargo xtask test browser` sets the variables CHROME and UNIROUTE_BIN (the server). By hand,
 * after `cargo xtask site`: `CHROME=/usr/bin/chromium node --test tests/browser/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SITE = process.env.UNIROUTE_SITE ?? join(ROOT, "target/site");
export const SERVER = process.env.UNIROUTE_BIN ?? join(ROOT, "target/debug/uniroute");
export const BROWSER = process.env.CHROME ?? "/usr/bin/chromium";
const QUIET_MS = 1000;
/** How long a browser without a visit stays open for the next one. */
const KEPT_MS = 300;
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the server of the command line on a free port.
 *
 * @param {string} [dir] folder to serve; without one, the page inside the program
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} `url` ends with a slash
 */
export async function startServer(dir) {
  const folder = dir === undefined ? [] : ["--dir", dir];
  const args = ["serve", "--port", "0", "--no-open", "--until-stdin-ends", ...folder];
  const server = spawn(SERVER, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`The server ended with status ${code}.`)));
    createInterface(server.stdout).on("line", (line) => {
      const found = /http:\/\/\S+/.exec(line);
      if (found) resolve(found[0]);
    });
  });
  return {
    url,
    stop: async () => {
      server.stdin.end();
      await ended;
    },
  };
}

/**
 * Serves the page some folders below the root, as on a host with several sites.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startServerBelow() {
  const root = await mkdtemp(join(tmpdir(), "uniroute-"));
  const below = join(root, "some", "where");
  await mkdir(dirname(below), { recursive: true });
  // A copy: the server follows no link out of its folder.
  await cp(SITE, below, { recursive: true });
  const server = await startServer(root);
  return {
    url: new URL("some/where/", server.url).href,
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true });
    },
  };
}

/**
 * @typedef {object} Visit
 * @property {import("playwright-core").Page} page
 * @property {import("playwright-core").BrowserContext} context
 * @property {string[]} requests addresses that the page and its workers requested
 * @property {() => number} transferred bytes of bodies received so far, as sent (compressed)
 * @property {() => Promise<void>} quiet waits until there are no new requests
 * @property {string[]} problems console errors, exceptions, violations of the page's policy, failed
 *   requests, requests to other origins; a test that causes one removes it from this list
 */

/**
 * Opens a page, lets `test` use it, then asserts that there was no problem.
 *
 * @template T
 * @param {string} url
 * @param {(visit: Visit) => Promise<T>} test
 * @param {import("playwright-core").BrowserContextOptions & { tour?: boolean }} [options] size, colour scheme and
 *   the like; `tour`: as one who has not seen the tour
 * @returns {Promise<T>}
 */
export async function visit(url, test, { tour = false, ...options } = {}) {
  /** @type {import("playwright-core").BrowserContext | undefined} */
  let context;
  try {
    const browser = await borrow();
    context = await browser.newContext(options);
    const seen = await watch(context, new URL(url).origin);
    if (!tour) await context.addInitScript(rememberTour);
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "load" });
    const result = await test({ page, context, ...seen });
    assert.deepEqual(seen.problems, []);
    return result;
  } finally {
    await context?.close();
    giveBack();
  }
}

/** @type {Promise<import("playwright-core").Browser> | undefined} the browser that all visits of this process share */
let shared;
let visits = 0;

/** The shared browser, which each visit uses with storage, cache and settings of its own. */
function borrow() {
  visits += 1;
  shared ??= chromium.launch({ executablePath: BROWSER, headless: true, args: FLAGS });
  return shared;
}

/** Ends the shared browser if no other visit begins soon, so that this process can end. */
async function giveBack() {
  visits -= 1;
  const visited = shared;
  await setTimeout(KEPT_MS);
  if (visits > 0 || shared !== visited) return;
  shared = undefined;
  await (await visited)?.close();
}

/** Runs in each page before its scripts. A browser may forbid to remember anything. */
function rememberTour() {
  try {
    localStorage.setItem("uniroute-tour", "seen");
  } catch {}
}

/**
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} origin
 */
async function watch(context, origin) {
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const requests = [];
  let bytes = 0;
  context.on("console", (message) => {
    // The response itself is reported below, also for requests of workers.
    if (message.text().startsWith("Failed to load resource")) return;
    if (message.type() === "error") problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on("weberror", (thrown) => problems.push(`exception: ${thrown.error()}`));
  context.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    requests.push(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && asked !== origin)
      problems.push(`other origin: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on("requestfailed", (request) => {
    // Files of a page that is left may still be under way.
    if (request.failure()?.errorText === "net::ERR_ABORTED" && new URL(request.url()).origin === origin)
      return;
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  context.on("requestfinished", async (request) => {
    // The page of the request may close at this moment.
    const sizes = await request.sizes().catch(() => undefined);
    bytes += sizes?.responseBodySize ?? 0;
  });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  /** Playwright's "networkidle" never occurs for a page whose worker imports modules. */
  const quiet = async () => {
    for (let before = -1; before !== requests.length; await setTimeout(QUIET_MS)) before = requests.length;
  };
  return { problems, requests, transferred: () => bytes, quiet };
}
