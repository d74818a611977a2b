import { byId, h, setChildren } from "../ui/dom.js";
import { EXAMPLES } from "../state/examples.js";
import { duration, plural } from "../ui/format.js";

/** @import { App } from "../state/app.js" */

/**
 * The prompt box, the examples, and the numbers of the last decision.
 *
 * @param {App} app
 */
export function mountPrompt(app) {
  const box = byId("prompt", HTMLTextAreaElement);
  const note = byId("tokens");
  box.addEventListener("input", () => app.setPrompt(box.value));
  setChildren(
    byId("examples"),
    ...EXAMPLES.map(({ name, prompt }) =>
      h("button", { type: "button", class: "chip", title: prompt, click: () => app.setPrompt(prompt) }, name),
    ),
  );
  app.store.watch(["prompt"], ({ prompt }) => {
    if (box.value !== prompt) box.value = prompt;
  });
  app.store.watch(["explanation", "decisionMs"], ({ explanation, decisionMs }) => {
    const tokens = explanation?.decision.candidates[0]?.cost.tokensIn;
    note.textContent =
      tokens === undefined || decisionMs === null
        ? ""
        : `about ${plural(tokens, "token")} · decided in ${duration(decisionMs)}`;
  });
}
