/** Two prompts, or two pools, side by side; what differs is marked. Loaded on demand. */
import { UnirouteError } from "../../uniroute/lib/errors.js";
import { latest } from "../state/latest.js";
import { isPinned, pinnedRequest, routeRequest } from "../state/state.js";
import { h, setChildren } from "../ui/dom.js";
import { count, kindName, percent, percentRange, usdPerThousand } from "../ui/format.js";
import { openSheet } from "../ui/sheet.js";
import { loadStyles } from "../ui/stylesheet.js";

/** @import { Decision } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */

/** Models of each side whose quality is listed. */
const LISTED = 6;
/** Letters of a prompt that are shown. */
const SHOWN = 160;

/** @typedef {{ prompt: string, pool: string, models: number, decision: Decision }} Side */

/**
 * Opens the comparison of the present decision with another one.
 *
 * @param {App} app
 */
export async function openCompare(app) {
  await loadStyles("compare.css");
  const { pools, poolId } = app.store.state;
  const result = h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Side by side" });
  const problem = h("p", { class: "problem", role: "alert" });
  const draw = latest(async () => {
    problem.textContent = "";
    try {
      const sides = await bothSides(app, box.value, select.value);
      setChildren(result, sides && table(sides));
      if (!sides) problem.textContent = "The present prompt is empty. Close this and type one, then compare.";
    } catch (thrown) {
      problem.textContent = UnirouteError.from(thrown).message;
    }
  });
  const box = h("textarea", {
    id: "compare-prompt",
    dir: "auto",
    rows: 3,
    spellcheck: "false",
    placeholder: "Type another prompt",
    input: () => draw(),
  });
  const others = [...pools, ...app.library.pools].filter(({ id }) => id !== poolId);
  const select = h(
    "select",
    { id: "compare-pool", change: () => draw() },
    h("option", { value: "" }, "the same pool"),
    ...others.map(({ id, name }) => h("option", { value: id }, name)),
  );
  await openSheet(
    "Compare",
    h("p", { class: "quiet" }, "The present prompt and pool, beside another prompt, another pool, or both."),
    h("label", { class: "field", for: box.id }, h("span", {}, "Another prompt; empty for the same one"), box),
    h("p", {}, h("label", { for: select.id }, "With "), select),
    problem,
    result,
  );
  await draw();
}

/**
 * @param {App} app
 * @param {string} otherPrompt empty for the same one
 * @param {string} otherPool id; empty for the same one
 * @returns {Promise<[Side, Side] | null>} null before the router is loaded
 */
async function bothSides(app, otherPrompt, otherPool) {
  const { router } = app;
  const { state } = app.store;
  const { explanation, prompt, poolName, pool } = state;
  if (router === null || explanation === null) return null;
  const request = pinnedRequest(state);
  const decide = async (/** @type {string} */ text) => (await router.explain(text, request)).decision;
  const present = isPinned(state) ? await decide(prompt) : explanation.decision;
  const mine = { prompt, pool: poolName, models: pool?.models.length ?? 0, decision: present };
  const asked = otherPrompt.trim() === "" ? prompt : otherPrompt;
  if (otherPool === "") {
    return [mine, { ...mine, prompt: asked, decision: asked === prompt ? present : await decide(asked) }];
  }
  // Models that are switched off or pinned here may be unknown to the other pool.
  const { deny: _, ...setting } = routeRequest(state);
  const { info, decision } = await router.compare(await app.poolContent(otherPool), asked, setting);
  return [
    mine,
    { prompt: asked, pool: info.name ?? app.poolName(otherPool), models: info.models.length, decision },
  ];
}

/** @param {[Side, Side]} sides */
function table(sides) {
  const head = h(
    "tr",
    {},
    h("td"),
    h("th", { scope: "col" }, "Now"),
    h("th", { scope: "col" }, "The other"),
    h("td"),
  );
  const rows = Object.entries(lines(sides)).map(([title, [now, other]]) => {
    const differs = now !== other;
    return h(
      "tr",
      { class: differs ? "differs" : null },
      h("th", { scope: "row" }, h("bdi", {}, title)),
      h("td", { dir: "auto" }, now),
      h("td", { dir: "auto" }, other),
      h("td", {}, differs && h("span", { class: "tag" }, "differs")),
    );
  });
  return h(
    "table",
    { class: "side-by-side" },
    h("caption", { class: "hidden" }, "Side by side"),
    h("thead", {}, head),
    h("tbody", {}, ...rows),
  );
}

/**
 * @param {[Side, Side]} sides
 * @returns {Record<string, [string, string]>}
 */
function lines([now, other]) {
  const both = (/** @type {(side: Side) => string} */ show) =>
    /** @type {[string, string]} */ ([show(now), show(other)]);
  const chosen = (/** @type {Side} */ { decision }) =>
    decision.candidates.find(({ id }) => id === decision.model);
  const quality = (/** @type {Side} */ side, /** @type {string} */ name) => {
    const candidate = side.decision.candidates.find((one) => one.name === name);
    if (!candidate) return "not in this pool";
    const cost = usdPerThousand(candidate.cost.total);
    return `${percent(candidate.quality)} (${percentRange(candidate.interval)}), ${cost}`;
  };
  const names = new Set(
    [now, other].flatMap(({ decision }) => decision.candidates.slice(0, LISTED).map(({ name }) => name)),
  );
  return {
    Prompt: both(({ prompt }) => clipped(prompt)),
    Pool: both(({ pool, models }) => `${pool} (${count(models)} models)`),
    "Sends it to": both((side) => chosen(side)?.name ?? "no model"),
    "Expected quality": both((side) => {
      const one = chosen(side);
      return one ? `${percent(one.quality)} (${percentRange(one.interval)})` : "–";
    }),
    "Cost per 1,000": both((side) => usdPerThousand(chosen(side)?.cost.total)),
    "Input tokens": both((side) => count(chosen(side)?.cost.tokensIn ?? 0)),
    "Kind of prompt": both(({ decision }) =>
      decision.clusters
        .slice(0, 3)
        .map(({ label, weight }) => `${kindName(label)} ${percent(weight)}`)
        .join(", "),
    ),
    ...Object.fromEntries([...names].map((name) => [name, both((side) => quality(side, name))])),
  };
}

/** @param {string} text */
function clipped(text) {
  const all = [...text];
  return all.length <= SHOWN ? text : `${all.slice(0, SHOWN).join("")}…`;
}
