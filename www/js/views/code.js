/** The present pool and setting as code: package, libraries, worker, command line. Loaded on demand. */
import { saveFile } from "../browser/save-file.js";
import { pinnedRequest } from "../state/state.js";
import { h } from "../ui/dom.js";
import { plural } from "../ui/format.js";
import { copyButton, openSheet } from "../ui/sheet.js";
import { inLibraries, namesOf } from "./code-libraries.js";
import { inCommandLine, inCurl, inJavaScript, inJavaScriptOf } from "./code-text.js";

/** @import { App } from "../state/app.js" */
/** @import { Message, Turn } from "../state/conversation.js" */
/** @import { What } from "./code-text.js" */

/**
 * How buttons name a piece of code where its title alone would not do.
 *
 * @type {Record<string, string>}
 */
const NAMES = { curl: "the curl command" };
const IN_JAVASCRIPT = "The npm package, in Node, in a page or at the edge.";

/**
 * Shows the code in groups that open and close, with a button to copy each piece.
 *
 * @param {App} app
 */
export async function openCode(app) {
  const { state } = app.store;
  const what = { ...poolOf(app), prompt: state.prompt, request: pinnedRequest(state) };
  const groups = [
    group("The router alone", true, block("JavaScript", IN_JAVASCRIPT, inJavaScript(what))),
    group("AI SDK, OpenAI client, LangChain", false, ...libraries(app, what)),
    group(
      "Worker and command line",
      false,
      block("curl", "The worker of examples/worker, on this machine.", inCurl(what)),
      block("Command line", "The program uniroute.", inCommandLine(what)),
    ),
  ];
  await openSheet("Copy as code", ...needs(app, what), ...groups);
}

/**
 * Shows the decision of the last turn of a conversation as code.
 *
 * @param {App} app
 * @param {Message[]} messages
 * @param {Turn} turn the last one
 */
export async function openConversationCode(app, messages, { request }) {
  const what = { ...poolOf(app), request };
  const last = messages.findLastIndex(({ role }) => role === "user");
  const code = inJavaScriptOf(what, messages.slice(0, last + 1));
  await openSheet("Copy as code", ...needs(app, what), block("JavaScript", IN_JAVASCRIPT, code));
}

/**
 * The pool and the embedder in use.
 *
 * @param {App} app
 * @returns {Pick<What, "pool" | "embedder">}
 */
function poolOf({ store: { state } }) {
  const { poolId, pools, embedder } = state;
  const listed = pools.find(({ id }) => id === poolId);
  const isDefault = pools[0]?.id === poolId;
  return { pool: listed === undefined ? null : { id: poolId, file: listed.file, isDefault }, embedder };
}

/**
 * What the code needs beside it.
 *
 * @param {App} app
 * @param {Pick<What, "pool" | "embedder">} what
 */
function needs(app, { pool, embedder }) {
  const save = async () => {
    const own = await app.router?.pool();
    if (own !== undefined) saveFile("pool.json", "application/json", own);
  };
  return [
    pool === null &&
      h(
        "p",
        {},
        "This pool is your own: save it as ",
        h("code", {}, "pool.json"),
        " beside the code. ",
        h("button", { type: "button", click: save }, "Save pool.json"),
      ),
    embedder === "minilm" &&
      h(
        "p",
        { class: "quiet" },
        "The transformer needs its files: see “The transformer” in the package’s README.",
      ),
  ];
}

/**
 * A piece of code for each library, or why there is none.
 *
 * @param {App} app
 * @param {What} what
 */
function libraries(app, what) {
  const names = namesOf(app.store.state.pool?.models ?? [], what.request);
  if (names.length === 0)
    return [h("p", {}, "The setting leaves no model that a library can name. Switch one on, or unpin.")];
  return inLibraries(what, names).map(({ title, code, left, isServer }) => {
    const server = isServer ? "Put in the address of your server, which has OpenAI’s interface." : "";
    const others =
      left > 0 &&
      `${plural(left, "model")} of the pool would need another provider and ${left === 1 ? "is" : "are"} left out, ` +
        "so that the code may choose another model than the page.";
    return block(title, server || others || "With all models that the setting allows.", code);
  });
}

/**
 * @param {string} title
 * @param {boolean} open
 * @param {...Node} blocks
 */
function group(title, open, ...blocks) {
  return h("details", { open }, h("summary", {}, title), ...blocks);
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
      copyButton(`Copy ${NAMES[title] ?? title}`, () => navigator.clipboard.writeText(code)),
    ),
    h("p", { class: "quiet" }, description),
    h("pre", { id, tabindex: 0, role: "group", "aria-label": `${title}: code` }, code),
  );
}
