/**
 * What a thrown value says. Anything may be thrown, also an object that throws when it is looked at.
 *
 * @param {unknown} thrown
 */
export function messageOf(thrown) {
  try {
    const { message } = /** @type {{ message?: unknown }} */ (Object(thrown));
    return typeof message === "string" && message !== "" ? message : String(thrown);
  } catch {
    return "an unknown error";
  }
}

/** What went wrong, in a form that a program can act on. */
export class UnirouteError extends Error {
  /**
   * @param {string} code stable name of the cause, for example `wrong_router`
   * @param {string} message for people; ends with the remedy
   * @param {{ path?: string | undefined, choice?: string | undefined, names?: string[] | undefined, cause?: unknown }} [more]
   *   `path`: where in the file, as a JSON path; `choice`: what must be decided about a file of labels, and
   *   `names`: what there is to choose from
   */
  constructor(code, message, { path, choice, names, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "UnirouteError";
    this.code = code;
    this.path = path;
    this.choice = choice;
    this.names = names;
  }

  /**
   * Any thrown value as a `UnirouteError`. Errors of the wasm core already have a code and a path;
   * aborts get the code `aborted`; all other values get the code `fallback`.
   *
   * @param {unknown} thrown
   * @param {string} [fallback]
   */
  static from(thrown, fallback = "internal") {
    if (UnirouteError.is(thrown)) return thrown;
    /** @param {string} key */
    const property = (key) => {
      try {
        const value = /** @type {Record<string, unknown>} */ (Object(thrown))[key];
        return typeof value === "string" ? value : undefined;
      } catch {
        return undefined;
      }
    };
    if (property("name") === "AbortError")
      return new UnirouteError("aborted", "The caller cancelled this.", { cause: thrown });
    const message = property("message") === "" ? "An unknown error occurred." : messageOf(thrown);
    return new UnirouteError(property("code") ?? fallback, message, {
      path: property("path"),
      choice: property("choice"),
      names: property("choice") === undefined ? undefined : namesOf(thrown),
      cause: thrown,
    });
  }

  /**
   * The error of a call that its caller cancelled; the caller's reason is its cause.
   *
   * @param {AbortSignal} signal
   */
  static aborted({ reason }) {
    const said = Object(reason) instanceof DOMException ? "" : ` It says: ${messageOf(reason)}`;
    return new UnirouteError("aborted", `The caller cancelled this.${said}`, { cause: reason });
  }

  /**
   * @param {unknown} thrown
   * @returns {thrown is UnirouteError}
   */
  static is(thrown) {
    try {
      return thrown instanceof UnirouteError;
    } catch {
      return false; // a proxy that throws when it is asked
    }
  }

  /** The parts that can be sent between threads. */
  toJSON() {
    const { code, message, path, choice, names } = this;
    return { code, message, path, choice, names };
  }
}

/**
 * The names that an error of the core offers.
 *
 * @param {unknown} thrown
 * @returns {string[]}
 */
function namesOf(thrown) {
  try {
    const { names } = /** @type {{ names?: unknown }} */ (Object(thrown));
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}
