/** Code for the package, the worker and the command line, from a pool, a setting and a prompt. */

/** @import { Embedder, RouteRequest } from "../../uniroute/lib/types.js" */

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
export function inJavaScript({ pool, embedder, prompt, request }) {
  const options = [
    ...(embedder === "minilm" ? ['embedder: "minilm"'] : []),
    ...(pool === null || !pool.isDefault ? ["pool"] : []),
  ];
  const load =
    pool === null
      ? [`import pool from "./${OWN_FILE}" with { type: "json" };`]
      : pool.isDefault
        ? []
        : [`import pool from ${literal(`uniroute/pools/${pool.file}`)} with { type: "json" };`];
  return [
    "// npm install uniroute",
    'import { Router } from "uniroute";',
    ...load,
    "",
    `const router = await Router.load(${options.length > 0 ? `{ ${options.join(", ")} }` : ""});`,
    `const decision = router.route(${literal(prompt)}, ${literal(request)});`,
    "console.log(decision.model, decision.reason);",
    "",
  ].join("\n");
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
function literal(value) {
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
