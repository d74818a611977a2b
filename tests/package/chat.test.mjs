/**
 * `examples/chat` in Chromium: the choice among three providers, costs, faults, and personal data.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { createServer } from "vite";
import { built, costOf, open, project, usd } from "./chat.mjs";
import { TOKENS, answerOf, parts } from "./providers.mjs";

/** @type {(() => unknown)[]} */
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});
const whole = /** @type {any} */ ({ after: (/** @type {() => unknown} */ end) => ends.push(end) });
const url = await built(whole);

const PROMPT = "Prove that sqrt(2) is irrational.";
const MAIL = "Write to jane.doe@example.org that I am late.";
const CARD = "My card is 4111 1111 1111 1111. Is it a Visa?";

/** Runs in the page: the browser's own model as the Prompt API describes it. It answers `"private: " + prompt`. */
function promptApi() {
  const asked = /** @type {any[]} */ ([]);
  let state = sessionStorage.getItem("stub") ?? "available";
  class LanguageModel extends EventTarget {
    /** @type {any} */ options;
    contextUsage = 0;
    contextWindow = 4096;
    static async availability() {
      return state;
    }
    static async create(/** @type {any} */ options = {}) {
      options.signal?.throwIfAborted();
      const monitor = new EventTarget();
      options.monitor?.(monitor);
      for (const loaded of [0, 0.5, 1])
        monitor.dispatchEvent(new ProgressEvent("downloadprogress", { loaded, total: 1 }));
      state = "available";
      const model = new LanguageModel();
      model.options = options;
      return model;
    }
    promptStreaming(/** @type {string} */ prompt, /** @type {any} */ { signal } = {}) {
      const { initialPrompts, expectedInputs } = this.options;
      asked.push({ prompt, initialPrompts, expectedInputs });
      return new ReadableStream({
        start(controller) {
          signal?.addEventListener("abort", () => controller.error(signal.reason));
          if (prompt.includes("broken")) return controller.error(new Error("the model has crashed"));
          for (const text of ["private: ", prompt]) controller.enqueue(text);
          controller.close();
        },
      });
    }
    destroy() {
      asked.push("destroyed");
    }
  }
  Object.assign(globalThis, { LanguageModel, asked });
}

/** @param {import("playwright-core").Page} page */
const askedInTab = (page) => page.evaluate(() => /** @type {any} */ (globalThis).asked);

test("each provider gets its turn in its own form, and the costs add up", async (t) => {
  await open(t, url, async (chat) => {
    await chat.connect();
    let [cost, otherwise] = [0, 0];
    for (const [provider, cheap, expensive, prompt] of /** @type {const} */ ([
      ["OpenAI", "gpt-5.4-nano", "gpt-5.5", "What is the capital of Norway?"],
      ["Anthropic", "claude-haiku-4-5", "claude-opus-4-8", "And of Sweden?"],
      ["Google", "gemini-3-flash-preview", "gemini-3.1-pro-preview", "And of Finland?"],
    ])) {
      await chat.choose([cheap, expensive], "Low cost");
      const { model, answer, facts, wrong } = await chat.ask(prompt);
      assert.equal(model.split("@")[0], cheap);
      assert.deepEqual([answer, wrong], [answerOf(cheap), ""]);
      const [paid, most] = [costOf(cheap, TOKENS[provider]), costOf(expensive, TOKENS[provider])];
      [cost, otherwise] = [cost + paid, otherwise + most];
      assert.equal(facts, `${usd(paid)}, ${usd(most)} with ${expensive}`);
      const share = Math.round((100 * (otherwise - cost)) / otherwise);
      assert.equal(
        await chat.text("totals"),
        `This conversation: ${usd(cost)}. Saved against always using the most expensive model: ` +
          `${usd(otherwise - cost)} (${share} %).`,
      );
    }
    const { asked } = chat.providers;
    assert.deepEqual(
      asked.map(({ provider, key }) => [provider, key]),
      ["OpenAI", "Anthropic", "Google"].map((name) => [name, `key of ${name}`]),
    );
    assert.equal(asked[1]?.headers["anthropic-dangerous-direct-browser-access"], "true");
    assert.equal(asked[0]?.body.store, false, "OpenAI is asked not to keep the answer");
    // Each one gets the whole conversation.
    const roles = asked.map(({ body }) =>
      (body.input ?? body.messages ?? body.contents).map((/** @type {any} */ { role }) => role),
    );
    assert.deepEqual(roles, [
      ["user"],
      ["user", "assistant", "user"],
      ["user", "model", "user", "model", "user"],
    ]);
    assert.match(asked[2]?.text ?? "", /Norway.*Hello from gpt-5\.4-nano\..*Sweden.*Finland/s);
    const reason = chat.page.locator("article").first().locator("details");
    await reason.locator("summary").click();
    assert.match(await reason.innerText(), /GPT-5\.4 nano/);
  });
});

test("the prices of this file by hand: 800 new, 200 cached and 300 output tokens of gpt-5.5", () => {
  // 800 × 5 + 200 × 0.5 + 300 × 30 = 13,100 millionths of a dollar.
  assert.equal(usd(costOf("gpt-5.5", TOKENS.OpenAI)), "$0.0131");
});

test("without a key, nothing is sent, and the page says what to do", async (t) => {
  await open(t, url, async (chat) => {
    await chat.send(PROMPT);
    await chat.page.getByRole("alert").filter({ hasText: "No model is switched on. Type a key" }).waitFor();
    assert.equal(await chat.page.getByLabel("Your prompt").inputValue(), PROMPT);
    assert.deepEqual(chat.providers.asked, []);
  });
});

for (const how of /** @type {const} */ (["button", "Escape"])) {
  test(`an answer appears while it is written, and the ${how} stops it`, async (t) => {
    const expected = /^failed: .*ERR_ABORTED/;
    await open(
      t,
      url,
      async (chat) => {
        const { page, providers } = chat;
        for (const [provider, model] of /** @type {const} */ ([
          ["OpenAI", "gpt-5.5"],
          ["Anthropic", "claude-opus-4-8"],
          ["Google", "gemini-3.1-pro-preview"],
        ])) {
          providers.behaviour[model] = "slow";
          await chat.connect([provider]);
          await chat.choose([model]);
          await chat.send(PROMPT);
          await page
            .locator("article")
            .last()
            .locator(".answer", { hasText: parts(model)[0] ?? "" })
            .waitFor();
          assert.equal(await page.locator('#turns[aria-busy="true"]').count(), 1);
          assert.ok(await page.getByRole("button", { name: "Send" }).isDisabled());
          if (how === "Escape") await page.keyboard.press("Escape");
          else await page.getByRole("button", { name: "Stop" }).click();
          const { answer, facts, wrong } = await chat.ended();
          await providers.asked.at(-1)?.closed;
          assert.deepEqual([answer, wrong], ["Hello", ""]);
          // The provider has not said how many tokens it counts.
          assert.match(facts, /^about \$0\.\d+, about \$0\.\d+ with [\w.-]+ · stopped$/);
          assert.match(await chat.text("totals"), /^This conversation: about \$/);
          assert.ok(await page.getByRole("button", { name: "Send" }).isEnabled());
          assert.equal(await page.evaluate(() => document.activeElement?.id), "prompt");
          await page.getByRole("button", { name: "New conversation" }).click();
          await page.getByRole("group", { name: provider }).getByLabel("Key").fill("");
          await page.getByRole("group", { name: provider }).getByText("Advanced").click();
        }
      },
      { expected },
    );
  });
}

test("if a model fails, the next best one of another provider answers", async (t) => {
  const expected = /^status (500|529|503): /;
  await open(
    t,
    url,
    async (chat) => {
      await chat.connect();
      for (const [status, failing, next] of /** @type {const} */ ([
        [529, "claude-opus-4-8", "gpt-5.4-nano"],
        [500, "gpt-5.5", "claude-haiku-4-5"],
        [503, "gemini-3.1-pro-preview", "gpt-5.4-nano"],
      ])) {
        chat.providers.behaviour = { [failing]: status };
        await chat.choose([failing, next]);
        const { model, answer, facts, wrong } = await chat.ask(PROMPT);
        assert.equal(model.split("@")[0], next);
        assert.deepEqual([answer, wrong], [answerOf(next), ""]);
        assert.match(facts, new RegExp(` with ${failing} · ${failing}@?\\w* failed: status ${status}$`));
        assert.deepEqual([...new Set(chat.providers.models.slice(-2))], [failing, next]);
      }
    },
    { expected },
  );
});

test("errors are shown as they are, cost nothing, and the prompt stays", async (t) => {
  const expected = /^status (401|500|529): /;
  await open(
    t,
    url,
    async (chat) => {
      const { page, providers } = chat;
      await chat.connect();
      providers.behaviour = { "gpt-5.5": 401 };
      await chat.choose(["gpt-5.5"]);
      assert.equal((await chat.ask(PROMPT)).wrong, "status of gpt-5.5");
      assert.equal(await page.getByLabel("Your prompt").inputValue(), PROMPT);
      providers.behaviour = { "gpt-5.4-nano": 500, "claude-haiku-4-5": 529 };
      await chat.choose(["gpt-5.4-nano", "claude-haiku-4-5"]);
      const { wrong } = await chat.ask(PROMPT);
      assert.match(wrong, /^No model answered\. .*claude-haiku-4-5: status 529.*Try again later\.$/);
      assert.match(wrong, /gpt-5\.4-nano@\w+: status 500/);
      assert.equal(await chat.text("totals"), "No turns yet.");
      // A failed turn is not part of the conversation.
      providers.behaviour = {};
      await chat.choose(["gpt-5.5"]);
      await chat.ask("Hi");
      assert.equal(providers.asked.at(-1)?.body.input.length, 1);
    },
    { expected },
  );
});

test("an answer that breaks off keeps its text, and the page says what happened", async (t) => {
  await open(t, url, async (chat) => {
    await chat.connect();
    for (const model of ["gpt-5.5", "claude-opus-4-8", "gemini-3.1-pro-preview"]) {
      chat.providers.behaviour = { [model]: "broken" };
      await chat.choose([model]);
      const { answer, wrong, facts } = await chat.ask(PROMPT);
      assert.equal(answer, "Hello");
      assert.match(wrong, new RegExp(`trouble of ${model}`));
      assert.match(facts, /^about \$/);
    }
  });
});

test("a prompt with personal data reaches no provider; without a model in the tab, it is not sent", async (t) => {
  await open(t, url, async (chat) => {
    assert.match(await chat.text("in-tab"), /^It is not there[:.]/, "this Chromium has no model");
    await chat.connect();
    for (const [prompt, what] of /** @type {const} */ ([
      [MAIL, "a mail address"],
      [CARD, "a card number"],
      [`${MAIL} ${CARD}`, "a card number and a mail address"],
    ])) {
      await chat.send(prompt);
      const alert = `Not sent: the prompt has ${what}. Only a model in this tab may see personal data, and none is there.`;
      await chat.page.getByRole("alert").filter({ hasText: alert }).waitFor();
      assert.equal(await chat.page.getByLabel("Your prompt").inputValue(), prompt);
    }
    assert.equal(await chat.page.locator("article").count(), 0);
    assert.deepEqual(chat.providers.asked, []);
    const outside = chat.requests.filter(
      (address) => !address.startsWith(url) && !/^(data|blob):/.test(address),
    );
    assert.deepEqual(outside, []);
  });
});

test("the model in the tab answers a prompt with personal data; no provider ever sees that turn", async (t) => {
  await open(
    t,
    url,
    async (chat) => {
      const { page, providers } = chat;
      assert.equal(
        await chat.text("in-tab"),
        "It is there. It costs nothing, and no prompt leaves the machine.",
      );
      await chat.connect();
      await chat.choose(["gpt-5.5"]);
      await chat.page.getByLabel("Use the browser’s own model").uncheck();
      await chat.ask("What is 1 + 1?");
      await chat.send(MAIL);
      await page.getByRole("alert").filter({ hasText: "and none is switched on." }).waitFor();
      await chat.page.getByLabel("Use the browser’s own model").check();

      const { model, answer, facts } = await chat.ask(MAIL);
      assert.deepEqual([model, answer], ["gemma-3n-e2b-it", `private: ${MAIL}`]);
      assert.match(
        facts,
        /^about \$0, about \$0\.\d+ with gpt-5\.5 · personal data: stays in this tab, also in later turns$/,
      );
      const [asked, end] = await askedInTab(page);
      assert.equal(end, "destroyed");
      assert.deepEqual([asked.prompt, asked.expectedInputs], [MAIL, [{ type: "text", languages: ["en"] }]]);
      assert.deepEqual(asked.initialPrompts, [
        { role: "user", content: "What is 1 + 1?" },
        { role: "assistant", content: answerOf("gpt-5.5") },
      ]);

      assert.match((await chat.ask(`This is broken: ${CARD}`)).wrong, /the model has crashed/);
      await chat.ask("And what is 2 + 2?");
      assert.deepEqual(providers.models, ["gpt-5.5", "gpt-5.5"]);
      assert.equal(providers.asked[1]?.body.input.length, 3);
      for (const { text } of providers.asked) assert.doesNotMatch(text, /jane|example\.org|4111|private/);
    },
    { stub: promptApi },
  );
});

test("a model that the browser can download is used after the download", async (t) => {
  await open(
    t,
    url,
    async (chat) => {
      const { page } = chat;
      await page.evaluate(() => sessionStorage.setItem("stub", "downloadable"));
      await chat.reload();
      assert.match(await chat.text("in-tab"), /can download it/);
      await chat.send(MAIL);
      await page.getByRole("alert").filter({ hasText: "Not sent" }).waitFor();
      await page.getByRole("button", { name: "Download it" }).click();
      await page.locator("#in-tab", { hasText: "It is there." }).waitFor();
      assert.ok(await page.getByRole("button", { name: "Download it" }).isHidden());
      assert.equal((await chat.ask(MAIL)).answer, `private: ${MAIL}`);
    },
    { stub: promptApi },
  );
});

test("keys stay in the tab's storage until they are forgotten; addresses elsewhere are not used", async (t) => {
  await open(t, url, async (chat) => {
    const { page } = chat;
    await chat.connect(["OpenAI"]);
    await chat.reload();
    const key = page.getByRole("group", { name: "OpenAI" }).getByLabel("Key");
    assert.equal(await key.inputValue(), "key of OpenAI");
    // The harness itself keeps one value there.
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...localStorage })), /key of/);
    assert.equal(await page.evaluate(() => document.cookie), "");

    await page.getByRole("group", { name: "OpenAI" }).getByText("Advanced").click();
    const address = page.getByRole("group", { name: "OpenAI" }).getByLabel("Address");
    for (const elsewhere of ["https://example.org/v1", "http://127.0.0.1.example.org/v1", "127.0.0.1"]) {
      await address.fill(elsewhere);
      await page.getByText("Until then, this provider is not used.").waitFor();
      await chat.send(PROMPT);
      await page.getByRole("alert").filter({ hasText: "No model is switched on." }).waitFor();
    }
    await page.getByRole("button", { name: "Forget the keys" }).click();
    assert.equal(await key.inputValue(), "");
    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
    assert.doesNotMatch(stored, /key of/);
    assert.deepEqual(chat.providers.asked, []);
  });
});

test("answers with markup are shown as text", async (t) => {
  await open(t, url, async (chat) => {
    const prompt = "<img src=x onerror=alert(1)> <b>bold</b>";
    await chat.connect(["OpenAI"]);
    await chat.ask(prompt);
    assert.equal(await chat.page.locator("article .prompt").textContent(), prompt);
    assert.equal(await chat.page.locator("article img, article b").count(), 0);
  });
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`no problem for axe, nothing too wide at 390 px: ${colorScheme}`, async (t) => {
    const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await open(
      t,
      url,
      async (chat) => {
        await chat.connect();
        await chat.ask(`${PROMPT} ${"long".repeat(100)}`);
        await chat.send(MAIL);
        await chat.page.getByRole("alert").filter({ hasText: "Not sent" }).waitFor();
        for (const details of await chat.page.locator("details:not([open]) > summary:visible").all())
          await details.click();
        await chat.page.evaluate(axe);
        const { violations } = await chat.page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
        assert.deepEqual(
          violations.map(
            (/** @type {any} */ { id, nodes }) =>
              `${id}: ${nodes.map((/** @type {any} */ node) => node.target).join(", ")}`,
          ),
          [],
        );
        const over = await chat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `the page is ${over} px too wide`);
      },
      { viewport: { width: 390, height: 844 }, colorScheme, reducedMotion: "reduce", bypassCSP: true },
    );
  });
}

test("the development server of vite serves the same page", async (t) => {
  const root = await project(t);
  // A server that watches the folder would start again when the folder is removed.
  const server = await createServer({ root, logLevel: "error", server: { port: 0, watch: null } });
  try {
    await server.listen();
    const [own = ""] = server.resolvedUrls?.local ?? [];
    assert.match(own, /^http:\/\/127\.0\.0\.1:/);
    await open(t, own, async (chat) => {
      await chat.connect(["Anthropic"]);
      await chat.choose(["claude-haiku-4-5"]);
      assert.equal((await chat.ask(PROMPT)).answer, answerOf("claude-haiku-4-5"));
    });
  } finally {
    await server.close();
  }
});
