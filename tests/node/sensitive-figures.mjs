/**
 * Recall and precision of the finder of personal data on the made texts. `node tests/node/sensitive-figures.mjs`
 * prints the table of docs/PRIVACY.md.
 *
 * @module
 */
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { FROZEN_NEGATIVE, FROZEN_POSITIVE } from "./sensitive-frozen.mjs";
import { NEGATIVE, POSITIVE } from "./sensitive-texts.mjs";

const { sensitive } = await import(new URL("../../pkg/sensitive.js", import.meta.url).href);

/** @typedef {{ label: string, start: number, end: number }} Marked */
/** @typedef {{ label: string, marked: number, found: number, right: number }} Figures */

/**
 * A text without its marks, and what they mark.
 *
 * @param {string} written
 */
export function unmark(written) {
  const whole = written.replaceAll("¦", "");
  let [text, from] = ["", 0];
  /** @type {Marked[]} */
  const marked = [];
  for (const { 0: all, 1: label = "", 2: inner = "", index } of whole.matchAll(/⟦([^|⟧]+)\|([^⟧]*)⟧/g)) {
    text += whole.slice(from, index);
    marked.push({ label, start: text.length, end: text.length + inner.length });
    text += inner;
    from = index + all.length;
  }
  return { text: text + whole.slice(from), marked };
}

/** The texts that were frozen before the finder was written, and the others. */
export const FROZEN = [...FROZEN_POSITIVE, ...FROZEN_NEGATIVE].map(unmark);
export const LATER = [...POSITIVE, ...NEGATIVE].map(unmark);

/**
 * The findings of a text, labelled as the marks are: an identity number by its rule.
 *
 * @param {string} text
 * @returns {Marked[]}
 */
export function labelled(text) {
  return sensitive(text).found.map((/** @type {any} */ { kind, rule, start, end }) => ({
    label: kind === "identity" ? rule : kind,
    start,
    end,
  }));
}

/**
 * How many are marked, found and right by label. A finding is right where label, start and end are those of a mark.
 *
 * @param {{ text: string, marked: Marked[] }[]} texts
 * @returns {Figures[]} the last one of all labels
 */
export function figures(texts) {
  /** @type {Map<string, Figures>} */
  const all = new Map();
  const total = { label: "all", marked: 0, found: 0, right: 0 };
  /** @param {string} label @param {"marked" | "found" | "right"} field */
  const count = (label, field) => {
    const of = all.get(label) ?? { label, marked: 0, found: 0, right: 0 };
    all.set(label, of);
    of[field] += 1;
    total[field] += 1;
  };
  for (const { text, marked } of texts) {
    const found = labelled(text);
    for (const { label } of marked) count(label, "marked");
    for (const one of found) {
      count(one.label, "found");
      if (marked.some((mark) => isEqual(mark, one))) count(one.label, "right");
    }
  }
  return [...[...all.values()].sort((a, b) => (a.label < b.label ? -1 : 1)), total];
}

/** @param {Marked} a @param {Marked} b */
function isEqual(a, b) {
  return a.label === b.label && a.start === b.start && a.end === b.end;
}

/** The table as Markdown. */
export function table() {
  const [frozen, all] = [figures(FROZEN), figures([...FROZEN, ...LATER])];
  const cells = (/** @type {Figures | undefined} */ of) =>
    of === undefined
      ? "| – | – | – "
      : `| ${of.marked} | ${of.right}/${of.marked} | ${of.right}/${of.found} `;
  const rows = all.map((of) => {
    const before = frozen.find(({ label }) => label === of.label);
    return `| ${of.label} ${cells(before)}${cells(of)}|`;
  });
  return [
    "| kind | frozen: marked | recall | precision | all: marked | recall | precision |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) console.log(table());
