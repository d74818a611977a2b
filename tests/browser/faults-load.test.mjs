/**
 * What the page does if its files do not arrive as they were sent: it says what happened and starts again on
 * request.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startFaultyServer } from "./faulty-server.mjs";
import { SITE, startServer, visit } from "./harness.mjs";
import { decision, go } from "./page.mjs";

/** @typedef {import("./faulty-server.mjs").Fault} Fault */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startFaultyServer>>} */
let faulty;
before(async () => {
  server = await startServer(SITE);
  faulty = await startFaultyServer(server.url);
});
after(async () => {
  await faulty.stop();
  await server.stop();
});

/** @type {[file: string, Fault, wanted: RegExp][]} */
const FAULTS = [
  ["default.router", "cut", /default\.router was cut off .* try again/],
  ["default.router", "html", /default\.router is not the file this version was published with/],
  ["default.router", 503, /default\.router answered with status 503/],
  ["uniroute_bg.wasm", "cut", /uniroute_bg\.wasm was cut off .* try again/],
  ["uniroute_bg.wasm", "html", /uniroute_bg\.wasm is not the file/],
  ["uniroute_bg.wasm", 404, /uniroute_bg\.wasm answered with status 404/],
  ["models-2026.json", "cut", /models-2026\.json was cut off/],
  ["worker-main.js", 404, /worker could not run/],
  ["dist/uniroute.js", "html", /worker could not run/],
  ["lib/engine.js", "cut", /worker could not run/],
];

/** @type {[file: string, Fault][]} */
const SCRIPTS = [
  ["js/state/app.js", "cut"],
  ["js/main.js", "html"],
  ["js/ui/dom.js", 500],
];

/**
 * Opens the page with some faults, one after the other in one browser.
 *
 * @template {[file: string, fault: Fault, ...rest: any[]]} F
 * @param {import("node:test").TestContext} t
 * @param {F[]} faults
 * @param {(page: import("playwright-core").Page, ...fault: F) => Promise<unknown>} check
 */
async function withEach(t, faults, check) {
  await visit(
    server.url,
    async ({ page, problems }) => {
      for (const fault of faults) {
        await t.test(`${fault[0]}, ${fault[1]}`, async () => {
          faulty.faults.clear();
          faulty.faults.set(fault[0], fault[1]);
          await page.goto(faulty.url, { waitUntil: "commit" });
          await check(page, ...fault);
        });
      }
      problems.length = 0; // the browser reports each failed request, and the other port
    },
    { serviceWorkers: "block" },
  );
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} title
 */
async function startAgain(page, title) {
  const notice = page.locator(".notice.bad", { hasText: title });
  await notice.waitFor({ timeout: 60_000 });
  const text = (await notice.innerText()).replaceAll("\n", " ");
  faulty.faults.clear();
  await notice.getByRole("button", { name: "Start again" }).click();
  assert.ok((await decision(page)).name);
  assert.equal(await page.locator(".notice").count(), 0);
  return text;
}

test("a file of the router that arrives damaged or not at all: the page says so and starts again", async (t) => {
  await withEach(t, FAULTS, async (page, _, __, wanted) => {
    assert.match(await startAgain(page, "could not be loaded"), wanted);
  });
});

test("a script of the page that does not arrive: the page says so and starts again", async (t) => {
  await withEach(t, SCRIPTS, (page) => startAgain(page, "one of its scripts did not arrive"));
});

test("a download that stands still: the page says so and starts again", async (t) => {
  await withEach(t, [["default.router", "held"]], (page) => startAgain(page, "does not answer"));
});

test("files that the decision does not need", async (t) => {
  /** @type {[string, Fault][]} */
  const faults = [
    ["uniroute_bg.wasm", "text"], // its bytes are right
    ["pools/index.json", "cut"], // the package's own pool decides
    ["pools/index.json", "html"],
    ["pools/index.json", 500],
  ];
  await withEach(t, faults, async (page) => {
    assert.ok((await decision(page)).name);
    await go(page, "Pool");
    await page.locator("#pool-rows tr").first().waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
    await go(page, "Route");
  });
});
