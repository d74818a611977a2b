/**
 * Runs `load` at the first call. Later calls get the same result; after a failure the next call tries again.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function onDemand(load) {
  /** @type {Promise<T> | null} */
  let loading = null;
  return () =>
    (loading ??= load().catch((thrown) => {
      loading = null;
      throw thrown;
    }));
}
