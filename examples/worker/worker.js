/**
 * A router in front of language models: decides at the edge which model gets a prompt, and passes
 * it on. The same file runs on Cloudflare Workers, Deno and Node.
 *
 * @module
 */
import { Router, UnirouteError } from "uniroute";
import { chat } from "./chat.js";
import { Refusal, readJson } from "./http.js";
import { settings } from "./settings.js";

/** @typedef {import("./settings.js").Env} Env */

/** @type {Promise<Router> | undefined} */
let loading;
/** @type {Promise<Router> | undefined} */
let started;

/**
 * Loads files that came along with the script, or the package's own, before there is a request.
 *
 * @param {import("uniroute/types").LoadOptions} files
 */
export function start(files) {
  started = Router.load(files);
  started.catch(() => {}); // the request that waits for it says why
  return started;
}

/**
 * The router, loaded once for each isolate: from what came along with the script, else from static
 * assets, else from files of the package. The variable `POOL` goes before any other pool. A failed load is
 * tried again by the next request.
 *
 * @param {Env} env
 * @param {Context} [context]
 */
function router(env, context) {
  loading ??= load(env).catch((error) => {
    loading = undefined;
    throw error;
  });
  // Others wait for it too, even when this request is given up.
  context?.waitUntil?.(loading.catch(() => {}));
  return loading;
}

/** @param {Env} env */
async function load({ ASSETS, POOL }) {
  if (started !== undefined) {
    const router = await started;
    if (POOL !== undefined) router.setPool(POOL);
    return router;
  }
  if (ASSETS === undefined) return Router.load(POOL === undefined ? {} : { pool: POOL });
  const asset = async (/** @type {string} */ name) => {
    const response = await ASSETS.fetch(new Request(`https://assets/${name}`));
    if (!response.ok)
      throw new Refusal(
        500,
        "missing_asset",
        `There is no asset ${name}. Put it into the folder of assets and deploy again.`,
      );
    return response.arrayBuffer();
  };
  const [file, pool] = await Promise.all([asset("default.router"), POOL ?? asset("pool.json")]);
  return Router.load({ router: file, pool });
}

/** @typedef {{ waitUntil?: (work: Promise<unknown>) => void }} Context */

export default {
  /**
   * @param {Request} request
   * @param {Env} [env] bindings and variables; from the process where the runtime has none
   * @param {Context} [context]
   * @returns {Promise<Response>}
   */
  async fetch(request, env, context) {
    try {
      return await answer(request, settings(env), context);
    } catch (thrown) {
      return refuse(thrown);
    }
  },
};

/**
 * @param {Request} request
 * @param {import("./settings.js").Settings} settings
 * @param {Context} [context]
 */
async function answer(request, settings, context) {
  const { pathname } = new URL(request.url);
  const body = BODIES[pathname];
  if (body === undefined)
    throw new Refusal(
      404,
      "not_found",
      `There is nothing at ${pathname}. There are ${Object.keys(BODIES).join(", ")}.`,
    );
  if (request.method !== "POST")
    throw new Refusal(405, "method", `${pathname} wants POST.`, { allow: "POST" });
  if (settings.token && request.headers.get("authorization") !== `Bearer ${settings.token}`) {
    throw new Refusal(401, "unauthorized", "Send the token of this service as `Authorization: Bearer …`.", {
      "www-authenticate": "Bearer",
    });
  }
  const wish = await readJson(request, settings.maxBody);
  return body(await router(settings.env, context), wish, request, settings);
}

/** @type {Record<string, (router: Router, wish: Record<string, any>, request: Request, settings: import("./settings.js").Settings) => Response | Promise<Response>>} */
const BODIES = {
  "/route": (router, { prompt, ...wish }) => Response.json(router.route(text(prompt), wish)),
  "/cost": (router, { prompt, model, ...wish }) =>
    Response.json({ models: router.estimateCost(text(prompt), model, wish) }),
  "/v1/chat/completions": chat,
};

/** @param {unknown} prompt */
function text(prompt) {
  if (typeof prompt === "string") return prompt;
  throw new Refusal(400, "prompt", "`prompt` must be a string.");
}

/** @param {unknown} thrown */
function refuse(thrown) {
  if (thrown instanceof Refusal) return thrown.response();
  const error = UnirouteError.from(thrown);
  // What the caller wrote names a place in it; everything else is ours.
  const status = error.code.startsWith("request_") || error.code === "unknown_model" ? 400 : 500;
  if (status === 500) console.error(error);
  return new Refusal(status, error.code, error.message).response();
}
