/**
 * What the endpoint of `examples/worker` makes of models that fail, of callers that leave, and of many streams at once,
 * in each runtime.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { chosen, events, failed, FAULTS, inEachRuntime, models, PROMPT, said, WAITS } from "./endpoint.mjs";
import { leave } from "./services.mjs";

const STREAMS = 200;

inEachRuntime((endpoint) => {
  const { post, chat, isServed, logged, impatiently } = endpoint;

  test("before an answer begins, the next model is asked; afterwards none", WAITS, () =>
    impatiently(async () => {
      const streamed = { model: "auto:best", stream: true };
      for (const path of ["/v1/chat/completions", "/v1/responses"]) {
        models.asked.length = 0;
        const body = { ...streamed, messages: [{ role: "user", content: PROMPT }], input: PROMPT };
        const answer = await post(path, body, FAULTS);
        const passed = events(await answer.text());
        assert.equal(path.endsWith("responses") ? passed[1].delta : said(passed), PROMPT);
        assert.equal(chosen(answer), "large");
        const tried = "503 broken: status 503, 429-7 busy: status 429, silent: nothing within 1500 ms";
        assert.equal(answer.headers.get("x-uniroute-tried"), tried);
        assert.deepEqual(
          models.asked.map((asked) => [asked.model, asked.path]),
          ["503 broken", "429-7 busy", "silent", "large"].map((model) => [model, path]),
        );
        assert.equal(
          (await logged({ "url.path": path, "uniroute.tried": tried }))["uniroute.model"],
          "large",
        );
      }
      const busy = await chat({ model: "429-7 busy" }, FAULTS);
      assert.equal(busy.headers.get("retry-after"), "7");
      assert.deepEqual(await failed(busy), [429, "busy"]);
    }),
  );

  test("a stream that ends too early says so in the form of its interface", WAITS, () =>
    impatiently(async () => {
      for (const model of ["halts", "breaks"])
        for (const path of ["/v1/chat/completions", "/v1/responses"]) {
          models.asked.length = 0;
          const messages = [{ role: "user", content: PROMPT }];
          const answer = await post(path, { model, stream: true, messages, input: PROMPT }, FAULTS);
          let text = "";
          try {
            const reader = answer.body?.getReader() ?? assert.fail();
            for (let part = await reader.read(); !part.done; part = await reader.read())
              text += new TextDecoder().decode(part.value);
          } catch {
            // Node and Deno close the connection in the middle.
          }
          // Not the half of an event that the model `breaks` has sent.
          assert.doesNotMatch(text, /delta/);
          const last = text.trim().split("\n\n").at(-1) ?? "";
          const event = JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? "");
          assert.equal(event.error.code, "halted");
          if (path === "/v1/responses") {
            assert.match(last, /^event: error\n/);
            assert.deepEqual([event.type, event.code], ["error", "halted"]);
          }
          assert.equal(models.asked.length, 1);
          await logged({ "uniroute.model": model, "url.path": path, "error.type": "halted" });
          await isServed();
        }
    }),
  );

  test("when the caller leaves, the model's connection is closed and the log says so", WAITS, async () => {
    models.asked.length = 0;
    const body = JSON.stringify({ model: "streams", stream: true, input: "Hello" });
    // After the first event: workerd does not tell the worker of a caller that leaves between the head and the body.
    const firstEvent = async (/** @type {import("node:net").Socket} */ socket) => {
      for (let text = ""; !text.includes("data: one");) text += (await once(socket, "data"))[0];
    };
    await leave(endpoint.service, "/v1/responses", body, firstEvent, FAULTS);
    await models.asked[0]?.closed;
    await logged({ "uniroute.model": "streams", "error.type": "cancelled" });
    await isServed();
  });

  test(`${STREAMS} parallel streams each get their own answer`, async () => {
    const texts = await Promise.all(
      Array.from({ length: STREAMS }, async (_, i) => {
        const messages = [{ role: "user", content: `${i} ${PROMPT}` }];
        const answer = await chat({ model: i % 2 ? "small" : "caller", stream: true, messages });
        return `${chosen(answer)} ${said(events(await answer.text()))}`;
      }),
    );
    assert.deepEqual(
      texts,
      texts.map((_, i) => `${i % 2 ? "small" : "caller"} ${i} ${PROMPT}`),
    );
  });
});
