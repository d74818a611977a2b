/**
 * The events of a stream, each passed on when it is whole: if the stream breaks off, its reader gets no half
 * event, and the event with the error after it is readable.
 *
 * @module
 */

const [LINE_FEED, RETURN] = [10, 13];
/** Longest event that waits until it is whole, in bytes; a longer one is passed on as it comes. */
const LONGEST = 4 * 1024 * 1024;

/** An event ends with two ends of lines, of which the last three bytes may come in an earlier part. */
const EDGE = 3;

export class WholeEvents {
  /** Parts of the event that is not whole yet. @type {Uint8Array[]} */
  #waiting = [];
  #size = 0;
  /** The last bytes of these. @type {Uint8Array} */
  #edge = new Uint8Array();

  /**
   * The bytes that can be passed on after the next part.
   *
   * @param {Uint8Array} part
   */
  add(part) {
    const window = joined([this.#edge, part]);
    const isTooLong = this.#size + part.length > LONGEST;
    const left = window.subarray(isTooLong ? window.length : endOfLast(window));
    if (left.length === window.length && !isTooLong) {
      this.#waiting.push(part);
      this.#size += part.length;
      this.#edge = window.slice(-EDGE);
      return new Uint8Array();
    }
    const all = joined([...this.#waiting, part]);
    this.#waiting = [left];
    this.#size = left.length;
    this.#edge = left.slice(-EDGE);
    return all.subarray(0, all.length - left.length);
  }

  /** The bytes that are left when the stream ends as it should. */
  rest() {
    return joined(this.#waiting);
  }
}

/**
 * Where the last whole event ends: after an empty line.
 *
 * @param {Uint8Array} bytes
 */
function endOfLast(bytes) {
  for (let at = bytes.length - 1; at > 0; at--) {
    if (bytes[at] !== LINE_FEED) continue;
    const before = bytes[at - 1] === RETURN ? at - 2 : at - 1;
    if (bytes[before] === LINE_FEED) return at + 1;
  }
  return 0;
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
