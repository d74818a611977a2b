import { chosenCandidate } from "../../state/state.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { kindName, percent } from "../../ui/format.js";
import { mountEvidence } from "./evidence.js";
import { mountWords } from "./words.js";

/** @import { App } from "../../state/app.js" */
/** @import { State } from "../../state/state.js" */

/** Example prompts of a kind. */
const EXAMPLES = 3;

/**
 * Why the model was chosen: the kind of the prompt with examples, what the numbers rest on, and the words that
 * matter. Loaded when it is first opened.
 *
 * @param {App} app
 */
export function mountWhy(app) {
  const root = byId("why");
  const kind = h("div", { class: "why-kind" });
  const evidence = h("div", { class: "why-evidence" });
  const words = h("div", { class: "why-words" });
  setChildren(
    root,
    h("h2", { class: "eyebrow" }, "Why"),
    h("div", { class: "why-body" }, kind, words, evidence),
  );
  const drawWords = mountWords(app, words);
  const drawEvidence = mountEvidence(app, evidence);
  const draw = () => {
    const { state } = app.store;
    if (root.hidden || !state.explanation) return;
    setChildren(kind, ...kindParts(state));
    const chosen = chosenCandidate(state);
    if (chosen) void drawEvidence(chosen.id);
    drawWords();
  };
  app.store.watch(["explanation", "pool", "map", "pin"], draw);
  return draw;
}

/** @param {State} state */
function kindParts({ explanation, map }) {
  const [first] = explanation?.decision.clusters ?? [];
  if (!first) return [];
  const examples = map?.clusters.find(({ id }) => id === first.id)?.examples.slice(0, EXAMPLES) ?? [];
  return [
    h("h3", {}, kindName(first.label, 4)),
    h(
      "p",
      {},
      `${percent(first.weight)} of this prompt belongs to this kind`,
      first.field && `, in the field “${first.field}”`,
      ".",
    ),
    examples.length > 0 && h("p", { class: "quiet" }, "Typical prompts of this kind:"),
    examples.length > 0 &&
      h("ul", { class: "examples" }, ...examples.map((one) => h("li", { dir: "auto" }, one))),
  ];
}
