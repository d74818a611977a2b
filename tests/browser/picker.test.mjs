/** From an empty browser to a prompt that is routed among chosen models: how many clicks and keys it takes. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { candidates, decision, go } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ id: string, name: string }} Named */

const MAX_CLICKS = 6;
const MAX_KEYS = 20;
const TRIPLES = 6;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/** Counts what a person does on the page. */
class Person {
  clicks = 0;
  keys = 0;
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {import("playwright-core").Locator} target */
  async click(target) {
    this.clicks += 1;
    await target.click();
  }

  /** @param {string} key */
  async press(key) {
    this.keys += 1;
    await this.page.keyboard.press(key);
  }
}

/** The models of the catalogue, as the page's own files list them. */
async function catalogue() {
  const dist = new URL("uniroute/dist/pools/", server.url);
  const { pools } = await (await fetch(new URL("index.json", dist))).json();
  /** @type {Map<string, Named>} */
  const models = new Map();
  for (const { file, portable } of pools) {
    if (!portable) continue;
    const pool = await (await fetch(new URL(file, dist))).json();
    for (const { id, name } of pool.models) if (!models.has(id)) models.set(id, { id, name: name ?? id });
  }
  return [...models.values()];
}

/**
 * The button of a model in the dialog, if it can be seen without scrolling; with few letters it comes into view.
 *
 * @param {Page} page
 * @param {string} name
 */
async function isInView(page, name) {
  return page.evaluate((label) => {
    const button =
      document.querySelector(`.picker-list [aria-label="Choose ${CSS.escape(label)}"]`) ??
      [...document.querySelectorAll(".picker-list button")].find(
        (one) => one.getAttribute("aria-label") === `Choose ${label}`,
      );
    const list = document.querySelector(".picker-list")?.getBoundingClientRect();
    const place = button?.getBoundingClientRect();
    return place !== undefined && list !== undefined && place.bottom <= list.bottom && place.top >= list.top;
  }, name);
}

/**
 * The fewest letters of a part of a model's name that bring it into view.
 *
 * @param {Page} page
 * @param {string} name
 */
async function lettersFor(page, name) {
  const search = page.locator("#picker-search");
  const words = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9. ]/g, " ")
    .split(/ +/)
    .filter(Boolean);
  for (let length = 0; length <= 12; length++) {
    for (const word of new Set([
      ...words,
      words.join(""),
      words.slice(1).join(""),
      words.slice(2).join(""),
    ])) {
      if (length > word.length) continue;
      await search.fill(word.slice(0, length));
      if (await isInView(page, name)) return word.slice(0, length);
    }
  }
  throw new Error(`${name} is not found`);
}

/** @param {number} seed */
function random(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test("any three models of the catalogue are chosen and a prompt is routed with few clicks and keys", async (t) => {
  const models = await catalogue();
  /** @type {Map<string, string>} */
  const letters = new Map();
  const viewport = { width: 1280, height: 800 };
  await visit(
    server.url,
    async ({ page }) => {
      await decision(page);
      await page.locator("#choose-models").click();
      await page.locator("#picker-search").waitFor();
      for (const { name } of models) letters.set(name, await lettersFor(page, name));
    },
    { viewport },
  );
  const [a, b, c] = [...letters.values()].map(({ length }) => length).sort((x, y) => y - x);
  const worst = (a ?? 0) + (b ?? 0) + (c ?? 0);
  t.diagnostic(`${models.length} models; the three that need most letters: ${a}, ${b} and ${c}`);
  assert.ok(models.length > 60);
  assert.ok(worst <= MAX_KEYS, `any three: ${worst} keys`);

  const next = random(Number(process.env["SEED"] ?? 7));
  for (let i = 0; i < TRIPLES; i++) {
    const left = [...models];
    const triple = Array.from({ length: 3 }, () => left.splice(Math.floor(next() * left.length), 1)[0]);
    const names = triple.map((model) => model?.name ?? "");
    await t.test(names.join(", "), async (one) => {
      await visit(
        server.url,
        async ({ page }) => {
          await decision(page);
          const person = new Person(page);
          await person.click(page.locator("#choose-models"));
          await page.locator("#picker-search").waitFor();
          for (const name of names) {
            for (const letter of letters.get(name) ?? "")
              await person.press(letter === " " ? "Space" : letter);
            await person.click(page.getByRole("button", { name: `Choose ${name}`, exact: true }));
          }
          await person.click(page.getByRole("button", { name: "Use these 3 models" }));
          await person.click(page.locator("#examples button").nth(1));
          await page.waitForFunction(() => document.querySelectorAll("#candidate-rows tr").length === 3);
          const { name } = await decision(page);
          one.diagnostic(`${person.clicks} clicks, ${person.keys} keys`);
          assert.ok(names.includes(name), `${name} of ${names}`);
          assert.deepEqual((await candidates(page)).map((row) => row.name).sort(), [...names].sort());
          assert.ok(person.clicks <= MAX_CLICKS, `${person.clicks} clicks`);
          assert.ok(person.keys <= MAX_KEYS, `${person.keys} keys`);
        },
        { viewport },
      );
    });
  }
});

test("models are chosen with the keyboard alone, by words in any order; a search without result says so", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await page.locator("#choose-models").focus();
    await page.keyboard.press("Enter");
    await page.locator("#picker-search:focus").waitFor();
    await page.keyboard.type("4.8 opus low");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove Claude Opus 4.8, low effort" }).waitFor();
    await page.keyboard.type("nothing like it");
    await page.getByText("No model of the catalogue has “nothing like it” in its name.").waitFor();
    await page.locator("#picker-search").fill("");
    await page.keyboard.type("deepseekv4pro");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("#candidate-rows tr").length === 2);
    await go(page, "Pool");
    const row = page.locator("#own-pools .own-pool").first();
    assert.match(
      await row.innerText(),
      /Claude Opus 4\.8.*DeepSeek V4 Pro[\s\S]*chosen from the catalogue of \d{4}-\d\d-\d\d/,
    );
    assert.match(await page.locator("#pool-facts").innerText(), /2 models · prices as of \d{4}-\d\d-\d\d$/);
    await page.locator("#choose-models").click();
    await page.keyboard.type("grok43");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Add to “/ }).click();
    await page.waitForFunction(() => document.querySelectorAll("#pool-rows tr").length === 3);
  });
});

test("a catalogue that does not arrive is asked for again", async () => {
  await visit(
    server.url,
    async ({ page, problems }) => {
      await decision(page);
      await page.route("**/dist/pools/*.json", (route) => route.abort());
      await page.locator("#choose-models").click();
      await page.getByText(/The catalogue could not be loaded/).waitFor();
      await page.unroute("**/dist/pools/*.json");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("#picker-search:focus").waitFor();
      problems.length = 0;
    },
    { serviceWorkers: "block" },
  );
});
