/** @type {Map<string, Promise<void>>} */
const LOADED = new Map();

/**
 * Loads a style sheet of a view that is not needed at first. A view without it works, too, so a failure is none.
 *
 * @param {string} name of a file in `css/`
 * @returns {Promise<void>}
 */
export function loadStyles(name) {
  const known = LOADED.get(name);
  if (known) return known;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../../css/${name}`, import.meta.url).href;
  const loading = new Promise((resolve) => {
    link.addEventListener("load", () => resolve(undefined));
    link.addEventListener("error", () => {
      link.remove();
      LOADED.delete(name);
      resolve(undefined);
    });
  });
  LOADED.set(name, /** @type {Promise<void>} */ (loading));
  document.head.append(link);
  return /** @type {Promise<void>} */ (loading);
}
