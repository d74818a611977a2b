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

/**
 * Adds a style sheet of the page, and waits for it.
 *
 * @param {URL} address
 * @returns {Promise<unknown>}
 */
export function addStyle(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address.href;
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      reject(new TypeError(`The style sheet ${address.pathname} could not be loaded.`));
    });
    document.head.append(link);
  });
}
