/** How much each word of a prompt moves the decision: leave it out, and decide again. */

/** @import { WorkerRouter } from "../../uniroute/worker.js" */
/** @import { Decision, RouteRequest } from "../../uniroute/lib/types.js" */

/** Words that are left out at most, since each needs a decision of its own. */
export const MAX_WORDS = 60;
/** Characters that are searched for words; a word further on is not among the first ones. */
const MAX_CHARACTERS = 4000;

/**
 * A word and its influence.
 *
 * @typedef {object} Word
 * @property {number} start of the word in the prompt, in UTF-16 units
 * @property {number} end
 * @property {string} text
 * @property {number} points by how many points the expected quality of a model changes without this word, as a
 *   mean over all models
 * @property {string | null} other the model that would be chosen without this word, if another one
 */

/**
 * The first words of a prompt, in any script that the browser can split.
 *
 * @param {string} prompt
 */
export function wordsOf(prompt) {
  const segments = new Intl.Segmenter(undefined, { granularity: "word" }).segment(
    prompt.slice(0, MAX_CHARACTERS),
  );
  const words = [];
  for (const { segment, index, isWordLike } of segments) {
    if (!isWordLike) continue;
    words.push({ start: index, end: index + segment.length, text: segment });
    if (words.length > MAX_WORDS) break;
  }
  return { words: words.slice(0, MAX_WORDS), complete: words.length <= MAX_WORDS };
}

/**
 * The influence of each of the first words.
 *
 * @param {WorkerRouter} router
 * @param {string} prompt
 * @param {RouteRequest} request
 * @param {() => boolean} isCurrent false ends the work early
 * @returns {Promise<{ words: Word[], complete: boolean } | null>} null if it was ended; `complete`: false if the
 *   prompt has more words
 */
export async function wordInfluences(router, prompt, request, isCurrent) {
  const { words, complete } = wordsOf(prompt);
  const whole = await router.route(prompt, request);
  const qualities = new Map(whole.candidates.map(({ id, quality }) => [id, quality]));
  /** @type {Word[]} */
  const found = [];
  for (const word of words) {
    if (!isCurrent()) return null;
    const without = await router.route(prompt.slice(0, word.start) + prompt.slice(word.end), request);
    const other = without.model === whole.model ? null : without.model;
    found.push({ ...word, points: meanChange(qualities, without), other });
  }
  return isCurrent() ? { words: found, complete } : null;
}

/**
 * @param {Map<string, number>} before
 * @param {Decision} after
 * @returns {number} points of quality
 */
function meanChange(before, { candidates }) {
  const changes = candidates.map(({ id, quality }) => Math.abs(quality - (before.get(id) ?? quality)));
  return (100 * changes.reduce((sum, change) => sum + change, 0)) / Math.max(1, changes.length);
}
