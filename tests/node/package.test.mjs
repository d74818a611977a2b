import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const DIST = new URL("dist/", PACKAGE);

test("no script of the package evaluates text as code", async () => {
  const names = await readdir(PACKAGE, { recursive: true });
  const scripts = names.filter((name) => name.endsWith(".js"));
  assert.ok(scripts.some((name) => name.endsWith("uniroute.js")));
  for (const name of scripts) {
    const text = await readFile(new URL(name, PACKAGE), "utf8");
    assert.doesNotMatch(text, /\bnew\s+Function\b|\beval\s*\(/, name);
  }
});

test("the package lists its files with the right hashes", async () => {
  const { files } = await import(new URL("files.js", DIST).href);
  const names = Object.keys(files);
  assert.ok(names.includes("uniroute_bg.wasm"));
  for (const name of names) {
    const bytes = await readFile(new URL(name, DIST));
    assert.equal(files[name].bytes, bytes.length, name);
    assert.equal(files[name].sha256, createHash("sha256").update(bytes).digest("hex"), name);
  }
});

test("the module starts from bytes and imports only its own bindings", async () => {
  const bytes = await readFile(new URL("uniroute_bg.wasm", DIST));
  const bindings = await import(new URL("uniroute.js", DIST).href);
  const module = new WebAssembly.Module(bytes);
  const otherImports = WebAssembly.Module.imports(module).filter(
    ({ module: from }) => !from.startsWith("./uniroute_bg.js"),
  );
  assert.deepEqual(otherImports, []);
  assert.ok(bindings.initSync({ module }).memory instanceof WebAssembly.Memory);
});

test("prompt files and label files are read as the command line reads them", async () => {
  const { Router } = await import(new URL("node.js", PACKAGE).href);
  const router = await Router.load();
  const table = router.readPrompts("p.csv", 'id,question\n1,"What, and\nwhy?"\n2,How?\n');
  assert.deepEqual(table, {
    form: "table",
    separator: ",",
    header: true,
    columns: ["id", "question"],
    column: 1,
    rows: [
      ["1", "What, and\nwhy?"],
      ["2", "How?"],
    ],
    numbers: [2, 4],
  });
  const chosen = router.readPrompts("p.txt", "a;b\nc;d\n", { separator: ";", header: true });
  assert.deepEqual([chosen.columns, chosen.rows], [["a", "b"], [["c", "d"]]]);
  assert.throws(() => router.readPrompts("p.csv", "a", { separator: "x" }), { code: "batch_separator" });
  const labels = router.readLabels("l.jsonl", new TextEncoder().encode('{"prompt": "p", "score": true}\n'));
  assert.deepEqual(labels.labels, [{ prompt: "p", score: 1 }]);
  const ofTwo = "prompt,model,score\np,small,0\nq,large,0.5\n";
  for (const options of ["large", { model: "large" }]) {
    const { labels: ofLarge, report } = router.readLabels("l.csv", ofTwo, options);
    assert.deepEqual(ofLarge, [{ prompt: "q", score: 0.5 }]);
    assert.deepEqual([report.rows, report.used, report.others], [2, 1, 1]);
  }
  assert.throws(() => router.readLabels("l.csv", ofTwo), {
    code: "labels_model",
    message: /small, large/,
    choice: "model",
    names: ["small", "large"],
  });
  const bad = "prompt,score\np,1\nq,x\n";
  assert.throws(() => router.readLabels("l.csv", bad), { code: "labels_score", message: /line 3/ });
  assert.equal(router.readLabels("l.csv", bad, { skipBad: true }).report.bad, 1);
  assert.throws(() => router.readLabels("l.csv", "prompt,score\np,2\n"), { code: "labels_score" });
  assert.throws(() => router.readPrompts("p.jsonl", "{"), { code: "batch_line" });
  router.free();
});
