/**
 * Runs one call at a time. Calls that arrive meanwhile replace each other, so that a slider never gets
 * ahead of the answers.
 *
 * @template {unknown[]} A
 * @param {(...args: A) => Promise<void>} run handles its own errors
 * @param {() => void} [idle] called after the last call has ended
 * @returns {(...args: A) => Promise<void>}
 */
export function latest(run, idle = () => {}) {
  /** @type {A | null} */
  let next = null;
  let busy = false;
  return async (...args) => {
    next = args;
    if (busy) return;
    busy = true;
    while (next !== null) {
      const now = next;
      next = null;
      await run(...now);
    }
    busy = false;
    idle();
  };
}
