/** The views in the history of the tab, so that Back returns to the view before, with the present choices. */
import { VIEWS } from "./choices.js";

/** @import { View } from "./choices.js" */

/**
 * Adds an entry for a view that the person has opened.
 *
 * @param {View} view
 * @param {string} fragment of the present choices; empty if all have their defaults
 */
export function addEntry(view, fragment) {
  history.pushState({ view }, "", address(fragment));
}

/**
 * Writes the view and the choices into the present entry.
 *
 * @param {View} view
 * @param {string} fragment
 */
export function replaceEntry(view, fragment) {
  history.replaceState({ view }, "", address(fragment));
}

/**
 * Marks the present entry, whose address stays, as one of this view.
 *
 * @param {View} view
 */
export function markEntry(view) {
  history.replaceState({ view }, "");
}

/**
 * Calls `opened` when the person goes back or forward to an entry of this visit, and `followed` when the tab gets
 * an address from elsewhere: a link, or one that was typed.
 *
 * @param {(view: View) => void} opened
 * @param {() => void} followed
 */
export function watchHistory(opened, followed) {
  addEventListener("popstate", ({ state }) => {
    const view = viewOf(state);
    if (view) opened(view);
  });
  addEventListener("hashchange", () => {
    if (!viewOf(history.state)) followed();
  });
}

/** @param {unknown} state of an entry; another page may have written it */
function viewOf(state) {
  const { view } = /** @type {{ view?: unknown }} */ (state ?? {});
  return VIEWS.find((one) => one === view);
}

/** @param {string} fragment */
const address = (fragment) => fragment || location.pathname + location.search;
