/** What went wrong, in a form a program can act on. */
export class UnirouteError extends Error {
  /**
   * @param {string} code stable name of the cause, for example `wrong_router`
   * @param {string} message for people; ends with what to do about it
   * @param {{ path?: string | undefined, cause?: unknown }} [more] `path`: where in the file, as a JSON path
   */
  constructor(code, message, { path, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "UnirouteError";
    this.code = code;
    this.path = path;
  }

  /**
   * Any thrown value as a `UnirouteError`. Those of the wasm core already carry a code and a path;
   * aborts keep the code `aborted`; whatever else is thrown becomes `fallback`.
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
      return new UnirouteError("aborted", "Stopped because the caller asked for it.", { cause: thrown });
    return new UnirouteError(
      typeof code === "string" ? code : fallback,
      typeof message === "string" && message !== "" ? message : "Something failed without saying why.",
      { path: typeof path === "string" ? path : undefined, cause: thrown },
    );
  }

  /** The parts that survive a message between threads. */
  toJSON() {
    return { code: this.code, message: this.message, path: this.path };
  }
}
