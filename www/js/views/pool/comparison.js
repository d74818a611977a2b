import { chosenCandidate } from "../../state/state.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { count, percent, percentRange, usdPerThousand } from "../../ui/format.js";
import { name as nameOf } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { Candidate } from "../../../uniroute/lib/types.js" */

/**
 * What another pool would decide for the present prompt, beside the pool in use.
 *
 * @param {App} app
 */
export function mountComparison(app) {
  const select = byId("compare", HTMLSelectElement);
  const result = byId("compared");
  select.addEventListener("change", () => app.pool.compare(select.value));
  const draw = () => {
    const { pools, poolId } = app.store.state;
    const others = [...pools, ...app.library.pools].filter(({ id }) => id !== poolId);
    const options = others.map(({ id, name }) => h("option", { value: id }, name));
    setChildren(select, h("option", { value: "" }, "choose…"), ...options);
    select.value = app.pool.store.state.other?.poolId ?? "";
  };
  app.store.watch(["pools", "poolId"], draw);
  app.library.store.watch(["pools"], draw);
  app.pool.store.watch(["other"], ({ other }) => {
    select.value = other?.poolId ?? "";
    const { explanation, poolName, pool } = app.store.state;
    if (!other || !explanation) return setChildren(result);
    const { decision, info } = other.comparison;
    const chosen = [
      chosenCandidate(app.store.state),
      decision.candidates.find(({ id }) => id === decision.model) ?? null,
    ];
    const counts = [pool?.models ?? [], info.models].map((models) => count(models.length));
    const heads = [poolName, other.name].map((name) => h("th", { scope: "col" }, nameOf(name)));
    const head = h("thead", {}, h("tr", {}, h("td"), ...heads));
    setChildren(result, h("table", {}, head, h("tbody", {}, ...rows(chosen, counts))));
  });
  app.store.watch(["explanation", "pin"], () => {
    const { other } = app.pool.store.state;
    if (other) void app.pool.compare(other.poolId);
  });
}

/**
 * @param {(Candidate | null)[]} chosen
 * @param {string[]} modelCounts
 */
function rows(chosen, modelCounts) {
  const lines = {
    "Sends it to": chosen.map((one) => (one ? nameOf(one.name) : "none")),
    "Expected quality": chosen.map((one) =>
      one ? `${percent(one.quality)} (${percentRange(one.interval)})` : "–",
    ),
    "Cost per 1,000": chosen.map((one) => usdPerThousand(one?.cost.total)),
    Models: modelCounts,
  };
  return Object.entries(lines).map(([name, cells]) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((cell) => h("td", {}, cell))),
  );
}
