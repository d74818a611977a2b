/**
 * Verdicts on answers: added to the router, and kept in a binding where there is one.
 *
 * @module
 */
import { UnirouteError } from "uniroute";
import { expect } from "./check.js";
import { HttpError, replyJson } from "./http.js";
import { checked, requestOf } from "./messages.js";
import { mayUse } from "./served.js";

/** @typedef {import("uniroute").Router} Router */
/** @typedef {import("./settings.js").Env} Env */

/**
 * Where feedback is kept: a KV namespace of Cloudflare, or an object with these two methods.
 *
 * @typedef {object} Store
 * @property {(key: string, type: "arrayBuffer") => Promise<ArrayBuffer | null>} get
 * @property {(key: string, value: ArrayBuffer | ArrayBufferView) => Promise<unknown>} put
 */

/** @param {string} [pool] */
const keyOf = (pool) => (pool === undefined ? "uniroute-feedback" : `uniroute-feedback-${pool}`);
const FIELDS = ["model", "prompt", "messages", "score", "trust"];

/** Verdicts are added one after the other: each begins with what was kept before. */
let last = Promise.resolve();

/**
 * Gives a router that was just loaded the verdicts that were kept. The service does without those that it cannot
 * use; `/feedback` says why, and does not write over them.
 *
 * @param {Router} router
 * @param {Env} env
 * @param {string} [pool] name; verdicts are kept for each pool
 */
export async function useKept(router, env, pool) {
  const store = storeOf(env);
  try {
    if (store !== undefined) await read(router, store, keyOf(pool));
  } catch (error) {
    console.error(`Kept feedback is not used: ${UnirouteError.from(error).message}`);
  }
  return router;
}

/**
 * Answers `POST /feedback`. Nothing of it goes to a model.
 *
 * @type {import("./routes.js").Handler}
 */
export async function feedback({ router, body, caller, settings }) {
  const { model, score, trust } = body;
  const prompt = checkedPrompt(body);
  if (!mayUse(caller, model))
    throw new HttpError(400, "unknown_model", "This token may not use the model. Name one that it may use.");
  const [store, key] = [storeOf(settings.env), keyOf(caller.pool)];
  const turn = last.then(async () => {
    if (store !== undefined) await read(router, store, key);
    const known = router.feedback({ model, prompt }, score, trust === undefined ? {} : { trust });
    if (store !== undefined) await store.put(key, router.exportFeedback());
    return known;
  });
  last = turn.then(
    () => undefined,
    () => undefined,
  );
  const { id, verdicts, quality, interval } = await turn;
  const kept = store === undefined ? "in memory only; bind FEEDBACK to keep it" : "in the binding FEEDBACK";
  return replyJson({ model: id, verdicts, quality, interval, kept });
}

/**
 * The verdicts that were kept replace those of the router: another isolate may have added some.
 *
 * @param {Router} router
 * @param {Store} store
 * @param {string} key
 */
async function read(router, store, key) {
  const kept = await store.get(key, "arrayBuffer");
  if (kept === null || kept === undefined) return;
  try {
    router.importFeedback(kept);
  } catch (error) {
    throw new HttpError(
      409,
      "feedback_kept",
      `The feedback that was kept cannot be used: ${UnirouteError.from(error).message} Remove the key ${key} from the binding to begin again.`,
    );
  }
}

/**
 * The prompt, after a check of the types.
 *
 * @param {Record<string, any>} body
 * @returns {string}
 */
function checkedPrompt(body) {
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
  expect(unknown === undefined, "body", `an object with ${FIELDS.join(", ")} and nothing else`);
  expect(typeof body.model === "string", "model", "the id of the model that answered");
  expect(
    typeof body.score === "number" && body.score >= 0 && body.score <= 1,
    "score",
    "a number from 0 to 1",
  );
  const { trust } = body;
  expect(
    trust === undefined || (typeof trust === "number" && trust > 0 && trust <= 1),
    "trust",
    "a number above 0 and at most 1",
  );
  if (body.messages !== undefined) {
    expect(body.prompt === undefined, "prompt", "absent where there are messages");
    return requestOf(checked(body)).prompt;
  }
  expect(typeof body.prompt === "string", "prompt", "a string");
  return body.prompt;
}

/**
 * @param {Env} env
 * @returns {Store | undefined}
 */
function storeOf({ FEEDBACK }) {
  if (FEEDBACK === undefined) return undefined;
  if (typeof FEEDBACK?.get === "function" && typeof FEEDBACK?.put === "function") return FEEDBACK;
  throw new HttpError(
    500,
    "settings",
    "FEEDBACK is not a KV namespace. Bind one under this name, or remove it to keep feedback in memory only.",
  );
}
