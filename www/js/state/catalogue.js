/**
 * The models that can be chosen by name: those of the listed pools that fit every router, with their published
 * scores and dated prices.
 */
import { fetchListedPool, fetchPoolList } from "./listed-pools.js";

/** @import { RawModel, RawPool } from "../../uniroute/lib/types.js" */
/** @import { ListedPool } from "./state.js" */

/**
 * One model with its effort modes.
 *
 * @typedef {object} CatalogueModel
 * @property {string} title its name, without a mode
 * @property {string} text all words that it can be found by
 * @property {RawModel[]} modes at least one
 */

/**
 * @typedef {object} Catalogue
 * @property {string} day YYYY-MM-DD, the latest date of its prices
 * @property {number} size number of models, each mode counted
 * @property {CatalogueModel[]} models
 */

/**
 * @param {ListedPool[]} pools empty if their list did not arrive
 * @returns {Promise<Catalogue>}
 * @throws {UnirouteError} if none of its files can be loaded
 */
export async function fetchCatalogue(pools) {
  const files = (pools.length > 0 ? pools : await fetchPoolList()).filter(({ portable }) => portable);
  const answers = await Promise.allSettled(files.map((pool) => fetchListedPool(pool, "static")));
  const contents = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (contents.length === 0) throw failed?.reason ?? new TypeError("The list of pools did not arrive.");
  /** @type {RawPool[]} */
  const read = contents.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
  /** @type {Map<string, RawModel>} */
  const models = new Map();
  for (const { as_of: day, models: listed } of read) {
    for (const model of listed) {
      if (!models.has(model.id)) models.set(model.id, { ...(day ? { priced: day } : {}), ...model });
    }
  }
  const days = read.flatMap(({ as_of: day }) => day ?? []).sort();
  return { day: days.at(-1) ?? "", size: models.size, models: byModel([...models.values()]) };
}

/** @param {RawModel[]} models */
function byModel(models) {
  /** @type {Map<string, CatalogueModel>} */
  const groups = new Map();
  for (const model of models) {
    const { base, mode } = modeOf(model);
    const key = base.id;
    const group = groups.get(key) ?? { title: base.name, text: "", modes: [] };
    group.text += ` ${model.id} ${model.name ?? ""} ${model.provider ?? ""} ${mode}`;
    group.modes.push(model);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * A model and its effort mode: `gpt-5.5@low`, named `GPT-5.5, low effort`, is GPT-5.5 with the mode `low effort`.
 *
 * @param {{ id: string, name?: string | null | undefined }} model
 * @returns {{ base: { id: string, name: string }, mode: string }} `mode` is empty for a model without one
 */
export function modeOf({ id, name }) {
  const [base = id, effort] = id.split("@");
  if (effort === undefined) return { base: { id, name: name ?? id }, mode: "" };
  const at = (name ?? "").lastIndexOf(", ");
  if (!name || at < 0) return { base: { id: base, name: name ?? base }, mode: effort };
  return { base: { id: base, name: name.slice(0, at) }, mode: name.slice(at + 2) };
}

/**
 * A pool of chosen models. Its date is that of all prices, or each model has its own.
 *
 * @param {RawModel[]} models
 * @returns {RawPool}
 */
export function poolOf(models) {
  const names = models.map((model) => model.name ?? model.id).join(" · ");
  const name = models.length <= 3 && names.length <= 200 ? names : `${models.length} chosen models`;
  const days = new Set(models.map(({ priced }) => priced));
  const [day] = days;
  if (days.size !== 1 || day === undefined) return { schema_version: 1, name, currency: "USD", models };
  const undated = models.map(({ priced: _, ...model }) => model);
  return { schema_version: 1, name, as_of: day, currency: "USD", models: undated };
}
