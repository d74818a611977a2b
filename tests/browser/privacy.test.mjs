/**
 * Everything that the browser sends during a full session of the page goes through a proxy that keeps it: requests
 * for the page's own files, and nothing that a person typed.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool, slide } from "./page.mjs";
import { formsOf, isOfBrowserItself, startRecordingProxy } from "./recording-proxy.mjs";

const HAS_WEIGHTS = existsSync(join(SITE, "uniroute/dist/minilm/weights.safetensors"));
const MARKER = `marker${randomBytes(12).toString("hex")}`;
const said = (/** @type {string} */ text) => `${text} ${MARKER}`;

test(
  "a full session sends nothing but requests for the page's own files",
  { timeout: 300_000 },
  async (t) => {
    const server = await startServer(SITE);
    t.after(server.stop);
    const recorder = await startRecordingProxy();
    t.after(recorder.stop);
    const proxy = { server: recorder.url, bypass: "<-loopback>" };
    let link = "";
    await visit(
      server.url,
      async ({ page, context, quiet }) => {
        await context.grantPermissions(["clipboard-read", "clipboard-write"]);
        await decision(page);
        await page.evaluate(() => navigator.serviceWorker.ready);
        await page.reload(); // from here on the service worker handles the requests
        await decision(page);
        await page.fill("#prompt", "");
        await page.locator("#prompt").pressSequentially(said("Prove it:"));
        await decision(page);
        await slide(page, 0.3);
        await page.locator("#cost-panel summary").click();
        await page.locator("#cost-rows tr").first().waitFor();
        await page.locator("#map .spot").first().focus();
        await page.keyboard.press("Enter");

        await go(page, "Batch");
        await page.fill("#batch-text", `${said("First")}\n${said("Second")}`);
        await page.getByRole("button", { name: "Route 2 prompts" }).click();
        await page.locator("#batch-outcome", { hasText: "2 prompts, routed" }).waitFor();
        const table = {
          name: `${MARKER}.csv`,
          mimeType: "text/csv",
          buffer: Buffer.from(`prompt\n${said("Third")}\n`),
        };
        await page.locator("#batch-file").setInputFiles(table);
        await page.getByRole("button", { name: "Route 1 prompt" }).click();
        await page.locator("#batch-outcome", { hasText: "1 prompt, routed" }).waitFor();
        const saving = page.waitForEvent("download");
        await page.getByRole("button", { name: "Save CSV" }).click();
        await saving;

        await go(page, "Pool");
        await page.locator("#compare").selectOption({ index: 1 });
        await page.locator("#pool-compare tr", { hasText: "Sends it to" }).waitFor();
        const labels = Array.from({ length: 20 }, (_, i) =>
          JSON.stringify({ prompt: said(`Label ${i}`), score: 1 }),
        );
        await page.fill("#add-name", said("Model"));
        const file = {
          name: `${MARKER}.jsonl`,
          mimeType: "text/plain",
          buffer: Buffer.from(labels.join("\n")),
        };
        await page.locator("#add-labels").setInputFiles(file);
        await page.getByRole("button", { name: "Add the model" }).click();
        await page.locator("#pool-rows th", { hasText: MARKER }).waitFor();
        const prices = { small: { input_cost_per_token: 7e-7, litellm_provider: MARKER, mode: "chat" } };
        await openPool(page, "pair.json", JSON.stringify({ ...PAIR, name: said("Pair") }));
        await page.locator("#pool-rows th", { hasText: "Large" }).waitFor();
        await openPool(page, "prices.json", JSON.stringify(prices));
        await page.getByRole("button", { name: "Use these prices for 1 model of the pool" }).click();
        await page.getByRole("button", { name: "Share", exact: true }).click();
        await page.getByRole("button", { name: "Copy link with the prompt" }).click();
        await page.getByText("Copied.").waitFor();
        link = await page.evaluate(() => navigator.clipboard.readText());
        assert.ok(link.includes(MARKER));
        await page.keyboard.press("Escape");

        await page.goto("about:blank");
        await page.goto(link);
        await go(page, "Route");
        await decision(page);
        assert.equal(await page.inputValue("#prompt"), said("Prove it:"));
        if (HAS_WEIGHTS) {
          await page.locator("#embedder label", { hasText: "Transformer" }).click();
          await page.waitForFunction(
            () => localStorage.getItem("uniroute-embedder") === "minilm",
            undefined,
            {
              timeout: 120_000,
            },
          );
          await decision(page);
        }
        await quiet();
      },
      { proxy },
    );

    const files = new Set([
      "",
      ...(await readdir(SITE, { recursive: true })).filter((name) => !name.startsWith(".")),
    ]);
    const forms = formsOf(MARKER);
    for (const sent of recorder.sent) {
      const { method, url, headers, body } = sent;
      const whole = `${url}\n${headers}\n${body}`;
      for (const text of [whole, whole.replaceAll("%", "")]) {
        for (const form of forms) assert.ok(!text.includes(form), `${form} in ${whole}`);
      }
      if (isOfBrowserItself(sent)) continue;
      assert.equal(method, "GET", url);
      assert.ok(url.startsWith(server.url), `another origin: ${url}`);
      assert.ok(files.has(url.slice(server.url.length)), `no file of the page: ${url}`);
      assert.equal(body, "", url);
      assert.doesNotMatch(headers, /^(cookie|authorization)$/im, url);
    }
    assert.ok(
      recorder.sent.some(({ url }) => url.endsWith("sw.js")),
      "requests of the service worker are seen",
    );
    assert.ok(
      recorder.sent.some(({ url }) => url.endsWith("uniroute_bg.wasm")),
      "requests of the worker are seen",
    );
    const weights = recorder.sent.some(({ url }) => url.endsWith(".safetensors"));
    assert.equal(weights, HAS_WEIGHTS, "the transformer's weights");
    t.diagnostic(
      `${recorder.sent.length} requests, for ${new Set(recorder.sent.map(({ url }) => url)).size} files`,
    );
  },
);
