import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, candidates, decision, openPool, slide } from "./page.mjs";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

test("opening the page shows a decision for an example, and why", async () => {
  await visit(server.url, async ({ page }) => {
    const { name, quality, text } = await decision(page);
    assert.ok(quality > 0 && quality <= 100);
    assert.match(text, /such prompts/);
    const rows = await candidates(page);
    assert.equal(rows.find(({ kind }) => kind === "chosen")?.name, name);
    assert.ok(rows.length > 5);
    assert.ok((await page.locator("#kinds li").count()) > 2);
    assert.ok((await page.locator("#plot .dot").count()) > 5);
  });
});

test("typing decides again, and an example chip fills the box", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const kinds = () => page.locator("#kinds li").first().innerText();
    const first = await kinds();
    await page.fill("#prompt", "Write a python function that sorts a list of strings by length.");
    await decision(page);
    assert.notEqual(await kinds(), first);
    await page.getByRole("button", { name: "E-mail", exact: true }).click();
    await decision(page);
    assert.equal(await kinds(), first);
  });
});

test("moving the slider changes between the cheap and the good model at once", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page
      .getByRole("heading", { name: "Small" })
      .or(page.getByRole("heading", { name: "Large" }))
      .waitFor();
    await slide(page, 0);
    assert.equal((await decision(page)).name, "Small");
    await slide(page, 1);
    const best = await decision(page);
    assert.equal(best.name, "Large");
    // 90 % over all prompts; this kind of prompt may be harder or easier than most.
    assert.ok(best.quality > 60, `${best.quality} %`);
  });
});

test("budget and quality floor are other settings of the same slider", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await slide(page, 1);
    await page.locator("#trade").getByText("Budget").click();
    assert.equal((await decision(page)).name, "Large", "fixing another setting does not change the decision");
    await slide(page, 0.3);
    assert.equal((await decision(page)).name, "Small");
    const large = (await candidates(page)).find(({ name }) => name === "Large");
    assert.match(large?.text ?? "", /budget/);
    await page.locator("#trade").getByText("Quality floor").click();
    await slide(page, 0.8);
    assert.equal((await decision(page)).name, "Large");
  });
});

test("a model that is switched off is excluded and shows the reason", async () => {
  await visit(server.url, async ({ page }) => {
    const { name } = await decision(page);
    await page
      .getByRole("switch", { name: `Use ${name}` })
      .first()
      .click();
    await page.locator("#decision h2", { hasNotText: name }).waitFor();
    const row = (await candidates(page)).find((one) => one.name === name);
    assert.equal(row?.kind, "excluded");
    assert.match(row?.text ?? "", /deny list/);
  });
});

test("a rejected pool is explained with its path, and the former pool stays", async () => {
  const bad = (/** @type {unknown} */ value) =>
    JSON.stringify({ ...PAIR, models: [{ ...PAIR.models[0], cost: { input: value, output: 1 } }] });
  /** @type {[string, string, RegExp][]} */
  const rejected = [
    ["price.json", bad(1e40), /\$\.models\[0\]\.cost\.input/],
    ["text.json", bad("cheap"), /\$\.models\[0\]\.cost\.input/],
    [
      "many.json",
      JSON.stringify({ models: Array.from({ length: 2001 }, (_, i) => ({ id: `m${i}` })) }),
      /more than 2,?000/,
    ],
    ["large.json", " ".repeat(9 * 1024 * 1024), /bytes|MiB|large/],
    ["broken.json", "{", /line 1/],
    [
      "other.json",
      JSON.stringify({
        ...PAIR,
        router: { sha256: "0".repeat(64) },
        models: [{ id: "a", errors: { mean: [0.5] } }],
      }),
      /\$\.(router|models)/,
    ],
  ];
  await visit(server.url, async ({ page }) => {
    const former = await decision(page);
    for (const [name, content, where] of rejected) {
      await openPool(page, name, content);
      const notice = page.locator(".notice", { hasText: name });
      await notice.waitFor();
      assert.match(await notice.innerText(), where, name);
      assert.match(await notice.innerText(), /pool in use is still/);
      await notice.getByRole("button", { name: "Dismiss" }).click();
    }
    assert.equal((await decision(page)).text, former.text);
    await openPool(page, "pair.json", JSON.stringify(PAIR));
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
  });
});

test("a pool can be dropped on the page", async () => {
  await visit(server.url, async ({ page }) => {
    await decision(page);
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.json", { type: "application/json" }));
      return data;
    }, JSON.stringify(PAIR));
    await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
    await page.getByText("Drop an LLM profile JSON").waitFor();
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    await page.locator("#candidates th", { hasText: "Large" }).waitFor();
    assert.equal(await page.locator("#drop").isHidden(), true);
  });
});

test("markup in names is shown as text, everywhere", async () => {
  const name = '<img src=x onerror="document.title=1"><b>bold</b>';
  const pool = { ...PAIR, name, models: PAIR.models.map((model) => ({ ...model, name, provider: name })) };
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "markup.json", JSON.stringify(pool));
    await page.locator("#decision h2", { hasText: "<b>bold</b>" }).waitFor();
    for (const view of ["Route", "Batch", "Pool", "About"]) {
      await page.getByRole("link", { name: view, exact: true }).click();
      assert.equal(await page.locator("main img, main b:text('bold'), select img").count(), 0, view);
    }
  });
});

test("a link to an unknown pool uses the default pool", async () => {
  await visit(new URL("#poolId=no-such-pool", server.url).href, async ({ page }) => {
    assert.ok((await decision(page)).name);
  });
});
