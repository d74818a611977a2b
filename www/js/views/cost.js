import { byId, h, replace } from "../ui/dom.js";
import { latest } from "../browser/load-router.js";
import { count, usd } from "../ui/format.js";

/** @typedef {import("../../uniroute/lib/types.js").CostEstimate} CostEstimate */

/**
 * What the prompt costs with each model, for lengths and a cache that the person knows of.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountCost(app) {
  const field = (/** @type {string} */ name, /** @type {string} */ placeholder) => {
    const input = h("input", { type: "number", min: 0, step: 1, placeholder, input: () => draw() });
    return { input, label: h("label", { class: "field" }, h("span", { class: "quiet" }, name), input) };
  };
  const answer = field("Answer tokens", "as the pool expects");
  const reasoning = field("Reasoning tokens", "0");
  const cached = field("Cached prompt tokens", "0");
  const times = field("Prompts", "1000");
  const body = h("tbody");
  const heads = ["Model", "Tokens in", "Tokens out", "Prompts", "Answers", "Together", "Nine of ten"].map(
    (name) => h("th", { scope: "col" }, name),
  );
  const panel = h(
    "details",
    { toggle: () => draw() },
    h("summary", { class: "eyebrow" }, "Cost estimate"),
    h("div", { class: "fields" }, answer.label, reasoning.label, cached.label, times.label),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        {},
        h("caption", { class: "hidden" }, "Cost estimate"),
        h("thead", {}, h("tr", {}, ...heads)),
        body,
      ),
    ),
    h(
      "p",
      { class: "quiet" },
      "~ marks tokens that are estimated: each model counts with a tokenizer of its own.",
    ),
  );
  replace(byId("cost"), panel);

  const draw = latest(async () => {
    if (!panel.open || app.router === null) return;
    const number = (/** @type {HTMLInputElement} */ input) =>
      input.value === "" || !input.validity.valid ? undefined : Number(input.value);
    const request = {
      expectedOutputTokens: number(answer.input),
      reasoningTokens: number(reasoning.input),
      cachedTokens: number(cached.input),
    };
    const costs = await app.router.estimateCost(app.store.now.prompt, undefined, request).catch(() => []);
    const factor = number(times.input) ?? 1000;
    const dear = (/** @type {CostEstimate} */ { cost }) => cost.total ?? Infinity;
    replace(body, ...costs.sort((a, b) => dear(a) - dear(b)).map((estimate) => row(estimate, factor)));
  });
  app.store.watch(["explanation"], draw);
}

/**
 * @param {CostEstimate} estimate
 * @param {number} times
 */
function row({ name, cost }, times) {
  const all = (/** @type {number | null} */ amount) => usd(amount === null ? null : amount * times);
  const range = cost.range ? `${all(cost.range[0])} to ${all(cost.range[1])}` : "";
  const cells = [
    `${cost.exact ? "" : "~"}${count(cost.tokensIn)}`,
    count(cost.tokensOut),
    all(cost.input),
    all(cost.output),
    all(cost.total),
    range,
  ];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    ...cells.map((cell) => h("td", { class: "figures" }, cell)),
  );
}
