/**
 * The first sheet of an Excel workbook (.xlsx), as rows of texts. A workbook is a zip archive of XML files; the
 * browser unpacks and parses both. Loaded on demand.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";
import { ArchiveError, entriesOf, unpack } from "./archive.js";

export { isArchive } from "./archive.js";

/** Most characters of one XML file, unpacked. */
const MAX_XML = 32 * 1024 * 1024;
/** Most cells, those left empty before another one included. */
const MAX_CELLS = 2_000_000;
const REMEDY = "Save the sheet as CSV and open that file.";
const PROBLEMS = {
  cut: "The workbook is cut short.",
  damaged: "The workbook is damaged.",
  entries: "The workbook has too many files inside.",
  large: "A sheet of the workbook is too large.",
  method: "The workbook is not packed as Excel does it.",
};

/**
 * XML that came out of an archive. It is never part of the page.
 *
 * @type {{ createHTML: (xml: string) => string } | undefined}
 */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("uniroute-xml", {
  createHTML: (/** @type {string} */ xml) => xml,
});

/** @typedef {{ name: string, rows: string[][], numbers: number[] }} Sheet `numbers`: of its rows in the workbook */

/**
 * Reads the first sheet that is not hidden. Rows without any text are left out.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<Sheet>}
 * @throws {UnirouteError} `spreadsheet`, for a file that is damaged, too large or no workbook
 */
export async function firstSheet(bytes) {
  try {
    return await sheetOf(bytes);
  } catch (thrown) {
    throw thrown instanceof ArchiveError ? refused(PROBLEMS[thrown.problem]) : thrown;
  }
}

/** @param {Uint8Array} bytes */
async function sheetOf(bytes) {
  const entries = entriesOf(bytes);
  const read = async (/** @type {string} */ name) => {
    const entry = entries.get(name);
    return entry ? parse(name, await unpack(bytes, entry, MAX_XML)) : null;
  };
  const workbook = await read("xl/workbook.xml");
  if (workbook === null) throw refused("This archive holds no Excel workbook.");
  const sheet = all(workbook, "sheet").find((one) => !one.getAttribute("state"));
  const id = sheet?.getAttributeNS(
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "id",
  );
  const links = await read("xl/_rels/workbook.xml.rels");
  const link = links && all(links, "Relationship").find((one) => one.getAttribute("Id") === id);
  const path = new URL(link?.getAttribute("Target") ?? "worksheets/sheet1.xml", "zip://x/xl/").pathname;
  const cells = await read(path.replace(/^\//, ""));
  if (cells === null) throw refused("The workbook has no sheet that can be read.");
  const strings = await read("xl/sharedStrings.xml");
  const shared = strings === null ? [] : all(strings, "si").map(textOf);
  return { name: sheet?.getAttribute("name") ?? "", ...rowsOf(cells, shared) };
}

/**
 * Rows as a table that the core reads.
 *
 * @param {string[][]} rows
 */
export function asCsv(rows) {
  const cell = (/** @type {string} */ text) => `"${text.replaceAll('"', '""')}"`;
  return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/**
 * @param {Document} sheet
 * @param {string[]} shared texts that several cells may have
 */
function rowsOf(sheet, shared) {
  const rows = [];
  const numbers = [];
  let count = 0;
  let number = 0;
  for (const row of all(sheet, "row")) {
    number = Number(row.getAttribute("r") ?? number + 1);
    /** @type {string[]} */
    const cells = [];
    for (const cell of all(row, "c")) {
      const at = columnOf(cell.getAttribute("r")) ?? cells.length;
      count += Math.max(1, at - cells.length);
      if (count > MAX_CELLS) throw refused(`The sheet has more than ${MAX_CELLS} cells.`);
      while (cells.length < at) cells.push("");
      cells[at] = cellText(cell, shared);
    }
    if (!cells.some((text) => text.trim() !== "")) continue;
    rows.push(cells);
    numbers.push(number);
  }
  return { rows, numbers };
}

/**
 * The position of a cell such as `AB12` in its row, from 0.
 *
 * @param {string | null} reference
 */
function columnOf(reference) {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (!letters) return null;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/**
 * @param {Element} cell
 * @param {string[]} shared
 */
function cellText(cell, shared) {
  const type = cell.getAttribute("t");
  if (type === "inlineStr") return textOf(cell);
  const value = all(cell, "v")[0]?.textContent ?? "";
  if (type === "s") return shared[Number(value)] ?? "";
  return type === "b" ? (value === "1" ? "TRUE" : "FALSE") : value;
}

/**
 * The text of a cell, whose parts may have formats of their own; not how it is pronounced.
 *
 * @param {Element} element
 */
function textOf(element) {
  return all(element, "t")
    .filter((part) => part.parentElement?.localName !== "rPh")
    .map((part) => part.textContent)
    .join("");
}

/**
 * @param {Document | Element} parent
 * @param {string} name
 */
function all(parent, name) {
  return [...parent.getElementsByTagNameNS("*", name)];
}

/**
 * @param {string} name
 * @param {string} xml
 */
function parse(name, xml) {
  // Entities could make a short file a long one; workbooks have none of their own.
  if (/<!DOCTYPE/i.test(xml)) throw refused(`${name} in the workbook is not as Excel writes it.`);
  const parsed = new DOMParser().parseFromString(policy?.createHTML(xml) ?? xml, "application/xml");
  if (parsed.querySelector("parsererror")) throw refused(`${name} in the workbook is damaged.`);
  return parsed;
}

/** @param {string} problem */
function refused(problem) {
  return new UnirouteError("spreadsheet", `${problem} ${REMEDY}`);
}
