/** Files that people have: each is read right, or the page says what it was taken for and lets one choose. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * @param {Page} page
 * @param {string} name
 * @param {string | Buffer} content
 */
async function open(page, name, content) {
  await page
    .locator("#batch-file")
    .setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
}

/** @param {Page} page */
const readAs = (page) => page.locator("#batch-read-as").innerText();

/** @param {Page} page */
async function savedCsv(page) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save CSV" }).click(),
  ]);
  return readFile(await download.path(), "utf8");
}

/**
 * @param {string} name
 * @param {(page: Page) => Promise<void>} body
 */
function onBatch(name, body) {
  test(name, async () => {
    await visit(server.url, async ({ page }) => {
      await decision(page);
      await openPool(page, "pair.json", JSON.stringify(PAIR));
      await page.locator("#candidates th", { hasText: "Large" }).waitFor();
      await go(page, "Batch");
      await body(page);
    });
  });
}

onBatch(
  "requests of a batch file are routed by the last turn of the user and keep their ids",
  async (page) => {
    const line = (/** @type {string} */ id, /** @type {unknown} */ content) =>
      JSON.stringify({
        custom_id: id,
        method: "POST",
        url: "/v1/chat/completions",
        body: {
          model: "m",
          messages: [
            { role: "user", content: "an earlier turn" },
            { role: "assistant", content: "an answer" },
            { role: "user", content },
          ],
        },
      });
    const parts = [
      { type: "text", text: "Describe this:" },
      { type: "image_url", image_url: { url: "data:" } },
      { type: "text", text: "in one word." },
    ];
    const image = JSON.stringify({
      custom_id: "r-3",
      body: { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
    });
    await open(
      page,
      "requests.jsonl",
      [line("r-1", "What is 2 + 2?"), line("=r-2", parts), image].join("\n"),
    );
    await page.getByRole("button", { name: "Route 2 prompts" }).waitFor();
    const said = await readAs(page);
    assert.match(
      said,
      /requests of a provider’s batch file \(JSON lines\); the prompt is the last turn of the user/,
    );
    assert.match(said, /3 lines, 2 prompts in the column “body\.messages”\. No prompt in line 3\./);
    await page.getByRole("button", { name: "Route 2 prompts" }).click();
    await page.locator("#batch-outcome", { hasText: "2 prompts, routed" }).waitFor();
    const csv = await savedCsv(page);
    assert.match(csv, /^custom_id,prompt,model,expected_quality,cost_usd\r\n/);
    assert.match(csv, /\r\nr-1,What is 2 \+ 2\?,/);
    assert.match(csv, /\r\n'=r-2,"Describe this:\nin one word\.",/);
  },
);

onBatch("a conversation a line is read, and so is one that is pasted", async (page) => {
  const line = (/** @type {string} */ text) =>
    JSON.stringify({ messages: [{ role: "user", content: text }] });
  const text = [line("one"), line("two"), line("three")].join("\n");
  await open(page, "chats.jsonl", text);
  await page.getByRole("button", { name: "Route 3 prompts" }).waitFor();
  assert.match(await readAs(page), /^Read as conversations \(JSON lines\)/);
  await page.getByRole("button", { name: "Close file" }).click();
  await page.locator("#batch-text").evaluate((box, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }));
  }, text);
  await page.getByText("Pasted text").waitFor();
  assert.deepEqual(await page.locator("#batch-opened .sample li").allInnerTexts(), ["one", "two", "three"]);
});

onBatch(
  "a table with semicolons is read, and its column, separator and header can be changed",
  async (page) => {
    await open(page, "fragen.csv", 'Nr;Frage;Thema\n1;"Wie, wo; was?";x\n2;Was kosten 3,50 Euro?;y\n3;;z\n');
    await page.getByRole("button", { name: "Route 2 prompts" }).waitFor();
    assert.match(
      await readAs(page),
      /^Read as a table with semicolons between its cells; the first row has the names of the columns\. 3 rows, 2 prompts in the column “Frage”\. No prompt in row 4\.$/,
    );
    assert.deepEqual(await page.locator("#batch-opened .sample li").allInnerTexts(), [
      "Wie, wo; was?",
      "Was kosten 3,50 Euro?",
    ]);
    await page.getByLabel("Prompts are in").selectOption({ label: "Thema" });
    await page.getByRole("button", { name: "Route 3 prompts" }).waitFor();
    const header = page.getByLabel("First row is a header");
    await header.click();
    await page
      .getByRole("button", { name: "Route 4 prompts" })
      .or(page.getByRole("button", { name: "Route 3 prompts" }))
      .waitFor();
    assert.match(await readAs(page), /the first row is a prompt/);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "batch-header", "the focus stays");
    await page.getByLabel("Between cells:").selectOption({ label: "nothing: one column" });
    await page.locator("#batch-read-as", { hasText: "a table of one column" }).waitFor();
  },
);

onBatch(
  "a table without a header keeps its first row, and sentences with commas stay whole",
  async (page) => {
    await open(page, "prompts.csv", "Hello, how are you?\nWrite a poem.\nWhat are 3, 4 and 5?\n");
    await page.getByRole("button", { name: "Route 3 prompts" }).waitFor();
    assert.match(await readAs(page), /^Read as a table of one column; the first row is a prompt\./);
    await open(page, "numbers.tsv", "1\tWhat is 2 + 2?\n2\tName three rivers.\n");
    await page
      .locator("#batch-read-as", { hasText: "tabs between its cells; the first row is a prompt" })
      .waitFor();
    await page.getByRole("button", { name: "Route 2 prompts" }).waitFor();
  },
);

onBatch("numbers with a sign stay, and what a spreadsheet would run does not", async (page) => {
  await open(page, "ids.csv", 'id,note,prompt\n-5,=1+1,"\t=cmd"\n+7,＝1+1,@SUM(1)\n');
  await page.getByRole("button", { name: "Route 2 prompts" }).click();
  await page.locator("#batch-outcome", { hasText: "2 prompts, routed" }).waitFor();
  const csv = await savedCsv(page);
  assert.match(csv, /^id,note,prompt,model,expected_quality,cost_usd\r\n-5,'=1\+1,'=cmd,/);
  assert.match(csv, /\r\n\+7,'＝1\+1,'@SUM\(1\),/);
});

/** @param {Record<string, string>} files */
function zip(files) {
  const parts = [];
  const entries = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [title, packed] = [Buffer.from(name), deflateRawSync(Buffer.from(text))];
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(text.length, 22);
    local.writeUInt16LE(title.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(text.length, 24);
    entry.writeUInt16LE(title.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, title, packed);
    entries.push(entry, title);
    at += 30 + title.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORKBOOK = {
  "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets><sheet name="Old" state="hidden" r:id="a"/><sheet name="Questions &amp; more" r:id="b"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/><Relationship Id="b" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
  "xl/sharedStrings.xml": `<sst xmlns="${MAIN}"><si><t>id</t></si><si><t>question</t></si><si><r><t>Say </t></r><r><t>"hi", now</t></r><rPh><t>x</t></rPh></si></sst>`,
  "xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}"><sheetData/></worksheet>`,
  "xl/worksheets/sheet2.xml": `<worksheet xmlns="${MAIN}"><sheetData>
    <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
    <row r="3"><c r="A3"><v>7</v></c><c r="C3" t="s"><v>2</v></c></row>
    <row r="5"><c r="A5"><v>8</v></c></row>
    <row r="6"><c r="A6"><v>9</v></c><c r="C6" t="inlineStr"><is><t>Name
three rivers.</t></is></c></row></sheetData></worksheet>`,
};

onBatch("the first sheet of an Excel workbook is read, with the numbers of its rows", async (page) => {
  await open(page, "book.xlsx", zip(WORKBOOK));
  await page.getByRole("button", { name: "Route 2 prompts" }).waitFor();
  const said = await readAs(page);
  assert.match(said, /^Read as the sheet “Questions & more” of an Excel workbook;/);
  assert.match(said, /3 rows, 2 prompts in the column “question”\. No prompt in row 5\./);
  await page.getByRole("button", { name: "Route 2 prompts" }).click();
  await page.locator("#batch-outcome", { hasText: "2 prompts, routed" }).waitFor();
  const csv = await savedCsv(page);
  assert.match(csv, /\r\n7,,"Say ""hi"", now",/);
  assert.match(csv, /\r\n9,,"Name\nthree rivers\.",/);
});

onBatch("a workbook that is damaged, cut, hostile or none is refused with the remedy", async (page) => {
  const whole = zip(WORKBOOK);
  const entity = { ...WORKBOOK, "xl/sharedStrings.xml": `<!DOCTYPE sst [<!ENTITY a "b">]><sst/>` };
  const bomb = { ...WORKBOOK, "xl/sharedStrings.xml": "x".repeat(40_000_000) };
  for (const [name, bytes, message] of /** @type {const} */ ([
    ["cut.xlsx", whole.subarray(0, whole.length - 30), "The workbook is cut short."],
    ["letter.docx", zip({ "word/document.xml": "<a/>" }), "This archive holds no Excel workbook."],
    ["entity.xlsx", zip(entity), "is not as Excel writes it."],
    ["bomb.xlsx", zip(bomb), "A sheet of the workbook is too large."],
    ["old.xls", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), "packed document"],
  ])) {
    await open(page, name, bytes);
    const problem = page.locator("#batch-problem", { hasText: message });
    await problem.waitFor();
    assert.match(await problem.innerText(), new RegExp(name.replace(".", "\\.")));
    assert.match(await problem.innerText(), /CSV/);
  }
  assert.equal(await page.locator("#batch-text").isVisible(), true, "the former input stays");
});

test("on a phone each column of the batch is on the screen", async () => {
  await visit(
    server.url,
    async ({ page }) => {
      await decision(page);
      await go(page, "Batch");
      await page.fill(
        "#batch-text",
        `${"A long prompt about the sea and the shore. ".repeat(9)}\nWhat is 2 + 2?`,
      );
      await page.getByRole("button", { name: "Route 2 prompts" }).click();
      await page.locator("#batch-results tbody tr").first().waitFor();
      for (const table of ["#batch-models", "#batch-results"]) {
        const right = await page
          .locator(`${table} :is(th, td):last-child`)
          .evaluateAll((cells) => Math.max(...cells.map((cell) => cell.getBoundingClientRect().right)));
        assert.ok(right <= 390, `${table} reaches ${right} px`);
        const hidden = await page
          .locator(`${table} .scroll`)
          .evaluate((box) => box.scrollWidth - box.clientWidth);
        assert.ok(hidden <= 0, `${table} hides ${hidden} px`);
      }
    },
    { viewport: { width: 390, height: 844 } },
  );
});
