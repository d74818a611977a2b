/**
 * `uniroute/ai`: the AI SDK with models that are simulated on this machine.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import {
  createProviderRegistry,
  customProvider,
  generateText,
  isStepCount,
  Output,
  streamText,
  wrapLanguageModel,
} from "ai";
import { z } from "zod";
import { INPUT, parts, textOf } from "./models.mjs";
import { PROMPT, PIXEL, weather, modelOf, said, all, onError, auto } from "./ai.mjs";

/** A prompt that costs more to read than an answer is worth. */
const LONG = `${PROMPT} ${"and of three ".repeat(600)}`;

test("the best model answers with lambda 0, the cheapest one with a large lambda", async (t) => {
  const best = await modelOf(t, ["large", "small"]);
  assert.equal((await generateText({ model: best.model, prompt: PROMPT })).text, textOf("large"));
  const cheap = await modelOf(t, ["large", "small"], { lambda: 1e9 });
  assert.equal((await generateText({ model: cheap.model, prompt: PROMPT })).text, textOf("small"));
});

test("the decision is in the metadata as plain JSON", async (t) => {
  const { model } = await modelOf(t, ["large", "small"], { lambda: undefined, maxCost: 1 });
  const decision = said(await generateText({ model, prompt: PROMPT }));
  assert.deepEqual(decision, JSON.parse(JSON.stringify(decision)));
  const { quality, cost, reason, ...others } = decision;
  assert.deepEqual(others, { model: "large", lambda: null, outOfDistribution: false, tried: [] });
  assert.ok(quality > 0.5 && quality <= 1 && cost > 0 && cost < 1, JSON.stringify(decision));
  assert.match(reason, /large/);
});

test("without an aim the weight of cost is 100", async (t) => {
  const { model } = await modelOf(t, ["large", "small"], { lambda: undefined });
  assert.equal(said(await generateText({ model, prompt: PROMPT })).lambda, 100);
});

test("the metadata of the model's own provider stays, also in a stream", async (t) => {
  const { router, models } = await modelOf(t, ["large", "small"]);
  const providerMetadata = { own: { a: 1 } };
  const withOwn = new TransformStream({
    transform: (part, controller) =>
      controller.enqueue(part.type === "finish" ? { ...part, providerMetadata } : part),
  });
  const large = wrapLanguageModel({
    model: /** @type {any} */ (models["large"]),
    middleware: {
      specificationVersion: "v4",
      wrapGenerate: async ({ doGenerate }) => ({ ...(await doGenerate()), providerMetadata }),
      wrapStream: async ({ doStream }) => {
        const { stream, ...result } = await doStream();
        return { ...result, stream: stream.pipeThrough(withOwn) };
      },
    },
  });
  const model = auto(router, { large }, { lambda: 0 });
  for (const answer of [
    await generateText({ model, prompt: PROMPT }),
    await streamText({ model, prompt: PROMPT, onError }).finalStep,
  ]) {
    assert.deepEqual(answer.providerMetadata?.["own"], { a: 1 });
    assert.equal(said(answer).model, "large");
  }
});

test("a stream arrives in its order, and the decision with its end", async (t) => {
  const { model } = await modelOf(t, ["large", "small"]);
  const result = streamText({ model, prompt: PROMPT });
  const found = await all(result.stream);
  assert.deepEqual(
    found.filter(({ type }) => type === "text-delta").map(({ text }) => text),
    parts("large"),
  );
  const types = found.map(({ type }) => type).filter((type) => type !== "text-delta");
  assert.deepEqual(types, ["start", "start-step", "text-start", "text-end", "finish-step", "finish"]);
  assert.equal(said(await result.finalStep).model, "large");
});

test("the first part of a stream arrives before the model has written the rest", async (t) => {
  const { model, upstream } = await modelOf(t, ["slow", "small"]);
  const seen = [];
  for await (const text of streamText({ model, prompt: PROMPT }).textStream) {
    seen.push(text);
    upstream.release();
  }
  assert.deepEqual(seen, parts("slow"));
});

test("the warnings and the response of the model arrive in a stream", async (t) => {
  const { model } = await modelOf(t, ["large", "small"]);
  const { warnings, response } = await streamText({ model, prompt: PROMPT, topK: 3, onError }).finalStep;
  assert.deepEqual([warnings?.length, response.modelId], [1, "large"]);
  assert.match(response.id, /^answer_/);
  assert.equal(response.headers?.["x-request-id"], "request of large");
});

test("a tool is called and its result goes on, each step with its own decision", async (t) => {
  const { model, upstream } = await modelOf(t, ["tool large", "small"]);
  const result = await generateText({ model, prompt: PROMPT, tools: { weather }, stopWhen: isStepCount(3) });
  assert.equal(result.text, textOf("tool large"));
  assert.deepEqual(result.steps[0]?.toolCalls[0]?.input, INPUT);
  assert.deepEqual(
    result.steps.map((step) => said(step).model),
    ["tool large", "tool large"],
  );
  assert.match(JSON.stringify(upstream.asked[1]?.body.messages.at(-1)), /rain in Oslo/);
});

test("a stream calls a tool, after the first model has failed", async (t) => {
  const { model } = await modelOf(t, ["429 large", "tool small"]);
  const result = streamText({ model, prompt: PROMPT, tools: { weather }, stopWhen: isStepCount(3), onError });
  const found = await all(result.stream);
  assert.deepEqual(found.find(({ type }) => type === "tool-call")?.input, INPUT);
  assert.deepEqual(found.find(({ type }) => type === "tool-result")?.output, { weather: "rain in Oslo" });
  assert.equal(await result.text, textOf("tool small"));
});

test("structured output is generated and streamed", async (t) => {
  const { model, upstream } = await modelOf(t, ["json large", "small"]);
  const output = Output.object({ schema: z.object({ answer: z.number() }) });
  assert.deepEqual((await generateText({ model, prompt: PROMPT, output })).output, { answer: 42 });
  assert.deepEqual(await streamText({ model, prompt: PROMPT, output }).output, { answer: 42 });
  assert.equal(upstream.asked[0]?.body.response_format.type, "json_schema");
});

const user = (/** @type {any[]} */ content) => ({
  messages: [{ role: /** @type {const} */ ("user"), content }],
});
for (const [ability, call] of /** @type {[string, any][]} */ ([
  ["tools", { prompt: PROMPT, tools: { weather } }],
  ["json", { prompt: PROMPT, output: Output.json() }],
  [
    "vision",
    user([
      { type: "text", text: PROMPT },
      { type: "file", data: PIXEL, mediaType: "image/png" },
    ]),
  ],
])) {
  test(`a call that needs ${ability} goes to a model that lists it`, async (t) => {
    const { model, upstream } = await modelOf(t, ["json large", "json small"], {
      more: { "json small": { capabilities: [ability] } },
    });
    await generateText({ model, ...call });
    assert.deepEqual(upstream.names, ["json small"]);
  });
}

test("an image in the result of a tool needs a model that sees", async (t) => {
  const { model, router } = await modelOf(t, ["large", "small"], {
    more: { small: { capabilities: ["vision"] } },
  });
  const value = [{ type: "file", mediaType: "image/png", data: { type: "data", data: PIXEL } }];
  const result = {
    type: "tool-result",
    toolCallId: "c",
    toolName: "look",
    output: { type: "content", value },
  };
  const need = /** @type {string[][]} */ ([]);
  const route = router.route.bind(router);
  router.route = (prompt, request) => (need.push(request?.need ?? []), route(prompt, request));
  await Promise.resolve(
    model.doGenerate({ prompt: /** @type {any} */ ([{ role: "tool", content: [result] }]) }),
  ).catch(() => {});
  assert.deepEqual(need, [["vision"]]);
});

test("tools that may not be called need no ability, and abilities that no model lists are not asked for", async (t) => {
  const { model, upstream } = await modelOf(t, ["json large", "small"], {
    more: { small: { capabilities: ["tools"] } },
  });
  const tools = [{ type: /** @type {const} */ ("function"), name: "weather", inputSchema: {} }];
  const prompt = [{ role: /** @type {const} */ ("system"), content: PROMPT }];
  await model.doGenerate({ prompt, tools, toolChoice: { type: "none" } });
  await generateText({ model, prompt: PROMPT, output: Output.json() });
  assert.deepEqual(upstream.names, ["json large", "json large"]);
});

test("an effort in the id becomes the model's reasoning option", async (t) => {
  const { model, upstream } = await modelOf(t, ["m@high", "m@low", "plain"], { names: ["m", "plain"] });
  await generateText({ model, prompt: PROMPT });
  assert.deepEqual([upstream.asked[0]?.model, upstream.asked[0]?.body.reasoning_effort], ["m", "high"]);
});

test("an effort of the call restricts the choice, and is sent as it is if no id has it", async (t) => {
  const { model, upstream } = await modelOf(t, ["m@high", "m@low"], { names: ["m"] });
  const low = await generateText({ model, prompt: PROMPT, reasoning: "low" });
  const medium = await generateText({ model, prompt: PROMPT, reasoning: "medium" });
  assert.deepEqual([said(low).model, said(medium).model], ["m@low", "m@high"]);
  assert.deepEqual(
    upstream.asked.map(({ body }) => body.reasoning_effort),
    ["low", "medium"],
  );
});

test("a model of its own for an id with an effort takes precedence", async (t) => {
  const { upstream, router, provider } = await modelOf(t, ["m@high", "m@low"], { names: ["m"] });
  const model = auto(router, { m: provider("usual"), "m@high": provider("special") }, { lambda: 0 });
  await generateText({ model, prompt: PROMPT });
  assert.deepEqual(upstream.names, ["special"]);
});

test("one call may have another aim and other models", async (t) => {
  const { model, upstream } = await modelOf(t, ["large", "middle", "small"]);
  const ask = (/** @type {any} */ uniroute) =>
    generateText({ model, prompt: PROMPT, providerOptions: { uniroute } });
  await ask({ lambda: 1e9 });
  await ask({ allow: ["middle", "small"] });
  await ask({ deny: ["large", "middle"] });
  assert.deepEqual(upstream.names, ["small", "middle", "small"]);
  await assert.rejects(ask({ lamda: 5 }), { code: "request_type", path: "providerOptions.uniroute.lamda" });
  await assert.rejects(ask({ allow: ["nobody"] }), { code: "no_model", path: "allow" });
});

/** Two models with the same price, of which the second one is a little better; a cache makes reading almost free. */
const CACHED = {
  first: { accuracy: 0.8, cost: { input: 50, output: 0, cache_read: 0.5 } },
  second: { accuracy: 0.81, cost: { input: 50, output: 0, cache_read: 0.5 } },
};

test("one call may name the model of the turn before, whose cache makes it cheaper", async (t) => {
  const { model, upstream } = await modelOf(t, ["first", "second"], { more: CACHED, lambda: 100 });
  const ask = async (/** @type {any} */ previous) =>
    said(await generateText({ model, prompt: LONG, providerOptions: { uniroute: { previous } } }));
  const cachedTokens = 2000;
  const cold = await ask(undefined);
  const warm = await ask({ model: "first", cachedTokens, age: 60 });
  const late = await ask({ model: "first", cachedTokens, age: 60, ttl: 30 });
  assert.deepEqual(upstream.names, ["second", "first", "second"]);
  assert.ok(warm.cost < cold.cost / 2, `${warm.cost} ${cold.cost}`);
  assert.equal(late.cost, cold.cost);
});

test("the model of the turn before is checked, and is no option of all calls", async (t) => {
  const { model, router, models, upstream } = await modelOf(t, ["large", "small"]);
  const ask = (/** @type {any} */ previous) =>
    generateText({ model, prompt: PROMPT, providerOptions: { uniroute: { previous } } });
  await assert.rejects(ask({ model: "nobody", cachedTokens: 1 }), {
    code: "unknown_model",
    path: "previous.model",
  });
  await assert.rejects(ask({ model: "large", cachedTokens: -1 }), {
    code: "request_number",
    path: "previous.cachedTokens",
  });
  await assert.rejects(ask({ model: "large", cachedTokens: 1, old: 1 }), { code: "request_type" });
  await assert.rejects(ask("large"), { code: "request_type" });
  const previous = { model: "large", cachedTokens: 1 };
  assert.throws(() => auto(router, /** @type {any} */ (models), /** @type {any} */ ({ previous })), {
    code: "request_type",
    path: "options.previous",
  });
  assert.deepEqual(upstream.names, []);
});

test("options for other providers reach the model, ours do not", async (t) => {
  const { model, models } = await modelOf(t, ["large", "small"]);
  const inner = /** @type {any} */ (models)["large"];
  /** @type {any[]} */
  const seen = [];
  const own = inner.doGenerate.bind(inner);
  inner.doGenerate = (/** @type {any} */ call) => (seen.push(call.providerOptions), own(call));
  await generateText({
    model,
    prompt: PROMPT,
    providerOptions: { uniroute: { lambda: 0 }, test: { user: "u" } },
  });
  assert.deepEqual(seen, [{ test: { user: "u" } }]);
});

test("the text of the user's last message is routed, with the earlier ones, the answers and the context", async (t) => {
  const { model, router } = await modelOf(t, ["large", "small"]);
  /** @type {any[][]} */
  const asked = [];
  const route = router.route.bind(router);
  router.route = (prompt, request) => {
    asked.push([prompt, request?.earlier, request?.answers, request?.context]);
    return route(prompt, request);
  };
  const call = {
    type: /** @type {const} */ ("tool-call"),
    toolCallId: "c",
    toolName: "weather",
    input: { city: "Oslo" },
  };
  const output = { type: /** @type {const} */ ("json"), value: { weather: "rain" } };
  await generateText({
    model,
    instructions: "Be brief.",
    messages: [
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      {
        role: "user",
        content: [
          { type: "text", text: "And" },
          { type: "file", data: PIXEL, mediaType: "image/png" },
          { type: "text", text: "two?" },
        ],
      },
      { role: "assistant", content: [call] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "weather", output }] },
    ],
  });
  assert.deepEqual(asked, [
    ["And\ntwo?", ["One?"], ["1", '{"city":"Oslo"}'], 'Be brief.\n{"weather":"rain"}'],
  ]);
});

test("it works in a custom provider, a registry and a wrapped model", async (t) => {
  const { model } = await modelOf(t, ["large", "small"]);
  const provider = customProvider({ languageModels: { auto: model } });
  const registry = createProviderRegistry({ uniroute: provider });
  const wrapped = wrapLanguageModel({ model: registry.languageModel("uniroute:auto"), middleware: [] });
  for (const one of [provider.languageModel("auto"), registry.languageModel("uniroute:auto"), wrapped]) {
    const answer = await generateText({ model: one, prompt: PROMPT });
    assert.deepEqual([answer.text, said(answer).model], [textOf("large"), "large"]);
  }
});

test("models of different providers answer for each other", async (t) => {
  const { upstream, router, models } = await modelOf(t, ["503 large", "small"]);
  const openai = createOpenAI({ baseURL: upstream.url, apiKey: "key" });
  const both = { "503 large": openai("503 large"), small: /** @type {any} */ (models["small"]) };
  const model = auto(router, both, { lambda: 0 });
  assert.equal((await generateText({ model, prompt: PROMPT, maxRetries: 0 })).text, textOf("small"));
  assert.deepEqual(
    upstream.asked.map(({ path }) => path),
    ["/v1/responses", "/v1/chat/completions"],
  );
});

test("a router in a worker, whose methods answer with promises, works as well", async (t) => {
  const { router, models } = await modelOf(t, ["large", "small"]);
  const inWorker = {
    route: async (/** @type {string} */ prompt, /** @type {any} */ request) => router.route(prompt, request),
    poolInfo: async () => router.poolInfo(),
  };
  const model = auto(inWorker, /** @type {any} */ (models), { lambda: 0 });
  assert.equal((await generateText({ model, prompt: PROMPT })).text, textOf("large"));
});

test("a pool that is replaced counts from the next call", async (t) => {
  const { model, router, upstream } = await modelOf(t, ["large", "small"]);
  await generateText({ model, prompt: PROMPT });
  const models = ["small", "large"].map((id, i) => ({
    id,
    accuracy: 0.9 - i / 5,
    labels_count: 1e5,
    cost: { input: 1, output: 1 },
  }));
  router.setPool({ models });
  await generateText({ model, prompt: PROMPT });
  assert.deepEqual(upstream.names, ["large", "small"]);
});
