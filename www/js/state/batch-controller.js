import { UnirouteError } from "../../uniroute/lib/errors.js";
import { latest } from "../browser/load-router.js";
import { csv, save } from "../browser/save-file.js";
import { lines, promptsOf, readSheet } from "../browser/prompt-table.js";
import { request } from "./state.js";
import { Store } from "./store.js";

/** @typedef {import("../browser/prompt-table.js").Sheet} Sheet */
/** @typedef {import("../../uniroute/lib/types.js").BatchReport} BatchReport */

/**
 * @typedef {object} BatchState
 * @property {string} text what was pasted or typed
 * @property {{ name: string, sheet: Sheet } | null} file what was opened instead
 * @property {number} column of the file
 * @property {string[]} prompts of the report
 * @property {{ done: number, of: number } | null} running
 * @property {BatchReport | null} report
 * @property {string} problem
 */

/** Many prompts at once: what to route, how far it is, and what it came to. */
export class BatchDesk {
  /** @type {Store<BatchState>} */
  store = new Store(
    /** @type {BatchState} */ ({
      text: "",
      file: null,
      column: 0,
      prompts: [],
      running: null,
      report: null,
      problem: "",
    }),
  );
  #app;
  /** @type {AbortController | null} */
  #abort = null;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** The prompts that would be routed now. */
  waiting() {
    const { text, file, column } = this.store.now;
    return file ? promptsOf(file.sheet, column) : promptsOf(lines(text), 0);
  }

  /** @param {string} text */
  type(text) {
    this.store.set({ text, problem: "" });
  }

  /** @param {File} file */
  async open(file) {
    this.read(file.name, await file.text());
  }

  /**
   * @param {string} name its ending says what the content is
   * @param {string} content
   */
  read(name, content) {
    try {
      const sheet = readSheet(name, content);
      this.store.set({ file: { name, sheet }, column: sheet.column, problem: "" });
    } catch (thrown) {
      this.store.set({ problem: `${name}: ${UnirouteError.from(thrown).message}` });
    }
  }

  close() {
    this.store.set({ file: null, problem: "" });
  }

  /** @param {number} column */
  pick(column) {
    this.store.set({ column });
  }

  /** Routes all prompts; when cancelled, the former report stays until the next one. */
  async run() {
    const prompts = this.waiting();
    const { router } = this.#app;
    if (router === null || prompts.length === 0) return;
    this.#abort = new AbortController();
    this.store.set({ running: { done: 0, of: prompts.length }, report: null, problem: "" });
    try {
      await router.openBatch(
        prompts,
        (done, of) => this.store.set({ running: { done, of } }),
        this.#abort.signal,
      );
      this.store.set({ prompts });
      await this.#report();
    } catch (thrown) {
      const { code, message } = UnirouteError.from(thrown);
      this.store.set({ prompts: [], problem: code === "aborted" ? "Cancelled." : message });
    } finally {
      this.#abort = null;
      this.store.set({ running: null });
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  /** Another router knows nothing of the prompts; the text of them stays. */
  forget() {
    this.cancel();
    this.store.set({ prompts: [], report: null });
  }

  /** The choices changed: the report follows, if there is one. */
  refresh() {
    const { prompts, running } = this.store.now;
    if (prompts.length > 0 && running === null) void this.#report();
  }

  #report = latest(async () => {
    try {
      const report = (await this.#app.router?.report(request(this.#app.store.now))) ?? null;
      this.store.set({ report, problem: "" });
    } catch (thrown) {
      this.store.set({ report: null, problem: UnirouteError.from(thrown).message });
    }
  });

  /** @param {"csv" | "json"} format */
  export(format) {
    const { report, prompts } = this.store.now;
    if (report === null) return;
    const rows = prompts.map((prompt, i) => {
      const model = report.models[report.chosen[i] ?? -1];
      return {
        prompt,
        model: model?.id ?? null,
        quality: model ? (report.qualities[i] ?? 0) : null,
        cost: model ? (report.costs[i] ?? 0) : null,
      };
    });
    if (format === "json")
      return save(
        "uniroute-batch.json",
        "application/json",
        `${JSON.stringify({ routed: report.routed, prompts: rows }, null, 1)}\n`,
      );
    const header = ["prompt", "model", "expected_quality", "cost_usd"];
    save(
      "uniroute-batch.csv",
      "text/csv",
      csv([
        header,
        ...rows.map(({ prompt, model, quality, cost }) => [prompt, model ?? "", quality ?? "", cost ?? ""]),
      ]),
    );
  }
}
