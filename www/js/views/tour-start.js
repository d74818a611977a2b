import { isTourSeen } from "../browser/storage.js";
import { byId } from "../ui/dom.js";

/** @import { App } from "../state/app.js" */

/**
 * Starts the tour on the first visit, after the first decision, and when the person asks for it. Its script is
 * loaded then.
 *
 * @param {App} app
 */
export function mountTourStart(app) {
  const start = async (/** @type {boolean} */ asked) => {
    try {
      (await import("./tour.js")).showTour(app, asked);
    } catch (thrown) {
      if (asked) app.showError("The tour could not be loaded", thrown);
    }
  };
  byId("tour-start").addEventListener("click", () => start(true));
  if (isTourSeen()) return;
  let offered = false;
  app.store.watch(["explanation"], ({ explanation, view }) => {
    if (offered || !explanation || view !== "route") return;
    offered = true;
    void start(false);
  });
}
