import { PRICE_LISTS } from "../../state/pool-controller.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { count, plural, usd } from "../../ui/format.js";
import { byModel } from "../../ui/listed-models.js";
import { search } from "../../ui/model-search.js";
import { name as nameOf, nameInText } from "../../ui/names.js";

/** @import { ImportedPrices, ModelInfo, RawCost, RawModel } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { PriceList } from "../../state/pool-controller.js" */
/** @import { ListedModel } from "../../ui/listed-models.js" */

/** Models shown for a search. */
const MAX_RESULTS = 12;

/**
 * An opened price list: prices for the models of the pool, and models to add.
 *
 * @param {App} app
 */
export function mountPriceList(app) {
  const root = byId("pool-import");
  const day = h("input", { type: "date", id: "prices-day" });
  const matched = h("div");
  const heading = h("h2", { class: "eyebrow" });
  const facts = h("p");
  const found = modelSearch(app, () => day.value);
  setChildren(
    root,
    h(
      "div",
      { class: "head" },
      heading,
      h("button", { type: "button", click: () => app.pool.closePriceList() }, "Close"),
    ),
    facts,
    h("p", {}, h("label", { for: "prices-day" }, "Prices as of "), day),
    matched,
    found.element,
  );
  /** @type {PriceList["content"] | null} */
  let shown = null;
  app.pool.store.watch(["priceList"], ({ priceList }) => {
    if (priceList === null && root.contains(document.activeElement)) byId("pool-save").focus();
    root.hidden = priceList === null;
    const isOther = priceList?.content !== shown;
    shown = priceList?.content ?? null;
    if (priceList === null) return;
    const { list, models, notes } = priceList.prices;
    const unknown =
      notes.length > 0
        ? `, ${plural(notes.length, "price")} of which are not plausible and count as unknown`
        : "";
    heading.textContent = `Prices of ${PRICE_LISTS[list]}`;
    setChildren(facts, `${nameInText(priceList.name)} lists ${plural(models.length, "model")}${unknown}.`);
    setChildren(
      matched,
      matchedPrices(app, priceList.prices, () => day.value),
    );
    if (!isOther) return;
    day.value = priceList.day;
    found.open(models);
  });
}

/**
 * @param {App} app
 * @param {ImportedPrices} prices
 * @param {() => string} day
 */
function matchedPrices(app, { models, matches }, day) {
  const { pool, poolName } = app.store.state;
  if (matches.length === 0)
    return h("p", {}, "It has no model of the pool ", nameOf(`“${poolName}”`), ", by name.");
  const known = new Map(pool?.models.map((model) => [model.id, model]));
  const items = matches.map(({ id, listed }) => {
    const model = known.get(id);
    const entry = models[listed];
    return h(
      "li",
      {},
      h("strong", {}, nameOf(model?.name ?? id)),
      ` ${priceText(entry?.cost)} `,
      h("span", { class: "quiet" }, changeText(model, entry?.cost), "from ", nameOf(entry?.id ?? "")),
    );
  });
  const label = `Use these prices for ${plural(matches.length, "model")} of the pool`;
  const use = () => app.pool.usePrices(day());
  return h(
    "div",
    {},
    h("p", {}, h("button", { type: "button", class: "main", click: use }, label)),
    h("ul", { class: "notes" }, ...items),
  );
}

/**
 * What would change, if something does.
 *
 * @param {ModelInfo | undefined} model
 * @param {RawCost | undefined} cost
 */
function changeText(model, cost) {
  if (!model) return "";
  const isSame = ["input", "output"].every((key) => {
    const field = /** @type {"input" | "output"} */ (key);
    return cost?.[field] == null || cost[field] === model[field];
  });
  return isSame ? "as before, " : `before ${priceText(model)}, `;
}

/**
 * @param {App} app
 * @param {() => string} day of the prices
 */
function modelSearch(app, day) {
  /** @type {ListedModel[]} */
  let models = [];
  const results = h("ul", { class: "notes found" });
  const label = "Find a model to add";
  const status = h("p", { class: "quiet", role: "status" });
  const add = (/** @type {RawModel} */ model) => app.pool.addListedModel(model, day());
  const show = () => {
    const query = box.value.trim();
    const found = query === "" ? [] : search(models, query);
    setChildren(results, ...found.slice(0, MAX_RESULTS).map((model) => item(model, add)));
    status.textContent = query === "" ? "" : statusOf(query, found.length);
  };
  const box = h("input", {
    type: "search",
    id: "listed",
    placeholder: label,
    "aria-label": label,
    input: show,
  });
  return {
    element: h("div", { class: "listed-search" }, box, status, results),
    /** @param {RawModel[]} listed */
    open: (listed) => {
      models = byModel(listed);
      show();
    },
  };
}

/**
 * @param {string} query
 * @param {number} found
 */
function statusOf(query, found) {
  if (found > MAX_RESULTS)
    return `${count(found)} models, the nearest ${MAX_RESULTS} of them here. More words find fewer.`;
  if (found > 0) return plural(found, "model");
  return `No model of this list has “${nameInText(query)}” in its name. Try fewer words, or only the name of its family.`;
}

/**
 * @param {ListedModel} model
 * @param {(model: RawModel) => void} add
 */
function item({ title, entries }, add) {
  const [first, ...others] = entries;
  return h(
    "li",
    {},
    entry(first, first.name ?? title, add),
    others.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, plural(others.length, "other host or variant", "other hosts and variants")),
        h("ul", {}, ...others.map((other) => h("li", {}, entry(other, other.id, add)))),
      ),
  );
}

/**
 * @param {RawModel} model
 * @param {string} name
 * @param {(model: RawModel) => void} add
 */
function entry(model, name, add) {
  const label = `Add ${nameInText(model.id)}`;
  return h(
    "span",
    {},
    h("button", { type: "button", "aria-label": label, click: () => add(model) }, "Add"),
    " ",
    nameOf(name),
    " ",
    h(
      "span",
      { class: "quiet" },
      priceText(model.cost),
      name !== model.id && " · ",
      name !== model.id && nameOf(model.id),
    ),
  );
}

/** @param {{ input?: number | null, output?: number | null } | undefined} cost */
function priceText(cost) {
  return `${usd(cost?.input ?? null)} in, ${usd(cost?.output ?? null)} out`;
}
