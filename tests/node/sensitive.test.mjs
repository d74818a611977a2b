/**
 * The finder of personal data: what it finds in made texts and what it leaves, with the check digits that others
 * published.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { FROZEN, LATER, figures, labelled, table } from "./sensitive-figures.mjs";

const load = (/** @type {string} */ name) => import(new URL(`../../pkg/${name}`, import.meta.url).href);
const { UnirouteError, mask, restrict, sensitive } = await load("sensitive.js");
const { KINDS } = await load("lib/sensitive/finder.js");
const { IDENTITIES } = await load("lib/sensitive/identity.js");
const checks = await load("lib/sensitive/checksums.js");

const MEGABYTE = 1 << 20;
const TEXTS = [...FROZEN, ...LATER];

/** @param {string} path */
const refused = (path) => (/** @type {any} */ error) =>
  error instanceof UnirouteError && error.code === "request_type" && error.path === path;

/** @param {string} text @param {object} [options] */
const slices = (text, options) =>
  sensitive(text, options).found.map((/** @type {any} */ { start, end }) => text.slice(start, end));

/**
 * Random numbers in [0, 1) from a seed (mulberry32).
 *
 * @param {number} state
 */
function randomFrom(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Numbers that others published as examples: of standards, registers, authorities, and test numbers of networks.
 *
 * @type {Record<string, string[]>}
 */
const PUBLISHED = {
  card: [
    "4111 1111 1111 1111",
    "5555 5555 5555 4444",
    "3782 822463 10005",
    "6011111111111117",
    "3056 930902 5904",
    "3530111333300000",
    "2223 0031 2200 3222",
    "6200000000000005",
  ],
  iban: [
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "FR14 2004 1010 0505 0001 3M02 606",
    "ES91 2100 0418 4502 0005 1332",
    "IT60 X054 2811 1010 0000 0123 456",
    "NL91 ABNA 0417 1643 00",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    "BR18 0036 0305 0000 1000 9795 493C 1",
    "SA03 8000 0000 6080 1016 7519",
  ],
  "de-idnr": ["36574261809"],
  "es-dni": ["12345678Z"],
  "es-nie": ["X1234567L"],
  "it-cf": ["RSSMRA85T10A562S"],
  "fr-nir": ["2 95 10 99 126 111 93"],
  "nl-bsn": ["BSN 111222333"],
  "pl-pesel": ["44051401359"],
  "br-cpf": ["111.444.777-35", "529.982.247-25"],
  "in-aadhaar": ["2341 2341 2346"],
  "se-pnr": ["811218-9876", "640823-3234"],
  "gb-nhs": ["NHS 943 476 5919", "NHS 401 023 2137"],
  "us-ssn": ["078-05-1120", "219-09-9999"],
  "fi-hetu": ["131052-308T"],
  "be-nn": ["85.07.30-033.28"],
  "ch-ahv": ["756.9217.0769.85"],
  "no-fnr": ["151086 95088"],
  "cn-ric": ["11010519491231002X"],
  "ca-sin": ["SIN 123 456 782"],
  "tr-kimlik": ["10000000146", "17291716060"],
};

test("published examples of every rule are found as what they are", () => {
  assert.deepEqual(
    IDENTITIES.filter((/** @type {string} */ name) => PUBLISHED[name] === undefined),
    [],
  );
  for (const [label, examples] of Object.entries(PUBLISHED)) {
    for (const example of examples) {
      for (const text of [example, `It is ${example}.`, `(${example})`, `${example}\n`]) {
        const [found, ...more] = labelled(text);
        assert.equal(found?.label, label, text);
        assert.equal(more.length, 0, text);
      }
    }
  }
});

test("check digits notice every wrong digit, and Verhoeff's every swapped pair", () => {
  const schemes = /** @type {[string, (number: string) => boolean, string][]} */ ([
    ["luhn", checks.luhn, "79927398713"],
    ["verhoeff", checks.verhoeff, "2363"],
    ["verhoeff", checks.verhoeff, "234123412346"],
    ["mod11And10", checks.mod11And10, "36574261809"],
    ["mod11And2", checks.mod11And2, "11010519491231002X"],
    ["mod97", checks.mod97, "DE89370400440532013000"],
  ]);
  for (const [name, check, number] of schemes) {
    assert.equal(check(number), true, `${name} ${number}`);
    for (let i = name === "mod97" ? 4 : 0; i < number.length; i += 1) {
      for (const digit of "0123456789") {
        const changed = number.slice(0, i) + digit + number.slice(i + 1);
        assert.equal(check(changed), changed === number, `${name} ${changed}`);
      }
      const swapped = number.slice(0, i) + (number[i + 1] ?? "") + (number[i] ?? "") + number.slice(i + 2);
      if (name === "verhoeff" && swapped.length === number.length)
        assert.equal(check(swapped), swapped === number, `${name} ${swapped}`);
    }
  }
});

test("of several rules that a number satisfies, the one that is named nearby counts", () => {
  for (const [number, first, other, word] of [
    ["34451948066", "de-idnr", "pl-pesel", "PESEL"],
    ["51480228680", "pl-pesel", "br-cpf", "CPF"],
    ["85504165172", "br-cpf", "tr-kimlik", "kimlik no"],
    ["12121622724", "pl-pesel", "no-fnr", "fødselsnummer"],
    ["13090845063", "de-idnr", "be-nn", "rijksregisternummer"],
  ]) {
    assert.deepEqual(
      [labelled(`No. ${number}`)[0]?.label, labelled(`${word} ${number}`)[0]?.label],
      [first, other],
    );
  }
});

test("a number in the place of a valid one is found only where its check digit fits", () => {
  for (const [label, examples] of Object.entries(PUBLISHED)) {
    if (label === "us-ssn") continue; // it has no check digit
    const example = examples[0] ?? "";
    const at = /\d(?=\D*$)/.exec(example)?.index ?? 0;
    const accepted = [..."0123456789"].filter((digit) => {
      const text = example.slice(0, at) + digit + example.slice(at + 1);
      return labelled(text)[0]?.label === label;
    });
    assert.deepEqual(accepted, [example[at]], `${label} ${example}`);
  }
});

test("the made texts: recall and precision of each kind", (t) => {
  assert.ok(FROZEN.length >= 150 && TEXTS.length >= 500, `${FROZEN.length} of ${TEXTS.length}`);
  const without = TEXTS.filter(({ marked }) => marked.length === 0).length;
  assert.ok(without >= 0.45 * TEXTS.length, `${without} of ${TEXTS.length} have no finding`);
  t.diagnostic(table());
  for (const { label, marked, found, right } of figures(TEXTS)) {
    assert.ok(right / marked >= 0.9, `recall of ${label}: ${right} of ${marked}`);
    assert.ok(right / found >= 0.9, `precision of ${label}: ${right} of ${found}`);
    if (KINDS.includes(label)) assert.ok(marked >= 15, `${label} is marked ${marked} times`);
    else if (label !== "all") assert.ok(IDENTITIES.includes(label) && marked >= 4, `${label}: ${marked}`);
  }
  for (const [texts, least] of /** @type {const} */ ([
    [FROZEN, 0.98],
    [TEXTS, 0.97],
  ])) {
    const { marked, found, right } = figures(texts).at(-1) ?? assert.fail();
    assert.ok(right >= least * marked && right >= least * found, `${right} of ${marked}, ${found} found`);
  }
});

test("docs/PRIVACY.md has the table that is measured", async () => {
  const text = await readFile(new URL("../../docs/PRIVACY.md", import.meta.url), "utf8");
  assert.ok(text.includes(table()), "run node tests/node/sensitive-figures.mjs and put its table there");
});

test("prompts of every day have no personal data", async () => {
  let prompts = 0;
  for (const name of ["prompts", "fresh"]) {
    const lines = await readFile(new URL(`../everyday/${name}.jsonl`, import.meta.url), "utf8");
    for (const line of lines.trim().split("\n")) {
      const { prompt } = JSON.parse(line);
      assert.deepEqual(slices(prompt), [], prompt);
      prompts += 1;
    }
  }
  assert.ok(prompts >= 360, `${prompts}`);
});

test("of random digits without a word that names them, few are taken for personal data", (t) => {
  const random = randomFrom(15);
  for (let length = 4; length <= 20; length += 1) {
    let taken = 0;
    for (let i = 0; i < 1000; i += 1) {
      const digits = Array.from({ length }, () => Math.floor(random() * 10)).join("");
      taken += sensitive(`Item ${digits} is in stock.`).found.length;
    }
    t.diagnostic(`${length} digits: ${taken} of 1000`);
    assert.ok(taken <= 60, `${length} digits: ${taken} of 1000`);
  }
});

test("findings are in order, do not overlap, and stay where they are in a longer text", () => {
  const random = randomFrom(7);
  const one = () => TEXTS[Math.floor(random() * TEXTS.length)] ?? assert.fail();
  const fillers = [
    "",
    " ",
    "\n",
    ". ",
    "@",
    "-",
    "+",
    "=",
    '"',
    "1",
    "ä",
    "\ud83d\ude00",
    "\ud800",
    "\u00a0",
  ];
  const filler = () => fillers[Math.floor(random() * fillers.length)] ?? "";
  for (let round = 0; round < 3000; round += 1) {
    const text = filler() + one().text + filler() + one().text + filler() + one().text.slice(0, 20);
    const { found, kinds } = sensitive(text);
    let last = 0;
    for (const { kind, start, end, rule } of found) {
      assert.ok(last <= start && start < end && end <= text.length, JSON.stringify({ text, found }));
      assert.ok(KINDS.includes(kind) && kinds.includes(kind) && rule.length > 0, kind);
      if (rule !== "private-key") assert.equal(text.slice(start, end).trim(), text.slice(start, end), text);
      last = end;
    }
    assert.deepEqual(sensitive(text).found, found, "there is no state");
  }
  for (const { text } of TEXTS) {
    // A key that is cut off goes on to the end of the text.
    if (text.includes("PRIVATE KEY") && !text.includes("-----END")) continue;
    const lines = `Hello.\n\n${text}\n\nBye.`;
    assert.deepEqual(slices(lines).sort(), slices(text).sort(), text);
  }
});

test("full-width and other digits, no-break spaces and other dashes change nothing", () => {
  const others = [
    (/** @type {string} */ text) =>
      text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    (/** @type {string} */ text) =>
      text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit))),
    (/** @type {string} */ text) => text.replaceAll(" ", "\u00a0"),
    (/** @type {string} */ text) => text.replaceAll(" ", "\u2009"),
    (/** @type {string} */ text) => text.replaceAll("-", "\u2011"),
  ];
  const ofNumbers = TEXTS.filter(({ marked }) => marked.every(({ label }) => label !== "secret"));
  for (const { text } of ofNumbers) {
    for (const other of others) assert.deepEqual(labelled(other(text)), labelled(text), other(text));
  }
});

test("words of the caller are found whole, whatever their case, the longest first", () => {
  const words = ["Project Falcon", "falcon", "Zürich", "東京", "C++"];
  const text = "FALCON and project falcon, falconry, ZÜRICH, Zürichs, 東京都, c++!";
  assert.deepEqual(slices(text, { words }), ["FALCON", "project falcon", "ZÜRICH", "東京", "c++"]);
  assert.deepEqual(sensitive(text, { words }).kinds, ["word"]);
  assert.deepEqual(slices("ask anna@example.org", { words: ["anna@example.org", "anna"] }), [
    "anna@example.org",
  ]);
});

test("only the kinds that are asked for are found", () => {
  const text = "a@example.org, 4111 1111 1111 1111, +44 20 7946 0958";
  assert.deepEqual(sensitive(text).kinds, ["card", "email", "phone"]);
  assert.deepEqual(slices(text, { kinds: ["email"] }), ["a@example.org"]);
  assert.deepEqual(sensitive(text, { kinds: [] }), { found: [], kinds: [] });
});

test("a finding restricts the models of a request, and no finding does not", () => {
  const tags = ["local", "trusted"];
  assert.deepEqual(restrict("Mail a@example.org", { tags }), { allowTags: tags });
  assert.deepEqual(restrict("Write a haiku.", { tags }), {});
  assert.deepEqual(restrict("about Falcon", { tags, words: ["falcon"] }), { allowTags: tags });
  assert.deepEqual(restrict("Mail a@example.org", { tags, kinds: ["card"] }), {});
  assert.deepEqual(restrict(sensitive("Mail a@example.org"), { tags }), { allowTags: tags });
  const copy = restrict("Mail a@example.org", { tags }).allowTags;
  assert.notEqual(copy, tags, "the list of the caller is not shared");
  for (const [options, path] of /** @type {[any, string][]} */ ([
    [undefined, "tags"],
    [{}, "tags"],
    [{ tags: [] }, "tags"],
    [{ tags: "local" }, "tags"],
    [{ tags: [5] }, "tags[0]"],
  ])) {
    assert.throws(() => restrict("Write a haiku.", options), refused(path), JSON.stringify(options));
  }
  assert.throws(() => restrict({}, { tags }), refused("found"));
  assert.throws(() => restrict(null, { tags }), refused("found"));
});

test("a masked text has the kinds in place of the findings", () => {
  const text = "Mail a@example.org or call +44 20 7946 0958.";
  assert.equal(mask(text, sensitive(text)), "Mail [email] or call [phone].");
  assert.equal(mask("nothing", sensitive("nothing")), "nothing");
  assert.throws(() => mask("Mail", sensitive(text)), refused("found[0]"));
  assert.throws(() => mask(text, { found: sensitive(text).found.reverse() }), refused("found[1]"));
  assert.throws(() => mask(text, { found: [{ kind: "email" }] }), refused("found[0]"));
  assert.throws(() => mask(text, /** @type {any} */ (undefined)), refused("found"));
  for (const { text } of TEXTS) {
    const masked = mask(text, sensitive(text));
    for (const slice of slices(text)) assert.ok(!masked.includes(slice), masked);
  }
});

test("arguments of other types are refused with their place", () => {
  for (const [text, options, path] of /** @type {[any, any, string][]} */ ([
    [undefined, undefined, "text"],
    [5, undefined, "text"],
    ["a".repeat(8 * MEGABYTE + 1), undefined, "text"],
    ["a", 5, "options"],
    ["a", { words: "a" }, "words"],
    ["a", { words: ["a", " "] }, "words[1]"],
    ["a", { words: [7] }, "words[0]"],
    ["a", { words: Array(1001).fill("a") }, "words"],
    ["a", { words: ["a".repeat(201)] }, "words[0]"],
    ["a", { kinds: ["emails"] }, "kinds"],
    ["a", { kinds: "email" }, "kinds"],
  ])) {
    assert.throws(() => sensitive(text, options), refused(path), path);
  }
  const throwing = {
    get words() {
      throw new Error("no");
    },
  };
  assert.throws(() => sensitive("a", throwing), refused("options"));
});

test("a long text of one pattern is read to its end", () => {
  const patterns = [
    "7",
    "a@",
    "-",
    "a.",
    "1 ",
    "=",
    "+1 ",
    "(",
    "eyJ",
    "-----BEGIN ",
    "sk-",
    "password=",
    "://a:",
  ];
  for (const [i, pattern] of patterns.entries()) {
    const long = pattern.repeat((i < 3 ? MEGABYTE : MEGABYTE / 16) / pattern.length);
    const text = `${long}\nMail a@example.org`;
    assert.equal(slices(text).at(-1), "a@example.org", pattern);
  }
});

test("a private key without an end is a finding to the end of the text", () => {
  const begin = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
  const text = `one ${begin}\nMIIE`;
  assert.deepEqual(slices(text), [text.slice(4)]);
  assert.equal(slices(begin.repeat(1000)).length, 1);
});
