/** Results that people have: "Add a model" says what a file was taken for, and asks for what is not clear. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const GOLDEN = new URL("../golden/", import.meta.url);

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * @param {string} name
 * @param {(page: Page) => Promise<void>} body
 */
function onPool(name, body) {
  test(name, async () => {
    await visit(server.url, async ({ page }) => {
      await decision(page);
      await openPool(page, "pair.json", JSON.stringify(PAIR));
      await go(page, "Pool");
      await page.locator("#pool-rows th", { hasText: "Large" }).waitFor();
      await page.fill("#add-name", "Tried");
      await body(page);
    });
  });
}

/**
 * @param {Page} page
 * @param {Record<string, string | Buffer>} files
 */
const choose = (page, files) =>
  page.locator("#add-labels").setInputFiles(
    Object.entries(files).map(([name, content]) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(content),
    })),
  );

/**
 * Adds the model, and what its row then says.
 *
 * @param {Page} page
 */
async function added(page) {
  await page.getByRole("button", { name: "Add the model" }).click();
  const row = page.locator("#pool-rows tr", { hasText: "Tried" });
  await row.waitFor();
  return row.innerText();
}

/** @param {number} i */
const sample = (i) =>
  JSON.stringify({
    doc_id: i,
    doc: { question: `What is ${i} plus 7?` },
    arguments: {},
    filtered_resps: [],
    acc: i % 2,
    acc_norm: 1,
  });

onPool("of several metrics one is chosen, and the model has its labels", async (page) => {
  const samples = Array.from({ length: 40 }, (_, i) => sample(i)).join("\n");
  await choose(page, { "samples_sums_2026.jsonl": samples });
  const state = page.locator("#add-labels-state");
  await state.getByText("several scores: acc, acc_norm").waitFor();
  await state.getByLabel("The score that counts").selectOption("acc");
  await state
    .getByText("Taken for samples of lm-evaluation-harness, score “acc”: 40 of 40 rows used.")
    .waitFor();
  assert.match(await added(page), /measured by kind of prompt, 40 labels/);
  await page.getByRole("button", { name: "Edit the scores of Tried" }).click();
  const sure = page.locator("#pool-rows details", { hasText: "How sure this is" });
  await sure.locator("summary").click();
  await sure.getByText("Prompts to label next").waitFor();
  assert.match(await sure.innerText(), /worth \d+ labels?/);
});

onPool(
  "rows that are wrong are left out only if asked, and files beside the labels are read",
  async (page) => {
    await choose(page, { "l.csv": "prompt,score\nWrite a poem.,1\nProve it.,7\n" });
    const state = page.locator("#add-labels-state");
    await state.getByText("line 3, score: score 7 is not in [0, 1]").waitFor();
    await state.getByRole("button", { name: "Leave out rows that are wrong" }).click();
    await state.getByText("1 of 2 rows used (1 wrong and left out)").waitFor();

    const stats = [{ instance_id: "i", stats: [{ name: { name: "exact_match" }, mean: 1 }] }];
    await choose(page, { "per_instance_stats.json": JSON.stringify(stats) });
    await state.getByText("needs instances.json").waitFor();
    const instances = [{ id: "i", input: { text: "Prove it." } }];
    await choose(page, {
      "instances.json": JSON.stringify(instances),
      "per_instance_stats.json": JSON.stringify(stats),
    });
    await state.getByText("Taken for results of HELM, score “exact_match”: 1 of 1 row used.").waitFor();
  },
);

onPool("Parquet and packed logs are read with what is loaded for them", async (page) => {
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await choose(page, { "zstd.eval": await readFile(new URL("inspect/zstd.eval", GOLDEN)) });
  const state = page.locator("#add-labels-state");
  await state
    .getByText("Taken for a log of Inspect, score “match”: 3 of 4 rows used (1 without a score).")
    .waitFor();
  assert.ok(
    asked.some((path) => path.endsWith("vendor/fzstd.js")) &&
      !asked.some((path) => path.includes("hyparquet")),
  );
  await choose(page, { "zstd.parquet": await readFile(new URL("parquet/zstd.parquet", GOLDEN)) });
  await state.getByText("row 10").or(state.getByText("line 10")).waitFor();
  await state.getByRole("button", { name: "Leave out rows that are wrong" }).click();
  await state.getByText("54 of 60 rows used (6 wrong and left out)").waitFor();
  assert.match(await added(page), /54 labels/);
});
