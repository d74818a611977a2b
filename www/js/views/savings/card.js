/**
 * A card with the sentence that matters, to send to others. It is drawn here, has no prompt on it, and nothing of it
 * leaves the device unless the person sends it. Loaded on demand.
 */
import { saveFile } from "../../browser/save-file.js";
import { h } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { copyButton, openSheet } from "../../ui/sheet.js";

/** @import { App } from "../../state/app.js" */
/** @import { Line, Scope } from "./panel.js" */

const SIZE = { width: 1200, height: 630 };
/** Letters of a line of the headline and of the details, by their sizes. */
const LETTERS = { headline: 40, detail: 80 };
const MOST_LINES = { headline: 4, detail: 2 };
/** Where the lines of details end, above those about the pool. */
const BODY_END = 520;
/** Control characters, which XML does not allow, and those for the direction of text. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\ufffe\uffff]/g;

/**
 * Shows the card with what can be done with it.
 *
 * @param {App} app
 * @param {Line[]} lines
 * @param {Scope} scope
 */
export async function openCard(app, lines, scope) {
  const [first] = lines;
  if (!first) return;
  const { poolName, pool } = app.store.state;
  const prompts = app.batch.store.state.prompts.length;
  const svg = cardSvg({
    headline: first.claim.headline,
    details: first.claim.details,
    kind: first.claim.kind,
    scope: scope === "batch" ? `${plural(prompts, "prompt")}` : "One prompt",
    pool: poolName,
    asOf: pool?.asOf ?? null,
    date: new Date().toISOString().slice(0, 10),
  });
  const url = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  const image = h("img", { src: url, alt: first.claim.headline, width: SIZE.width, height: SIZE.height });
  const save = (/** @type {string} */ label, /** @type {() => unknown} */ click) =>
    h("button", { type: "button", click }, label);
  await openSheet(
    "Share card",
    image,
    h(
      "p",
      { class: "row" },
      save("Save SVG", () => saveFile("uniroute-card.svg", "image/svg+xml", svg)),
      save("Save PNG", async () => saveFile("uniroute-card.png", "image/png", await png(url))),
      copyButton("Copy PNG", async () =>
        navigator.clipboard.write([new ClipboardItem({ "image/png": png(url) })]),
      ),
      copyButton("Copy the sentence", async () =>
        navigator.clipboard.writeText([first.claim.headline, ...first.claim.details].join("\n")),
      ),
    ),
    h("p", { class: "quiet" }, "Drawn on this device. No prompt is on it."),
  );
}

/**
 * @param {{ headline: string, details: string[], kind: string, scope: string, pool: string, asOf: string | null,
 *   date: string }} card
 * @returns {string} SVG
 */
export function cardSvg({ headline, details, kind, scope, pool, asOf, date }) {
  const head = wrapped(headline, LETTERS.headline, MOST_LINES.headline);
  const body = details.flatMap((detail) => wrapped(detail, LETTERS.detail, MOST_LINES.detail));
  const accent = kind === "saves" ? "#b23c0b" : "#5b5e66";
  const bodyTop = 185 + head.length * 58;
  const lines = body.slice(0, 1 + Math.floor((BODY_END - bodyTop) / 37));
  const text = (
    /** @type {number} */ y,
    /** @type {number} */ size,
    /** @type {string} */ more,
    /** @type {string} */ line,
  ) => `<text x="90" y="${y}" font-size="${size}" ${more}>${escaped(line)}</text>`;
  const prices = asOf === null ? "" : `, prices of ${asOf}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}"`,
    ` font-family="Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" role="img">`,
    `<title>${escaped(headline)}</title>`,
    `<rect width="100%" height="100%" fill="#fffefb"/><rect width="16" height="100%" fill="${accent}"/>`,
    text(92, 26, `fill="#5b5e66"`, `${scope}, routed between models`),
    ...head.map((line, i) => text(165 + i * 58, 46, `fill="#1a1c20" font-weight="650"`, line)),
    ...lines.map((line, i) => text(bodyTop + i * 37, 24, `fill="#40434a"`, line)),
    text(560, 22, `fill="#5b5e66"`, clipped(`Pool: ${pool}${prices}`, LETTERS.detail)),
    text(
      592,
      22,
      `fill="#5b5e66"`,
      `uniroute, computed on the device, ${date}. Expected quality, not a promise.`,
    ),
    "</svg>",
  ].join("");
}

/**
 * Words in lines of at most so many letters; a word that is longer is cut.
 *
 * @param {string} text
 * @param {number} letters
 * @param {number} most lines
 */
function wrapped(text, letters, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(clipped(word, letters));
  }
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), clipped(`${lines[most - 1]} …`, letters)];
}

/**
 * @param {string} text
 * @param {number} letters
 */
function clipped(text, letters) {
  const all = [...text];
  return all.length <= letters ? text : `${all.slice(0, letters - 1).join("")}…`;
}

/** @param {string} text */
function escaped(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text
    .replace(CONTROLS, "")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/[&<>"']/g, (letter) => entities[/** @type {keyof typeof entities} */ (letter)]);
}

/**
 * @param {string} url of the SVG
 * @returns {Promise<Blob>}
 */
async function png(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = h("canvas", SIZE);
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image"))), "image/png"),
  );
}
