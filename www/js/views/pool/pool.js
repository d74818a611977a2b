import { attribute, byId, h, replace, style } from "../../ui/dom.js";
import { count, percent, percentRange, plural, usd, usdPerThousand } from "../../ui/format.js";
import { OWN } from "../../state/pool-controller.js";

/** @typedef {import("../../state/app.js").App} App */
/** @typedef {import("../../../uniroute/lib/types.js").ModelInfo} ModelInfo */
/** @typedef {import("../../../uniroute/lib/types.js").Decision} Decision */

/** Where a quality comes from, to people. */
const SOURCES = {
  errors: "measured by kind of prompt",
  labels: "from labelled prompts",
  accuracy: "from one accuracy",
  prior: "unknown: taken as usual",
};

/**
 * The models to choose from, with what is known of them, to look at and to change.
 *
 * @param {App} app
 */
export function mountPool(app) {
  mountHead(app);
  mountImport(app);
  mountTable(app);
  mountAdd(app);
  mountCompare(app);
}

/** @param {App} app */
function mountHead(app) {
  const title = h("h2", { class: "model" });
  const facts = h("p", { class: "quiet" });
  const undo = h("button", { type: "button", click: () => app.pool.undo() }, "Undo");
  const box = h("textarea", {
    id: "paste",
    rows: 5,
    spellcheck: "false",
    "aria-label": "LLM profile JSON or a price list",
    placeholder: "LLM profile JSON, or a price list of LiteLLM, models.dev or OpenRouter",
  });
  const take = async () => {
    await app.pool.take("What you pasted", box.value);
    box.value = "";
  };
  const paste = h(
    "details",
    {},
    h("summary", {}, "Paste a pool or a price list"),
    box,
    h("button", { type: "button", click: take }, "Take it"),
  );
  const notes = h("div");
  replace(
    byId("pool-head"),
    h(
      "div",
      { class: "head" },
      h("div", {}, title, facts),
      h(
        "span",
        { class: "row" },
        undo,
        h("button", { type: "button", click: () => app.pool.save() }, "Save as JSON"),
        h("label", { class: "button", for: "file" }, "Open a file…"),
      ),
    ),
    paste,
    notes,
  );
  app.store.watch(["pool", "poolName"], ({ pool, poolName }) => {
    title.textContent = poolName || "Pool";
    facts.textContent = pool
      ? `${plural(pool.models.length, "model")} · ${pool.asOf ? `prices as of ${pool.asOf}` : "prices without a date"}`
      : "";
    const assumed = pool?.notes ?? [];
    replace(
      notes,
      assumed.length > 0 &&
        h(
          "details",
          {},
          h("summary", {}, `${plural(assumed.length, "assumption")} where the file is silent`),
          h(
            "ul",
            { class: "notes quiet" },
            ...assumed
              .slice(0, 200)
              .map(({ path, message }) => h("li", {}, h("code", {}, path), " ", message)),
          ),
        ),
    );
  });
  app.pool.store.watch(["past"], ({ past }) => attribute(undo, "disabled", past.length === 0));
}

/** @param {App} app */
function mountImport(app) {
  const root = byId("pool-import");
  const LISTS = { litellm: "LiteLLM", models_dev: "models.dev", openrouter: "OpenRouter" };
  app.pool.store.watch(["imported"], ({ imported }) => {
    root.hidden = imported === null;
    if (imported === null) return;
    const { list, models, matches, notes } = imported.prices;
    const names = new Map(app.store.now.pool?.models.map(({ id, name }) => [id, name]));
    const found = h(
      "ul",
      { class: "notes" },
      ...matches.map(({ id, listed }) =>
        h(
          "li",
          {},
          h("strong", {}, names.get(id) ?? id),
          ` ${pricesOf(models[listed]?.cost)} `,
          h("span", { class: "quiet" }, `from ${models[listed]?.id}`),
        ),
      ),
    );
    const results = h("ul", { class: "notes" });
    const search = h("input", {
      type: "search",
      id: "listed",
      placeholder: "Find a model to add",
      "aria-label": "Find a model to add",
      input: () => look(),
    });
    const look = () => {
      const wanted = search.value.trim().toLowerCase();
      const hits =
        wanted === ""
          ? []
          : models
              .filter(({ id, name }) => `${id} ${name ?? ""}`.toLowerCase().includes(wanted))
              .slice(0, 12);
      replace(
        results,
        ...hits.map((model) =>
          h(
            "li",
            {},
            h("button", { type: "button", click: () => app.pool.addListed(model) }, "Add"),
            ` ${model.name ?? model.id} `,
            h("span", { class: "quiet" }, pricesOf(model.cost)),
          ),
        ),
      );
    };
    replace(
      root,
      h(
        "div",
        { class: "head" },
        h("h2", { class: "eyebrow" }, `Prices of ${LISTS[list]}`),
        h("button", { type: "button", click: () => app.pool.closeList() }, "Close"),
      ),
      h(
        "p",
        {},
        `${imported.name} lists ${plural(models.length, "model")}${notes.length > 0 ? `, ${plural(notes.length, "price")} of which cannot be believed and count as unknown` : ""}.`,
      ),
      matches.length > 0
        ? h(
            "div",
            {},
            h(
              "p",
              {},
              h(
                "button",
                { type: "button", class: "main", click: () => app.pool.takePrices() },
                `Take these prices for ${plural(matches.length, "model")} of the pool`,
              ),
            ),
            found,
          )
        : h("p", {}, "None of the models of this pool is among them, by name."),
      search,
      results,
    );
  });
}

/** @param {import("../../../uniroute/lib/types.js").RawCost | undefined} cost */
function pricesOf(cost) {
  return `${usd(cost?.input ?? null)} in, ${usd(cost?.output ?? null)} out`;
}

/** @param {App} app */
function mountTable(app) {
  const body = h("tbody");
  const heads = [
    "",
    "Model",
    "Quality over all prompts",
    "Input, $ per million",
    "Output, $ per million",
    "Context, tokens",
    "",
  ];
  replace(
    byId("pool-models"),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": "Models of the pool" },
      h(
        "table",
        {},
        h("caption", { class: "hidden" }, "Models of the pool"),
        h(
          "thead",
          {},
          h("tr", {}, ...heads.map((title) => (title ? h("th", { scope: "col" }, title) : h("td")))),
        ),
        body,
      ),
    ),
  );
  app.store.watch(["pool", "off"], ({ pool, off }) => {
    const focused = document.activeElement?.id;
    replace(
      body,
      ...(pool?.models ?? []).map((model) =>
        row(app, model, off.includes(model.id), pool?.models.length === 1),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  });
}

/**
 * @param {App} app
 * @param {ModelInfo} model
 * @param {boolean} off
 * @param {boolean} only
 */
function row(app, model, off, only) {
  const { id, name, provider, source, quality, labels, input, output, contextLimit } = model;
  const field = (
    /** @type {"cost" | "limit"} */ group,
    /** @type {string} */ key,
    /** @type {number | null} */ value,
    /** @type {string} */ label,
  ) => {
    const box = h("input", {
      type: "number",
      id: `${group}-${key}-${id}`,
      min: 0,
      step: "any",
      value: value ?? "",
      placeholder: group === "cost" ? "unknown" : "no limit",
      "aria-label": `${label} of ${name}`,
      change: () => app.pool.set(id, group, key, box.value === "" ? null : box.valueAsNumber),
    });
    return h("td", { "data-label": label }, box);
  };
  return h(
    "tr",
    { class: off ? "excluded" : "" },
    h(
      "td",
      { class: "col-on" },
      h("input", {
        type: "checkbox",
        role: "switch",
        id: `use-${id}`,
        checked: !off,
        "aria-label": `Use ${name}`,
        change: () => app.toggle(id),
      }),
    ),
    h("th", { scope: "row" }, name, h("span", { class: "why" }, provider ?? "")),
    h(
      "td",
      {},
      h("span", { class: "figures" }, percent(quality)),
      style(h("span", { class: "meter", "aria-hidden": "true" }), { "--share": quality }),
      h(
        "span",
        { class: "why" },
        source === "errors" || source === "labels"
          ? `${SOURCES[source]}, ${plural(Math.round(labels), "label")}`
          : SOURCES[source],
      ),
    ),
    field("cost", "input", input, "Input price"),
    field("cost", "output", output, "Output price"),
    field("limit", "context", contextLimit, "Context"),
    h(
      "td",
      {},
      h(
        "button",
        {
          type: "button",
          class: "icon",
          disabled: only,
          "aria-label": `Remove ${name}`,
          title: `Remove ${name}`,
          click: () => app.pool.remove(id),
        },
        "×",
      ),
    ),
  );
}

/** @param {App} app */
function mountAdd(app) {
  const text = (
    /** @type {string} */ id,
    /** @type {string} */ label,
    /** @type {import("../../ui/dom.js").Props} */ props,
  ) => {
    const box = h("input", { id, ...props });
    return { box, element: h("label", { class: "field", for: id }, h("span", {}, label), box) };
  };
  const name = text("add-name", "Name", { required: true, maxlength: 256 });
  const input = text("add-input", "Input, $ per million tokens", { type: "number", min: 0, step: "any" });
  const output = text("add-output", "Output, $ per million tokens", { type: "number", min: 0, step: "any" });
  const accuracy = text("add-accuracy", "Accuracy, in %", { type: "number", min: 0, max: 100, step: "any" });
  const counted = text("add-count", "measured on how many prompts", { type: "number", min: 1, step: 1 });
  const labels = text("add-labels", "or a file of prompts with scores (.csv, .jsonl)", {
    type: "file",
    accept: ".csv,.tsv,.json,.jsonl",
  });
  const number = (/** @type {HTMLInputElement} */ box) => (box.value === "" ? null : box.valueAsNumber);
  const form = h("form", {
    class: "fields",
    submit: async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const share = number(accuracy.box);
      const known = number(counted.box);
      const added = await app.pool.add(
        {
          id: name.box.value.trim(),
          cost: { input: number(input.box), output: number(output.box) },
          ...(share === null ? {} : { accuracy: share / 100 }),
          ...(known === null ? {} : { labels_count: known }),
        },
        labels.box.files?.[0] ?? null,
      );
      if (added) form.reset();
    },
  });
  form.append(
    name.element,
    input.element,
    output.element,
    accuracy.element,
    counted.element,
    labels.element,
    h("button", { class: "main" }, "Add the model"),
  );
  replace(
    byId("pool-add"),
    h("h2", { class: "eyebrow" }, "Add a model of your own"),
    h(
      "p",
      { class: "quiet" },
      "A few dozen prompts with scores tell most. One accuracy orders it among the others. With neither, the router takes it for an average model.",
    ),
    form,
  );
}

/** @param {App} app */
function mountCompare(app) {
  const select = h("select", { id: "compare", change: () => app.pool.compare(select.value) });
  const result = h("div");
  replace(
    byId("pool-compare"),
    h("h2", { class: "eyebrow" }, "Compare with another pool"),
    h("p", {}, h("label", { for: "compare" }, "For the present prompt and setting: "), select),
    result,
  );
  app.store.watch(["pools", "poolId"], ({ pools, poolId }) => {
    const others = [...pools, { id: OWN, name: "The pool you last opened or edited" }].filter(
      ({ id }) => id !== poolId,
    );
    replace(
      select,
      h("option", { value: "" }, "choose…"),
      ...others.map(({ id, name }) => h("option", { value: id }, name)),
    );
  });
  app.pool.store.watch(["other"], ({ other }) => {
    select.value = other?.poolId ?? "";
    const { explanation, poolName, pool } = app.store.now;
    replace(
      result,
      other &&
        explanation &&
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h("tr", {}, h("td"), h("th", { scope: "col" }, poolName), h("th", { scope: "col" }, other.name)),
          ),
          h(
            "tbody",
            {},
            ...comparison(
              explanation.decision,
              other.comparison.decision,
              count(pool?.models.length ?? 0),
              count(other.comparison.info.models.length),
            ),
          ),
        ),
    );
  });
  app.store.watch(["explanation"], () => {
    const { other } = app.pool.store.now;
    if (other) void app.pool.compare(other.poolId);
  });
}

/**
 * @param {Decision} here
 * @param {Decision} there
 * @param {string} models
 * @param {string} otherModels
 */
function comparison(here, there, models, otherModels) {
  const [a, b] = [here, there].map((decision) => decision.candidates.find(({ id }) => id === decision.model));
  const line = (/** @type {string} */ name, /** @type {string} */ one, /** @type {string} */ two) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, one), h("td", {}, two));
  return [
    line("Sends it to", a?.name ?? "none", b?.name ?? "none"),
    line(
      "Expected quality",
      a ? `${percent(a.quality)} (${percentRange(a.interval)})` : "–",
      b ? `${percent(b.quality)} (${percentRange(b.interval)})` : "–",
    ),
    line("Cost of 1,000", usdPerThousand(a?.cost.total), usdPerThousand(b?.cost.total)),
    line("Models", models, otherModels),
  ];
}
