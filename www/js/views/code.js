/** The present pool and setting as code: package, worker, command line. Loaded on demand. */
import { saveFile } from "../browser/save-file.js";
import { pinnedRequest } from "../state/state.js";
import { h } from "../ui/dom.js";
import { copyButton, openSheet } from "../ui/sheet.js";
import { inCommandLine, inCurl, inJavaScript } from "./code-text.js";

/** @import { App } from "../state/app.js" */

/**
 * Shows the code, with a button to copy each piece.
 *
 * @param {App} app
 */
export async function openCode(app) {
  const { state } = app.store;
  const { poolId, pools, embedder } = state;
  const listed = pools.find(({ id }) => id === poolId);
  const isOwn = listed === undefined;
  const what = {
    pool: isOwn ? null : { id: poolId, file: listed.file, isDefault: pools[0]?.id === poolId },
    embedder,
    prompt: state.prompt,
    request: pinnedRequest(state),
  };
  const blocks = [
    block("JavaScript", "The npm package, in Node, in a page or at the edge.", inJavaScript(what)),
    block("curl", "The worker of examples/worker, on this machine.", inCurl(what)),
    block("Command line", "The program uniroute.", inCommandLine(what)),
  ];
  const save = async () => {
    const pool = await app.router?.pool();
    if (pool !== undefined) saveFile("pool.json", "application/json", pool);
  };
  const needsFile = isOwn
    ? h(
        "p",
        {},
        "This pool is your own: save it as ",
        h("code", {}, "pool.json"),
        " beside the code. ",
        h("button", { type: "button", click: save }, "Save pool.json"),
      )
    : null;
  const transformer =
    embedder === "minilm"
      ? h(
          "p",
          { class: "quiet" },
          "The transformer needs its files: see “The transformer” in the package’s README.",
        )
      : null;
  await openSheet("Copy as code", needsFile, transformer, ...blocks);
}

/**
 * @param {string} title
 * @param {string} description
 * @param {string} code
 */
function block(title, description, code) {
  const id = `code-${title.toLowerCase().replace(/\W/g, "-")}`;
  return h(
    "section",
    { "aria-labelledby": `${id}-title` },
    h(
      "div",
      { class: "head" },
      h("h3", { id: `${id}-title`, class: "eyebrow" }, title),
      copyButton(`Copy ${title === "curl" ? "the curl command" : title}`, () =>
        navigator.clipboard.writeText(code),
      ),
    ),
    h("p", { class: "quiet" }, description),
    h("pre", { id, tabindex: 0, role: "group", "aria-label": `${title}: code` }, code),
  );
}
