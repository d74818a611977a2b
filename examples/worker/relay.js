/**
 * The body of an answer on its way from a model to the caller.
 *
 * @module
 */

import { WholeEvents } from "./events.js";

/** @typedef {import("./watch.js").Watch} Watch */
/**
 * What follows an answer as it passes.
 *
 * @typedef {object} Tap
 * @property {(bytes: Uint8Array) => void} part
 * @property {(error?: "halted" | "cancelled") => void} end
 */

/**
 * The body as it arrives, an event stream by whole events. It ends with an error if the model stops in the
 * middle; if the caller leaves, the model's answer ends.
 *
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {Uint8Array} first
 * @param {Watch} watch
 * @param {number} limit milliseconds between two parts
 * @param {Tap} tap
 * @param {Uint8Array} [last] event of a stream that is sent before the error
 */
export function relay(reader, first, watch, limit, tap, last) {
  /** @type {unknown} */
  let broken;
  const events = last && new WholeEvents();
  /**
   * Passes on what can be passed on; tells whether this is anything.
   *
   * @param {ReadableStreamDefaultController} controller
   * @param {Uint8Array} part
   */
  const pass = (controller, part) => {
    tap.part(part);
    const whole = events?.add(part) ?? part;
    if (whole.length > 0) controller.enqueue(whole);
    return whole.length > 0;
  };
  const stop = (/** @type {unknown} */ reason) => {
    watch.stop(reason);
    reader.cancel(reason).catch(() => {}); // it may have failed already
  };
  return new ReadableStream({
    start(controller) {
      pass(controller, first);
    },
    async pull(controller) {
      if (broken !== undefined) return controller.error(broken);
      try {
        for (;;) {
          const { done, value } = await watch.within(reader.read(), limit);
          if (done) break;
          if (pass(controller, value)) return;
        }
        watch.end();
        tap.end();
        const rest = events?.rest() ?? new Uint8Array();
        if (rest.length > 0) controller.enqueue(rest);
        controller.close();
      } catch (error) {
        tap.end(watch.hasCallerLeft ? "cancelled" : "halted");
        stop(error);
        if (last === undefined) return controller.error(error);
        broken = error;
        controller.enqueue(last);
      }
    },
    cancel(reason) {
      tap.end("cancelled");
      stop(reason);
    },
  });
}
