/**
 * A text with personal data never reaches a model without one of the tags: every request that arrives at the simulated
 * models is recorded, for the marked texts of the finder, through `uniroute/ai` and `uniroute/openai`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { APICallError, generateText, streamText } from "ai";
import { FROZEN_NEGATIVE, FROZEN_POSITIVE } from "../node/sensitive-frozen.mjs";
import { NEGATIVE, POSITIVE } from "../node/sensitive-texts.mjs";
import { all, modelOf } from "./ai.mjs";
import { clientOf } from "./openai.mjs";
import { load } from "./uniroute.mjs";

const { restrict, sensitive } = /** @type {typeof import("../../pkg/sensitive.js")} */ (
  await load("./sensitive")
);

const TAGS = ["local", "trusted"];
/** Of each kind, so that a test takes seconds. */
const MOST = 60;
/** The harmless last turn of a conversation. */
const FOLLOW_UP = "Thank you. And in fewer words?";
/** The best and most expensive first. Those without a tag are the better ones; the first one with a tag is broken. */
const MODELS = ["large", "middle", "503 near", "office", "small"];
const TAGGED = ["503 near", "office"];
const MORE = {
  "503 near": { tags: ["local"] },
  office: { tags: ["trusted", "eu"] },
  small: { tags: ["eu"] },
};

/** @param {string[]} written with marks of the findings */
const unmarked = (written) =>
  written.map((text) => text.replaceAll("¦", "").replaceAll(/⟦[^|⟧]+\|([^⟧]*)⟧/g, "$1"));
/** @param {string[]} texts evenly over all of them, since they are in the order of the kinds */
const some = (texts) => texts.filter((_, i) => i % Math.floor(texts.length / MOST) === 0).slice(0, MOST);
const isFound = (/** @type {string} */ text) => sensitive(text).found.length > 0;
const WITH = some(unmarked([...FROZEN_POSITIVE, ...POSITIVE]).filter(isFound));
const WITHOUT = some(unmarked([...FROZEN_NEGATIVE, ...NEGATIVE]).filter((text) => !isFound(text)));

/**
 * Sends each text, and compares the models that it reached with those that may see it.
 *
 * @param {import("./models.mjs").Models} upstream
 * @param {(messages: { role: "user" | "assistant", content: string }[], seen: string) => Promise<unknown>} send
 */
async function reach(upstream, send) {
  assert.ok(WITH.length >= 50 && WITHOUT.length >= 50, `${WITH.length} and ${WITHOUT.length} texts`);
  for (const [texts, expected] of /** @type {const} */ ([
    [WITH, TAGGED],
    [WITHOUT, ["large"]],
  ])) {
    for (const text of texts) {
      const user = (/** @type {string} */ content) => ({ role: /** @type {const} */ ("user"), content });
      const conversation = [
        user(text),
        { role: /** @type {const} */ ("assistant"), content: "Yes." },
        user(FOLLOW_UP),
      ];
      for (const messages of [[user(text)], conversation]) {
        const before = upstream.asked.length;
        await send(messages, messages.map(({ content }) => content).join("\n\n"));
        const asked = upstream.asked.slice(before);
        assert.deepEqual(
          asked.map(({ model }) => model),
          [...expected],
          text,
        );
        for (const { body } of asked) assert.ok(JSON.stringify(body).includes(JSON.stringify(text)), text);
      }
    }
  }
  // Once more over everything that arrived, whatever was asked for.
  for (const { model, body } of upstream.asked) {
    const sent = JSON.stringify(body);
    const personal = WITH.find((text) => sent.includes(JSON.stringify(text)));
    assert.ok(personal === undefined || TAGGED.includes(model), `${model} got ${personal}`);
  }
  const requests = upstream.asked.length;
  return `${WITH.length} texts with findings, ${WITHOUT.length} without, ${requests} requests`;
}

test("uniroute/ai: no text with a finding reaches a model without the tag, whole or streamed", async (t) => {
  const { model, upstream } = await modelOf(t, MODELS, { more: MORE });
  let calls = 0;
  t.diagnostic(
    await reach(upstream, async (messages, seen) => {
      const providerOptions = /** @type {any} */ ({ uniroute: restrict(seen, { tags: TAGS }) });
      calls += 1;
      if (calls % 3 > 0) return generateText({ model, messages, providerOptions, maxRetries: 0 });
      return all(streamText({ model, messages, providerOptions, maxRetries: 0 }).fullStream);
    }),
  );
});

test("uniroute/openai: no text with a finding reaches a model without the tag, in chats and responses", async (t) => {
  const names = { auto: {}, "auto:private": { allowTags: TAGS } };
  const { openai, upstream } = await clientOf(t, MODELS, { more: MORE, names });
  let calls = 0;
  t.diagnostic(
    await reach(upstream, async (messages, seen) => {
      const model = isFound(seen) ? "auto:private" : "auto";
      calls += 1;
      if (calls % 3 > 0) return openai.chat.completions.create({ model, messages });
      return openai.responses.create({ model, input: messages });
    }),
  );
});

/**
 * Asks once, with the models that a prompt with a finding may reach.
 *
 * @param {import("ai").LanguageModel} model
 * @param {string} prompt
 */
const restricted = (model, prompt) =>
  generateText({
    model,
    prompt,
    maxRetries: 0,
    providerOptions: /** @type {any} */ ({ uniroute: restrict(prompt, { tags: TAGS }) }),
  });

test("if no model with the tag answers, no other one is asked", async (t) => {
  const broken = ["large", "503 near", "503 office"];
  const more = { "503 near": { tags: ["local"] }, "503 office": { tags: ["trusted"] } };
  const { model, upstream } = await modelOf(t, broken, { more });
  const { openai, upstream: others } = await clientOf(t, broken, {
    more,
    names: { private: { allowTags: TAGS } },
  });
  for (const content of WITH.slice(0, 10)) {
    await assert.rejects(
      restricted(model, content),
      (/** @type {Error} */ error) => APICallError.isInstance(error) && /503/.test(error.message),
    );
    await assert.rejects(
      openai.chat.completions.create({ model: "private", messages: [{ role: "user", content }] }),
      { status: 503 },
    );
  }
  for (const { names } of [upstream, others]) {
    assert.equal(names.length, 20);
    assert.ok(!names.includes("large"));
  }
});

test("if no model has the tag, nothing is sent", async (t) => {
  const { model, upstream } = await modelOf(t, ["large", "small"]);
  const { openai, upstream: others } = await clientOf(t, ["large", "small"], {
    names: { private: { allowTags: TAGS } },
  });
  for (const content of WITH.slice(0, 10)) {
    await assert.rejects(restricted(model, content), { code: "no_model" });
    await assert.rejects(
      openai.chat.completions.create({ model: "private", messages: [{ role: "user", content }] }),
      { status: 422 },
    );
  }
  assert.deepEqual([upstream.names, others.names], [[], []]);
});
