import { UnirouteError } from "../../uniroute/lib/errors.js";
import { bytesOf } from "../browser/file-bytes.js";
import { latest } from "./latest.js";
import { pinnedRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { BatchReport, PromptTable, TableOptions } from "../../uniroute/lib/types.js" */
/** @import { App } from "./app.js" */

/**
 * An opened file.
 *
 * @typedef {object} OpenedFile
 * @property {string} name
 * @property {PromptTable} table
 * @property {string | null} sheet name of the sheet, if the file is a workbook
 */

/**
 * Prompts with the rows of the file that they are from.
 *
 * @typedef {object} BatchInput
 * @property {string[]} prompts
 * @property {{ table: PromptTable, column: number, rows: number[] } | null} source null for typed prompts
 */

/**
 * @typedef {object} BatchState
 * @property {string} text pasted or typed prompts
 * @property {OpenedFile | null} file an opened file, which replaces the text
 * @property {number} column of the file
 * @property {string[]} prompts of the report
 * @property {BatchInput["source"]} source of these prompts
 * @property {{ done: number, total: number } | null} progress null if no batch is running
 * @property {BatchReport | null} report
 * @property {string} problem
 */

/** @type {BatchState} */
const INITIAL = {
  text: "",
  file: null,
  column: 0,
  prompts: [],
  source: null,
  progress: null,
  report: null,
  problem: "",
};

/** Many prompts at once: the input, the progress and the report. */
export class BatchController {
  /** @type {Store<BatchState>} */
  store = new Store(INITIAL);
  #app;
  /** @type {AbortController | null} */
  #abort = null;
  /** @type {{ name: string, content: string | Uint8Array } | null} the opened file as the core reads it */
  #content = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /**
   * The prompts of the present input.
   *
   * @returns {BatchInput}
   */
  input() {
    const { text, file, column } = this.store.state;
    if (file === null)
      return {
        prompts: text
          .split(/\r\n|\r|\n/)
          .map((line) => line.trim())
          .filter(Boolean),
        source: null,
      };
    const cells = file.table.rows.map((row) => (row[column] ?? "").trim());
    const rows = [...cells.keys()].filter((row) => cells[row] !== "");
    return {
      prompts: rows.map((row) => cells[row] ?? ""),
      source: { table: file.table, column, rows },
    };
  }

  /** @param {string} text */
  setText(text) {
    this.store.set({ text, problem: "" });
  }

  /** @param {File} file */
  async openFile(file) {
    await this.openContent(file.name, await bytesOf(file));
  }

  /**
   * @param {string} name its extension is the format
   * @param {string | Uint8Array} content
   */
  async openContent(name, content) {
    if (typeof content !== "string" && content[0] === 0x50 && content[1] === 0x4b) {
      const { asCsv, firstSheet, isArchive } = await import("../browser/spreadsheet.js");
      if (isArchive(content)) {
        const sheet = await firstSheet(content).catch((thrown) => this.#showProblem(name, thrown));
        if (!sheet) return;
        this.#content = { name: "sheet.csv", content: asCsv(sheet.rows) };
        return this.#read({ name, sheet: sheet.name }, { separator: "," }, sheet.numbers);
      }
    }
    this.#content = { name, content };
    await this.#read({ name, sheet: null }, {});
  }

  /**
   * Reads the opened file again, with what the person knows of it.
   *
   * @param {TableOptions} options
   */
  async readAgain(options) {
    const { file } = this.store.state;
    if (file === null) return;
    const separator = file.table.separator ?? undefined;
    const numbers = file.sheet === null ? undefined : this.#sheetNumbers;
    await this.#read(file, { separator, ...options }, numbers);
  }

  /** @type {number[]} numbers of all rows of an opened sheet */
  #sheetNumbers = [];

  /**
   * @param {{ name: string, sheet: string | null }} file
   * @param {TableOptions} options
   * @param {number[]} [numbers] of the rows, the header included, where lines are no rows
   */
  async #read({ name, sheet }, options, numbers) {
    await this.#app.loaded();
    const { router } = this.#app;
    if (router === null) {
      this.store.set({ problem: `${name} cannot be read: the router is not loaded. Load the page again.` });
      return;
    }
    const read = this.#content;
    if (read === null) return;
    try {
      const table = await router.readPrompts(read.name, read.content, options);
      if (numbers) {
        this.#sheetNumbers = numbers;
        table.numbers = numbers.slice(table.header ? 1 : 0);
      }
      this.store.set({ file: { name, table, sheet }, column: table.column, problem: "" });
    } catch (thrown) {
      this.#showProblem(name, thrown);
    }
  }

  /**
   * @param {string} name
   * @param {unknown} thrown
   */
  #showProblem(name, thrown) {
    const { code, message } = UnirouteError.from(thrown);
    this.store.set({ problem: code === "spreadsheet" ? `${name}: ${message}` : message });
  }

  closeFile() {
    this.#content = null;
    this.store.set({ file: null, problem: "" });
  }

  /** @param {number} column */
  setColumn(column) {
    this.store.set({ column });
  }

  /** Routes all prompts of the input, as soon as the router is loaded. */
  async run() {
    const { prompts, source } = this.input();
    if (prompts.length === 0) return;
    const { signal } = (this.#abort = new AbortController());
    const onProgress = (/** @type {number} */ done, /** @type {number} */ total) =>
      this.store.set({ progress: { done, total } });
    this.store.set({ progress: { done: 0, total: prompts.length }, report: null, problem: "" });
    try {
      await this.#app.loaded();
      const { router } = this.#app;
      if (router === null)
        throw new UnirouteError("not_loaded", "The router is not loaded. Load the page again.");
      await router.openBatch(prompts, onProgress, signal);
      this.store.set({ prompts, source });
      await this.#report();
    } catch (thrown) {
      const { code, message } = UnirouteError.from(thrown);
      this.store.set({ prompts: [], source: null, problem: code === "aborted" ? "Cancelled." : message });
    } finally {
      this.#abort = null;
      this.store.set({ progress: null });
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  /** Removes the report, since a new router does not have the batch. The input stays. */
  reset() {
    this.cancel();
    this.store.set({ prompts: [], source: null, report: null });
  }

  /** Updates the report, if there is one, after the choices changed. */
  update() {
    const { prompts, progress } = this.store.state;
    if (prompts.length > 0 && progress === null) void this.#report();
  }

  #report = latest(async () => {
    try {
      const report = (await this.#app.router?.report(pinnedRequest(this.#app.store.state))) ?? null;
      this.store.set({ report, problem: "" });
    } catch (thrown) {
      this.store.set({ report: null, problem: UnirouteError.from(thrown).message });
    }
  });

  /**
   * Saves the decisions, with the other columns of the file.
   *
   * @param {"csv" | "json"} format
   */
  async save(format) {
    const { saveBatch } = await import("./batch-export.js");
    saveBatch(this.store.state, format);
  }
}
