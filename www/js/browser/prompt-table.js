/** Prompts and labels from text files: lines, tables, JSON. */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/** @import { RawLabel } from "../../uniroute/lib/types.js" */

/**
 * Rows of a file. `column` is the column that most likely holds the prompts.
 *
 * @typedef {{ columns: string[], column: number, rows: string[][] }} PromptTable
 */

/** Names of columns with prompts, the most likely first. */
const PROMPT_COLUMNS = ["prompt", "question", "query", "instruction", "input", "text", "content", "message"];
/** Names of columns with scores. */
const SCORE_COLUMNS = ["score", "correct", "label", "accuracy"];
/** Rows that are read to find the columns. */
const SAMPLE_ROWS = 100;
/** Header cells are short; prompts are not. */
const MAX_HEADER_LENGTH = 40;

/**
 * @param {string} name of the file; its extension is the format
 * @param {string} text
 * @returns {PromptTable}
 */
export function readPromptTable(name, text) {
  const plain = text.replace(/^\ufeff/, "");
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === "csv") return fromCells(splitTable(plain, ","));
  if (extension === "tsv") return fromCells(splitTable(plain, "\t"));
  if (extension === "jsonl" || extension === "ndjson") return fromObjects(jsonLines(plain));
  if (extension === "json") return fromObjects(jsonList(plain));
  return readLines(plain);
}

/**
 * One prompt per line.
 *
 * @param {string} text
 * @returns {PromptTable}
 */
export function readLines(text) {
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
 * @param {PromptTable} table
 * @param {number} column
 */
export function promptsInColumn({ rows }, column) {
  return rows.map((row) => row[column]?.trim() ?? "").filter(Boolean);
}

/**
 * Labels: prompts with scores, from the same formats.
 *
 * @param {string} name of the file
 * @param {string} text
 * @returns {RawLabel[]}
 */
export function readLabels(name, text) {
  const { columns, column, rows } = readPromptTable(name, text);
  const scores = columns.findIndex((title) => SCORE_COLUMNS.includes(title.trim().toLowerCase()));
  if (scores < 0) {
    const message = `${name} has no column “score”. Give it two columns, “prompt” and “score” (0 to 1).`;
    throw new UnirouteError("labels_columns", message);
  }
  return rows.map((row, i) => {
    const score = Number(row[scores]);
    if (row[scores]?.trim() === "" || !Number.isFinite(score)) {
      const message = `The score of row ${i + 1} is not a number. Give a number from 0 to 1.`;
      throw new UnirouteError("labels_score", message);
    }
    return { prompt: row[column] ?? "", score };
  });
}

/**
 * @param {string[][]} rows
 * @returns {PromptTable}
 */
function fromCells(rows) {
  const [first, ...rest] = rows;
  if (first === undefined) return { columns: [], column: 0, rows: [] };
  const named =
    rest.length > 0 &&
    first.every((cell) => cell !== "" && cell.length <= MAX_HEADER_LENGTH) &&
    new Set(first).size === first.length;
  const columns = named ? first : first.map((_, i) => `column ${i + 1}`);
  const body = named ? rest : rows;
  return { columns, column: likelyColumn(columns, body), rows: body };
}

/**
 * @param {unknown[]} items
 * @returns {PromptTable}
 */
function fromObjects(items) {
  if (items.every((item) => typeof item === "string"))
    return { columns: ["prompt"], column: 0, rows: items.map((item) => [item]) };
  /** @type {Set<string>} */
  const found = new Set();
  let hasText = false;
  for (const item of items.slice(0, SAMPLE_ROWS)) {
    for (const [key, value] of Object.entries(item ?? {})) {
      if (typeof value === "string" || typeof value === "number") found.add(key);
      hasText ||= typeof value === "string";
    }
  }
  const columns = [...found];
  if (!hasText)
    throw new UnirouteError(
      "batch_columns",
      "No field of this file contains text. Give each line a field “prompt”.",
    );
  const rows = items.map((item) =>
    columns.map((key) => cellText(/** @type {Record<string, unknown> | null} */ (item)?.[key])),
  );
  return { columns, column: likelyColumn(columns, rows), rows };
}

/** @param {unknown} value */
const cellText = (value) =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

/** @param {string} source */
function jsonLines(source) {
  return source.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [/** @type {unknown} */ (JSON.parse(line))];
    } catch (cause) {
      throw new UnirouteError(
        "batch_line",
        `Line ${i + 1} is not JSON. Correct it, or rename the file to .txt to read one prompt per line.`,
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
      "This JSON is not a list. Give a list of texts or objects, or one object per line in a .jsonl file.",
    );
  return list;
}

/**
 * The cells of a table. Inside quotes, a cell may contain separators, line ends and doubled quotes.
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
          cell += source.slice(end); // the file ends inside quotes: the cell is the rest
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
    const rest = endOfCell(source, at, separator);
    cell += source.slice(at, rest);
    row.push(cell);
    at = rest + 1;
    if (source[rest] === separator && at < source.length) continue;
    if (source[rest] === separator) row.push(""); // an empty cell follows a separator at the end
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
function endOfCell(source, from, separator) {
  let at = from;
  while (at < source.length && source[at] !== separator && source[at] !== "\n" && source[at] !== "\r")
    at += 1;
  return at;
}

/**
 * @param {string[]} columns
 * @param {string[][]} rows
 */
function likelyColumn(columns, rows) {
  const names = columns.map((column) => column.trim().toLowerCase());
  const named = PROMPT_COLUMNS.map((name) => names.indexOf(name)).find((at) => at >= 0);
  if (named !== undefined) return named;
  const lengths = columns.map((_, i) =>
    rows.slice(0, SAMPLE_ROWS).reduce((sum, row) => sum + (row[i]?.length ?? 0), 0),
  );
  return Math.max(0, lengths.indexOf(Math.max(...lengths)));
}
