/**
 * The first sheet of an Excel workbook (.xlsx), as rows of texts. A workbook is a zip archive of XML files; the
 * browser unpacks and parses both. Loaded on demand.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/** Most files in the archive. */
const MAX_ENTRIES = 10_000;
/** Most bytes of one XML file, unpacked. */
const MAX_XML = 32 * 1024 * 1024;
/** Most cells, those left empty before another one included. */
const MAX_CELLS = 2_000_000;
/** Bytes of the archive's end record, and of the longest comment after it. */
const END = { bytes: 22, comment: 65_535 };
const SIGNATURE = { end: 0x06054b50, entry: 0x02014b50, file: 0x04034b50 };
const REMEDY = "Save the sheet as CSV and open that file.";

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
 * Whether a file may be a workbook: whether it is a zip archive.
 *
 * @param {Uint8Array} bytes
 */
export function isArchive(bytes) {
  return bytes.length > END.bytes && view(bytes).getUint32(0, true) === SIGNATURE.file;
}

/**
 * Reads the first sheet that is not hidden. Rows without any text are left out.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<Sheet>}
 * @throws {UnirouteError} `spreadsheet`, for a file that is damaged, too large or no workbook
 */
export async function firstSheet(bytes) {
  const entries = entriesOf(bytes);
  const read = async (/** @type {string} */ name) => {
    const entry = entries.get(name);
    return entry ? parse(name, await unpack(bytes, entry)) : null;
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

/** @typedef {{ packed: boolean, bytes: number, at: number }} Entry */

/**
 * The files of the archive, by their names.
 *
 * @param {Uint8Array} bytes
 * @returns {Map<string, Entry>}
 */
function entriesOf(bytes) {
  const data = view(bytes);
  let end = bytes.length - END.bytes;
  const last = Math.max(0, end - END.comment);
  while (end >= last && data.getUint32(end, true) !== SIGNATURE.end) end -= 1;
  if (end < last) throw refused("The workbook is cut short.");
  const count = data.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw refused(`The workbook has more than ${MAX_ENTRIES} files inside.`);
  const entries = new Map();
  let at = data.getUint32(end + 16, true);
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > bytes.length || data.getUint32(at, true) !== SIGNATURE.entry)
      throw refused("The workbook is damaged.");
    const [method, flags] = [data.getUint16(at + 10, true), data.getUint16(at + 8, true)];
    const [nameBytes, extra, comment] = [28, 30, 32].map((field) => data.getUint16(at + field, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + (nameBytes ?? 0)));
    if ((method === 0 || method === 8) && (flags & 1) === 0) {
      const entry = {
        packed: method === 8,
        bytes: data.getUint32(at + 20, true),
        at: data.getUint32(at + 42, true),
      };
      entries.set(name, entry);
    }
    at += 46 + (nameBytes ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/**
 * @param {Uint8Array} bytes
 * @param {Entry} entry
 */
async function unpack(bytes, { packed, bytes: size, at }) {
  if (at + 30 > bytes.length || view(bytes).getUint32(at, true) !== SIGNATURE.file)
    throw refused("The workbook is damaged.");
  const start = at + 30 + view(bytes).getUint16(at + 26, true) + view(bytes).getUint16(at + 28, true);
  if (start + size > bytes.length) throw refused("The workbook is cut short.");
  const content = new Blob([/** @type {BlobPart} */ (bytes.subarray(start, start + size))]).stream();
  const reader = (packed ? content.pipeThrough(new DecompressionStream("deflate-raw")) : content).getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > MAX_XML) throw new RangeError();
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    throw refused(
      cause instanceof RangeError ? "A sheet of the workbook is too large." : "The workbook is damaged.",
    );
  }
  return text + decoder.decode();
}

/** @param {Uint8Array} bytes */
function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param {string} problem */
function refused(problem) {
  return new UnirouteError("spreadsheet", `${problem} ${REMEDY}`);
}
