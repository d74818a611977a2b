/** @typedef {import("./types.js").Wish} Wish */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */

/**
 * The request with the prompt counted by the caller's own tokenizers, where it brings some.
 *
 * @param {string} prompt
 * @param {Wish} [wish]
 * @returns {RouteRequest | undefined}
 */
export function counted(prompt, wish) {
  if (wish?.counters === undefined) return wish;
  const { counters, ...request } = wish;
  const text = request.context ? `${request.context}\n${prompt}` : prompt;
  const given = typeof request.inputTokens === "object" ? request.inputTokens : {};
  const own = Object.entries(counters).map(([tokenizer, count]) => [tokenizer, count(text)]);
  return { ...request, inputTokens: { ...Object.fromEntries(own), ...given } };
}
