/**
 * The search for a model by words of its name or id, in any order and with any separators between them.
 */

/**
 * What can be found.
 *
 * @typedef {object} Searchable
 * @property {string} title the name that people know it by, or its id without host
 * @property {string} text all words that it can be found by
 */

/**
 * The items that contain all words of the query, the nearest first: those whose title is the query, begins with it,
 * or has its words; among them those with the fewest other words.
 *
 * @template {Searchable} T
 * @param {T[]} items
 * @param {string} query
 * @returns {T[]} all of them, in their order, for a query without letters and digits
 */
export function search(items, query) {
  const whole = letters(query);
  if (whole === "") return items;
  const words = query.split(/\s+/).map(letters).filter(Boolean);
  return items
    .filter(({ text }) => contains(letters(text), words))
    .map((item) => ({ item, rank: rank(item.title, whole, words) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ item }) => item);
}

/**
 * The letters and digits of a text, so that `GPT-5.5`, `gpt 5.5` and `gpt_55` are the same.
 *
 * @param {string} text
 */
export function letters(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * @param {string} text
 * @param {string[]} words
 */
function contains(text, words) {
  return words.every((word) => text.includes(word));
}

/**
 * @param {string} title
 * @param {string} whole the query
 * @param {string[]} words of the query
 * @returns {number[]} lower is nearer
 */
function rank(title, whole, words) {
  const plain = letters(title);
  const parts = partsOf(title);
  const kind =
    plain === whole
      ? 0
      : plain.startsWith(whole)
        ? 1
        : words.every((word) => startsAtPart(parts, word))
          ? 2
          : contains(plain, words)
            ? 3
            : 4;
  // Of “gpt-5”, `gpt-5-mini` is nearer than `gpt-50`, and a date is not one more word.
  const others = parts.filter((part) => !/^\d{6,}$/.test(part)).length;
  return [kind, startsAtPart(parts, whole, true) ? 0 : 1, others, plain.length];
}

/**
 * The words and numbers of a title.
 *
 * @param {string} title
 */
function partsOf(title) {
  return title.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

/**
 * Whether some parts, one after the other, begin with a word.
 *
 * @param {string[]} parts
 * @param {string} word
 * @param {boolean} [whole] whether the word must also end where a part ends
 */
function startsAtPart(parts, word, whole = false) {
  return parts.some((_, i) => {
    let joined = "";
    for (const part of parts.slice(i)) {
      joined += part;
      if (joined.length >= word.length) return whole ? joined === word : joined.startsWith(word);
      if (!word.startsWith(joined)) return false;
    }
    return false;
  });
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function compare(a, b) {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
