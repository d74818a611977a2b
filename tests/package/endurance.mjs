/**
 * Very many routes in one isolate of workerd: single calls, batches and requests that are refused, with what the
 * memory of the module and of the process is at the start, in the middle and at the end.
 *
 * The tests run 20,000. For a million: `node tests/package/endurance.mjs 1000000`, after `cargo xtask pkg`.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundledWorker } from "./bundled-worker.mjs";
import { installed } from "./install.mjs";

/** Calls of one round: a batch, single calls, refused ones. */
const ROUND = { batch: 900, single: 90, refused: 10 };
const PER_ROUND = ROUND.batch + ROUND.single + ROUND.refused;
/** Rounds of one request. Between requests the runtime collects garbage; in one with 10,000 decisions it hardly does. */
const AT_ONCE = 1;

/** Answers a request for some rounds with what was refused, the bytes of the module's memory, and one decision. */
const WORKER = `
  import { Router } from "uniroute";
  import start from "./node_modules/uniroute/dist/uniroute.js";
  import router from "uniroute/default.router";
  import pool from "uniroute/pools/models-2026.json";
  const loading = Router.load({ router, pool });
  let asked = 0;
  const prompt = () => \`Question \${(asked += 1)}: how many of \${asked % 97} apples are left, and why?\`;
  const nested = Array.from({ length: 50 }).reduce((inner) => [inner], []);
  const WRONG = [
    (router) => router.route(5),
    (router) => router.route("x", { lambda: -1 }),
    (router) => router.route("x", { allow: nested }),
    (router) => router.route({ length: 1e9 }),
    (router) => router.setPool("{"),
  ];
  const isRefused = async (call) => {
    try { await call(); return 0; } catch { return 1; }
  };
  export default {
    async fetch(request) {
      const { rounds, batch, single, refused } = await request.json();
      const router = await loading;
      let count = 0;
      for (let round = 0; round < rounds; round += 1) {
        await router.routeBatch(Array.from({ length: batch }, prompt), { lambda: round % 50 });
        for (let i = 0; i < single; i += 1) router.route(prompt(), { lambda: i });
        for (let i = 0; i < refused; i += 1) count += await isRefused(() => WRONG[i % WRONG.length](router));
      }
      const wasm = (await start()).memory.buffer.byteLength;
      const decision = router.route("Prove that 7 is prime.", { lambda: 10 });
      return Response.json({ refused: count, wasm, decision: JSON.stringify(decision) });
    },
  };`;

/**
 * @typedef {object} Measure
 * @property {number} calls done so far
 * @property {number} wasm bytes of the module's memory
 * @property {number | null} resident bytes of the runtime's process that are in memory, where the system tells it
 */

/**
 * Runs so many calls and measures the memory after the first tenth and then at each of `points` equal steps.
 *
 * @param {import("node:test").TestContext} t removes the folder and the runtime when it ends
 * @param {number} calls rounded down to whole rounds
 * @param {number} points
 * @param {(measure: Measure) => void} [onMeasure] called with each
 * @returns {Promise<{ measures: Measure[], refused: number, same: boolean }>} `refused`: how many calls were;
 *   `same`: whether the decision on one prompt was the same before and after
 */
export async function endure(t, calls, points, onMeasure) {
  const folder = await installed(t, { "main.js": WORKER });
  const before = children();
  const worker = await bundledWorker(t, folder);
  await worker.ready;
  const runtime = children().find((pid) => !before.includes(pid));
  let refused = 0;
  let done = 0;
  let wasm = 0;
  const decisions = new Set();
  const runTo = async (/** @type {number} */ until) => {
    do {
      const rounds = Math.min(AT_ONCE, until - done);
      const body = JSON.stringify({ rounds, ...ROUND });
      const answer = await worker.dispatchFetch("http://localhost/", { method: "POST", body });
      if (answer.status !== 200) throw new Error(await answer.text());
      const said = /** @type {{ refused: number, wasm: number, decision: string }} */ (await answer.json());
      refused += said.refused;
      wasm = said.wasm;
      decisions.add(said.decision);
      done += rounds;
    } while (done < until);
  };
  const rounds = Math.floor(calls / PER_ROUND);
  const first = Math.max(1, Math.floor(rounds / 10));
  /** @type {Measure[]} */
  const measures = [];
  for (let point = 0; point <= points; point += 1) {
    await runTo(first + Math.round(((rounds - first) * point) / points));
    const measured = { calls: done * PER_ROUND, wasm, resident: resident(runtime) };
    measures.push(measured);
    onMeasure?.(measured);
  }
  return { measures, refused, same: decisions.size === 1 };
}

/** Processes that this one has started; none where the system does not tell. */
function children() {
  try {
    const tasks = readdirSync("/proc/self/task");
    return tasks.flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" ").filter(Boolean),
    );
  } catch {
    return [];
  }
}

/** @param {string | undefined} pid */
function resident(pid) {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @type {(() => unknown)[]} */
  const ending = [];
  const context = { after: (/** @type {() => unknown} */ end) => ending.unshift(end) };
  const calls = Number(process.argv[2] ?? 1_000_000);
  const begun = Date.now();
  try {
    const log = (/** @type {Measure} */ measure) => console.log(JSON.stringify(measure));
    const { refused, same } = await endure(/** @type {any} */ (context), calls, 10, log);
    const seconds = Math.round((Date.now() - begun) / 1000);
    console.log(JSON.stringify({ seconds, refused, same }));
  } finally {
    for (const end of ending) await end();
  }
}
