/**
 * The same prompt, router, pool and λ give the same model everywhere, and the same quality to 1e-4.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { prompts } from "../prompts.mjs";
import { SERVER, startServer, SITE, visit } from "./harness.mjs";

const COUNT = 500;
const LAMBDA = 40;
const TOLERANCE = 1e-4;

/** @typedef {{ model: string | null, candidates: { id: string, quality: number }[] }} Decision */

/**
 * @param {string[]} texts
 * @param {string} pool
 * @returns {Promise<Decision[]>}
 */
async function natively(texts, pool) {
  const run = spawn(SERVER, ["route", "--pool", pool, "--lambda", String(LAMBDA), "--json"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  run.stdin.end(texts.map((prompt, id) => JSON.stringify({ id, prompt })).join("\n"));
  let out = "";
  for await (const chunk of run.stdout.setEncoding("utf8")) out += chunk;
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/**
 * @param {string} where
 * @param {Decision[]} expected
 * @param {Decision[]} found
 */
function same(where, expected, found) {
  assert.equal(found.length, expected.length, where);
  let most = 0;
  for (const [i, decision] of found.entries()) {
    const { model, candidates } = expected[i] ?? { model: null, candidates: [] };
    assert.equal(decision.model, model, `${where}, prompt ${i}`);
    const quality = new Map(candidates.map((c) => [c.id, c.quality]));
    for (const { id, quality: here } of decision.candidates) {
      most = Math.max(most, Math.abs(here - (quality.get(id) ?? NaN)));
    }
  }
  assert.ok(most <= TOLERANCE, `${where}: qualities differ by up to ${most}`);
  return most;
}

for (const pool of ["models-2026", "small-local", "open", "reasoning", "api"]) {
  test(`${COUNT} prompts get the same model of "${pool}" natively, in Node and in Chromium`, async (t) => {
    const texts = prompts(COUNT);
    const expected = await natively(texts, pool);
    assert.ok(new Set(expected.map((d) => d.model)).size > 1, "all prompts went to one model");

    const { Router } = await import(new URL("../../pkg/node.js", import.meta.url).href);
    const json = await readFile(new URL(`../../assets/pools/${pool}.json`, import.meta.url), "utf8");
    const inNode = await Router.load({ pool: json });
    t.diagnostic(`Node: up to ${same("Node", expected, await inNode.routeBatch(texts, { lambda: LAMBDA }))}`);
    inNode.free();

    const server = await startServer(SITE);
    t.after(server.stop);
    await visit(server.url, async ({ page }) => {
      const found = await page.evaluate(
        async ({ texts, json, lambda }) => {
          const entry = new URL("uniroute/index.js", document.baseURI).href;
          const { Router } = await import(entry);
          const router = await Router.load({ pool: json });
          const decisions = await router.routeBatch(texts, { lambda });
          return decisions.map((/** @type {any} */ d) => ({
            model: d.model,
            candidates: d.candidates.map((/** @type {any} */ c) => ({ id: c.id, quality: c.quality })),
          }));
        },
        { texts, json, lambda: LAMBDA },
      );
      t.diagnostic(`Chromium: up to ${same("Chromium", expected, found)}`);
    });
  });
}
