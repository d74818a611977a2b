/** The panel of what routing saves. Loaded on demand. */
import { isPinned } from "../../state/state.js";
import { modelOfPool } from "../../state/usage.js";
import { h, setAttribute, setChildren } from "../../ui/dom.js";
import { modelInUse } from "./in-use.js";
import { claimOfBatch, claimOfPrompt } from "./words.js";

/** @import { Savings } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { Claim } from "./words.js" */

/** @typedef {"prompt" | "batch"} Scope */
/** @typedef {{ reference: Savings["reference"], claim: Claim, ofModelInUse: boolean }} Line */

/** @type {WeakMap<HTMLElement, () => void>} */
const PANELS = new WeakMap();

/**
 * Draws the panel; the controls stay, so that they keep the focus.
 *
 * @param {App} app
 * @param {Scope} scope
 * @param {HTMLElement} root
 */
export function panel(app, scope, root) {
  const draw = PANELS.get(root) ?? newPanel(app, scope, root);
  PANELS.set(root, draw);
  draw();
}

/**
 * The sentences for the present state: against the model in use, then against the best single one.
 *
 * @param {App} app
 * @param {Scope} scope
 * @returns {Line[]}
 */
export function lines(app, scope) {
  const { promptsAMonth, ...compared } = app.usage.store.state;
  const both = compared[scope];
  if (both === null) return [];
  const { pool } = app.store.state;
  const nameOf = (/** @type {string} */ id) => pool?.models.find((model) => model.id === id)?.name ?? id;
  const prompts = app.batch.store.state.prompts.length;
  const line = (/** @type {Savings} */ savings, /** @type {boolean} */ ofModelInUse) => ({
    reference: savings.reference,
    ofModelInUse,
    claim:
      scope === "batch"
        ? claimOfBatch(savings, { prompts, promptsAMonth, nameOf })
        : claimOfPrompt(savings, { promptsAMonth, nameOf }),
  });
  const { inUse, best } = both;
  return [
    ...(inUse ? [line(inUse, true)] : []),
    ...(best && best.reference.id !== inUse?.reference.id ? [line(best, false)] : []),
  ];
}

/**
 * @param {App} app
 * @param {Scope} scope
 * @param {HTMLElement} root
 */
function newPanel(app, scope, root) {
  const claims = h("div", { class: "claims", "aria-live": "polite" });
  const { select, update } = modelInUse(app, `${scope}-in-use`);
  const volume = h("input", {
    id: `${scope}-volume`,
    type: "number",
    min: 1,
    step: 1,
    inputmode: "numeric",
    change: () => app.usage.setPromptsAMonth(volume.valueAsNumber),
  });
  const share = h(
    "button",
    {
      type: "button",
      click: async () => {
        const { openCard } = await import("./card.js");
        await openCard(app, lines(app, scope), scope);
      },
    },
    "Share card…",
  );
  const copy = h(
    "button",
    {
      type: "button",
      click: async () => {
        const { openCode } = await import("../code.js");
        await openCode(app);
      },
    },
    "Copy as code…",
  );
  const compare =
    scope === "prompt" &&
    h(
      "button",
      {
        type: "button",
        click: async () => {
          const { openCompare } = await import("../compare.js");
          await openCompare(app);
        },
      },
      "Compare…",
    );
  setChildren(
    root,
    claims,
    h(
      "div",
      { class: "usage" },
      h(
        "label",
        { class: "field", for: select.id },
        h("span", { class: "quiet" }, "The model I use now"),
        select,
      ),
      h(
        "label",
        { class: "field", for: volume.id },
        h("span", { class: "quiet" }, "Prompts a month"),
        volume,
      ),
      h("span", { class: "row" }, share, compare, copy),
    ),
  );
  return () => {
    const { pool } = app.store.state;
    const { modelInUse: inUse, promptsAMonth } = app.usage.store.state;
    const found = lines(app, scope);
    root.hidden = scope === "batch" && app.usage.store.state.batch === null;
    update();
    const used = modelOfPool(pool, inUse);
    if (document.activeElement !== volume) volume.value = String(promptsAMonth);
    const missing =
      inUse !== null && used === null
        ? h("p", { class: "quiet" }, h("bdi", {}, inUse.name), ", which you use now, is not in this pool.")
        : null;
    const noNumbers =
      used !== null && !found.some(({ ofModelInUse }) => ofModelInUse)
        ? h(
            "p",
            { class: "quiet" },
            h("bdi", {}, used.name),
            " cannot be compared: it is switched off, has no price, or cannot take every prompt.",
          )
        : null;
    const pinned = isPinned(app.store.state)
      ? h(
          "p",
          { class: "quiet" },
          "A model is pinned, so nothing is routed. This is what routing would do without the pin.",
        )
      : null;
    setChildren(claims, pinned, ...found.map(claimed), missing, noNumbers);
    setAttribute(share, "disabled", found.length === 0);
  };
}

/** @param {Line} line */
function claimed({ claim, ofModelInUse }) {
  return h(
    "div",
    { class: `claim ${claim.kind}` },
    h(
      "p",
      { class: "eyebrow" },
      ofModelInUse ? "Against the model you use now" : "Against the best single model",
    ),
    h("p", { class: "headline", dir: "auto" }, claim.headline),
    h("p", { class: "quiet" }, claim.details.join(" ")),
  );
}
