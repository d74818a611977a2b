/**
 * One line of JSON for each decision, with the attribute names of OpenTelemetry's conventions for generative
 * AI where they have one. It never contains a prompt, an answer, a token or a key.
 *
 * @module
 */

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {Record<string, string | number | undefined>} Fields */

const OUTSIDE_ASCII = /[^\x20-\x7e]/g;

/** The line of one request; it is written once, when the answer has ended. */
export class Line {
  #started = Date.now();
  #isWritten = false;
  #isOn;
  /** @type {Fields} */
  #fields;

  /**
   * @param {Settings} settings
   * @param {Fields} fields
   */
  constructor({ logs }, fields) {
    this.#isOn = logs;
    this.#fields = fields;
  }

  /** @param {Fields} fields */
  write(fields) {
    if (this.#isWritten) return;
    this.#isWritten = true;
    if (!this.#isOn) return;
    const now = Date.now();
    const line = JSON.stringify({
      timestamp: new Date(now).toISOString(),
      "event.name": "uniroute.decision",
      ...this.#fields,
      ...fields,
      "uniroute.duration_ms": now - this.#started,
    });
    // Escaped as JSON escapes: a terminal must not obey hidden characters in the id of a model.
    console.log(line.replace(OUTSIDE_ASCII, escaped));
  }
}

/** @param {string} unit */
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
