/** The decisions on a batch as a file. Loaded on demand. */
import { saveFile, toCsv } from "../browser/save-file.js";

/** @import { BatchState } from "./batch-controller.js" */

/** Titles of the columns that the router adds. */
const OURS = ["prompt", "model", "expected_quality", "cost_usd"];

/**
 * Saves the decision on each prompt. The other columns of its file come first, so that each row is found again.
 *
 * @param {BatchState} state
 * @param {"csv" | "json"} format
 */
export function saveBatch({ report, prompts, source }, format) {
  if (report === null) return;
  const others = source
    ? source.table.columns
        .map((title, column) => ({ title, column }))
        .filter(({ column }) => column !== source.column)
    : [];
  const rows = prompts.map((prompt, i) => {
    const from = source?.rows[i] ?? -1;
    const model = report.models[report.chosen[i] ?? -1];
    return {
      row: source?.table.numbers[from] ?? i + 1,
      cells: others.map(({ column }) => source?.table.rows[from]?.[column] ?? ""),
      prompt,
      model: model?.id ?? null,
      quality: model ? (report.qualities[i] ?? 0) : null,
      cost: model ? (report.costs[i] ?? 0) : null,
    };
  });
  if (format === "json") {
    const records = rows.map(({ cells, ...row }) => ({
      ...row,
      ...(others.length > 0
        ? { columns: Object.fromEntries(others.map(({ title }, i) => [title, cells[i]])) }
        : {}),
    }));
    const json = JSON.stringify({ routed: report.routed, prompts: records }, null, 1);
    return saveFile("uniroute-batch.json", "application/json", `${json}\n`);
  }
  const taken = new Set(others.map(({ title }) => title.trim().toLowerCase()));
  const header = OURS.map((title) => (taken.has(title) ? `uniroute_${title}` : title));
  const cells = rows.map(({ cells: kept, prompt, model, quality, cost }) => [
    ...kept,
    prompt,
    model ?? "",
    quality ?? "",
    cost ?? "",
  ]);
  saveFile(
    "uniroute-batch.csv",
    "text/csv",
    toCsv([[...others.map(({ title }) => title), ...header], ...cells]),
  );
}
