/** What went wrong, in a form that a program can act on. */
export class UnirouteError extends Error {
  /**
   * @param {string} code stable name of the cause, for example `wrong_router`
   * @param {string} message for people; ends with the remedy
   * @param {{ path?: string | undefined, cause?: unknown }} [more] `path`: where in the file, as a JSON path
   */
  constructor(code, message, { path, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "UnirouteError";
    this.code = code;
    this.path = path;
  }

  /**
   * Any thrown value as a `UnirouteError`. Errors of the wasm core already have a code and a path;
   * aborts get the code `aborted`; all other values get the code `fallback`.
   *
   * @param {unknown} thrown
   * @param {string} [fallback]
   */
  static from(thrown, fallback = "internal") {
    if (thrown instanceof UnirouteError) return thrown;
    const { code, message, path, name } = /** @type {Record<string, unknown>} */ (
      typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }
    );
    if (name === "AbortError")
      return new UnirouteError("aborted", "The caller cancelled this.", { cause: thrown });
    return new UnirouteError(
      typeof code === "string" ? code : fallback,
      typeof message === "string" && message !== "" ? message : "An unknown error occurred.",
      { path: typeof path === "string" ? path : undefined, cause: thrown },
    );
  }

  /** The parts that can be sent between threads. */
  toJSON() {
    return { code: this.code, message: this.message, path: this.path };
  }
}
