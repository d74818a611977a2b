import { chosenCandidate, isEmpty } from "../state/state.js";
import { intervalBar, setIntervalBar } from "../ui/bars.js";
import { byId, h, setChildren } from "../ui/dom.js";
import { count, percent, percentRange, plural, usdPerThousand } from "../ui/format.js";
import { name, nameInText, sentenceWith } from "../ui/names.js";

/** @import { Candidate, Explanation } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */
/** @import { State } from "../state/state.js" */

/** Milliseconds without a new decision after which a screen reader reads it out. */
const ANNOUNCE_DELAY_MS = 700;

/**
 * The decision in words.
 *
 * @param {App} app
 */
export function mountDecision({ store }) {
  const root = byId("decision");
  const announcement = byId("spoken");
  const skeleton = [...root.children];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let announcing;
  store.watch(["deciding"], ({ deciding }) => root.setAttribute("aria-busy", String(deciding)));
  store.watch(["explanation", "prompt", "phase", "pool"], (state) => {
    const candidate = chosenCandidate(state);
    root.classList.toggle("empty", !state.explanation);
    clearTimeout(announcing);
    if (!state.explanation) {
      announcement.textContent = "";
      return setChildren(
        root,
        ...(isEmpty(state.prompt) && state.phase === "ready" ? invitation() : skeleton),
      );
    }
    setChildren(
      root,
      h("p", { class: "eyebrow" }, "Send it to"),
      ...content(state, state.explanation, candidate),
    );
    if (!candidate) return;
    announcing = setTimeout(() => (announcement.textContent = inWords(candidate)), ANNOUNCE_DELAY_MS);
  });
}

/** What to do, since nothing is recommended for an empty prompt. */
function invitation() {
  return [
    h("p", { class: "eyebrow" }, "Nothing to decide yet"),
    h("p", { class: "model" }, "Type a prompt"),
    h(
      "p",
      {},
      "Type or paste a prompt, or choose one of the examples. The model that should get it appears here.",
    ),
  ];
}

/**
 * @param {State} state
 * @param {Explanation} explanation
 * @param {Candidate | null} candidate
 */
function content({ pool }, explanation, candidate) {
  const { reason, outOfDistribution, unknownWords, candidates } = explanation.decision;
  const names = candidates.flatMap(({ id, name }) => [id, name]);
  if (!candidate) return [h("p", { class: "model" }, "no model"), h("p", {}, ...sentenceWith(reason, names))];
  const provider = pool?.models.find(({ id }) => id === candidate.id)?.provider;
  return [
    h("h2", { class: "model" }, name(candidate.name), provider && h("small", { dir: "auto" }, provider)),
    readings(candidate),
    h("p", { class: "reason" }, ...sentenceWith(reason, names)),
    outOfDistribution &&
      h(
        "p",
        { class: "warn" },
        h("strong", {}, unknownWords ? "Unknown words. " : "Unfamiliar prompt. "),
        (unknownWords
          ? "Most of its words are unknown to the router, perhaps in a language that it does not cover. "
          : "It is unlike the prompts that the router was fitted on, or too short to tell. ") +
          "The overall ranking is more reliable than the details.",
      ),
  ];
}

/** @param {Candidate} candidate */
function readings({ quality, interval, cost }) {
  const tokens = `${count(cost.tokensIn)} input, about ${plural(cost.tokensOut, "output token")}`;
  const bar = setIntervalBar(intervalBar(), quality, interval);
  return h(
    "dl",
    { class: "readings" },
    reading("Expected quality", percent(quality), `90\u202f% interval ${percentRange(interval)}`, bar),
    reading("Cost of 1,000 such prompts", usdPerThousand(cost.total), tokens),
  );
}

/**
 * @param {string} title
 * @param {string} value
 * @param {string} detail
 * @param {HTMLElement} [bar]
 */
function reading(title, value, detail, bar) {
  const content = [h("b", {}, value), h("span", { class: "quiet" }, detail), bar];
  return h("div", {}, h("dt", {}, title), h("dd", {}, ...content));
}

/** @param {Candidate} candidate */
function inWords({ name: chosen, quality, cost }) {
  const percentage = Math.round(quality * 100);
  const price = usdPerThousand(cost.total);
  return `Send it to ${nameInText(chosen)}. Expected quality ${percentage} percent, ${price} per thousand prompts.`;
}
