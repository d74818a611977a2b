/**
 * The models of a price list, which names one model once for each of its hosts, regions and variants.
 */
import { letters } from "./model-search.js";

/** @import { RawModel } from "../../uniroute/lib/types.js" */

/** Regions and makers before a model's name, as hosts write them: `eu.anthropic.claude-…`. */
const PREFIX =
  /^(?:(?:us|eu|apac|ap|global|au|jp|ca)\.)?(?:(?:anthropic|meta|mistral|cohere|openai|deepseek|qwen|amazon|ai21|moonshot|minimax|nvidia|google|writer|zai)\.)?/;
/** Versions of a deployment after it: `-v1:0`. */
const SUFFIX = /-v\d+(?::\d+\w*)?$/;

/** How ids begin, and the names by which lists call the maker. @type {[RegExp, string[]][]} */
const MAKERS = [
  [/^(?:gpt|o\d|chatgpt|codex|davinci)/, ["openai"]],
  [/^claude/, ["anthropic"]],
  [/^gem(?:ini|ma)/, ["google", "gemini"]],
  [/^(?:meta-)?llama/, ["meta", "metallama", "llama"]],
  [/^(?:mistral|ministral|mixtral|codestral|devstral|magistral|pixtral)/, ["mistral", "mistralai"]],
  [/^grok/, ["xai"]],
  [/^deepseek/, ["deepseek", "deepseekai"]],
  [/^(?:qwen|qwq)/, ["qwen", "alibaba", "dashscope"]],
  [/^kimi/, ["moonshot", "moonshotai"]],
  [/^glm/, ["zai", "zhipuai", "thudm"]],
  [/^minimax/, ["minimax"]],
  [/^command/, ["cohere", "coherechat"]],
  [/^phi/, ["microsoft"]],
  [/^nemotron/, ["nvidia"]],
  [/^nova/, ["amazon"]],
];

/**
 * One model with the entries of all its hosts, the maker's own first.
 *
 * @typedef {object} ListedModel
 * @property {string} title its name without host
 * @property {string} text all words that it can be found by
 * @property {[RawModel, ...RawModel[]]} entries
 */

/**
 * Groups the entries of a price list by model, in the order of the list.
 *
 * @param {RawModel[]} listed
 * @returns {ListedModel[]}
 */
export function byModel(listed) {
  /** @type {Map<string, { title: string, entries: { model: RawModel, distance: number }[] }>} */
  const groups = new Map();
  for (const model of listed) {
    const title = plainId(model.id);
    const key = letters(title);
    const group = groups.get(key) ?? { title, entries: [] };
    group.entries.push({ model, distance: distance(model.id, title) });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ title, entries }) => {
    const sorted = entries
      .sort((a, b) => a.distance - b.distance || a.model.id.length - b.model.id.length)
      .map(({ model }) => model);
    const text = sorted.map(({ id, name }) => `${id} ${name ?? ""}`).join(" ");
    return { title, text, entries: /** @type {[RawModel, ...RawModel[]]} */ (sorted) };
  });
}

/**
 * `azure/eu/gpt-5:free` and `openai/gpt-5` are `gpt-5`.
 *
 * @param {string} id
 */
function plainId(id) {
  const last = id.split("/").at(-1) ?? id;
  const plain = last.toLowerCase().replace(PREFIX, "").replace(SUFFIX, "").replace(/:.*$/, "");
  return plain || last;
}

/**
 * How far an entry is from the model itself: 0 for one without host, 1 for the maker's own, more for other hosts,
 * regions and variants.
 *
 * @param {string} id
 * @param {string} title
 */
function distance(id, title) {
  const lower = id.toLowerCase();
  if (lower === title) return 0;
  const parts = lower.split("/");
  const host = letters(parts[0] ?? "");
  const makers = MAKERS.find(([begin]) => begin.test(title))?.[1] ?? [];
  const byMaker = parts.length === 2 && makers.includes(host);
  return (byMaker ? 1 : 2) + (parts.at(-1) === title ? 0 : 2) + Math.max(0, parts.length - 2);
}
