import { mountBatchInput } from "./input.js";
import { mountReport } from "./report.js";
import { mountResults } from "./results.js";

/** @import { App } from "../../state/app.js" */

/**
 * All parts of the batch view. They are loaded when the view is first shown.
 *
 * @param {App} app
 */
export function mountBatch(app) {
  for (const mount of [mountBatchInput, mountReport, mountResults]) mount(app);
}
