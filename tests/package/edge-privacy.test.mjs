/**
 * A text with personal data never reaches a model without one of the tags through `examples/worker`: its client sends
 * such texts with a token that may use the tagged models only. Every request that arrives at the simulated models is
 * recorded.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { FROZEN_NEGATIVE, FROZEN_POSITIVE } from "../node/sensitive-frozen.mjs";
import { NEGATIVE, POSITIVE } from "../node/sensitive-texts.mjs";
import { deploy, RUNTIMES, workerFolder } from "./services.mjs";
import { KEY, Models } from "./upstreams.mjs";

/** @typedef {import("./services.mjs").Start} Start */

const OPEN = "token-for-all-models";
const GUARDED = "token-for-tagged-models";
const TAGS = ["local", "trusted"];
/** Of each kind, so that a test takes seconds. */
const MOST = 60;
/** The best and most expensive first. Those without a tag are the better ones; the first one with a tag is broken. */
const MODELS = [
  { id: "large", tags: [] },
  { id: "middle", tags: ["eu"] },
  { id: "503 near", tags: ["local"] },
  { id: "office", tags: ["trusted", "eu"] },
];
const TAGGED = MODELS.filter(({ tags }) => tags.some((tag) => TAGS.includes(tag))).map(({ id }) => id);

const models = new Models();
let folder = "";
/** @type {typeof import("../../pkg/sensitive.js")} */
let privacy;
/** @type {(() => unknown)[]} */
const ending = [];

before(async () => {
  folder = await workerFolder(ending);
  privacy = await import(pathToFileURL(join(folder, "node_modules/uniroute/sensitive.js")).href);
  await deploy(folder);
  await models.start();
});
after(async () => {
  models.stop();
  for (const end of ending) await end();
});

const variables = () => ({
  POOL: JSON.stringify({
    models: MODELS.map(({ id, tags }, i) => ({
      id,
      tags,
      accuracy: 0.9 - 0.1 * i,
      labels_count: 1e5,
      cost: { input: 100 / 4 ** i, output: 100 / 4 ** i },
      upstream: { url: models.url, key: "TEST_KEY" },
    })),
  }),
  TEST_KEY: KEY,
  CALLERS: JSON.stringify([
    { name: "open", token: OPEN },
    { name: "guarded", token: GUARDED, models: TAGGED },
  ]),
});

/** The texts with and without findings, evenly over all kinds. */
function texts() {
  const isFound = (/** @type {string} */ text) => privacy.sensitive(text).found.length > 0;
  const unmarked = (/** @type {string[]} */ written) =>
    written.map((text) => text.replaceAll("¦", "").replaceAll(/⟦[^|⟧]+\|([^⟧]*)⟧/g, "$1"));
  const some = (/** @type {string[]} */ all) =>
    all.filter((_, i) => i % Math.floor(all.length / MOST) === 0).slice(0, MOST);
  return {
    found: some(unmarked([...FROZEN_POSITIVE, ...POSITIVE]).filter(isFound)),
    clean: some(unmarked([...FROZEN_NEGATIVE, ...NEGATIVE]).filter((text) => !isFound(text))),
  };
}

for (const [name, start] of Object.entries(RUNTIMES)) {
  describe(name, { skip: start === undefined }, () => {
    test("no text with a finding reaches a model without the tag", async (t) => {
      const service = await /** @type {Start} */ (start)(folder, variables());
      t.after(() => service.stop());
      const { found, clean } = texts();
      assert.ok(found.length >= 50 && clean.length >= 50, `${found.length} and ${clean.length} texts`);
      models.asked.length = 0;
      const post = (/** @type {string} */ path, /** @type {string} */ token, /** @type {object} */ body) =>
        service.fetch(path, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      for (const [list, expected] of /** @type {const} */ ([
        [found, TAGGED],
        [clean, ["large"]],
      ])) {
        for (const content of list) {
          const narrowed = privacy.restrict(content, { tags: TAGS });
          const token = narrowed.allowTags === undefined ? OPEN : GUARDED;
          const request = { prompt: content, lambda: 0, ...narrowed };
          const decision = await (await post("/route", OPEN, request)).json();
          assert.equal(decision.model, expected[0], "a decision by tags is the same");
          const before = models.asked.length;
          const answer = await post("/v1/chat/completions", token, {
            model: "auto:best",
            messages: [{ role: "user", content }],
          });
          assert.equal(answer.status, 200);
          assert.equal((await answer.json()).choices[0].message.content, content);
          assert.deepEqual(
            models.asked.slice(before).map(({ model }) => model),
            [...expected],
            content,
          );
        }
      }
      // What the token may not use is not reached by its name either.
      const named = await post("/v1/chat/completions", GUARDED, {
        model: "large",
        messages: [{ role: "user", content: found[0] }],
      });
      assert.equal(named.status, 404);
      for (const { model, body } of models.asked) {
        const personal = found.find((text) => JSON.stringify(body).includes(JSON.stringify(text)));
        assert.ok(personal === undefined || TAGGED.includes(model), `${model} got ${personal}`);
      }
      t.diagnostic(
        `${found.length} texts with findings, ${clean.length} without, ${models.asked.length} requests`,
      );
    });
  });
}
