/** Code for the package, the worker and the command line, from a pool, a setting and a prompt. */

/** @import { Embedder, RouteRequest } from "../../uniroute/lib/types.js" */
/** @import { Message } from "../state/conversation.js" */

/**
 * @typedef {object} What
 * @property {{ id: string, file: string, isDefault: boolean } | null} pool one that comes with uniroute; null for the
 *   person's own, in `pool.json`
 * @property {Embedder} embedder
 * @property {string} prompt
 * @property {RouteRequest} request
 */

/** Name of the file of a person's own pool. */
const OWN_FILE = "pool.json";

/**
 * @param {What} what
 * @returns {string} an ECMAScript module
 */
export function inJavaScript(what) {
  return javaScript(what, [
    `const decision = router.route(${literal(what.prompt)}, ${literal(what.request)});`,
  ]);
}

/**
 * @param {Omit<What, "prompt">} what
 * @param {Message[]} messages of a conversation, of which the last one is decided
 * @returns {string} an ECMAScript module
 */
export function inJavaScriptOf(what, messages) {
  return javaScript(what, [
    "const messages = [",
    ...messages.map(({ role, text }) => `  { role: ${literal(role)}, content: ${literal(text)} },`),
    "];",
    `const decision = router.route(messages, ${literal(what.request)});`,
  ]);
}

/**
 * @param {Omit<What, "prompt">} what
 * @param {string[]} decide lines that make a decision
 */
function javaScript(what, decide) {
  const { imports, options } = loadLines(what);
  return [
    "// npm install uniroute",
    'import { Router } from "uniroute";',
    ...imports,
    "",
    `const router = await Router.load(${options});`,
    ...decide,
    "console.log(decision.model, decision.reason);",
    "",
  ].join("\n");
}

/**
 * What loads the router with the pool: lines of imports, and the argument of `Router.load`.
 *
 * @param {Pick<What, "pool" | "embedder">} what
 */
export function loadLines({ pool, embedder }) {
  const isDefault = pool?.isDefault ?? false;
  const source = pool === null ? `./${OWN_FILE}` : `uniroute/pools/${pool.file}`;
  const options = [...(embedder === "minilm" ? ['embedder: "minilm"'] : []), ...(isDefault ? [] : ["pool"])];
  return {
    imports: isDefault ? [] : [`import pool from ${literal(source)} with { type: "json" };`],
    options: options.length > 0 ? `{ ${options.join(", ")} }` : "",
  };
}

/**
 * @param {What} what
 * @returns {string} a command for a POSIX shell
 */
export function inCurl({ prompt, request }) {
  const body = JSON.stringify({ prompt, ...request });
  return [
    "# In examples/worker, with this pool as assets/pool.json: npm start",
    "curl http://127.0.0.1:8787/route \\",
    "  --header 'content-type: application/json' \\",
    `  --data-binary ${quoted(body)}`,
    "",
  ].join("\n");
}

/**
 * @param {What} what
 * @returns {string} a command for a POSIX shell
 */
export function inCommandLine({ pool, embedder, prompt, request }) {
  const { lambda, maxCost, minQuality } = request;
  const setting = [
    ["--lambda", lambda],
    ["--max-cost", maxCost],
    ["--min-quality", minQuality],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  const router = embedder === "minilm" ? ["--router default.router"] : [];
  // The prompt follows a list of ids, so that an option without a list must be between them.
  const lists = /** @type {const} */ (["allow", "deny", "need"]).flatMap((name) =>
    request[name]?.length ? [`--${name} ${request[name].map(quoted).join(" ")}`] : [],
  );
  const options = [...lists, ...router, `--pool ${pool === null ? OWN_FILE : quoted(pool.id)}`, ...setting];
  return `uniroute route ${options.join(" ")} -- ${quoted(prompt)}\n`;
}

/**
 * A value as JavaScript, which JSON is; without the line ends that JSON allows and old programs do not.
 *
 * @param {unknown} value
 */
export function literal(value) {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/**
 * A word of a POSIX shell. Its text stays as it is, whatever it holds.
 *
 * @param {string} text
 */
function quoted(text) {
  const plain = text.replaceAll("\0", "");
  return /^[\w.,:/@%+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
