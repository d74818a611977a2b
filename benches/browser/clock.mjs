/**
 * The computing time of a page. On Linux, the processor time of its main thread, which other programs on
 * the machine do not increase; elsewhere, the wall time.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";

/** The processes by their parent. */
function children() {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The parent is the second field after the name in parentheses, which may hold anything.
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  return children;
}

function renderers() {
  const tree = children();
  const below = (pid) => (tree.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
    } catch {
      return false;
    }
  });
}

/** Processor time of a process's main thread, in milliseconds. */
function ran(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * @param {import("playwright-core").Page} page
 * @returns {Promise<{ kind: string, now: () => number }>}
 */
export async function clockOf(page) {
  const wall = { kind: "wall", now: () => performance.now() };
  if (process.platform !== "linux") return wall;
  for (let attempt = 0; attempt < 5; attempt++) {
    const pids = renderers();
    const before = pids.map(ran);
    await page.evaluate(() => {
      const start = performance.now();
      while (performance.now() - start < 1000);
    });
    const grown = pids.map((pid, i) => ran(pid) - (before[i] ?? 0));
    const busiest = grown.indexOf(Math.max(...grown));
    const pid = pids[busiest];
    if (pid !== undefined && grown[busiest] > 250) return { kind: "processor", now: () => ran(pid) };
  }
  return wall;
}
