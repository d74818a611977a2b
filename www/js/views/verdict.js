import { chosenCandidate } from "../state/state.js";
import { byId, h, setAttribute, setChildren } from "../ui/dom.js";
import { plural } from "../ui/format.js";
import { name } from "../ui/names.js";

/** @import { Candidate } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */

/**
 * Two buttons to say whether the answer of the chosen model was good. What keeps the verdicts is loaded with the
 * first one.
 *
 * @param {App} app
 */
export function mountVerdict(app) {
  const thanks = byId("verdict-said");
  const buttons = [
    { button: byId("verdict-good", HTMLButtonElement), score: 1 },
    { button: byId("verdict-bad", HTMLButtonElement), score: 0 },
  ];
  /** The last verdict, as long as its prompt is the present one. */
  let last = { id: "", prompt: "", score: -1 };
  const draw = () => {
    const { explanation, prompt } = app.store.state;
    const candidate = chosenCandidate(app.store.state);
    const isSaid = last.id !== "" && last.id === candidate?.id;
    if (prompt !== last.prompt) {
      last = { id: "", prompt, score: -1 };
      setChildren(thanks);
    }
    for (const { button, score } of buttons) {
      button.disabled = !explanation || !candidate;
      setAttribute(button, "aria-pressed", String(isSaid && last.id !== "" && score === last.score));
    }
  };
  const give = async (/** @type {Candidate} */ { id, name: title }, /** @type {number} */ score) => {
    const { prompt } = app.store.state;
    last = { id, prompt, score };
    draw();
    try {
      const feedback = await app.feedback();
      await feedback.give(id, prompt, score);
      const { said, problem } = feedback.store.state;
      if (said === null) last.id = "";
      draw();
      if (said === null || app.store.state.prompt !== prompt) return;
      const undo = async () => {
        const isUndone = await feedback.undo();
        last.id = "";
        setChildren(thanks, isUndone ? "Taken back." : "Another verdict came after it: it stays.");
        draw();
        buttons[0]?.button.focus();
      };
      setChildren(
        thanks,
        `Thanks – ${plural(said.verdicts, "verdict")} on `,
        name(title),
        `. ${problem} `,
        h("button", { type: "button", click: undo }, "Undo"),
      );
    } catch (thrown) {
      last.id = "";
      draw();
      app.showError("The verdict could not be kept", thrown);
    }
  };
  for (const { button, score } of buttons) {
    button.addEventListener("click", () => {
      const candidate = chosenCandidate(app.store.state);
      if (candidate && button.getAttribute("aria-pressed") !== "true") void give(candidate, score);
    });
  }
  app.store.watch(["explanation", "prompt", "pin", "pool"], draw);
}
