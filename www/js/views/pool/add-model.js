import { byId } from "../../ui/dom.js";

/** @import { App } from "../../state/app.js" */

/**
 * The form that adds a model to the pool.
 *
 * @param {App} app
 */
export function mountAddModel(app) {
  const form = byId("add-model", HTMLFormElement);
  const field = (/** @type {string} */ name) => byId(`add-${name}`, HTMLInputElement);
  const number = (/** @type {string} */ name) => {
    const { value, valueAsNumber } = field(name);
    return value === "" ? null : valueAsNumber;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const accuracy = number("accuracy");
    const count = number("count");
    const model = {
      id: field("name").value.trim(),
      cost: { input: number("input"), output: number("output") },
      ...(accuracy === null ? {} : { accuracy: accuracy / 100 }),
      ...(count === null ? {} : { labels_count: count }),
    };
    if (await app.pool.addModel(model, field("labels").files?.[0] ?? null)) form.reset();
  });
}
