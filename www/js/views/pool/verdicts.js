import { byId, h, setChildren } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { name } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */

/** Models that are named. */
const NAMED = 5;

/**
 * What became of the person's verdicts, and what can be done with them.
 *
 * @param {App} app
 */
export function mountVerdicts(app) {
  const facts = h("p", { class: "quiet" });
  const run =
    (
      /** @type {(feedback: import("../../state/feedback-controller.js").FeedbackController) => unknown} */ act,
    ) =>
    async () => {
      try {
        await act(await app.feedback());
      } catch (thrown) {
        app.showError("The verdicts could not be changed", thrown);
      }
    };
  const file = h("input", { id: "verdicts-file", type: "file", class: "hidden", accept: ".uniroute" });
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) void run((feedback) => feedback.addFile(chosen))();
    file.value = "";
  });
  const button = (/** @type {string} */ label, /** @type {() => unknown} */ click) =>
    h("button", { type: "button", click }, label);
  const save = button(
    "Save as a file",
    run((feedback) => feedback.saveAsFile()),
  );
  const reset = button(
    "Forget all",
    run((feedback) => feedback.reset()),
  );
  const slowly = h("input", { type: "checkbox" });
  slowly.addEventListener(
    "change",
    run((feedback) => feedback.setHalfLife(slowly.checked ? 90 : null)),
  );
  const panel = h(
    "div",
    { class: "panel", id: "pool-verdicts" },
    h("h2", { class: "eyebrow" }, "Your verdicts, kept in this browser"),
    facts,
    h(
      "p",
      { class: "row" },
      save,
      h("label", { class: "button", for: "verdicts-file" }, "Add a file\u2026"),
      file,
      reset,
    ),
    h("p", {}, h("label", {}, slowly, " From now on, a verdict counts half after 90 days")),
  );
  byId("pool-heat").after(panel); // below what loads before it, so that nothing moves
  app.store.watch(["pool"], ({ pool }) => {
    const judged = (pool?.models ?? []).filter(({ verdicts }) => verdicts > 0);
    judged.sort((a, b) => b.verdicts - a.verdicts);
    if (judged.length === 0 && [save, reset].some((one) => one === document.activeElement)) file.focus();
    save.disabled = judged.length === 0;
    reset.disabled = judged.length === 0;
    if (judged.length === 0) {
      setChildren(
        facts,
        "None on the models of this pool. Say below a decision whether the answer was good.",
      );
      return;
    }
    const named = judged
      .slice(0, NAMED)
      .flatMap((model, i) => [i === 0 ? "" : ", ", name(model.name), ` ${model.verdicts}`]);
    const rest = judged.length - NAMED;
    setChildren(
      facts,
      ...named,
      rest > 0 ? ` and ${plural(rest, "other")}` : "",
      ". They change the expected quality of these models, here only.",
    );
  });
}
