import { fetchCatalogue, modeOf, poolOf } from "../../state/catalogue.js";
import { UnirouteError } from "../../../uniroute/lib/errors.js";
import { h, orderChildren, setAttribute, setChildren } from "../../ui/dom.js";
import { count, plural, usd } from "../../ui/format.js";
import { search } from "../../ui/model-search.js";
import { name as nameOf, nameInText } from "../../ui/names.js";

/** @import { RawModel } from "../../../uniroute/lib/types.js" */
/** @import { App } from "../../state/app.js" */
/** @import { Catalogue, CatalogueModel } from "../../state/catalogue.js" */

/**
 * A dialog to choose models of the catalogue: each is one click, or a few letters and Enter.
 *
 * @param {App} app
 * @returns {() => void} opens it
 */
export function mountPicker(app) {
  const dialog = h("dialog", { class: "picker", "aria-labelledby": "picker-title" });
  const close = () => dialog.close();
  const end = h("button", { type: "button", click: close }, "Close");
  const facts = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "picker-body" });
  setChildren(
    dialog,
    h("div", { class: "head" }, h("h2", { id: "picker-title" }, "Choose models"), end),
    facts,
    body,
  );
  document.body.append(dialog);
  /** @type {Choice | null} */
  let choice = null;
  const load = async () => {
    if (facts.contains(document.activeElement)) end.focus();
    setChildren(facts, "Loading the catalogue…");
    try {
      const catalogue = await fetchCatalogue(app.store.state.pools);
      const { day, size } = catalogue;
      setChildren(facts, `${count(size)} models with published scores, prices as of ${day}.`);
      choice = new Choice(app, catalogue, close);
      setChildren(body, ...choice.parts);
      if (dialog.open) choice.open();
    } catch (thrown) {
      setChildren(facts, `The catalogue could not be loaded. ${UnirouteError.from(thrown).message} `);
      facts.append(h("button", { type: "button", click: load }, "Try again"));
    }
  };
  void load();
  return () => {
    dialog.showModal();
    choice?.open();
  };
}

/** The search, its results, and what was chosen. */
class Choice {
  #app;
  #close;
  #box;
  #list = h("ul", { class: "picker-list" });
  #status = h("p", { class: "quiet", role: "status" });
  #chosen = h("span", { class: "chips", role: "group", "aria-label": "Chosen models" });
  #use = h("button", { type: "button", class: "main", click: () => this.#apply() });
  #add = h("button", { type: "button", click: () => this.#addToPool() });
  #catalogue;
  /** @type {Map<CatalogueModel, HTMLElement>} */
  #rows;
  /** @type {Map<RawModel, HTMLElement>} */
  #buttons = new Map();
  /** @type {Set<RawModel>} in the order of choice */
  #models = new Set();

  /**
   * @param {App} app
   * @param {Catalogue} catalogue
   * @param {() => void} close
   */
  constructor(app, catalogue, close) {
    this.#app = app;
    this.#close = close;
    this.#catalogue = catalogue;
    this.#rows = new Map(catalogue.models.map((model) => [model, this.#row(model)]));
    this.#box = h("input", {
      type: "search",
      id: "picker-search",
      autocomplete: "off",
      placeholder: "Type a part of a name, such as opus or mini low",
      "aria-label": "Find a model",
      input: () => this.#show(),
      keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
  }

  get parts() {
    const foot = h(
      "div",
      { class: "picker-foot" },
      this.#chosen,
      h("span", { class: "row" }, this.#add, this.#use),
    );
    return [this.#box, this.#status, this.#list, foot];
  }

  /** Begins a choice. */
  open() {
    this.#models.clear();
    this.#box.value = "";
    this.#show();
    this.#draw();
    this.#box.focus();
  }

  /** @param {CatalogueModel} model */
  #row(model) {
    const [first] = model.modes;
    const buttons = model.modes.map((mode) => {
      const label = modeOf(mode).mode || (model.modes.length > 1 ? "default" : "Choose");
      const button = h(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": "false",
          "aria-label": `Choose ${nameInText(mode.name ?? mode.id)}`,
          click: () => this.#toggle(mode),
        },
        label,
      );
      this.#buttons.set(mode, button);
      return button;
    });
    const price = first?.cost
      ? `${usd(first.cost.input)} in, ${usd(first.cost.output)} out per million`
      : "no price";
    const facts = [first?.provider, price, ...(first?.capabilities ?? [])].filter(Boolean).join(" · ");
    return h(
      "li",
      {},
      h("span", {}, h("strong", {}, nameOf(model.title)), h("span", { class: "why", dir: "auto" }, facts)),
      h("span", { class: "chips" }, ...buttons),
    );
  }

  #found() {
    return search(this.#catalogue.models, this.#box.value);
  }

  #show() {
    const query = this.#box.value.trim();
    const found = this.#found();
    orderChildren(
      this.#list,
      found.map((model) => /** @type {HTMLElement} */ (this.#rows.get(model))),
    );
    this.#list.scrollTop = 0;
    this.#status.textContent =
      found.length === 0
        ? `No model of the catalogue has “${nameInText(query)}” in its name. Try fewer letters; a model of your own is added in the Pool view.`
        : query === ""
          ? ""
          : `${plural(found.length, "model")}. Enter chooses the first.`;
  }

  /** @param {RawModel} model */
  #toggle(model) {
    if (!this.#models.delete(model)) this.#models.add(model);
    this.#draw();
    if (this.#box.value === "") return;
    // The next one is searched for at once.
    this.#box.value = "";
    this.#show();
    this.#box.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (this.#box.value.trim() === "") return this.#models.size > 0 ? void this.#apply() : undefined;
    const modes = this.#found()[0]?.modes ?? [];
    const next = this.#nearestMode(modes);
    if (next) this.#toggle(next);
  }

  /**
   * Of the modes of a model that are not chosen yet, the one whose name has most words of the query.
   *
   * @param {RawModel[]} modes
   */
  #nearestMode(modes) {
    const free = modes.filter((mode) => !this.#models.has(mode));
    const titled = free.map((mode) => ({ title: modeOf(mode).mode, text: `${mode.id} ${mode.name}`, mode }));
    return (search(titled, this.#box.value)[0] ?? titled[0])?.mode;
  }

  #draw() {
    for (const [model, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(this.#models.has(model)));
    }
    const chips = [...this.#models].map((model) => {
      const label = model.name ?? model.id;
      return h(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-label": `Remove ${nameInText(label)}`,
          click: () => {
            this.#toggle(model);
            this.#box.focus();
          },
        },
        nameOf(label),
        " ×",
      );
    });
    const { size } = this.#models;
    setChildren(this.#chosen, ...chips);
    this.#use.textContent =
      size === 0 ? "Use these models" : `Use ${size === 1 ? "this model" : `these ${size} models`}`;
    setAttribute(this.#use, "disabled", size === 0);
    const own = this.#app.library.get(this.#app.store.state.poolId);
    this.#add.hidden = !own || size === 0;
    if (own) setChildren(this.#add, "Add to “", nameOf(own.name), "”");
  }

  async #apply() {
    this.#close();
    await this.#app.pool.useChosen(poolOf([...this.#models]), `the catalogue of ${this.#catalogue.day}`);
  }

  async #addToPool() {
    this.#close();
    const chosen = [...this.#models];
    await this.#app.pool.edit("The pool", (pool) => {
      const known = new Set(pool.models.map(({ id }) => id));
      pool.models.push(...chosen.filter(({ id }) => !known.has(id)));
    });
  }
}
