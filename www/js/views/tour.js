import { saveTourSeen } from "../browser/storage.js";
import { modelInUse } from "./savings/in-use.js";
import { byId, h, setChildren, setProperties } from "../ui/dom.js";

/** @import { App } from "../state/app.js" */

/** Pixels between the card and what it explains. */
const GAP = 10;

const STEPS = [
  {
    target: "ask",
    title: "Type or paste a prompt",
    text: "Or choose one of the examples. It is decided while you type, on this device.",
  },
  {
    target: "decision",
    title: "This model should get it",
    text: "With the quality to expect, how sure that is, and the price. “Why?” shows what it rests on.",
  },
  {
    target: "trade",
    title: "Say what quality is worth to you",
    text: "Move the slider, or fix a budget or a least quality. The strip above it shows who wins where.",
  },
];

/** @type {(() => void) | null} closes the open tour */
let close = null;

/**
 * Shows the tour: one card at a time, below the panel that it explains. The page stays usable.
 *
 * @param {App} app
 * @param {boolean} asked whether the person asked for it; only then does it take the focus
 */
export function showTour(app, asked) {
  close?.();
  let step = 0;
  const returnTo = document.activeElement;
  const title = h("h2", { id: "tour-title" });
  const text = h("p");
  // Asked once, at the end of the first tour; later it is chosen beside the sentence of what routing saves.
  const { select, update } = modelInUse(app, "tour-in-use");
  const question = h("label", { class: "field", for: select.id }, "Which model do you use now?", select);
  const isKnown = app.usage.store.state.modelInUse !== null;
  const place = h("span", { class: "quiet figures" });
  const back = h("button", { type: "button", click: () => go(step - 1) }, "Back");
  const next = h("button", { type: "button", class: "main", click: () => go(step + 1) }, "Next");
  const end = h("button", { type: "button", click: () => finish() }, "Close");
  const card = h(
    "section",
    { class: "tour", role: "dialog", "aria-labelledby": "tour-title" },
    h("div", { "aria-live": "polite" }, title, text),
    question,
    h("div", { class: "row" }, place, back, next, end),
  );
  const target = () => byId(STEPS[step]?.target ?? "ask");

  const put = () => {
    const { left, bottom } = target().getBoundingClientRect();
    const most = document.documentElement.clientWidth - card.offsetWidth - GAP;
    setProperties(card, {
      "--top": `${bottom + scrollY + GAP}px`,
      "--left": `${Math.max(GAP, Math.min(left, most)) + scrollX}px`,
    });
  };
  const go = (/** @type {number} */ to) => {
    if (to >= STEPS.length) return finish();
    target().classList.remove("toured");
    step = Math.max(0, to);
    target().classList.add("toured");
    setChildren(title, STEPS[step]?.title);
    setChildren(text, STEPS[step]?.text);
    question.hidden = isKnown || step !== STEPS.length - 1;
    update();
    setChildren(place, `${step + 1} of ${STEPS.length}`);
    if (step === 0 && back.contains(document.activeElement)) next.focus();
    back.disabled = step === 0;
    next.textContent = step === STEPS.length - 1 ? "Done" : "Next";
    put();
    if (asked || to > 0) {
      card.scrollIntoView({ block: "nearest" });
      target().scrollIntoView({ block: "nearest" });
    }
  };
  const escape = (/** @type {KeyboardEvent} */ { key, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented && !document.querySelector(":popover-open")) finish();
  };
  const moved = new ResizeObserver(put);
  const finish = () => {
    const hadFocus = card.contains(document.activeElement);
    moved.disconnect();
    removeEventListener("keydown", escape);
    target().classList.remove("toured");
    card.remove();
    close = null;
    saveTourSeen();
    if (hadFocus) /** @type {HTMLElement} */ (asked ? returnTo : byId("prompt"))?.focus();
  };

  close = finish;
  byId("view-route").prepend(card);
  addEventListener("keydown", escape);
  go(0);
  moved.observe(byId("view-route"));
  moved.observe(target());
  if (asked) next.focus();
  app.store.watch(["pool"], update);
  app.store.watch(["view"], ({ view }) => void (card.hidden = view !== "route"));
}
