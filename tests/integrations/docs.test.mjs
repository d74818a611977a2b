/**
 * The programs in docs/integrate.md, as they are written there.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { textOf } from "./models.mjs";
import { output } from "./programs.mjs";

const text = readFileSync(new URL("../../docs/integrate.md", import.meta.url), "utf8");
const programs = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program = ""]) => program);
const servers = programs.filter((program) => program.includes("export "));
const conversations = programs.filter((program) => program.includes("previous"));
const starts = programs.filter((program) => ![...servers, ...conversations].includes(program));

/** Asks a server of the document as a page with `useChat` does. */
const ASK = `
import { POST } from "./server.mjs";
const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Hi" }] }];
const ask = (model) => POST(new Request("http://127.0.0.1/", { method: "POST", body: JSON.stringify({ messages, model }) }));
console.log(await (await ask("auto:cheap")).text());
console.log(await ask("gpt-5.5").catch(({ code }) => code));
`;

test("there is a start of at most twelve lines for each library", () => {
  const libraries = starts.map((program) => /from "uniroute\/(\w+)"/.exec(program)?.[1]);
  assert.deepEqual(libraries, ["ai", "openai", "langchain"]);
  for (const program of starts) assert.ok(program.trimEnd().split("\n").length <= 12, program);
});

for (const [i, program] of starts.entries()) {
  test(`start ${i + 1} prints the answer and the model that gave it`, async (t) => {
    const { stdout, models } = await output(t, { [`start-${i}.mjs`]: program });
    assert.equal(models.asked.length, 1);
    const { model, path } = models.asked[0] ?? assert.fail();
    assert.match(model, /^gpt-5\.(5|4-mini)$/);
    assert.ok(stdout.includes(textOf(model)), stdout);
    assert.match(stdout, new RegExp(`${model.replaceAll(".", "\\.")}@`), `the id with its effort: ${path}`);
  });
}

for (const program of conversations) {
  test("the second turn of a conversation names the model of the first one", async (t) => {
    const { stdout, models } = await output(t, { "conversation.mjs": program });
    assert.equal(models.asked.length, 2);
    assert.equal(stdout.trim(), textOf(models.names[1] ?? ""));
    assert.match(JSON.stringify(models.asked[1]?.body), /the sea.*Hello from.*the wind/);
  });
}

for (const program of servers) {
  test("a page gets the models that the server allows, and no others", async (t) => {
    const { stdout, models } = await output(t, { "server.mjs": program, "page.mjs": ASK });
    assert.deepEqual(models.names, ["gpt-5.4-mini"]);
    assert.match(stdout, /"type":"text-delta".*Hello/);
    assert.match(stdout, /^model_not_allowed$/m);
  });
}
