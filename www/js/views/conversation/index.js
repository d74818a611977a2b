/** A conversation, turn by turn: which model, and what a change of model costs in cache. Loaded on demand. */
import { UnirouteError } from "../../../uniroute/lib/errors.js";
import { decideTurns, readConversation } from "../../state/conversation.js";
import { latest } from "../../state/latest.js";
import { isPinned, pinnedRequest } from "../../state/state.js";
import { byId, h, setChildren } from "../../ui/dom.js";
import { count, percent, plural, usd } from "../../ui/format.js";
import { name } from "../../ui/names.js";

/** @import { Turn } from "../../state/conversation.js" */
/** @import { App } from "../../state/app.js" */

/** Letters of a turn that are shown. */
const SHOWN = 120;
const EXAMPLE = `User: Write a function in Python that reads a CSV file and returns the rows as dictionaries.
Assistant: import csv

def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))
User: And now with a test.
Assistant: def test_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\\n1,2\\n")
    assert rows(path) == [{"x": "1", "y": "2"}]
User: Thanks! Another thing: what could I cook tonight with leeks, potatoes and a little cream, for two people and in half an hour?`;

/** @param {App} app */
export function mountConversation(app) {
  const root = byId("view-conversation");
  const problem = h("p", { class: "problem", role: "alert" });
  const result = h("div", { id: "conversation-result" });
  const box = h("textarea", {
    id: "conversation-text",
    dir: "auto",
    rows: 10,
    spellcheck: "false",
    input: () => draw(),
  });
  box.value = EXAMPLE;
  const minutes = h("input", {
    id: "conversation-minutes",
    type: "number",
    min: 0,
    max: 1440,
    step: "any",
    value: 1,
    input: () => draw(),
  });
  const draw = latest(async () => {
    const { router, store } = app;
    if (router === null || store.state.view !== "conversation") return;
    problem.textContent = "";
    try {
      const messages = readConversation(box.value);
      const seconds = minutes.validity.valid ? minutes.valueAsNumber * 60 || 0 : 0;
      const turns = await decideTurns(router, messages, pinnedRequest(store.state), seconds);
      const openCode = async () => {
        const [{ openConversationCode }, last] = [await import("../code.js"), turns.at(-1)];
        if (last) await openConversationCode(app, messages, last);
      };
      if (router === app.router)
        setChildren(result, ...(turns.length > 0 ? shown(turns, isPinned(store.state), openCode) : []));
    } catch (thrown) {
      setChildren(result);
      problem.textContent = UnirouteError.from(thrown).message;
    }
  });
  root.append(
    h(
      "div",
      { class: "panel ask" },
      h("label", { class: "eyebrow", for: box.id }, "A conversation"),
      box,
      h(
        "p",
        { class: "row" },
        h("label", { for: minutes.id }, "Minutes between two turns "),
        minutes,
        h("span", { class: "quiet" }, "Providers keep what they have read for about 5 minutes."),
      ),
      problem,
      h(
        "p",
        { class: "quiet" },
        "Lines that begin with “User:” and “Assistant:”, or OpenAI’s messages as JSON. It stays on this device. The setting and the " +
          "switched-off models are those of the Route view, and so is a pinned model.",
      ),
    ),
    result,
  );
  app.store.watch(
    ["view", "phase", "pool", "control", "lambda", "budget", "floor", "off", "need", "pin"],
    () => draw(),
  );
}

/**
 * @param {Turn[]} turns
 * @param {boolean} pinned
 * @param {() => void} openCode shows the decision of the last turn as code
 */
function shown(turns, pinned, openCode) {
  const sum = (/** @type {(turn: Turn) => number | null | undefined} */ of) =>
    turns.reduce((/** @type {number | null} */ all, turn) => {
      const one = of(turn);
      return all === null || one === null || one === undefined ? null : all + one;
    }, 0);
  const mean = (/** @type {(turn: Turn) => number | undefined} */ of) =>
    turns.reduce((all, turn) => all + (of(turn) ?? NaN), 0) / turns.length;
  const [routed, stayed] = [
    sum(({ chosen }) => chosen.cost.total),
    sum(({ stayed: one }) => one?.cost.total),
  ];
  const changes = turns.filter(({ chosen }, i) => i > 0 && chosen.id !== turns[i - 1]?.chosen.id).length;
  const first = turns[0]?.chosen;
  const head = ["Turn", "Model", "Expected quality", "Input tokens", "Cost", "Cache"];
  return [
    h(
      "div",
      { class: "panel conversation-sum", role: "status" },
      h(
        "p",
        {},
        h("b", {}, `${usd(routed)} for ${plural(turns.length, "turn")}`),
        `, expected quality ${percent(mean(({ chosen }) => chosen.quality))}, ${plural(changes, "change")} of model.`,
      ),
      first && pinned ? h("p", {}, "Pinned: every turn goes to ", name(first.name), ".") : null,
      first && !pinned
        ? h(
            "p",
            {},
            "Always ",
            name(first.name),
            `: ${usd(stayed)}, expected quality ${percent(mean(({ stayed: one }) => one?.quality))}.`,
          )
        : null,
    ),
    h(
      "div",
      { class: "panel table" },
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "group", "aria-label": "Each turn" },
        h(
          "table",
          {},
          h("caption", { class: "hidden" }, "Each turn"),
          h("thead", {}, h("tr", {}, ...head.map((title) => h("th", { scope: "col" }, title)))),
          h("tbody", {}, ...turns.map((turn, i) => row(turn, turns[i - 1]))),
        ),
      ),
      h(
        "p",
        { class: "conversation-code" },
        h("button", { type: "button", click: openCode }, "Copy the last decision as code…"),
      ),
    ),
  ];
}

/**
 * @param {Turn} turn
 * @param {Turn | undefined} before
 */
function row({ prompt, decision, chosen }, before) {
  const text = prompt.length > SHOWN ? `${prompt.slice(0, SHOWN)}…` : prompt;
  const figures = [percent(chosen.quality), `~${count(chosen.cost.tokensIn)}`, usd(chosen.cost.total)];
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row", dir: "auto" },
      text,
      decision.fromEarlier > 0.5 ? h("div", { class: "quiet" }, "placed by the turns before") : null,
    ),
    h("td", {}, name(chosen.name)),
    ...figures.map((figure) => h("td", { class: "figures" }, figure)),
    h("td", {}, cacheWords(decision.cache, before !== undefined && before.chosen.id !== chosen.id)),
  );
}

/**
 * @param {import("../../../uniroute/lib/types.js").CacheUse | undefined} cache
 * @param {boolean} changes whether another model answers than before
 */
function cacheWords(cache, changes) {
  if (!cache) return "nothing yet";
  if (!cache.warm) return "no longer kept";
  if (!changes) return `saves ${usd(cache.saves)}`;
  return cache.switching === null || cache.switching > 0
    ? `changing costs ${usd(cache.switching)}`
    : "changing costs nothing";
}
