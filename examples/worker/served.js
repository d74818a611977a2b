/**
 * The models of a pool that a caller can reach through this service.
 *
 * @module
 */

/** @typedef {import("uniroute").Router} Router */
/** @typedef {import("./upstream.js").Upstream} Upstream */
/** @typedef {import("./callers.js").Caller} Caller */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {{ infos: import("uniroute/types").ModelInfo[], asOf: string | null, upstreams: Map<string, Upstream> }} Pool */

/**
 * The pool of each router; it does not change after it was loaded.
 *
 * @type {WeakMap<Router, Pool>}
 */
const pools = new WeakMap();

/**
 * @param {Router} router
 * @returns {Pool}
 */
function poolOf(router) {
  const known = pools.get(router);
  if (known !== undefined) return known;
  /** @type {{ models: { id: string, upstream?: any }[] }} */
  const { models } = JSON.parse(router.pool());
  const served = models.filter(({ upstream }) => typeof upstream?.url === "string");
  const { models: infos, asOf } = router.poolInfo();
  const pool = { infos, asOf, upstreams: new Map(served.map(({ id, upstream }) => [id, upstream])) };
  pools.set(router, pool);
  return pool;
}

/**
 * What a caller may use: `upstreams` of the models that say where they are served; of these, `keyless` lack
 * the key for that address. `denied` are all other models of the pool.
 *
 * @param {Router} router
 * @param {Settings} settings
 * @param {Caller} caller
 */
export function served(router, settings, caller) {
  const { infos, asOf, upstreams: all } = poolOf(router);
  const upstreams = new Map([...all].filter(([id]) => mayUse(caller, id)));
  const keyless = new Map([...upstreams].filter(([, { key }]) => !hasKey(key, settings)));
  const denied = infos.map(({ id }) => id).filter((id) => !upstreams.has(id) || keyless.has(id));
  return { infos, asOf, upstreams, keyless, denied };
}

/**
 * @param {Caller} caller
 * @param {string} id of a model
 */
export const mayUse = ({ models }, id) => models === undefined || models.includes(id);

/**
 * Whether a model needs no key, or its variable has one that a header can hold.
 *
 * @param {unknown} name of the variable
 * @param {Settings} settings
 */
export function hasKey(name, { env }) {
  if (name === undefined) return true;
  const key = typeof name === "string" ? env[name] : undefined;
  return typeof key === "string" && /^[\x21-\x7e]+$/.test(key);
}
