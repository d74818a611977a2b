/**
 * Efforts of reasoning in the ids of a pool: `gpt-5.4@low` is the model `gpt-5.4` with the effort `low`.
 *
 * @module
 */

/** @typedef {"none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max"} Effort */

/** @type {ReadonlySet<string>} */
const EFFORTS = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

/**
 * @param {string} id of a model in a pool
 * @returns {{ base: string, effort: Effort | undefined }}
 */
export function splitEffort(id) {
  const at = id.lastIndexOf("@");
  const effort = id.slice(at + 1);
  if (at <= 0 || !isEffort(effort)) return { base: id, effort: undefined };
  return { base: id.slice(0, at), effort };
}

/**
 * @param {unknown} value
 * @returns {value is Effort}
 */
export function isEffort(value) {
  return typeof value === "string" && EFFORTS.has(value);
}
