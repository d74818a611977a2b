/**
 * The routers of an isolate: one for each pool, loaded once.
 *
 * @module
 */
import { Router } from "uniroute";
import { useKept } from "./feedback.js";
import { HttpError } from "./http.js";

/** @typedef {import("./settings.js").Env} Env */
/** @typedef {import("uniroute/types").PoolSource} PoolSource */
/**
 * Files that are part of the script, and further pools by the names that callers have for them.
 *
 * @typedef {import("uniroute/types").LoadOptions & { pools?: Record<string, PoolSource> }} Files
 */

export class Routers {
  /** @type {Files | undefined} */
  #files;
  /** @type {Promise<Router> | undefined} */
  #started;
  /** @type {Map<string | undefined, Promise<Router>>} */
  #loading = new Map();

  /**
   * Loads the files that are part of the script, or the package's own, before the first request.
   *
   * @param {Files} files
   */
  start(files) {
    const { pools, ...own } = (this.#files = files);
    this.#started = Router.load(own);
    this.#started.catch(() => {}); // the request that waits for it reports the error
    return this.#started;
  }

  /**
   * The router for a pool. After a failed load, the next request tries again.
   *
   * @param {Env} env
   * @param {string} [pool] name; the service's own pool without one
   * @param {{ waitUntil?: (work: Promise<unknown>) => void }} [context]
   */
  get(env, pool, context) {
    const loading = this.#loading.get(pool) ?? this.#load(env, pool);
    this.#loading.set(pool, loading);
    // Other requests wait for it too, even if this request is cancelled.
    context?.waitUntil?.(loading.catch(() => {}));
    return loading;
  }

  /**
   * @param {Env} env
   * @param {string} [pool]
   */
  async #load(env, pool) {
    try {
      const router = await (pool === undefined ? this.#own(env) : this.#named(env, pool));
      return await useKept(router, env, pool);
    } catch (error) {
      this.#loading.delete(pool);
      throw error;
    }
  }

  /**
   * From files that are part of the script, otherwise from static assets, otherwise from the package. The
   * variable `POOL` takes precedence over any other pool.
   *
   * @param {Env} env
   */
  async #own({ ASSETS, POOL }) {
    if (this.#started !== undefined) {
      const router = await this.#started;
      if (POOL !== undefined) router.setPool(POOL);
      return router;
    }
    if (ASSETS === undefined) return Router.load(POOL === undefined ? {} : { pool: POOL });
    const [router, pool] = await Promise.all([
      asset(ASSETS, "default.router"),
      POOL ?? asset(ASSETS, "pool.json"),
    ]);
    return Router.load({ router, pool });
  }

  /**
   * @param {Env} env
   * @param {string} name
   */
  async #named(env, name) {
    const { pools = {}, router = undefined } = this.#files ?? {};
    const pool = [pools, env].find((named) => Object.hasOwn(named, name))?.[name];
    if (pool === undefined)
      throw new HttpError(
        500,
        "settings",
        `The variable CALLERS names the pool ${name}, which is not there. Set a variable with this name to LLM profile JSON.`,
      );
    const file = router ?? (env.ASSETS && (await asset(env.ASSETS, "default.router")));
    return Router.load({ ...(file !== undefined && { router: file }), pool });
  }
}

/**
 * @param {import("./settings.js").Assets} assets
 * @param {string} name
 */
async function asset(assets, name) {
  const response = await assets.fetch(new Request(`https://assets/${name}`));
  if (response.ok) return response.arrayBuffer();
  throw new HttpError(
    500,
    "missing_asset",
    `The asset ${name} is missing. Put it into the folder of assets and deploy again.`,
  );
}
