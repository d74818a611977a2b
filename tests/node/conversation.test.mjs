/** A conversation in place of a prompt, and the cache of the model of its last turn. */
import assert from "node:assert/strict";
import { test } from "node:test";

const { Router } = await import(new URL("../../pkg/node.js", import.meta.url).href);
const POOL = {
  models: [
    {
      id: "a",
      accuracy: 0.7,
      cost: { input: 1, output: 1, cache_read: 0.1, cache_write: 1.25 },
      capabilities: ["tools"],
      tags: ["local"],
      latency: { time_to_first_token_s: 0.5, tokens_per_second: 100 },
    },
    { id: "b", accuracy: 0.8, cost: { input: 2, output: 2 }, capabilities: ["tools", "vision"] },
  ],
};
const router = await Router.load({ pool: POOL });

const MESSAGES = [
  { role: "system", content: "You are brief." },
  { role: "user", content: "Write a function in Python that sorts names by their length." },
  { role: "assistant", content: "def by_length(names):\n    return sorted(names, key=len)" },
  { role: "user", content: "and now in rust" },
];

test("messages are the prompt, the earlier turns, the answers and the context", () => {
  const whole = router.route("and now in rust", {
    earlier: [MESSAGES[1]?.content],
    answers: [MESSAGES[2]?.content],
    context: "You are brief.",
  });
  const decision = router.route(MESSAGES);
  assert.deepEqual(decision, whole);
  assert.ok(decision.fromEarlier > 0.5, `${decision.fromEarlier}`);
  const alone = router.route("and now in rust");
  assert.equal(alone.fromEarlier, 0);
  const top = (/** @type {typeof decision} */ { clusters }) => clusters[0].field;
  assert.equal(top(decision), "Programming");
  // All of the conversation is sent to the model.
  assert.ok(decision.candidates[0].cost.tokensIn > 3 * alone.candidates[0].cost.tokensIn);
  assert.deepEqual(router.explain(MESSAGES).decision.candidates, decision.candidates);
});

test("parts, images and calls of tools are read, and needed of the model", () => {
  const image = [
    {
      role: "user",
      content: [
        { type: "text", text: "What is in this picture?" },
        { type: "image_url", image_url: { url: "data:," } },
      ],
    },
  ];
  assert.equal(router.route(image, { lambda: 1e9 }).model, "b");
  const tools = [
    { role: "user", content: "What is the weather in Accra?" },
    { role: "assistant", content: null, tool_calls: [{ id: "1", function: { name: "w", arguments: "{}" } }] },
    { role: "tool", tool_call_id: "1", content: "31 degrees" },
    { role: "user", content: "And tomorrow?" },
  ];
  assert.equal(router.route(tools, { lambda: 1e9 }).model, "a");
  const both = router.route(image, { need: ["tools"], deny: ["b"] });
  assert.equal(both.model, null);
  assert.match(both.candidates.find((/** @type {any} */ one) => one.id === "a").excluded.message, /vision/);
});

test("the model of the last turn reads its cache, and the decision says what it saves", () => {
  const counted = { inputTokens: 10_000, expectedOutputTokens: 0 };
  const { candidates, cache } = router.route("more", {
    ...counted,
    previous: { model: "a", cachedTokens: 8000, age: 20 },
  });
  const cost = Object.fromEntries(candidates.map((/** @type {any} */ one) => [one.id, one.cost.total]));
  assert.ok(Math.abs(cost.a - (8000 * 0.1 + 2000 * 1.25) / 1e6) < 1e-12, `${cost.a}`);
  assert.ok(Math.abs(cost.b - 0.02) < 1e-12, `${cost.b}`);
  assert.deepEqual([cache.model, cache.warm], ["a", true]);
  assert.ok(Math.abs(cache.saves - (8000 * 1.15) / 1e6) < 1e-12);
  const cold = router.route("more", { ...counted, previous: { model: "a", cachedTokens: 8000, age: 301 } });
  assert.equal(cold.cache.warm, false);
});

test("tags and a limit of time narrow the pool", () => {
  const local = router.route("hello", { allowTags: ["local"] });
  assert.equal(local.model, "a");
  assert.equal(local.candidates[1].excluded.code, "tag");
  const fast = router.route("hello", { maxLatency: 60 });
  assert.deepEqual([fast.model, fast.candidates[1].excluded.code], ["a", "untimed"]);
  assert.equal(router.route("hello", { maxLatency: 60, allowUntimed: true }).model, "b");
});

test("what is no conversation is refused with its place, and the next one is routed", () => {
  /** @type {[any, any, string, string][]} */
  const cases = [
    [[], undefined, "request_type", "prompt"],
    [[5], undefined, "request_type", "prompt[0]"],
    [[{ role: 5, content: "x" }], undefined, "request_type", "prompt[0].role"],
    [[{ role: "user", content: 5 }], undefined, "request_type", "prompt[0].content"],
    [[{ role: "user", content: [null] }], undefined, "request_type", "prompt[0].content[0]"],
    [
      [{ role: "user", content: [{ type: "text", text: 5 }] }],
      undefined,
      "request_type",
      "prompt[0].content[0].text",
    ],
    [MESSAGES, 5, "request_type", "request"],
    [MESSAGES, { need: 5 }, "request_type", "need"],
    [MESSAGES, { previous: { model: "c", cachedTokens: 5 } }, "unknown_model", "previous.model"],
    [MESSAGES, { previous: { model: "a" } }, "request_type", "previous"],
    [
      MESSAGES,
      { previous: { model: "a", cachedTokens: 5 }, cachedTokens: 5 },
      "request_cache",
      "cachedTokens",
    ],
    [MESSAGES, { allowTags: [] }, "request_type", "allowTags"],
    [MESSAGES, { maxLatency: -1 }, "request_number", "maxLatency"],
  ];
  for (const [messages, request, code, path] of cases) {
    assert.throws(() => router.route(messages, request), { code, path }, JSON.stringify([messages, request]));
    assert.equal(router.route(MESSAGES).model, "b");
  }
  const thrower = [
    Object.defineProperty({ role: "user" }, "content", {
      get: () => {
        throw new Error("no");
      },
    }),
  ];
  assert.throws(() => router.route(thrower), { code: "request_type", path: "prompt" });
  assert.equal(router.route(MESSAGES).model, "b");
});
