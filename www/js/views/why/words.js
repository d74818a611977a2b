import { latest } from "../../state/latest.js";
import { isEmpty, routeRequest } from "../../state/state.js";
import { MAX_WORDS, wordInfluences } from "../../state/word-influence.js";
import { h, setChildren } from "../../ui/dom.js";
import { name as nameOf } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { Word } from "../../state/word-influence.js" */

/** Milliseconds without a change of the prompt after which its words are left out in turn. */
const DELAY_MS = 300;
/** Levels of influence that are drawn, by the share of the strongest word's. */
const LEVELS = [0.15, 0.35, 0.6, 0.85];
/** Points below which the influence of a word means nothing. */
const LEAST_POINTS = 0.2;
/** Words in the list below the prompt. */
const LISTED = 5;

/**
 * The prompt with its words marked by their influence on the decision.
 *
 * @param {App} app
 * @param {HTMLElement} root
 * @returns {() => void} call it after each decision
 */
export function mountWords(app, root) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let drawn = "";
  const compute = latest(async () => {
    const { prompt, embedder, explanation } = app.store.state;
    if (app.router === null || !explanation || isEmpty(prompt)) return;
    const { router } = app;
    const isCurrent = () => app.router === router && app.store.state.prompt === prompt;
    const found = await wordInfluences(router, prompt, routeRequest(app.store.state), isCurrent).catch(
      () => null,
    );
    if (!found || !isCurrent()) return;
    drawn = key(prompt, embedder);
    const names = new Map(explanation.decision.candidates.map(({ id, name }) => [id, name]));
    setChildren(root, ...parts(prompt, found.words, found.complete, names));
  });
  return () => {
    const { prompt, embedder } = app.store.state;
    clearTimeout(waiting);
    if (drawn === key(prompt, embedder)) return;
    if (embedder === "static") waiting = setTimeout(() => void compute(), DELAY_MS);
    else setChildren(root, ...offer(() => void compute()));
  };
}

/**
 * @param {string} prompt
 * @param {string} embedder
 */
const key = (prompt, embedder) => `${embedder} ${prompt}`;

/**
 * The transformer takes milliseconds for a prompt, so the person asks for the words.
 *
 * @param {() => void} compute
 */
function offer(compute) {
  const click = (/** @type {MouseEvent} */ event) => {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    button.disabled = true;
    button.textContent = "Leaving out one word after another…";
    compute();
  };
  return [
    h("h3", {}, "Words that matter"),
    h("p", {}, h("button", { type: "button", click }, "Show which words matter")),
  ];
}

/**
 * @param {string} prompt
 * @param {Word[]} words
 * @param {boolean} complete
 * @param {Map<string, string>} names of models
 */
function parts(prompt, words, complete, names) {
  const most = Math.max(0, ...words.map(({ points }) => points));
  const title = h("h3", {}, "Words that matter");
  if (most < LEAST_POINTS) return [title, h("p", {}, "No single word changes the expected qualities much.")];
  const strongest = [...words].sort((a, b) => b.points - a.points).slice(0, LISTED);
  const items = strongest
    .filter(({ points }) => points >= LEAST_POINTS)
    .map(({ text, points, other }) =>
      h(
        "li",
        {},
        h("strong", { dir: "auto" }, text),
        `: ${points.toFixed(1)} points`,
        ...(other ? ["; without it the choice is ", nameOf(names.get(other) ?? other)] : []),
      ),
    );
  return [
    title,
    h("p", { class: "words", dir: "auto" }, ...marked(prompt, words, most)),
    h("ol", { class: "word-list", "aria-label": "Words by influence" }, ...items),
    h(
      "p",
      { class: "quiet" },
      "Each word was left out in turn; the points say how much the expected quality of a model then changes, on " +
        "average. The thicker the line below a word, the more." +
        (complete ? "" : ` Only the first ${MAX_WORDS} words were tried.`),
    ),
  ];
}

/**
 * @param {string} prompt
 * @param {Word[]} words
 * @param {number} most
 */
function marked(prompt, words, most) {
  const children = [];
  let at = 0;
  for (const { start, end, text, points } of words) {
    const level = LEVELS.filter((share) => points >= share * most).length;
    if (level === 0) continue;
    children.push(prompt.slice(at, start), h("mark", { class: `word word-${level}` }, text));
    at = end;
  }
  const rest = prompt.slice(at);
  return [...children, rest.length > 600 ? `${rest.slice(0, 600)}…` : rest];
}
