import { tooCloseToCall } from "../state/closeness.js";
import { chosenCandidate, isEmpty, isPinned, routedCandidate } from "../state/state.js";
import { intervalBar, setIntervalBar } from "../ui/bars.js";
import { byId, h, setAttribute, setChildren } from "../ui/dom.js";
import { count, percent, percentRange, plural, usdPerThousand } from "../ui/format.js";
import { name, nameInText, sentenceWith } from "../ui/names.js";

/** @import { Candidate, Decision, Explanation } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */
/** @import { State } from "../state/state.js" */
/** @import { Child } from "../ui/dom.js" */

/** Milliseconds without a new decision after which a screen reader reads it out. */
const ANNOUNCE_DELAY_MS = 700;

/**
 * The decision in words.
 *
 * @param {App} app
 */
export function mountDecision(app) {
  const { store } = app;
  const root = byId("decision");
  const body = byId("decision-body");
  const announcement = byId("spoken");
  const skeleton = [...body.children];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let announcing;
  store.watch(["deciding"], ({ deciding }) => root.setAttribute("aria-busy", String(deciding)));
  mountWhyButton(app);
  mountPin(app);
  store.watch(["explanation", "prompt", "phase", "pool", "pin"], (state) => {
    const candidate = chosenCandidate(state);
    root.classList.toggle("empty", !state.explanation);
    clearTimeout(announcing);
    if (!state.explanation) {
      announcement.textContent = "";
      return setChildren(
        body,
        ...(isEmpty(state.prompt) && state.phase === "ready" ? invitation() : skeleton),
      );
    }
    const eyebrow = isPinned(state) ? "Pinned: every prompt goes to" : "Send it to";
    setChildren(body, h("p", { class: "eyebrow" }, eyebrow), ...content(state, state.explanation, candidate));
    if (!candidate) return;
    announcing = setTimeout(() => (announcement.textContent = inWords(candidate)), ANNOUNCE_DELAY_MS);
  });
}

/**
 * The button that opens the reasons, which are loaded then.
 *
 * @param {App} app
 */
function mountWhyButton(app) {
  const button = byId("why-button", HTMLButtonElement);
  const panel = byId("why");
  /** @type {(() => void) | null} */
  let draw = null;
  button.addEventListener("click", async () => {
    panel.hidden = !panel.hidden;
    setAttribute(button, "aria-expanded", String(!panel.hidden));
    if (panel.hidden) return;
    try {
      draw ??= (await import("./why/why.js")).mountWhy(app);
      draw();
      panel.scrollIntoView({ block: "nearest" });
    } catch (thrown) {
      app.showError("The reasons could not be loaded", thrown);
    }
  });
  app.store.watch(["explanation"], ({ explanation }) => {
    button.disabled = !explanation;
    if (!explanation) panel.hidden = true;
    setAttribute(button, "aria-expanded", String(!panel.hidden));
  });
}

/**
 * The button that pins the chosen model, and unpins it.
 *
 * @param {App} app
 */
function mountPin(app) {
  const button = byId("pin", HTMLButtonElement);
  button.addEventListener("click", () => {
    const { state } = app.store;
    app.setPin(isPinned(state) ? "" : (chosenCandidate(state)?.id ?? ""));
  });
  app.store.watch(["explanation", "pin", "pool"], (state) => {
    const pinned = isPinned(state);
    button.disabled = !pinned && !chosenCandidate(state);
    setAttribute(button, "aria-pressed", String(pinned));
    button.textContent = pinned ? "Unpin" : "Always this model";
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
function content(state, explanation, candidate) {
  const { reason, candidates } = explanation.decision;
  const names = candidates.flatMap(({ id, name }) => [id, name]);
  if (!candidate) return [h("p", { class: "model" }, "no model"), h("p", {}, ...sentenceWith(reason, names))];
  const provider = state.pool?.models.find(({ id }) => id === candidate.id)?.provider;
  return [
    h("h2", { class: "model" }, name(candidate.name), provider && h("small", { dir: "auto" }, provider)),
    readings(candidate),
    isPinned(state)
      ? h("p", { class: "reason" }, ...priceOfPin(candidate, routedCandidate(state)))
      : h("p", { class: "reason" }, ...sentenceWith(reason, names)),
    closeCall(candidate, explanation),
    unfamiliar(explanation.decision),
  ];
}

/**
 * What it costs that a model is pinned, compared with the choice of the router.
 *
 * @param {Candidate} pinned
 * @param {Candidate | null} routed
 * @returns {Child[]}
 */
function priceOfPin(pinned, routed) {
  const problem = pinned.excluded ? ` Without the pin it would be left out: ${pinned.excluded.message}.` : "";
  if (routed === null) return ["The router would choose no model.", problem];
  if (routed.id === pinned.id)
    return ["The router would choose it, too: here the pin costs nothing.", problem];
  const points = Math.round((routed.quality - pinned.quality) * 100);
  const quality =
    points === 0 ? "as good" : `${plural(Math.abs(points), "point")} ${points > 0 ? "better" : "worse"}`;
  const more = (pinned.cost.total ?? 0) - (routed.cost.total ?? 0);
  const isKnown = pinned.cost.total !== null && routed.cost.total !== null;
  const price = more >= 0 ? `${usdPerThousand(more)} less` : `${usdPerThousand(-more)} more`;
  return [
    "Without the pin: ",
    name(routed.name),
    `, about ${quality}`,
    isKnown ? `, for ${price} per 1,000 such prompts.` : ".",
    problem,
  ];
}

/**
 * Says that the chosen model may not be the best one. Only models that are worth their price are named: the
 * intervals of a large pool overlap with nearly all others.
 *
 * @param {Candidate} chosen
 * @param {Explanation} explanation
 */
function closeCall(chosen, { decision, frontier }) {
  const worthIt = new Set(frontier.map(({ id }) => id));
  const close = decision.candidates.filter((one) => worthIt.has(one.id) && tooCloseToCall(one, chosen));
  const [first, ...others] = close;
  if (!first) return null;
  const also = others.length > 0 ? ` and ${plural(others.length, "other")}` : "";
  return h(
    "p",
    { class: "quiet close" },
    h("strong", {}, "≈ Too close to call: "),
    name(first.name),
    `${also} may be as good, or better.`,
  );
}

/** @param {Decision} decision */
function unfamiliar({ outOfDistribution, unknownWords }) {
  if (!outOfDistribution) return null;
  return h(
    "p",
    { class: "warn" },
    h("strong", {}, unknownWords ? "Unknown words. " : "Unfamiliar prompt. "),
    (unknownWords
      ? "Most of its words are unknown to the router, perhaps in a language that it does not cover. "
      : "It is unlike the prompts that the router was fitted on, or too short to tell. ") +
      "The overall ranking is more reliable than the details.",
  );
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
