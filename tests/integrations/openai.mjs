/**
 * What the tests of `uniroute/openai` share: the OpenAI client over models that are simulated on this machine.
 *
 * @module
 */
import OpenAI from "openai";
import { Models } from "./models.mjs";
import { load, routerOf } from "./uniroute.mjs";

export const { routed } = /** @type {typeof import("../../pkg/openai.js")} */ (await load("./openai"));

export const MESSAGES = /** @type {const} */ ([
  { role: "user", content: "Prove that sqrt(2) is irrational." },
]);
export const TOOLS = /** @type {const} */ ([
  { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } },
]);
export const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

/**
 * A client of simulated models with these ids in the pool, the best and most expensive one first.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} ids
 * @param {{ models?: Record<string, string>, more?: Record<string, object>, client?: object, [option: string]: any }} [options]
 */
export async function clientOf(t, ids, { models, more, client, ...options } = {}) {
  const upstream = await Models.start(t);
  const router = await routerOf(ids, more);
  t.after(() => router.free());
  const names = models ?? Object.fromEntries(ids.map((id) => [id, id]));
  const fetch = routed(router, { models: names, lambda: 0, ...options });
  const openai = new OpenAI({ apiKey: "key", baseURL: upstream.url, maxRetries: 0, fetch, ...client });
  return { openai, upstream, router, fetch };
}

/**
 * The parts of the text of a stream of chunks.
 *
 * @param {AsyncIterable<any>} stream
 */
export async function texts(stream) {
  const all = [];
  for await (const { choices } of stream) if (choices[0]?.delta.content) all.push(choices[0].delta.content);
  return all;
}
