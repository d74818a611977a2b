/**
 * What the tests of `uniroute/ai` share: the AI SDK over models that are simulated on this machine.
 *
 * @module
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { tool } from "ai";
import { z } from "zod";
import { Models } from "./models.mjs";
import { load, routerOf } from "./uniroute.mjs";

export const { auto, allowList } = /** @type {typeof import("../../pkg/ai.js")} */ (await load("./ai"));

export const PROMPT = "Prove that sqrt(2) is irrational.";
export const PIXEL = Uint8Array.from(Buffer.from("iVBORw0KGgo=", "base64"));
export const weather = tool({
  description: "The weather",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ weather: `rain in ${city}` }),
});

/**
 * A model over simulated ones with these ids in the pool, the best and most expensive one first.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} ids
 * @param {{ names?: string[], more?: Record<string, object>, [option: string]: any }} [options]
 */
export async function modelOf(t, ids, { names = ids, more, ...options } = {}) {
  const upstream = await Models.start(t);
  const provider = createOpenAICompatible({
    name: "test",
    baseURL: upstream.url,
    apiKey: "key",
    supportsStructuredOutputs: true,
  });
  const router = await routerOf(ids, more);
  t.after(() => router.free());
  const models = Object.fromEntries(names.map((name) => [name, provider(name)]));
  const model = auto(router, models, { lambda: 0, ...options });
  return { model, upstream, router, models, provider };
}

/**
 * What is said of the decision beside an answer.
 *
 * @param {{ providerMetadata?: any }} answer
 */
export const said = ({ providerMetadata }) => providerMetadata?.uniroute;

/**
 * All parts of a stream of the SDK.
 *
 * @param {AsyncIterable<any>} stream
 */
export async function all(stream) {
  const found = [];
  for await (const part of stream) found.push(part);
  return found;
}

/** Errors in streams are looked at, not printed. */
export const onError = () => {};

/** @param {AsyncIterable<any>} stream */
export const deltas = async (stream) =>
  (await all(stream)).filter(({ type }) => type === "text-delta").map(({ text }) => text);
