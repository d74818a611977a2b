import { byId, h, setChildren } from "../ui/dom.js";
import { drawKeepingFocus } from "../ui/keyboard.js";
import { withoutControls } from "../ui/names.js";

/** @import { App } from "../state/app.js" */

/**
 * A message: the file, the place in it, the remedy, and what has not changed.
 *
 * @param {App} app
 */
export function mountNotice(app) {
  const root = byId("notice");
  /** @type {EventTarget | null} where the focus was before it came into the message */
  let from = null;
  root.addEventListener("focusin", ({ relatedTarget }) => {
    if (!root.contains(/** @type {Node | null} */ (relatedTarget))) from = relatedTarget;
  });
  app.store.watch(["notice"], ({ notice }) => {
    if (notice === null)
      return drawKeepingFocus(
        root,
        () => setChildren(root),
        () => /** @type {Element | null} */ (from) ?? document.querySelector("#nav a"),
      );
    const { kind, title, message, path, code, after, action } = notice;
    // Messages of the core begin with the path, which is shown separately.
    const rest = path && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    setChildren(
      root,
      h(
        "div",
        { class: `notice ${kind}` },
        h(
          "div",
          {},
          h("strong", {}, withoutControls(title)),
          h(
            "p",
            {},
            path && h("code", { dir: "ltr" }, withoutControls(path)),
            path && " ",
            withoutControls(rest),
          ),
          after && h("p", { class: "quiet" }, withoutControls(after)),
        ),
        h(
          "div",
          { class: "notice-end" },
          code && h("code", { class: "quiet" }, code),
          action && h("button", { type: "button", class: "main", click: action.run }, action.name),
          h("button", { type: "button", click: () => app.showNotice(null) }, "Dismiss"),
        ),
      ),
    );
  });
}
