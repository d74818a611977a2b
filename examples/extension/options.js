/**
 * The choice of the pool. The router checks it, as everywhere.
 *
 * @module
 */
import { Router } from "./uniroute/index.js";
import { storedPool, storeFeedback, storePool, useStoredFeedback } from "./browser.js";

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const file = /** @type {HTMLInputElement} */ (element("file"));

/** @param {Router} router */
function show(router) {
  const { name, models } = router.poolInfo();
  const cell = (/** @type {string | number | null} */ text) =>
    Object.assign(document.createElement("td"), { textContent: text ?? "unknown" });
  element("models").replaceChildren(
    ...models.map((model) => {
      const row = document.createElement("tr");
      row.append(
        cell(model.name),
        cell(`${Math.round(100 * model.quality)} %`),
        cell(model.input),
        cell(model.output),
        cell(model.verdicts),
      );
      return row;
    }),
  );
  element("status").textContent = `${name ?? "Unnamed pool"}: ${models.length} models`;
}

try {
  const router = await Router.load({ pool: await storedPool() });
  await useStoredFeedback(router);
  show(router);
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen === undefined) return;
    try {
      router.setPool(await chosen.arrayBuffer());
      await storePool(router.pool());
      show(router);
    } catch (error) {
      element("status").textContent =
        `${chosen.name} was rejected: ${error instanceof Error ? error.message : error}`;
    }
    file.value = "";
  });
  element("reset").addEventListener("click", async () => {
    await storePool(undefined);
    location.reload();
  });
  element("forget").addEventListener("click", async () => {
    await storeFeedback(undefined);
    router.resetFeedback();
    show(router);
  });
} catch (error) {
  element("status").textContent = error instanceof Error ? error.message : String(error);
}
