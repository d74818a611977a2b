import { byId, h, setChildren } from "../../ui/dom.js";
import { plural, usd } from "../../ui/format.js";
import { name, nameInText } from "../../ui/names.js";

/** @import { ImportedPrices, RawCost } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */

const SOURCES = { litellm: "LiteLLM", models_dev: "models.dev", openrouter: "OpenRouter" };
/** Models shown for a search. */
const MAX_RESULTS = 12;

/**
 * An opened price list: prices for the models of the pool, and models to add.
 *
 * @param {App} app
 */
export function mountPriceList(app) {
  const root = byId("pool-import");
  app.pool.store.watch(["priceList"], ({ priceList }) => {
    root.hidden = priceList === null;
    if (priceList === null) return;
    const { list, models, notes } = priceList.prices;
    const unknown =
      notes.length > 0
        ? `, ${plural(notes.length, "price")} of which are not plausible and count as unknown`
        : "";
    setChildren(
      root,
      h(
        "div",
        { class: "head" },
        h("h2", { class: "eyebrow" }, `Prices of ${SOURCES[list]}`),
        h("button", { type: "button", click: () => app.pool.closePriceList() }, "Close"),
      ),
      h("p", {}, `${nameInText(priceList.name)} lists ${plural(models.length, "model")}${unknown}.`),
      matchedPrices(app, priceList.prices),
      ...modelSearch(app, models),
    );
  });
}

/**
 * @param {App} app
 * @param {ImportedPrices} prices
 */
function matchedPrices(app, { models, matches }) {
  if (matches.length === 0) return h("p", {}, "It has no model of this pool, by name.");
  const names = new Map(app.store.state.pool?.models.map(({ id, name }) => [id, name]));
  const items = matches.map(({ id, listed }) =>
    h(
      "li",
      {},
      h("strong", {}, name(names.get(id) ?? id)),
      ` ${priceText(models[listed]?.cost)} `,
      h("span", { class: "quiet" }, "from ", name(models[listed]?.id ?? "")),
    ),
  );
  const label = `Use these prices for ${plural(matches.length, "model")} of the pool`;
  return h(
    "div",
    {},
    h("p", {}, h("button", { type: "button", class: "main", click: () => app.pool.usePrices() }, label)),
    h("ul", { class: "notes" }, ...items),
  );
}

/**
 * @param {App} app
 * @param {ImportedPrices["models"]} models
 */
function modelSearch(app, models) {
  const results = h("ul", { class: "notes" });
  const show = () => {
    const text = box.value.trim().toLowerCase();
    const found = models.filter(({ id, name }) => text && `${id} ${name ?? ""}`.toLowerCase().includes(text));
    const items = found
      .slice(0, MAX_RESULTS)
      .map((model) =>
        h(
          "li",
          {},
          h("button", { type: "button", click: () => app.pool.addListedModel(model) }, "Add"),
          " ",
          name(model.name ?? model.id),
          " ",
          h("span", { class: "quiet" }, priceText(model.cost)),
        ),
      );
    setChildren(results, ...items);
  };
  const label = "Find a model to add";
  const box = h("input", {
    type: "search",
    id: "listed",
    placeholder: label,
    "aria-label": label,
    input: show,
  });
  return [box, results];
}

/** @param {RawCost | undefined} cost */
function priceText(cost) {
  return `${usd(cost?.input ?? null)} in, ${usd(cost?.output ?? null)} out`;
}
