/**
 * What the tests of `uniroute/langchain` share: agents of LangChain over models that are simulated on this machine.
 *
 * @module
 */
import { ChatOpenAI } from "@langchain/openai";
import { AIMessage, createAgent, tool } from "langchain";
import { z } from "zod";
import { Models } from "./models.mjs";
import { load, routerOf } from "./uniroute.mjs";

export const { routingMiddleware } = /** @type {typeof import("../../pkg/langchain.js")} */ (
  await load("./langchain")
);

export const PROMPT = "Prove that sqrt(2) is irrational.";
export const ASKED = { messages: [{ role: "user", content: PROMPT }] };
export const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
export const weather = tool(({ city }) => `rain in ${city}`, {
  name: "weather",
  description: "The weather",
  schema: z.object({ city: z.string() }),
});

/**
 * An agent over simulated models with these ids in the pool, the best and most expensive one first.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} ids
 * @param {{ names?: string[], more?: Record<string, object>, agent?: any, middleware?: any[], [option: string]: any }} [options]
 */
export async function agentOf(t, ids, { names = ids, more, agent, middleware = [], ...options } = {}) {
  const upstream = await Models.start(t);
  const chat = (/** @type {string} */ model, /** @type {object} */ fields = {}) =>
    new ChatOpenAI({
      model,
      apiKey: "key",
      maxRetries: 0,
      configuration: { baseURL: upstream.url },
      ...fields,
    });
  const router = await routerOf(ids, more);
  t.after(() => router.free());
  const models = Object.fromEntries(names.map((name) => [name, chat(name)]));
  const routing = routingMiddleware(router, models, { lambda: 0, ...options });
  const made = createAgent({
    model: chat("default"),
    tools: [],
    middleware: [routing, ...middleware],
    ...agent,
  });
  return { agent: made, upstream, router, models, chat };
}

/**
 * The last message of an agent, and what is said of its decision.
 *
 * @param {{ messages: any[] }} state
 */
export function last({ messages }) {
  const message = messages.findLast(
    (one) => AIMessage.isInstance(one) && one.response_metadata?.["uniroute"],
  );
  return { text: messages.at(-1).text, said: message?.response_metadata.uniroute };
}

/**
 * The texts of the parts that an agent streams.
 *
 * @param {any} agent
 * @param {object} [config]
 */
export async function streamed(agent, config) {
  const texts = [];
  for await (const [message] of await agent.stream(ASKED, { streamMode: "messages", ...config }))
    if (message.text) texts.push(message.text);
  return texts;
}
