import { guarded } from "./checks.js";

/** @typedef {import("./types.js").RouteRequestWithCounters} RouteRequestWithCounters */
/** @typedef {import("./types.js").RouteRequest} RouteRequest */

/**
 * Runs the request's own `counters` on the prompt, so that what is left is a plain request with
 * `inputTokens`. Counts that the request already states take precedence.
 *
 * @param {string} prompt
 * @param {RouteRequestWithCounters} [requestWithCounters]
 * @returns {RouteRequest | undefined}
 */
export function applyCounters(prompt, requestWithCounters) {
  return guarded("request", () => {
    if (requestWithCounters?.counters === undefined) return requestWithCounters;
    const { counters, ...request } = requestWithCounters;
    const text = [request.context, ...(request.earlier ?? []), ...(request.answers ?? []), prompt]
      .filter(Boolean)
      .join("\n");
    const stated = typeof request.inputTokens === "object" ? request.inputTokens : {};
    const counted = guarded("counters", () =>
      Object.entries(counters).map(([tokenizer, count]) => [tokenizer, count(text)]),
    );
    return { ...request, inputTokens: { ...Object.fromEntries(counted), ...stated } };
  });
}
