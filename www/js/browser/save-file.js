/** Files that the person downloads. */

/**
 * @param {string} name
 * @param {string} type
 * @param {string | Blob} content
 */
export function saveFile(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What begins a formula in a spreadsheet, also in its wide form. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/**
 * Rows as CSV. A spreadsheet would run some cells as formulas, and a prompt may contain anything;
 * such cells get an apostrophe in front. Numbers with a sign stay as they are.
 *
 * @param {(string | number)[][]} rows
 */
export function toCsv(rows) {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** @param {string | number} value */
function cell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
