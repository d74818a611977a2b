import { latest } from "../state/latest.js";
import { isEmpty } from "../state/state.js";
import { byId, h, setChildren } from "../ui/dom.js";
import { count, usd } from "../ui/format.js";
import { name as nameOf } from "../ui/names.js";

/** @import { App } from "../state/app.js" */
/** @import { CostEstimate } from "../../uniroute/lib/types.js" */

/**
 * What the prompt costs with each model, for lengths and a cache that the person knows.
 *
 * @param {App} app
 */
export function mountCost(app) {
  const panel = byId("cost-panel", HTMLDetailsElement);
  const fields = byId("cost-fields", HTMLFormElement);
  const number = (/** @type {string} */ name) => {
    const field = /** @type {HTMLInputElement} */ (fields.elements.namedItem(name));
    return field.value === "" || !field.validity.valid ? undefined : field.valueAsNumber;
  };
  const draw = latest(async () => {
    if (!panel.open || app.router === null) return;
    const { prompt } = app.store.state;
    byId("cost-empty").hidden = !isEmpty(prompt);
    if (isEmpty(prompt)) return setChildren(byId("cost-rows"));
    const request = {
      expectedOutputTokens: number("output"),
      reasoningTokens: number("reasoning"),
      cachedTokens: number("cached"),
    };
    const costs = await app.router.estimateCost(prompt, undefined, request).catch(() => []);
    const total = (/** @type {CostEstimate} */ { cost }) => cost.total ?? Infinity;
    const rows = costs.sort((a, b) => total(a) - total(b)).map((one) => row(one, number("prompts") ?? 1000));
    setChildren(byId("cost-rows"), ...rows);
  });
  panel.addEventListener("toggle", () => draw());
  fields.addEventListener("input", () => draw());
  app.store.watch(["explanation"], () => draw());
}

/**
 * @param {CostEstimate} estimate
 * @param {number} prompts
 */
function row({ name, cost }, prompts) {
  const all = (/** @type {number | null} */ amount) => usd(amount === null ? null : amount * prompts);
  const cells = [
    `${cost.exact ? "" : "~"}${count(cost.tokensIn)}`,
    count(cost.tokensOut),
    all(cost.input),
    all(cost.output),
    all(cost.total),
    cost.range ? `${all(cost.range[0])} to ${all(cost.range[1])}` : "",
  ].map((text) => h("td", { class: "figures" }, text));
  return h("tr", {}, h("th", { scope: "row" }, nameOf(name)), ...cells);
}
