/** What an opened file was taken for, and what of it the person can change. Loaded on demand. */
import { h } from "../../ui/dom.js";
import { count, plural } from "../../ui/format.js";
import { name as nameOf } from "../../ui/names.js";

/** @import { BatchController, OpenedFile } from "../../state/batch-controller.js" */

const SEPARATORS = [
  { value: ",", name: "commas" },
  { value: ";", name: "semicolons" },
  { value: "\t", name: "tabs" },
  { value: "|", name: "bars" },
  { value: "", name: "nothing: one column" },
];
/** Numbers of rows without a prompt that are listed. */
const LISTED = 8;
/** Prompts that are shown. */
const SAMPLE = 4;

/**
 * @param {BatchController} batch
 * @param {OpenedFile} file
 * @param {number} column of the prompts
 */
export function openedFile(batch, file, column) {
  const { table } = file;
  const sample = table.rows
    .map((row) => row[column]?.trim() ?? "")
    .filter(Boolean)
    .slice(0, SAMPLE);
  const close = h("button", { type: "button", click: () => batch.closeFile() }, "Close file");
  return [
    h("p", {}, h("strong", {}, nameOf(file.name)), " ", close),
    h("p", { id: "batch-read-as" }, ...readAs(file, column)),
    h("p", { class: "row choices" }, ...choices(batch, file, column)),
    h(
      "ol",
      { class: "sample quiet", "aria-label": "First prompts" },
      ...sample.map((text) => h("li", { dir: "auto" }, text)),
    ),
  ];
}

/**
 * What the file was read as, in a sentence or two.
 *
 * @param {OpenedFile} file
 * @param {number} column
 * @returns {(string | HTMLElement)[]}
 */
function readAs({ table, sheet }, column) {
  const { form, rows, columns, numbers } = table;
  const unit = { lines: "line", table: "row", json_lines: "line", json_list: "item" }[form];
  const title = columns[column] ?? "";
  const without = rows.flatMap((row, i) => ((row[column] ?? "").trim() === "" ? [numbers[i] ?? i + 1] : []));
  const longer = rows.filter((row) => row.length > columns.length).length;
  return [
    ...formInWords({ table, sheet, title }),
    ` ${plural(rows.length, unit)}, ${plural(rows.length - without.length, "prompt")}`,
    ...(columns.length > 1 ? [" in the column “", nameOf(title), "”."] : ["."]),
    without.length > 0 ? ` No prompt in ${unit} ${listed(without)}.` : "",
    form === "table" && longer > 0
      ? ` ${plural(longer, "row has", "rows have")} more cells than columns: check what separates the cells.`
      : "",
  ];
}

/**
 * @param {{ table: OpenedFile["table"], sheet: string | null, title: string }} file
 * @returns {(string | HTMLElement)[]}
 */
function formInWords({ table: { form, separator, header }, sheet, title }) {
  const head = header ? "the first row has the names of the columns" : "the first row is a prompt";
  if (sheet !== null) return ["Read as the sheet “", nameOf(sheet), `” of an Excel workbook; ${head}.`];
  if (form === "table") {
    const between = SEPARATORS.find(({ value }) => value === separator);
    const cells = separator ? `with ${between?.name} between its cells` : "of one column";
    return [`Read as a table ${cells}; ${head}.`];
  }
  if (form === "lines") return ["Read as plain text with a prompt a line."];
  const written = form === "json_lines" ? "JSON lines" : "a JSON list";
  const turn = "the prompt is the last turn of the user, without the turns before it";
  if (/^(body|params)\./.test(title))
    return [`Read as requests of a provider’s batch file (${written}); ${turn}.`];
  return title === "messages" ? [`Read as conversations (${written}); ${turn}.`] : [`Read as ${written}.`];
}

/**
 * What can be changed: the column, the separator, the header.
 *
 * @param {BatchController} batch
 * @param {OpenedFile} file
 * @param {number} column
 */
function choices(batch, { table, sheet }, column) {
  const select = (
    /** @type {string} */ id,
    /** @type {string} */ label,
    /** @type {{ value: string | number, name: string }[]} */ options,
    /** @type {string | number | null} */ present,
    /** @type {(value: string) => void} */ use,
  ) => {
    const list = options.map(({ value, name }) => h("option", { value, selected: value === present }, name));
    const choice = h("select", { id, change: () => use(choice.value) }, ...list);
    return h("label", { class: "pick", for: id }, h("span", {}, label), choice);
  };
  const isTable = table.form === "table";
  const columns = table.columns.map((name, value) => ({ value, name }));
  const separators = isTable
    ? SEPARATORS
    : [{ value: "none", name: "not a table" }, ...SEPARATORS.slice(0, 4)];
  return [
    columns.length > 1 &&
      select("batch-column", "Prompts are in ", columns, column, (value) => batch.setColumn(Number(value))),
    sheet === null &&
      (isTable || table.form === "lines") &&
      select("batch-separator", "Between cells: ", separators, table.separator, (separator) =>
        batch.readAgain({ separator }),
      ),
    isTable &&
      h(
        "label",
        { class: "pick" },
        h("input", {
          id: "batch-header",
          type: "checkbox",
          checked: table.header === true,
          change: () => batch.readAgain({ header: !table.header }),
        }),
        " First row is a header",
      ),
  ];
}

/** @param {number[]} numbers */
function listed(numbers) {
  const more = numbers.length - LISTED;
  return numbers.slice(0, LISTED).map(count).join(", ") + (more > 0 ? ` and ${count(more)} more` : "");
}
