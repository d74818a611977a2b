import assert from "node:assert/strict";
import { test } from "node:test";
import { SITE, startServer, startServerBelow, visit } from "./harness.mjs";

/** Maximum compressed bytes of the first visit. */
const FIRST_LOAD = 1_200_000;

test("the page inside the program loads without problems and within its size", async (t) => {
  const server = await startServer();
  t.after(server.stop);
  await visit(
    server.url,
    async ({ page, requests, transferred, quiet }) => {
      await quiet();
      assert.match(await page.title(), /uniroute/i);
      assert.ok(
        requests.some((url) => url.endsWith(".wasm")),
        "the module was fetched",
      );
      t.diagnostic(`first load: ${transferred()} bytes in ${requests.length} requests`);
      assert.ok(transferred() <= FIRST_LOAD, `first load takes ${transferred()} bytes`);
    },
    { serviceWorkers: "block" },
  ); // it would fetch the other pools, which the first decision does not need
});

test("the page works from a folder below the root", async (t) => {
  const server = await startServerBelow();
  t.after(server.stop);
  await visit(server.url, async ({ requests, quiet }) => {
    await quiet();
    const outside = requests.filter((url) => /^https?:/.test(url) && !url.startsWith(server.url));
    assert.deepEqual(outside, []);
  });
});

test("scripts, module and policy have the headers they need", async (t) => {
  const server = await startServer(SITE);
  t.after(server.stop);
  const head = async (/** @type {string} */ path, headers = {}) => {
    const response = await fetch(new URL(path, server.url), { headers });
    await response.arrayBuffer();
    return response;
  };
  const wasm = await head("uniroute/dist/uniroute_bg.wasm");
  assert.equal(wasm.headers.get("content-type"), "application/wasm");
  assert.equal(wasm.headers.get("content-encoding"), "gzip");
  const script = await head("uniroute/dist/uniroute.js");
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  for (const path of ["", "no-such-file"]) {
    const policy = (await head(path)).headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|\*/);
  }
  const again = await head("uniroute/dist/uniroute.js", { "if-none-match": script.headers.get("etag") });
  assert.equal(again.status, 304);
  assert.equal((await head("uniroute/no-such-file")).status, 404);
  assert.equal((await head("%2e%2e/site.rs")).status, 404);
});
