/**
 * `uniroute/langchain`: agents of LangChain with models that are simulated on this machine.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createAgent,
  createMiddleware,
  HumanMessage,
  initChatModel,
  providerStrategy,
  toolStrategy,
} from "langchain";
import { z } from "zod";
import { INPUT, parts, textOf } from "./models.mjs";
import { PROMPT, ASKED, PIXEL, weather, agentOf, last, streamed, routingMiddleware } from "./langchain.mjs";

test("the router's model takes the place of the agent's, by the weight of cost", async (t) => {
  const best = await agentOf(t, ["large", "small"]);
  assert.equal(last(await best.agent.invoke(ASKED)).text, textOf("large"));
  const cheap = await agentOf(t, ["large", "small"], { lambda: 1e9 });
  assert.equal(last(await cheap.agent.invoke(ASKED)).text, textOf("small"));
  assert.deepEqual([...best.upstream.names, ...cheap.upstream.names], ["large", "small"]);
});

test("the decision is in the metadata of the message as plain JSON", async (t) => {
  const { agent } = await agentOf(t, ["large", "small"], { lambda: undefined, maxCost: 1 });
  const { said } = last(await agent.invoke(ASKED));
  assert.deepEqual(said, JSON.parse(JSON.stringify(said)));
  const { quality, cost, reason, ...others } = said;
  assert.deepEqual(others, { model: "large", lambda: null, outOfDistribution: false, tried: [] });
  assert.ok(quality > 0.5 && quality <= 1 && cost > 0 && cost < 1, JSON.stringify(said));
  assert.match(reason, /large/);
});

test("the metadata of the model stays", async (t) => {
  const { agent } = await agentOf(t, ["large", "small"]);
  const { messages } = await agent.invoke(ASKED);
  assert.equal(/** @type {any} */ (messages.at(-1)?.response_metadata).finish_reason, "stop");
});

test("without an aim the weight of cost is 100", async (t) => {
  const { agent } = await agentOf(t, ["large", "small"], { lambda: undefined });
  assert.equal(last(await agent.invoke(ASKED)).said.lambda, 100);
});

test("only models that the caller has are chosen", async (t) => {
  const { agent, upstream } = await agentOf(t, ["large", "middle", "small"], { names: ["middle", "small"] });
  await agent.invoke(ASKED);
  assert.deepEqual(upstream.names, ["middle"]);
});

test("`allow` and `deny` restrict the choice", async (t) => {
  const { agent, upstream } = await agentOf(t, ["a", "b", "c"], { allow: ["b", "c"], deny: ["b"] });
  await agent.invoke(ASKED);
  assert.deepEqual(upstream.names, ["c"]);
});

test("a stream arrives in its order", async (t) => {
  const { agent } = await agentOf(t, ["large", "small"]);
  assert.deepEqual(await streamed(agent), parts("large"));
});

test("the first part of a stream arrives before the model has written the rest", async (t) => {
  const { agent, upstream } = await agentOf(t, ["slow", "small"]);
  const texts = [];
  for await (const [message] of await agent.stream(ASKED, { streamMode: "messages" })) {
    if (message.text) texts.push(message.text);
    if (texts.length === 1) upstream.release();
  }
  assert.deepEqual(texts, parts("slow"));
});

test("a tool is called and its result goes on, each call with its own decision", async (t) => {
  const { agent, upstream } = await agentOf(t, ["tool large", "small"], { agent: { tools: [weather] } });
  const { messages } = await agent.invoke(ASKED);
  assert.deepEqual(/** @type {any} */ (messages[1]).tool_calls[0].args, INPUT);
  assert.equal(messages[2]?.text, "rain in Oslo");
  assert.equal(messages[3]?.text, textOf("tool large"));
  assert.deepEqual(
    [messages[1], messages[3]].map(
      (message) => /** @type {any} */ (message).response_metadata.uniroute.model,
    ),
    ["tool large", "tool large"],
  );
  assert.equal(upstream.asked.length, 2);
});

test("a tool is called by the next model, after the first one has failed", async (t) => {
  const { agent } = await agentOf(t, ["429 large", "tool small"], { agent: { tools: [weather] } });
  assert.equal(last(await agent.invoke(ASKED)).text, textOf("tool small"));
});

const schema = z.object({ answer: z.number() });

test("structured output of the model itself is parsed, and its message has the decision", async (t) => {
  const { agent, upstream } = await agentOf(t, ["503 large", "json small"], {
    agent: { responseFormat: providerStrategy(schema) },
  });
  const state = await agent.invoke(ASKED);
  assert.deepEqual(/** @type {any} */ (state).structuredResponse, { answer: 42 });
  assert.equal(last(state).said.model, "json small");
  assert.equal(upstream.asked[1]?.body.response_format.type, "json_schema");
});

test("structured output as the call of a tool is parsed, and its message has the decision", async (t) => {
  const format = toolStrategy(z.object({ city: z.string() }));
  const { agent } = await agentOf(t, ["tool large", "small"], { agent: { responseFormat: format } });
  const state = await agent.invoke(ASKED);
  assert.deepEqual(/** @type {any} */ (state).structuredResponse, INPUT);
  assert.equal(last(state).said.model, "tool large");
});

const image = { type: "image_url", image_url: { url: PIXEL } };
for (const [name, ability, settings, asked] of /** @type {[string, string, object, any][]} */ ([
  ["tools", "tools", { tools: [weather] }, ASKED],
  ["structured output", "json", { responseFormat: providerStrategy(schema) }, ASKED],
  ["structured output as a tool", "tools", { responseFormat: toolStrategy(schema) }, ASKED],
  [
    "an image",
    "vision",
    {},
    { messages: [new HumanMessage({ content: [{ type: "text", text: PROMPT }, image] })] },
  ],
])) {
  test(`an agent with ${name} goes to a model that lists ${ability}`, async (t) => {
    const more = { "json small": { capabilities: [ability] } };
    const { agent, upstream } = await agentOf(t, ["json large", "json small"], { more, agent: settings });
    await agent.invoke(asked);
    assert.deepEqual(upstream.names, ["json small"]);
  });
}

test("an effort in the id becomes the option of OpenAI's models", async (t) => {
  const { router, chat, upstream } = await agentOf(t, ["m@high", "m@low"], { names: ["m"] });
  const models = { m: chat("gpt-5") };
  const agent = createAgent({
    model: chat("default"),
    middleware: [routingMiddleware(router, models, { lambda: 0 })],
  });
  const { said } = last(await agent.invoke(ASKED));
  assert.equal(said.model, "m@high");
  assert.equal(upstream.asked[0]?.body.reasoning_effort, "high");
});

test("another provider's settings for an effort come from the caller", async (t) => {
  const effort = (/** @type {string} */ level, /** @type {string} */ id) => ({
    seed: `${id} thinks ${level}`,
  });
  const { agent, upstream } = await agentOf(t, ["m@high", "m@low"], { names: ["m"], effort });
  await agent.invoke(ASKED);
  assert.equal(upstream.asked[0]?.body.seed, "m@high thinks high");
});

test("the text of the user's last message is routed, with the earlier ones, the answers and the context", async (t) => {
  const { agent, router } = await agentOf(t, ["large", "small"], { agent: { systemPrompt: "Be brief." } });
  /** @type {any[][]} */
  const asked = [];
  const route = router.route.bind(router);
  router.route = (prompt, request) => {
    asked.push([prompt, request?.earlier, request?.answers, request?.context]);
    return route(prompt, request);
  };
  await agent.invoke({
    messages: [
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      {
        role: "user",
        content: [
          { type: "text", text: "And" },
          { type: "text", text: "two?" },
        ],
      },
      { role: "assistant", content: "2" },
    ],
  });
  assert.deepEqual(asked, [["And\ntwo?", ["One?"], ["1", "2"], "Be brief."]]);
});

test("settings of other middlewares stay, and their errors are looked through", async (t) => {
  const settings = createMiddleware({
    name: "Settings",
    wrapModelCall: (request, handler) =>
      handler({ ...request, modelSettings: { ...request.modelSettings, seed: 7 } }),
  });
  const { agent, upstream } = await agentOf(t, ["503 large", "small"], { middleware: [settings] });
  assert.equal(last(await agent.invoke(ASKED)).text, textOf("small"));
  assert.deepEqual(
    upstream.asked.map(({ body }) => body.seed),
    [7, 7],
  );
});

test("models whose class is resolved at the call answer, too", async (t) => {
  const { router, chat, upstream } = await agentOf(t, ["large", "small"]);
  const large = await initChatModel("openai:large", {
    apiKey: "key",
    configuration: { baseURL: upstream.url },
  });
  const models = { large: /** @type {any} */ (large), small: chat("small") };
  const agent = createAgent({
    model: chat("default"),
    middleware: [routingMiddleware(router, models, { lambda: 0 })],
  });
  assert.equal(last(await agent.invoke(ASKED)).text, textOf("large"));
});

test("a router in a worker, whose methods answer with promises, works as well", async (t) => {
  const { router, models, chat } = await agentOf(t, ["large", "small"]);
  const inWorker = {
    route: async (/** @type {string} */ prompt, /** @type {any} */ request) => router.route(prompt, request),
    poolInfo: async () => router.poolInfo(),
  };
  const agent = createAgent({
    model: chat("default"),
    middleware: [routingMiddleware(inWorker, models, { lambda: 0 })],
  });
  assert.equal(last(await agent.invoke(ASKED)).text, textOf("large"));
});
