/** Prompts out of files that people have: lines, tables, JSON. */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/**
 * Prompts with the columns they may be in.
 *
 * @typedef {{ columns: string[], column: number, rows: string[][] }} Sheet `column`: the likely one
 */

/** Names that a column of prompts is likely to have, the likeliest first. */
const LIKELY = ["prompt", "question", "query", "instruction", "input", "text", "content", "message"];
/** Rows looked at to find out what the columns are. */
const SAMPLE = 100;
/** Header cells are short; prompts are not. */
const LONGEST_HEADER = 40;

/**
 * @param {string} name of the file; its ending says what it is
 * @param {string} text
 * @returns {Sheet}
 */
export function readSheet(name, text) {
  const plain = text.replace(/^\ufeff/, "");
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === "csv") return table(splitTable(plain, ","));
  if (ending === "tsv") return table(splitTable(plain, "\t"));
  if (ending === "jsonl" || ending === "ndjson") return objects(jsonLines(plain));
  if (ending === "json") return objects(jsonList(plain));
  return lines(plain);
}

/**
 * One prompt a line.
 *
 * @param {string} text
 * @returns {Sheet}
 */
export function lines(text) {
  const rows = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => [line]);
  return { columns: ["prompt"], column: 0, rows };
}

/**
 * The prompts of one column, without empty ones.
 *
 * @param {Sheet} sheet
 * @param {number} column
 */
export function promptsOf({ rows }, column) {
  return rows.map((row) => row[column]?.trim() ?? "").filter(Boolean);
}

/**
 * @param {string[][]} rows
 * @returns {Sheet}
 */
function table(rows) {
  const [first, ...rest] = rows;
  if (first === undefined) return { columns: [], column: 0, rows: [] };
  const named =
    rest.length > 0 &&
    first.every((cell) => cell !== "" && cell.length <= LONGEST_HEADER) &&
    new Set(first).size === first.length;
  const columns = named ? first : first.map((_, i) => `column ${i + 1}`);
  const body = named ? rest : rows;
  return { columns, column: likely(columns, body), rows: body };
}

/**
 * @param {unknown[]} items
 * @returns {Sheet}
 */
function objects(items) {
  if (items.every((item) => typeof item === "string"))
    return { columns: ["prompt"], column: 0, rows: items.map((item) => [item]) };
  /** @type {Set<string>} */
  const found = new Set();
  let worded = false;
  for (const item of items.slice(0, SAMPLE)) {
    for (const [key, value] of Object.entries(item ?? {})) {
      if (typeof value === "string" || typeof value === "number") found.add(key);
      worded ||= typeof value === "string";
    }
  }
  const columns = [...found];
  if (!worded)
    throw new UnirouteError(
      "batch_columns",
      "No field of this file holds text. Give each line a field “prompt”.",
    );
  const rows = items.map((item) =>
    columns.map((key) => text(/** @type {Record<string, unknown> | null} */ (item)?.[key])),
  );
  return { columns, column: likely(columns, rows), rows };
}

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");

/** @param {string} source */
function jsonLines(source) {
  return source.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [/** @type {unknown} */ (JSON.parse(line))];
    } catch (cause) {
      throw new UnirouteError(
        "batch_line",
        `Line ${i + 1} is not JSON. Correct it, or name the file .txt to read one prompt a line.`,
        { cause },
      );
    }
  });
}

/** @param {string} source */
function jsonList(source) {
  const list = /** @type {unknown} */ (JSON.parse(source));
  if (!Array.isArray(list))
    throw new UnirouteError(
      "batch_type",
      "This JSON is not a list. Give a list of texts or objects, or one object a line in a .jsonl file.",
    );
  return list;
}

/**
 * The cells of a table in which quotes protect separators, line ends and doubled quotes.
 *
 * @param {string} source
 * @param {string} separator
 */
export function splitTable(source, separator) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  let at = 0;
  while (at < source.length) {
    let cell = "";
    if (source[at] === '"') {
      let end = at + 1;
      for (;;) {
        const quote = source.indexOf('"', end);
        if (quote < 0) {
          cell += source.slice(end); // the file ends inside quotes: what is there is the cell
          at = source.length;
          break;
        }
        cell += source.slice(end, quote);
        at = quote + 1;
        if (source[at] !== '"') break;
        cell += '"';
        end = at + 1;
      }
    }
    const rest = nextEnd(source, at, separator);
    cell += source.slice(at, rest);
    row.push(cell);
    at = rest + 1;
    if (source[rest] === separator && at < source.length) continue;
    if (source[rest] === separator) row.push(""); // a separator at the very end has a cell behind it
    if (source[rest] === "\r" && source[at] === "\n") at += 1;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * @param {string} source
 * @param {number} from
 * @param {string} separator
 */
function nextEnd(source, from, separator) {
  let at = from;
  while (at < source.length && source[at] !== separator && source[at] !== "\n" && source[at] !== "\r")
    at += 1;
  return at;
}

/**
 * @param {string[]} columns
 * @param {string[][]} rows
 */
function likely(columns, rows) {
  const names = columns.map((column) => column.trim().toLowerCase());
  const named = LIKELY.map((name) => names.indexOf(name)).find((at) => at >= 0);
  if (named !== undefined) return named;
  const lengths = columns.map((_, i) =>
    rows.slice(0, SAMPLE).reduce((sum, row) => sum + (row[i]?.length ?? 0), 0),
  );
  return Math.max(0, lengths.indexOf(Math.max(...lengths)));
}
