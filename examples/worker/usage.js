/**
 * What an answer says of itself – its model and its tokens – read while it passes. Only the beginning and the
 * end of the answer are kept, and only numbers and names leave this module.
 *
 * @module
 */
import { isModelName } from "./text.js";

/** Characters that are kept of the beginning, and at least of the end. */
const KEPT = 16_384;

/** In a string of JSON, quotation marks are escaped: a text that a model wrote does not match these. */
const MODEL = /"model"\s*:\s*"([^"\\]*)"/;
const USAGE = /"usage"\s*:\s*\{/g;
const INPUT = /"(?:prompt|input)_tokens"\s*:\s*(\d{1,15})\b/;
const OUTPUT = /"(?:completion|output)_tokens"\s*:\s*(\d{1,15})\b/;

export class Usage {
  #decoder = new TextDecoder();
  #first = "";
  #last = "";

  /** @param {Uint8Array} bytes the next part of the answer */
  add(bytes) {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#first.length < KEPT) this.#first += text.slice(0, KEPT - this.#first.length);
    this.#last += text;
    // Not at each part: a copy takes longer than the part itself.
    if (this.#last.length > 2 * KEPT) this.#last = this.#last.slice(-KEPT);
  }

  /** @returns {{ model?: string | undefined, input?: number | undefined, output?: number | undefined }} */
  read() {
    const model = MODEL.exec(this.#first)?.[1];
    const at = [...this.#last.matchAll(USAGE)].at(-1)?.index;
    const usage = at === undefined ? "" : this.#last.slice(at);
    return {
      model: isModelName(model) ? model : undefined,
      input: number(INPUT.exec(usage)),
      output: number(OUTPUT.exec(usage)),
    };
  }
}

/** @param {RegExpExecArray | null} found */
const number = (found) => (found === null ? undefined : Number(found[1]));
