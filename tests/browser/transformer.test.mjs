/**
 * The choice of the transformer: when it is fetched, how it is cached, and what happens if it cannot be
 * loaded. The weights are those of `cargo xtask minilm`; nothing here needs a network.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, openPool } from "./page.mjs";
import { copySite } from "./published-site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const WEIGHTS = join(SITE, "uniroute/dist/minilm/weights.safetensors");
const skip = existsSync(WEIGHTS) ? false : "the weights are missing (run cargo xtask minilm)";
const PROMPT = "Prove that there are infinitely many primes.";
/** The modules encode activations differently; so qualities differ slightly. */
const TOLERANCE = 0.02;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * @param {Page} page
 * @param {"Instant" | "Transformer"} name
 */
const choose = (page, name) => page.locator("#embedder label", { hasText: name }).click();

/** @param {Page} page */
const inUse = (page) => page.waitForFunction(() => localStorage.getItem("uniroute-embedder") === "minilm");

/** @param {Page} page */
const problem = async (page) => {
  await page.locator("#embedder-state .problem", { hasText: "still in use" }).waitFor();
  assert.ok(await page.getByRole("radio", { name: "Instant" }).isChecked());
  return page.locator("#embedder-state .problem").innerText();
};

/** @param {string[]} requests */
const ofTransformer = (requests) => requests.filter((url) => /minilm|relaxed_/.test(url));

test(
  "the transformer is fetched on request, cached, and then works without a network",
  { skip },
  async () => {
    await visit(server.url, async ({ page, context, requests, quiet }) => {
      await decision(page);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await quiet();
      assert.deepEqual(ofTransformer(requests), []);
      await page.reload(); // from here on the service worker handles the requests
      await decision(page);
      await page.fill("#prompt", PROMPT);
      await choose(page, "Transformer");
      await inUse(page);
      const { text } = await decision(page);
      const weights = () => requests.filter((url) => url.endsWith("weights.safetensors")).length;
      const fetched = weights();
      assert.ok(fetched >= 1);
      await context.setOffline(true);
      await page.reload();
      assert.equal((await decision(page)).text, text);
      assert.ok(await page.getByRole("radio", { name: "Transformer" }).isChecked());
      assert.equal(weights(), fetched, "the weights came from the cache");
      await choose(page, "Instant");
      await page.waitForFunction(() => localStorage.getItem("uniroute-embedder") === "static");
      await page.getByRole("link", { name: "About", exact: true }).click();
      await page.getByText("static-minilm-64").waitFor();
    });
  },
);

test("damaged weights are rejected, with the reason beside the choice", { skip }, async () => {
  const weights = await readFile(WEIGHTS);
  weights[weights.length - 1] = (weights.at(-1) ?? 0) ^ 1;
  await visit(
    server.url,
    async ({ page, context }) => {
      const { text } = await decision(page);
      await context.route("**/weights.safetensors", (route) =>
        route.fulfill({ body: weights, contentType: "application/octet-stream" }),
      );
      await choose(page, "Transformer");
      assert.match(await problem(page), /not the file this version was published with/);
      assert.equal((await decision(page)).text, text);
      const cached = await page.evaluate(
        async () => (await (await caches.open("uniroute/weights")).keys()).length,
      );
      assert.equal(cached, 0, "rejected weights are not cached");
    },
    { serviceWorkers: "block" },
  );
});

test(
  "with a cache that is full and cannot be read, the weights are fetched each time",
  { skip },
  async () => {
    const { site, own, remove } = await copySite();
    const failing = `for (const name of ["match", "keys", "put"])
    Cache.prototype[name] = () => Promise.reject(new DOMException("full", "QuotaExceededError"));\n`;
    await appendFile(join(site, "uniroute/worker-main.js"), failing);
    try {
      await visit(
        own.url,
        async ({ page }) => {
          await decision(page);
          await choose(page, "Transformer");
          await inUse(page);
          assert.ok((await decision(page)).name);
        },
        { serviceWorkers: "block" },
      );
    } finally {
      await remove();
    }
  },
);

test("without the weights, or after cancelling, the present embedder stays", async () => {
  await visit(
    server.url,
    async ({ page, context, problems }) => {
      const { text } = await decision(page);
      await context.route("**/minilm/**", (route) => route.fulfill({ status: 404 }));
      await choose(page, "Transformer");
      assert.match(await problem(page), /404|comes without/);
      await context.unroute("**/minilm/**");
      await context.route("**/minilm/**", () => undefined); // never answered
      await choose(page, "Transformer");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.locator("#embedder-state progress").waitFor({ state: "hidden" });
      assert.ok(await page.getByRole("radio", { name: "Instant" }).isChecked());
      assert.equal((await decision(page)).text, text);
      problems.splice(
        0,
        problems.length,
        ...problems.filter((one) => !/minilm|relaxed|models-2026\.json net::ERR_ABORTED/.test(one)),
      );
    },
    { serviceWorkers: "block" },
  );
});

test(
  "the person's own pool with errors for the other router stays, and the page explains why",
  { skip },
  async () => {
    const pool = await readFile(join(SITE, "uniroute/dist/pools/open.json"), "utf8");
    await visit(server.url, async ({ page }) => {
      await decision(page);
      await openPool(page, "mine.json", pool);
      await page.locator("#pools option[value^=own-]").waitFor({ state: "attached" });
      const { text } = await decision(page);
      await choose(page, "Transformer");
      assert.match(await problem(page), /another router/);
      assert.equal((await decision(page)).text, text);
      await page.locator("#pools").selectOption("models-2026");
      await page.waitForFunction(
        () => /** @type {HTMLSelectElement} */ (document.getElementById("pools")).value === "models-2026",
      );
      await choose(page, "Transformer");
      await inUse(page);
    });
  },
);

/**
 * The decision of the package on its own page, and how often the module with relaxed SIMD was fetched.
 *
 * @param {(page: Page, context: import("playwright-core").BrowserContext) => Promise<unknown>} prepare
 */
function decided(prepare) {
  return visit(
    server.url,
    async ({ page, context, requests }) => {
      await decision(page);
      await prepare(page, context);
      const outcome = await page.evaluate(async (prompt) => {
        const { Router } = await import(new URL("uniroute/index.js", document.baseURI).href);
        const router = await Router.load({ embedder: "minilm" });
        const { model, candidates } = router.route(prompt, { lambda: 10 });
        router.free();
        return {
          model,
          qualities: Object.fromEntries(
            candidates.map((/** @type {any} */ { id, quality }) => [id, quality]),
          ),
        };
      }, PROMPT);
      return { outcome, fetched: requests.filter((url) => url.endsWith("uniroute_relaxed_bg.wasm")).length };
    },
    { serviceWorkers: "block" },
  );
}

test(
  "without relaxed SIMD, or if its module is damaged, the other module gives the same decision",
  { skip },
  async () => {
    const fast = await decided(async () => undefined);
    assert.equal(fast.fetched, 1, "this browser has relaxed SIMD");
    const plain = await decided((page) => page.evaluate(() => void (WebAssembly.validate = () => false)));
    assert.equal(plain.fetched, 0);
    const damaged = await decided((_, context) =>
      context.route("**/uniroute_relaxed_bg.wasm", (route) =>
        route.fulfill({ body: "no module", contentType: "application/wasm" }),
      ),
    );
    assert.equal(damaged.fetched, 1);
    assert.deepEqual(damaged.outcome, plain.outcome);
    assert.equal(fast.outcome.model, plain.outcome.model);
    assert.notDeepEqual(fast.outcome.qualities, plain.outcome.qualities, "it ran the other module");
    for (const [id, quality] of Object.entries(plain.outcome.qualities)) {
      assert.ok(Math.abs(fast.outcome.qualities[id] - quality) <= TOLERANCE, id);
    }
  },
);
