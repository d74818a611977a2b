import { byId, h, replace, style } from "../ui/dom.js";
import { count, percent, percentRange, plural, usdPerThousand } from "../ui/format.js";
import { chosen } from "../state/state.js";

/** @typedef {import("../../uniroute/lib/types.js").Candidate} Candidate */

/** How long the decision must stand still before it is read out. */
const SETTLED_MS = 700;

/**
 * The decision in plain words.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountDecision({ store }) {
  const root = byId("decision");
  const spoken = byId("spoken");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;
  store.watch(["deciding"], ({ deciding }) => root.setAttribute("aria-busy", String(deciding)));
  store.watch(["explanation", "prompt", "phase", "pool"], (state) => {
    const decision = state.explanation?.decision;
    const candidate = chosen(state);
    root.classList.toggle("empty", !decision);
    if (!decision)
      return replace(root, h("p", { class: "eyebrow" }, "Send it to"), h("p", { class: "model" }, "…"));
    if (!candidate)
      return replace(
        root,
        h("p", { class: "eyebrow" }, "Send it to"),
        h("p", { class: "model" }, "no model"),
        h("p", {}, decision.reason),
      );
    const provider = state.pool?.models.find(({ id }) => id === candidate.id)?.provider;
    replace(
      root,
      h("p", { class: "eyebrow" }, "Send it to"),
      h("h2", { class: "model" }, candidate.name, provider && h("small", {}, provider)),
      readings(candidate),
      h("p", { class: "reason" }, decision.reason),
      decision.outOfDistribution &&
        h(
          "p",
          { class: "warn" },
          h("strong", {}, "Unfamiliar prompt. "),
          "It is unlike those the router was fitted on, or too short to tell; trust the overall ranking more than the details.",
        ),
    );
    clearTimeout(speaking);
    speaking = setTimeout(() => (spoken.textContent = inWords(candidate)), SETTLED_MS);
  });
}

/** @param {Candidate} candidate */
function readings({ quality, interval, cost }) {
  return h(
    "dl",
    { class: "readings" },
    h(
      "div",
      {},
      h("dt", {}, "Expected quality"),
      h(
        "dd",
        {},
        h("b", {}, percent(quality)),
        h("span", { class: "quiet" }, `likely ${percentRange(interval)}`),
        setBand(band(), quality, interval),
      ),
    ),
    h(
      "div",
      {},
      h("dt", {}, "Cost of 1,000 such prompts"),
      h(
        "dd",
        {},
        h("b", {}, usdPerThousand(cost.total)),
        h(
          "span",
          { class: "quiet" },
          `${count(cost.tokensIn)} in, about ${plural(cost.tokensOut, "token")} out`,
        ),
      ),
    ),
  );
}

/** A band from the low to the high end with a mark at the expectation. */
export function band() {
  return h("span", { class: "interval", "aria-hidden": "true" });
}

/**
 * @param {HTMLElement} band
 * @param {number} quality
 * @param {[number, number]} interval
 */
export function setBand(band, quality, [low, high]) {
  return style(band, { "--low": low, "--high": high, "--at": quality });
}

/** @param {Candidate} candidate */
function inWords({ name, quality, cost }) {
  return `Send it to ${name}. Expected quality ${Math.round(quality * 100)} percent, ${usdPerThousand(cost.total)} per thousand prompts.`;
}
