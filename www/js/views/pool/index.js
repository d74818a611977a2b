import { mountAddModel } from "./add-model.js";
import { mountComparison } from "./comparison.js";
import { mountHeat } from "./heat.js";
import { mountLibrary } from "./library.js";
import { mountModels } from "./models.js";
import { mountPriceList } from "./price-list.js";
import { mountSummary } from "./summary.js";
import { mountVerdicts } from "./verdicts.js";

/** @import { App } from "../../state/app.js" */

/**
 * All parts of the pool view. They are loaded when the view is first shown.
 *
 * @param {App} app
 */
export function mountPool(app) {
  for (const mount of [
    mountSummary,
    mountLibrary,
    mountVerdicts,
    mountPriceList,
    mountModels,
    mountHeat,
    mountAddModel,
    mountComparison,
  ]) {
    mount(app);
  }
}
