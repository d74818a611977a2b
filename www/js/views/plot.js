import { chosenCandidate, isEmpty } from "../state/state.js";
import { byId, setChildren } from "../ui/dom.js";
import { percent, percentRange, usdPerThousand } from "../ui/format.js";
import { chart } from "../ui/chart.js";

/** @import { App } from "../state/app.js" */

/**
 * Expected quality against cost of each model, for this prompt.
 *
 * @param {App} app
 */
export function mountPlot({ store }) {
  const { parts, show } = chart(
    "Quality against cost",
    "Expected quality against cost of all models; the table of all models has the same numbers",
  );
  setChildren(byId("plot"), ...parts);
  store.watch(["explanation", "pin"], (state) => {
    const { explanation, prompt } = state;
    if (isEmpty(prompt)) return show({ stairs: true, line: [], dots: [] });
    if (!explanation) return;
    const { decision, frontier } = explanation;
    const chosen = chosenCandidate(state);
    const best = new Set(frontier.map(({ id }) => id));
    const priced = decision.candidates.filter(({ cost }) => cost.total !== null);
    show({
      stairs: true,
      line: frontier.map(({ cost, quality }) => ({ cost: cost * 1000, quality })),
      dots: priced.map(({ id, name, quality, interval, cost, excluded }) => ({
        id,
        name,
        quality,
        interval,
        cost: (cost.total ?? 0) * 1000,
        chosen: id === chosen?.id,
        named: best.has(id),
        hollow: excluded !== undefined,
        description:
          `${percent(quality)} (${percentRange(interval)}) for ${usdPerThousand(cost.total)} per 1,000` +
          (excluded ? `; ${excluded.message}` : ""),
      })),
    });
  });
}
