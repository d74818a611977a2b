import { byId, h, replace } from "../ui/dom.js";

/**
 * What went wrong, in place: which file, where in it, what to do, and what has not changed.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountNotice(app) {
  const root = byId("notice");
  app.store.watch(["notice"], ({ notice }) => {
    if (notice === null) return replace(root);
    const { kind, title, message, path, code, after, action } = notice;
    // The core's messages begin with the path; it is set apart here.
    const rest = path && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    replace(
      root,
      h(
        "div",
        { class: `notice ${kind}` },
        h(
          "div",
          {},
          h("strong", {}, title),
          h("p", {}, path && h("code", {}, path), path && " ", rest),
          after && h("p", { class: "quiet" }, after),
        ),
        h(
          "div",
          { class: "notice-end" },
          code && h("code", { class: "quiet" }, code),
          action && h("button", { type: "button", class: "main", click: action.run }, action.name),
          h("button", { type: "button", click: () => app.dismiss() }, "Dismiss"),
        ),
      ),
    );
  });
}
