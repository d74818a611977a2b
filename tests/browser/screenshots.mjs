import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, go } from "./page.mjs";

// Screenshots of the page for people, made by `cargo xtask screenshots`.

const OUT = process.env["SCREENSHOTS"] ?? "screenshots";
const WIDTHS = [390, 820, 1440];
/** @type {Record<string, import("playwright-core").BrowserContextOptions>} */
const MODES = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  forced: { colorScheme: "dark", forcedColors: "active" },
};

/**
 * The prompts of tests/everyday, one per line.
 *
 * @returns {Promise<string>}
 */
async function everydayPrompts() {
  const rows = await readFile(new URL("../everyday/prompts.jsonl", import.meta.url), "utf8");
  return rows
    .trim()
    .split("\n")
    .map((row) => JSON.parse(row).prompt.replaceAll("\n", " "))
    .join("\n");
}

/** @typedef {import("playwright-core").Page} Page */
/**
 * What to do before the screenshot of each view.
 *
 * @type {Record<string, (page: Page) => Promise<void>>}
 */
const VIEWS = {
  Route: async (page) => {
    await page.fill("#prompt", "Prove that there are infinitely many primes of the form 4n + 3.");
    await decision(page);
    await page.locator("#map .spot").first().waitFor();
  },
  Batch: async (page) => {
    await page.fill("#batch-text", await everydayPrompts());
    await page.getByRole("button", { name: /^Route \d/ }).click();
    await page.locator("#batch-outcome", { hasText: "routed" }).waitFor();
  },
  Conversation: async (page) => page.locator("#conversation-result tbody tr").first().waitFor(),
  Pool: async (page) => page.locator("#pool-models tbody th").first().waitFor(),
  About: async (page) => page.locator("#about").waitFor(),
};

await mkdir(OUT, { recursive: true });
const server = await startServer(SITE);
try {
  for (const [mode, options] of Object.entries(MODES)) {
    for (const width of WIDTHS) {
      await visit(
        server.url,
        async ({ page }) => {
          await decision(page);
          for (const [view, prepare] of Object.entries(VIEWS)) {
            await go(page, view);
            await prepare(page);
            const path = join(OUT, `${view.toLowerCase()}-${width}-${mode}.png`);
            await page.screenshot({ path, fullPage: true });
            console.log(path);
          }
        },
        { viewport: { width, height: 900 }, ...options, reducedMotion: "reduce" },
      );
    }
  }
  // The picture of README.md: one screen.
  await visit(
    server.url,
    async ({ page }) => {
      await decision(page);
      await VIEWS["Route"]?.(page);
      await page.screenshot({ path: join(OUT, "readme.png") });
    },
    { viewport: { width: 1280, height: 940 }, colorScheme: "light", reducedMotion: "reduce" },
  );
} finally {
  await server.stop();
}
