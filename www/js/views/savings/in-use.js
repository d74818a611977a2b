import { modelOfPool } from "../../state/usage.js";
import { h, setChildren } from "../../ui/dom.js";

/** @import { App } from "../../state/app.js" */

/**
 * A list of the pool's models to choose "the model I use now" from.
 *
 * @param {App} app
 * @param {string} id of the element
 * @returns {{ select: HTMLSelectElement, update: () => void }} `update` shows the present pool and choice
 */
export function modelInUse(app, id) {
  const select = h("select", {
    id,
    change: () => {
      const model = app.store.state.pool?.models.find((one) => one.id === select.value);
      app.usage.setModel(model ? { id: model.id, name: model.name } : null);
    },
  });
  /** @type {unknown} */
  let listed = null;
  const update = () => {
    const { pool } = app.store.state;
    if (pool !== listed) {
      listed = pool;
      const options = [...(pool?.models ?? [])].sort((a, b) =>
        a.name.localeCompare(b.name, "en", { numeric: true }),
      );
      setChildren(
        select,
        h("option", { value: "" }, "choose…"),
        ...options.map((model) => h("option", { value: model.id }, model.name)),
      );
    }
    select.value = modelOfPool(pool, app.usage.store.state.modelInUse)?.id ?? "";
  };
  return { select, update };
}
