/**
 * `examples/html`, from this repository and with the installed package.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { visit } from "../browser/harness.mjs";
import { installed, ROOT, serve } from "./install.mjs";

/** @param {string} url */
async function use(url) {
  await visit(url, async ({ page }) => {
    const reason = page
      .locator("#answer", { hasText: "small" })
      .or(page.locator("#answer", { hasText: "large" }));
    await reason.waitFor();
    const before = await reason.innerText();
    await page
      .locator("#prompt")
      .fill(
        "Prove that there are infinitely many primes, and then that their reciprocals sum to infinity. ".repeat(
          40,
        ),
      );
    await page.waitForFunction((before) => document.querySelector("#answer")?.textContent !== before, before);
    assert.match(await page.locator("#answer").innerText(), /small|large/);
  });
}

test("the page of one file routes with the package from a local path", async (t) => {
  const page = await readFile(join(ROOT, "examples/html/index.html"), "utf8");
  assert.ok(page.split("\n").length < 40);
  await use(`${await serve(t, ROOT)}examples/html/`);
});

test("the same page routes with the package that npm installed", async (t) => {
  const page = await readFile(join(ROOT, "examples/html/index.html"), "utf8");
  const folder = await installed(t, { "index.html": page.replace("../../pkg/", "./node_modules/uniroute/") });
  await use(await serve(t, folder));
});
