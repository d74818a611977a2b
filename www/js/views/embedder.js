import { byId, h, replace } from "../ui/dom.js";
import { size } from "../ui/format.js";

/** @typedef {import("../../uniroute/lib/types.js").Embedder} Embedder */

/** @type {Record<Embedder, { name: string, about: string }>} */
export const EMBEDDERS = {
  static: { name: "Instant", about: "A table of word meanings: microseconds a prompt, here at once." },
  minilm: {
    name: "Transformer",
    about:
      "The sentence encoder all-MiniLM-L6-v2: milliseconds a prompt. Fetched once, 20 MB, then kept on this device.",
  },
};

/**
 * What reads the prompts: a choice, how far the loading is, and why it failed.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountEmbedder(app) {
  const { embedder: desk, store } = app;
  const kinds = /** @type {Embedder[]} */ (Object.keys(EMBEDDERS));
  const boxes = kinds.map((kind) =>
    h("input", {
      type: "radio",
      name: "embedder",
      value: kind,
      class: "hidden",
      change: () => desk.choose(kind),
    }),
  );
  const labels = kinds.map((kind, i) =>
    h("label", { class: "chip", title: EMBEDDERS[kind].about }, boxes[i], EMBEDDERS[kind].name),
  );
  replace(byId("embedder"), h("legend", { class: "hidden" }, "What reads the prompt"), ...labels);

  const text = h("span", { class: "quiet figures" });
  const bar = h("progress", { max: 1, "aria-label": "Loading" });
  const loading = h(
    "div",
    { class: "row" },
    text,
    bar,
    h("button", { type: "button", click: () => desk.cancel() }, "Cancel"),
  );
  const problem = h("p", { class: "problem", role: "alert" });
  replace(byId("embedder-state"), loading, problem);

  const draw = () => {
    const { embedder, phase } = store.now;
    const { wanted, progress, problem: why } = desk.store.now;
    boxes.forEach((box) => {
      box.checked = box.value === (wanted ?? embedder);
      box.disabled = phase !== "ready";
    });
    loading.hidden = wanted === null;
    problem.textContent = why && `${why} “${EMBEDDERS[embedder].name}” is still in use.`;
    if (wanted === null) return;
    const parts = Object.values(progress);
    const loaded = parts.reduce((sum, part) => sum + part.loaded, 0);
    const total = parts.reduce((sum, part) => sum + Math.max(part.total ?? 0, part.loaded), 0);
    bar.value = total > 0 ? loaded / total : 0;
    text.textContent = `Loading “${EMBEDDERS[wanted].name}”${total > 2 ? ` (${size(loaded)} of ${size(total)})` : "…"}`;
  };
  store.watch(["embedder", "phase"], draw);
  desk.store.watch(["wanted", "progress", "problem"], draw);
}
