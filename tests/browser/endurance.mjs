/**
 * Very many routes in one tab: single calls, batches and requests that are refused, in the worker, with what the
 * memory of page and module is at the start, in the middle and at the end.
 *
 * The tests run 20,000. For a million: `node tests/browser/endurance.mjs 1000000`, after `cargo xtask site`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { BROWSER, FLAGS, SITE, startServer } from "./harness.mjs";
import { decision } from "./page.mjs";

/** Calls of one round: a batch, single calls, refused ones. */
const ROUND = { batch: 900, single: 90, refused: 10 };
const PER_ROUND = ROUND.batch + ROUND.single + ROUND.refused;

/**
 * @typedef {object} Measure
 * @property {number} calls done so far
 * @property {number} wasm bytes of the module's memory in the worker
 * @property {number} page bytes of the page's scripts, after a collection of garbage
 */

/**
 * Runs so many calls and measures the memory before the first, after the first tenth, and then at each of `points`
 * equal steps.
 *
 * @param {number} calls rounded down to whole rounds
 * @param {number} points
 * @param {(measure: Measure) => void} [onMeasure] called with each
 * @returns {Promise<{ measures: Measure[], refused: number, same: boolean }>} `refused`: how many calls were;
 *   `same`: whether the decision on one prompt was the same before and after
 */
export async function endure(calls, points, onMeasure) {
  const server = await startServer(SITE);
  const args = [...FLAGS, "--js-flags=--expose-gc"];
  const browser = await chromium.launch({ executablePath: BROWSER, headless: true, args });
  try {
    const page = await browser.newPage({ serviceWorkers: "block" });
    await page.goto(server.url);
    await decision(page);
    await page.evaluate(start);
    const worker = page.workers().at(-1);
    if (worker === undefined) throw new Error("The page has no worker.");
    const rounds = Math.floor(calls / PER_ROUND);
    const first = await page.evaluate(one);
    let refused = await page.evaluate(run, { rounds: Math.max(1, Math.floor(rounds / 10)), ...ROUND });
    let done = Math.max(1, Math.floor(rounds / 10));
    /** @type {Measure[]} */
    const measures = [];
    const measure = async () => {
      const wasm = await worker.evaluate(moduleBytes);
      const measured = { calls: done * PER_ROUND, wasm, page: await page.evaluate(heapBytes) };
      measures.push(measured);
      onMeasure?.(measured);
    };
    await measure();
    for (let point = 1; point <= points; point += 1) {
      const until = done + Math.round((rounds - done) / (points - point + 1));
      refused += await page.evaluate(run, { rounds: until - done, ...ROUND });
      done = until;
      await measure();
    }
    return { measures, refused, same: first === (await page.evaluate(one)) };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Loads a second router in a worker of its own; in the page. */
async function start() {
  const at = (/** @type {string} */ name) => new URL(`uniroute/${name}`, document.baseURI).href;
  const { WorkerRouter } = await import(at("worker.js"));
  const policy = /** @type {any} */ (globalThis).trustedTypes.createPolicy("endurance", {
    createScriptURL: (/** @type {string} */ url) => url,
  });
  const worker = new Worker(policy.createScriptURL(at("worker-main.js")), { type: "module" });
  const router = await WorkerRouter.load({ worker });
  Object.assign(globalThis, { router, asked: 0 });
}

/** A decision to compare; in the page. */
async function one() {
  return JSON.stringify(
    await /** @type {any} */ (globalThis).router.route("Prove that 7 is prime.", { lambda: 10 }),
  );
}

/**
 * Some rounds; in the page.
 *
 * @param {{ rounds: number, batch: number, single: number, refused: number }} wanted
 * @returns {Promise<number>} calls that were refused
 */
async function run({ rounds, batch, single, refused }) {
  const state = /** @type {{ router: any, asked: number }} */ (/** @type {unknown} */ (globalThis));
  const { router } = state;
  const prompt = () =>
    `Question ${(state.asked += 1)}: how many of ${state.asked % 97} apples are left, and why?`;
  /** @type {(() => Promise<unknown>)[]} */
  const wrong = [
    () => router.route(5),
    () => router.route("x", { lambda: -1 }),
    () => router.route("x", { allow: Array.from({ length: 50 }).reduce((inner) => [inner], []) }),
    () => router.route({ length: 1e9 }),
    () => router.setPool("{"),
  ];
  let count = 0;
  for (let round = 0; round < rounds; round += 1) {
    await router.routeBatch(Array.from({ length: batch }, prompt), { lambda: round % 50 });
    for (let i = 0; i < single; i += 1) await router.route(prompt(), { lambda: i });
    for (let i = 0; i < refused; i += 1) {
      await wrong[i % wrong.length]?.().catch(() => (count += 1));
    }
  }
  return count;
}

/** Bytes of the module's memory; in the worker. */
async function moduleBytes() {
  const { default: started } = await import(new URL("uniroute/dist/uniroute.js", location.origin).href);
  return (await started()).memory.buffer.byteLength;
}

/** Bytes of the scripts' values after a collection of garbage; in the page. */
async function heapBytes() {
  for (let i = 0; i < 3; i += 1) {
    /** @type {any} */ (globalThis).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return /** @type {any} */ (performance).memory?.usedJSHeapSize ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const calls = Number(process.argv[2] ?? 1_000_000);
  const begun = Date.now();
  const { refused, same } = await endure(calls, 10, (measure) => console.log(JSON.stringify(measure)));
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`${refused} calls were refused; the same decision before and after: ${same}; ${seconds} s`);
}
