/**
 * Finds personal data in a text on the device, before the text is sent anywhere: addresses, telephone numbers, bank
 * accounts, payment cards, identity numbers, keys and passwords, and words that you name.
 *
 * It finds what has a form or a check digit. It never finds all: names, addresses of houses, dates of birth and what
 * is told in words are not found. `docs/PRIVACY.md` of the repository has figures.
 *
 * @module
 */
import { guarded, text as checkedText, texts } from "./lib/checks.js";
import { UnirouteError } from "./lib/errors.js";
import { KINDS, find } from "./lib/sensitive/finder.js";

export { UnirouteError };

/** @typedef {import("./lib/sensitive/finder.js").Kind} Kind */
/** @typedef {import("./lib/sensitive/finder.js").Finding} Finding */

/**
 * @typedef {object} SensitiveOptions
 * @property {string[] | undefined} [words] words and phrases that are found, too, whatever their case; at most 1,000, of
 *   at most 200 characters
 * @property {Kind[] | undefined} [kinds] what is looked for; everything when absent
 */

/**
 * @typedef {object} Sensitive
 * @property {Finding[]} found in the order of the text, without overlaps
 * @property {Kind[]} kinds that occur
 */

/** @typedef {Pick<Sensitive, "found">} Found */

/** Most words, and characters of one. */
const MOST_WORDS = 1000;
const MOST_CHARACTERS = 200;

/**
 * What personal data a text has, and where. The time grows linearly with the text. A text of more than 8 Mi UTF-16 units
 * is an error, so that no part of a text is passed over in silence.
 *
 * @param {string} text
 * @param {SensitiveOptions} [options]
 * @returns {Sensitive}
 */
export function sensitive(text, options) {
  const { kinds, words } = checkedOptions(options);
  const found = find(checkedText(text, "text"), kinds, words);
  return { found, kinds: KINDS.filter((kind) => found.some((finding) => finding.kind === kind)) };
}

/**
 * The part of a request that keeps a text with personal data to models with one of the tags; nothing if none is found:
 * `router.route(prompt, restrict(prompt, { tags: ["local", "trusted"] }))`.
 *
 * @param {string | Found} textOrFound a text, or what {@link sensitive} said of it
 * @param {SensitiveOptions & { tags: string[] }} options `tags`: of the models that may see it
 * @returns {{ allowTags?: string[] }}
 */
export function restrict(textOrFound, options) {
  const tags = texts(
    guarded("options", () => options?.tags),
    "tags",
  );
  if (tags.length === 0)
    reject("tags", "is empty. Name at least one tag of models that may see personal data.");
  const { found } =
    typeof textOrFound === "string" ? sensitive(textOrFound, options) : checkedFound(textOrFound);
  return found.length > 0 ? { allowTags: tags } : {};
}

/**
 * The text with `[kind]` in place of each finding.
 *
 * @param {string} text
 * @param {Found} found what {@link sensitive} said of this text
 */
export function mask(text, found) {
  const whole = checkedText(text, "text");
  let [masked, from] = ["", 0];
  for (const [i, { kind, start, end }] of checkedFound(found).found.entries()) {
    if (!(from <= start && start < end && end <= whole.length))
      reject(`found[${i}]`, "is not of this text. Pass what sensitive(text) said of the same text.");
    masked += `${whole.slice(from, start)}[${kind}]`;
    from = end;
  }
  return masked + whole.slice(from);
}

/** @param {unknown} options */
function checkedOptions(options) {
  if (options === undefined || options === null) return { kinds: new Set(KINDS), words: [] };
  if (typeof options !== "object") reject("options", "must be an object. Pass an object.");
  const given = guarded("options", () => {
    const { kinds, words } = /** @type {Record<string, unknown>} */ (options);
    return { kinds, words };
  });
  const words = given.words === undefined ? [] : texts(given.words, "words");
  if (words.length > MOST_WORDS)
    reject("words", `has ${words.length} words; at most ${MOST_WORDS} are looked for.`);
  words.forEach((word, i) => {
    if (word.trim() === "") reject(`words[${i}]`, "is empty. Leave it out.");
    if (word.length > MOST_CHARACTERS)
      reject(`words[${i}]`, `has more than ${MOST_CHARACTERS} characters. Shorten it.`);
  });
  const kinds = given.kinds === undefined ? KINDS : texts(given.kinds, "kinds");
  for (const kind of kinds) {
    if (!KINDS.some((known) => known === kind))
      reject("kinds", `has no kind “${kind}”. Name some of ${KINDS.join(", ")}.`);
  }
  return { kinds: new Set(/** @type {Kind[]} */ ([...kinds])), words: words.map((word) => word.trim()) };
}

/**
 * @param {unknown} value
 * @returns {Found}
 */
function checkedFound(value) {
  const found = guarded("found", () => /** @type {{ found?: unknown }} */ (Object(value)).found);
  if (!Array.isArray(found))
    reject("found", "must be a text or the result of sensitive(text). Pass one of them.");
  return { found };
}

/**
 * @param {string} path
 * @param {string} problem with the remedy
 * @returns {never}
 */
function reject(path, problem) {
  throw new UnirouteError("request_type", `${path} ${problem}`, { path });
}
