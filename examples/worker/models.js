/**
 * The list of models: the names that let the router choose, and the models of the pool.
 *
 * @module
 */
import { AUTO, unknownModel } from "./choice.js";
import { replyJson } from "./http.js";
import { served } from "./served.js";

/** @typedef {import("./routes.js").Call} Call */
/** @typedef {{ id: string, object: "model", created: number, owned_by: string }} Entry as OpenAI has it */

/** @type {import("./routes.js").Handler} */
export const listModels = (call) => replyJson({ object: "list", data: entries(call) });

/** @type {import("./routes.js").Handler} */
export function oneModel(call) {
  const all = entries(call);
  const entry = all.find(({ id }) => id === call.id);
  if (entry !== undefined) return replyJson(entry);
  throw unknownModel(
    call.id ?? "",
    all.slice(AUTO.length).map(({ id }) => id),
  );
}

/**
 * All that this caller may name as `model` in a request. A model without its key cannot answer and is left out.
 *
 * @param {Call} call
 * @returns {Entry[]}
 */
function entries({ router, settings, caller }) {
  const { infos, asOf, denied } = served(router, settings, caller);
  const created = Math.max(0, Math.floor(Date.parse(asOf ?? "") / 1000) || 0);
  const entry = (/** @type {string} */ id, owner = "uniroute") =>
    /** @type {Entry} */ ({ id, object: "model", created, owned_by: owner });
  const models = infos.filter(({ id }) => !denied.includes(id) && !AUTO.includes(id));
  return [
    ...AUTO.map((id) => entry(id)),
    ...models.map(({ id, provider }) => entry(id, provider ?? undefined)),
  ];
}
