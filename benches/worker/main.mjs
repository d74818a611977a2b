/**
 * `examples/worker` after a cold start, in workerd and in Node: wall time and CPU time of all threads for the
 * start, the first request and later requests. The router loads at the start; an empty worker shows the time
 * of the runtime itself.
 *
 * After `cargo xtask pkg`: `node benches/worker/main.mjs [STARTS]`. Linux only, for the CPU time.
 */
import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STARTS = Number(process.argv[2] ?? 11);
const LATER = 200;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;
const PROMPT =
  "Prove that the square root of two is irrational, in steps that a pupil of fifteen can follow. ".repeat(4);

const need = createRequire(join(ROOT, "tests/package.json"));
const { Miniflare } = need("miniflare");

const folder = await mkdtemp(join(tmpdir(), "uniroute-worker-"));
await cp(join(ROOT, "examples/worker"), folder, {
  recursive: true,
  filter: (path) => !path.includes("node_modules"),
});
await cp(join(ROOT, "target/pkg"), join(folder, "node_modules/uniroute"), { recursive: true });
await promisify(execFile)(
  join(ROOT, "tests/node_modules/.bin/wrangler"),
  ["deploy", "--dry-run", "--outdir", "out"],
  {
    cwd: folder,
    env: {
      ...process.env,
      CI: "true",
      WRANGLER_SEND_METRICS: "false",
      XDG_CONFIG_HOME: join(folder, "config"),
    },
  },
);

/**
 * CPU time of a process so far, in milliseconds.
 *
 * @param {number} pid
 */
async function cpu(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

/**
 * The new processes of workerd.
 *
 * @param {Set<string>} before process ids
 */
async function workerds(before) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && !before.has(name));
  const named = await Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).startsWith("workerd") ? Number(pid) : 0,
    ),
  );
  return named.filter(Boolean);
}

/** @param {string} script */
const inWorkerd = (script) => async () => {
  const before = new Set(await readdir("/proc"));
  const service = new Miniflare({
    modules: true,
    modulesRoot: join(folder, "out"),
    scriptPath: join(folder, "out", script),
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
      { type: "Data", include: ["**/*.router"] },
    ],
    compatibilityDate: "2026-04-01",
    compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
  });
  const address = await service.ready;
  const [pid = 0] = await workerds(before);
  return { address, pid, stop: () => service.dispose() };
};

async function inNode() {
  const child = spawn(process.execPath, ["node.js"], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await new Promise((resolve) =>
    child.stdout.once("data", (data) => resolve([String(data).trim()])),
  );
  return { address: new URL(line), pid: child.pid ?? 0, stop: async () => child.kill() };
}

/** @param {() => Promise<{ address: URL, pid: number, stop(): Promise<unknown> }>} start */
async function once(start) {
  const { address, pid, stop } = await start();
  const ask = async (/** @type {string} */ path) => {
    const from = performance.now();
    await (
      await fetch(new URL(path, address), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: PROMPT, lambda: 100 }),
      })
    ).text();
    return performance.now() - from;
  };
  await ask("/nowhere"); // after this, the runtime has started
  const idle = await cpu(pid);
  const first = await ask("/route");
  const loaded = await cpu(pid);
  let later = 0;
  for (let i = 0; i < LATER; i++) later += (await ask("/route")) / LATER;
  const ended = await cpu(pid);
  await stop();
  return { first, later, startCpu: idle, firstCpu: loaded - idle, laterCpu: (ended - loaded) / LATER };
}

const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const mean = (/** @type {number[]} */ values) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
await writeFile(join(folder, "out/empty.js"), "export default { fetch: () => new Response() };");
console.log(
  `ms: medians of ${STARTS} starts; CPU: their means      start CPU   first request, CPU   later ones, CPU`,
);
for (const [name, start] of /** @type {const} */ ([
  ["workerd", inWorkerd("cloudflare.js")],
  ["workerd, an empty worker", inWorkerd("empty.js")],
  ["Node", inNode],
])) {
  const runs = [];
  for (let i = 0; i < STARTS; i++) runs.push(await once(start));
  const of = (
    /** @type {keyof (typeof runs)[0]} */ what,
    /** @type {typeof mean} */ middle,
    /** @type {number} */ digits,
  ) =>
    middle(runs.map((run) => run[what]))
      .toFixed(digits)
      .padStart(8);
  const first = `${of("first", median, 1)} ${of("firstCpu", mean, 1)}`;
  const later = `${of("later", median, 2)} ${of("laterCpu", mean, 2)}`;
  console.log(`${name.padEnd(50)} ${of("startCpu", mean, 0)}   ${first}   ${later}`);
}
await rm(folder, { recursive: true });
