/** What routing saves, its card, the code to copy, comparisons and the imagined model. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SERVER, SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool, slide } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

const model = (
  /** @type {string} */ name,
  /** @type {number} */ accuracy,
  /** @type {number} */ price,
  more = {},
) => ({
  id: name.toLowerCase().replaceAll(" ", "-"),
  name,
  accuracy,
  labels_count: 100_000,
  output_tokens: 300,
  cost: { input: price, output: price },
  ...more,
});
/** A cheap model that is better than an expensive one, whatever the intervals hold. */
const CLEAR = {
  name: "Clear",
  as_of: "2026-01-01",
  models: [model("Cheap", 0.95, 1), model("Dear", 0.3, 10)],
};
/** Hardly measured: the intervals overlap. */
const VAGUE = {
  name: "Vague",
  as_of: "2026-01-01",
  models: [model("Cheap", 0.71, 1, { labels_count: 5 }), model("Dear", 0.7, 10, { labels_count: 5 })],
};
/** The best one is the cheapest. */
const BEST = { name: "Best", as_of: "2026-01-01", models: [model("Good", 0.9, 1), model("Bad", 0.5, 10)] };

/**
 * @param {object} pool
 * @param {(page: Page, quiet: () => Promise<void>) => Promise<void>} body
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function withPool(pool, body, options) {
  await visit(
    server.url,
    async ({ page, context, quiet }) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await decision(page);
      await openPool(page, "pool.json", JSON.stringify(pool));
      await page
        .locator("#pools option", { hasText: /** @type {any} */ (pool).name })
        .waitFor({ state: "attached" });
      await decision(page);
      await body(page, quiet);
    },
    options,
  );
}

/** @param {Page} page */
async function routeBatch(page) {
  await go(page, "Batch");
  await page.fill("#batch-text", "What is 2 + 2?\nWrite a poem about the sea.\nProve that 7 is prime.\nhi");
  await page.getByRole("button", { name: "Route 4 prompts" }).click();
  await page.locator("#batch-savings .claim").first().waitFor();
}

test("the saving against the model in use is a sentence with its range, for any volume, and is remembered", async () => {
  await withPool(CLEAR, async (page, quiet) => {
    await routeBatch(page);
    const box = page.locator("#batch-savings");
    await box.getByLabel("The model I use now").selectOption("dear");
    const claim = box.locator(".claim", { hasText: "Against the model you use now" });
    await claim.waitFor();
    assert.match(
      await claim.locator(".headline").innerText(),
      /^For these prompts always take Cheap: better than Dear for 10\u202f% of its price\.$/,
    );
    await box.getByLabel("Prompts a month").fill("4000000");
    await box.getByLabel("Prompts a month").press("Tab");
    const month = await claim.getByText(/At 4,000,000 prompts a month/).innerText();
    const [, routed, single, saved, low, high] = (
      /month: \$([\d.,]+) instead of \$([\d.,]+), which saves \$([\d.,]+) \(\$([\d.,]+) to \$([\d.,]+)\)/.exec(
        month,
      ) ?? []
    ).map((text) => Number(text.replaceAll(",", "")));
    assert.ok(routed && single && saved && low && high, month);
    assert.ok(Math.abs(single - routed - saved) <= 2 && low < saved && saved < high);
    const total = await page
      .locator("#share-rows tr", { hasText: "All with Dear" })
      .locator("td")
      .last()
      .innerText();
    assert.ok(
      Math.abs(Number(total.slice(1)) * 1e6 - single) <= 0.06 * single,
      `${total} for 4, ${single} a month`,
    );
    await quiet();
    await page.goto(server.url);
    await decision(page);
    assert.equal(await page.locator("#savings").getByLabel("The model I use now").inputValue(), "dear");
    assert.equal(await page.locator("#savings").getByLabel("Prompts a month").inputValue(), "4000000");
  });
});

test("nothing is claimed where the intervals overlap, and the opposite is said where routing saves nothing", async () => {
  await withPool(VAGUE, async (page) => {
    await routeBatch(page);
    const box = page.locator("#batch-savings");
    await box.getByLabel("The model I use now").selectOption("dear");
    const claim = box.locator(".claim", { hasText: "Against the model you use now" });
    await claim.waitFor();
    assert.match(await claim.locator(".headline").innerText(), /^Too close to call:/);
    assert.doesNotMatch(await claim.innerText(), /saves \$|a month/);
  });
  await withPool(BEST, async (page) => {
    await routeBatch(page);
    const claim = page.locator("#batch-savings .claim", { hasText: "Against the best single model" });
    assert.equal(
      await claim.locator(".headline").innerText(),
      "For these prompts always take Good: routing saves nothing at its quality.",
    );
  });
});

test("for one prompt the choice is compared with the model in use", async () => {
  await withPool(CLEAR, async (page) => {
    const box = page.locator("#savings");
    await box.getByLabel("The model I use now").selectOption("dear");
    await box.locator(".headline", { hasText: "Better than Dear for 10\u202f% of its price." }).waitFor();
    await page.getByRole("switch", { name: "Use Dear" }).first().click();
    await box.getByText("cannot be compared: it is switched off").waitFor();
  });
});

test("a card has the sentence and no prompt, and markup in names stays text", async () => {
  const hostile = {
    ...CLEAR,
    models: [CLEAR.models[0], { ...CLEAR.models[1], name: '<script>"Dear" & co' }],
  };
  await withPool(hostile, async (page) => {
    await page.fill("#prompt", "A secret prompt about rivers");
    await decision(page);
    const box = page.locator("#savings");
    await box.getByLabel("The model I use now").selectOption("dear");
    await box.locator(".headline", { hasText: "co for 10" }).waitFor();
    await box.getByRole("button", { name: "Share card…" }).click();
    const image = page.locator("dialog img");
    await image.waitFor();
    await page.waitForFunction(
      () =>
        /** @type {HTMLImageElement | null} */ (document.querySelector("dialog img"))?.naturalWidth === 1200,
    );
    const saved = async (/** @type {string} */ button) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      return readFile(await download.path());
    };
    const svg = (await saved("Save SVG")).toString();
    assert.match(svg, /Better than &lt;script&gt;&quot;Dear&quot; &amp; co/);
    assert.match(svg, /Pool: Clear, prices of 2026-01-01/);
    assert.doesNotMatch(svg, /<script|secret|rivers/);
    const png = await saved("Save PNG");
    assert.deepEqual(
      [png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)],
      ["PNG", 1200, 630],
    );
    await page.getByRole("button", { name: "Copy the sentence" }).click();
    await page.getByText("Copied.").waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^Better than /);
    await page.keyboard.press("Escape");
    await image.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Share card…");
  });
});

test("the code that is copied runs and decides as the page does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "uniroute-code-"));
  const prompt = 'Isn\'t "this" $(a) `test`?\nOf $HOME \\ and 100 % €';
  const pool = { ...CLEAR, models: [...CLEAR.models, model("It's, off", 0.97, 2)] };
  try {
    await withPool(pool, async (page) => {
      await page.fill("#prompt", prompt);
      await page.getByRole("switch", { name: "Use It's, off" }).first().click();
      const { name } = await decision(page);
      await page.locator("#savings").getByRole("button", { name: "Copy as code…" }).click();
      const copied = async (/** @type {string} */ button) => {
        await page.getByRole("button", { name: button }).click();
        await page.waitForFunction(() =>
          [...document.querySelectorAll("dialog [role=status]")].some((one) => one.textContent),
        );
        return page.evaluate(() => navigator.clipboard.readText());
      };
      await page.locator("dialog summary", { hasText: "Worker and command line" }).click();
      const command = await copied("Copy Command line");
      const curl = await copied("Copy the curl command");
      const script = await copied("Copy JavaScript");
      await writeFile(join(folder, "pool.json"), JSON.stringify(pool));

      const program = spawnSync("sh", ["-c", command.replace(/^uniroute /, '"$UNIROUTE" ')], {
        cwd: folder,
        env: { ...process.env, UNIROUTE: SERVER },
        encoding: "utf8",
      });
      assert.equal(program.status, 0, program.stderr);
      assert.match(program.stdout, new RegExp(name));

      const body = spawnSync(
        "sh",
        ["-c", `curl() { for word; do last=$word; done; printf %s "$last"; }\n${curl}`],
        {
          encoding: "utf8",
        },
      );
      const sent = JSON.parse(body.stdout);
      assert.equal(sent.prompt, prompt);
      assert.deepEqual(sent.deny, ["it's,-off"]);
      assert.equal(sent.lambda, 100);

      await writeFile(join(folder, "code.mjs"), script);
      const parsed = spawnSync(process.execPath, ["--check", join(folder, "code.mjs")], { encoding: "utf8" });
      assert.equal(parsed.status, 0, parsed.stderr);
      const [, names] = /import \{ (\w+) \} from "uniroute"/.exec(script) ?? [];
      const entry = await readFile(join(SITE, "uniroute/index.js"), "utf8");
      assert.match(entry, new RegExp(`export (class|\\{[^}]*\\b)\\s*${names}\\b`));
      // The calls, with a router that only writes down what it is asked.
      const calls = script
        .replace(/^import .*$/gm, "")
        .replace("console.log(decision.model, decision.reason);", "");
      const run = `const asked = []; const pool = {}; const Router = { load: async (o) => (asked.push(o), { route: (...a) => (asked.push(a), {}) }) };\n${calls}\nprocess.stdout.write(JSON.stringify(asked));`;
      await writeFile(join(folder, "run.mjs"), run);
      const ran = spawnSync(process.execPath, [join(folder, "run.mjs")], { encoding: "utf8" });
      assert.deepEqual(JSON.parse(ran.stdout), [
        { pool: {} },
        [prompt, { deny: ["it's,-off"], lambda: 100 }],
      ]);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the command line for a listed pool names it", async () => {
  await visit(server.url, async ({ page }) => {
    const { name } = await decision(page);
    await page.locator("#savings").getByRole("button", { name: "Copy as code…" }).click();
    await page.locator("dialog summary", { hasText: "Worker and command line" }).click();
    const command = await page.locator("#code-command-line").innerText();
    const program = spawnSync("sh", ["-c", command.replace(/^uniroute /, '"$UNIROUTE" ')], {
      env: { ...process.env, UNIROUTE: SERVER },
      encoding: "utf8",
    });
    assert.equal(program.status, 0, program.stderr);
    assert.ok(program.stdout.includes(name), program.stdout);
  });
});

test("the code for libraries opens by keyboard, and names models that the setting allows", async () => {
  const folder = await mkdtemp(join(tmpdir(), "uniroute-code-"));
  try {
    await withPool(PAIR, async (page) => {
      await page.getByRole("button", { name: "Always this model" }).click();
      await page.locator("#savings").getByRole("button", { name: "Copy as code…" }).click();
      const summary = page.locator("dialog summary", { hasText: "AI SDK, OpenAI client, LangChain" });
      assert.equal(await page.locator("#code-ai-sdk").isVisible(), false);
      await summary.focus();
      await page.keyboard.press("Enter");
      for (const library of ["ai-sdk", "openai-client", "langchain"]) {
        const code = await page.locator(`#code-${library}`).innerText();
        const pinned = /allow: \["([^"]+)"\]/.exec(code)?.[1] ?? "";
        assert.match(code, new RegExp(`^const models = .*\\["${pinned}"\\]`, "m"));
        await writeFile(join(folder, "code.mjs"), code);
        const parsed = spawnSync(process.execPath, ["--check", join(folder, "code.mjs")], {
          encoding: "utf8",
        });
        assert.equal(parsed.status, 0, parsed.stderr);
      }
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("two prompts and two pools are shown side by side, with what differs marked", async () => {
  await withPool(CLEAR, async (page) => {
    await page.locator("#savings").getByRole("button", { name: "Compare…" }).click();
    const table = page.locator("dialog table");
    await table.waitFor();
    assert.equal(await table.locator("tr.differs").count(), 0, "the same prompt and pool do not differ");
    await page.getByLabel("Another prompt").fill("Write a Python function that sorts a list of pairs.");
    await table.locator("tr.differs", { hasText: "Kind of prompt" }).waitFor();
    assert.equal(await table.locator("tr.differs", { hasText: "Pool" }).count(), 0);
    assert.equal(await table.locator("tr.differs").first().locator(".tag").innerText(), "differs");
    await page.getByLabel("With", { exact: true }).selectOption({ index: 1 });
    await table.locator("tr.differs", { hasText: "Sends it to" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal((await decision(page)).name, "Cheap", "the pool in use stays");
  });
});

test("an empty prompt cannot be compared, and the dialog says so", async () => {
  await withPool(PAIR, async (page) => {
    await page.fill("#prompt", "");
    await page.locator("#savings").getByRole("button", { name: "Compare…" }).click();
    await page.getByRole("dialog").getByText("The present prompt is empty.").waitFor();
  });
});

test("under a pin the savings and the imagined model say what routing would do without it", async () => {
  await withPool(PAIR, async (page) => {
    await page.getByRole("button", { name: "Always this model" }).click();
    await page.locator("#savings").getByText("A model is pinned, so nothing is routed.").waitFor();
    await routeBatch(page);
    await page.locator("#batch-savings").getByText("A model is pinned, so nothing is routed.").waitFor();
    await page.getByRole("button", { name: "What if there were another model?" }).click();
    await page.getByLabel("Its quality, in %").fill("100");
    await page.getByLabel("Its cost per 1,000, in $").fill("0");
    await page
      .locator("#batch-curve .what-if [role=status]")
      .getByText(/^Without the pin, it would get 4 of 4 prompts: quality 100.?%/)
      .waitFor();
  });
});

test("a pinned model is the present one in comparisons, and gets every turn of a conversation", async () => {
  await withPool(PAIR, async (page) => {
    await slide(page, 0);
    await page.locator("#decision h2", { hasText: "Small" }).waitFor();
    await page.getByRole("button", { name: "Always this model" }).click();
    await slide(page, 1);
    await page.locator("#decision", { hasText: "Without the pin: Large" }).waitFor();
    await page.locator("#savings").getByRole("button", { name: "Compare…" }).click();
    const present = page.locator("dialog tr", { hasText: "Sends it to" }).locator("td").first();
    assert.equal(await present.innerText(), "Small");
    await page.getByLabel("Another prompt").fill("Prove that sqrt(2) is irrational.");
    await page.locator("dialog tr.differs").first().waitFor();
    const both = page.locator("dialog tr", { hasText: "Sends it to" }).locator("td");
    assert.deepEqual((await both.allInnerTexts()).slice(0, 2), ["Small", "Small"]);
    await page.getByLabel("With", { exact: true }).selectOption({ index: 1 });
    await page.locator("dialog td", { hasText: "not in this pool" }).first().waitFor();
    assert.equal(
      await page.locator("dialog .problem").innerText(),
      "",
      "another pool lacks the pinned model",
    );
    assert.equal(await present.innerText(), "Small");
    await page.keyboard.press("Escape");
    await go(page, "Pool");
    await page.locator("#compare").selectOption({ index: 1 });
    await page.locator("#compared tr", { hasText: "Sends it to" }).waitFor();
    const row = page.locator("#compared tr", { hasText: "Sends it to" }).locator("td");
    assert.equal(await row.first().innerText(), "Small");
    await go(page, "Conversation");
    await page.getByText("Pinned: every turn goes to Small.").waitFor();
    const models = () =>
      page
        .locator("#conversation-result tbody tr")
        .evaluateAll((rows) => rows.map((one) => one.children[1]?.textContent));
    assert.deepEqual(await models(), ["Small", "Small", "Small"]);
    await go(page, "Route");
    await page.getByRole("button", { name: "Unpin" }).click();
    await go(page, "Conversation");
    await page.getByText("Always Large:").waitFor();
    assert.ok((await models()).every((model) => model === "Large"));
  });
});

test("an imagined model takes prompts as it gets better and cheaper, by keyboard, mouse and numbers", async () => {
  await withPool(PAIR, async (page) => {
    await routeBatch(page);
    await page.getByRole("button", { name: "What if there were another model?" }).click();
    const handle = page.getByRole("slider", { name: /imagined model/ });
    const answer = page.locator("#batch-curve .what-if [role=status]");
    await page.getByLabel("Its quality, in %").fill("100");
    await page.getByLabel("Its cost per 1,000, in $").fill("0");
    await answer.getByText("It would get 4 of 4 prompts.").waitFor();
    await page.getByLabel("Its quality, in %").fill("1");
    await answer.getByText("It would get 0 of 4 prompts.").waitFor();
    await handle.focus();
    const before = Number(await handle.getAttribute("aria-valuenow"));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(
      (value) => Number(document.querySelector(".imagined")?.getAttribute("aria-valuenow")) === value + 2,
      before,
    );
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute("role")),
      "slider",
      "it keeps the focus",
    );
    const chart = await page.locator("#batch-curve svg").boundingBox();
    const grip = await handle.boundingBox();
    assert.ok(chart && grip);
    await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.6, chart.y + 14, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(
      () => Number(document.querySelector(".imagined")?.getAttribute("aria-valuenow")) >= 90,
    );
    const cost = Number(await page.getByLabel("Its cost per 1,000, in $").inputValue());
    assert.ok(cost > 0, `${cost}`);
  });
});
