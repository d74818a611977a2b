import { attribute, byId, h, replace, s } from "../ui/dom.js";
import { OWN } from "../state/pool-controller.js";
import { linkTo } from "../browser/share-link.js";
import { VIEWS } from "../state/state.js";

/** @type {Record<import("../state/state.js").View, string>} */
const NAMES = { route: "Route", batch: "Batch", pool: "Pool", about: "About" };
const SCHEMES = /** @type {const} */ (["auto", "light", "dark"]);

/**
 * What frames the views: navigation, the choice of a pool, the colour scheme, the foot.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountChrome(app) {
  mountNavigation(app);
  mountPools(app);
  mountShare(app);
  mountScheme();
  replace(
    byId("foot"),
    h(
      "p",
      {},
      "Computed on this device. Nothing you type leaves it: cut the network, or watch the network panel of your browser’s tools, and see.",
    ),
    h(
      "p",
      { class: "quiet" },
      "Method: ",
      h(
        "a",
        { href: "https://arxiv.org/abs/2502.08773", rel: "noreferrer" },
        "Universal Model Routing for Efficient LLM Inference",
      ),
      ".",
    ),
  );
}

/** @param {import("../state/app.js").App} app */
function mountNavigation(app) {
  const present = VIEWS.filter((view) => document.getElementById(`view-${view}`));
  const links = present.map((view) => {
    const go = (/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      app.choose({ view });
    };
    return { view, link: h("a", { href: `#view=${view}`, click: go }, NAMES[view]) };
  });
  replace(byId("nav"), ...links.map(({ link }) => link));
  app.store.watch(["view"], ({ view }) => {
    for (const { view: own, link } of links) {
      attribute(link, "aria-current", own === view ? "page" : null);
      byId(`view-${own}`).hidden = own !== view;
    }
  });
}

/** @param {import("../state/app.js").App} app */
function mountPools(app) {
  const select = byId("pools", HTMLSelectElement);
  const file = byId("file", HTMLInputElement);
  select.addEventListener("change", () => app.pool.choose(select.value));
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) await app.pool.open(chosen);
    file.value = ""; // so that the same file can be opened again
  });
  app.store.watch(
    ["pools", "poolId", "poolName", "phase", "notice"],
    ({ pools, poolId, poolName, phase }) => {
      select.disabled = phase !== "ready";
      const own = poolId === OWN ? [{ id: OWN, name: poolName, description: "" }] : [];
      replace(
        select,
        ...[...pools, ...own].map(({ id, name, description }) =>
          h("option", { value: id, title: description }, name),
        ),
      );
      select.value = poolId;
    },
  );
}

/** @param {import("../state/app.js").App} app */
function mountShare(app) {
  const menu = byId("share");
  const told = h("p", { class: "quiet", role: "status" });
  const copy = async (/** @type {boolean} */ prompt) => {
    const state = app.store.now;
    const ownPool = state.poolId === OWN ? ((await app.router?.pool()) ?? null) : null;
    const { link, complete } = await linkTo(state, { prompt, ownPool });
    await navigator.clipboard.writeText(link).then(
      () =>
        (told.textContent = complete
          ? "Copied."
          : "Copied, but without your pool: it is too large for a link. Save it as JSON and send it along."),
      () => replace(told, "Copy this: ", h("code", {}, link)),
    );
  };
  replace(
    menu,
    h("p", {}, "A link to this pool, these switches and this setting."),
    h("button", { type: "button", click: () => copy(false) }, "Copy link"),
    h("button", { type: "button", click: () => copy(true) }, "Copy link with the prompt in it"),
    told,
  );
  menu.addEventListener("toggle", () => replace(told));
}

function mountScheme() {
  const button = byId("scheme");
  const root = document.documentElement;
  const draw = () => {
    const scheme = root.dataset["scheme"] ?? "auto";
    const label =
      { auto: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" }[scheme] ?? "";
    button.setAttribute("aria-label", label);
    button.title = label;
    replace(button, icon(scheme));
  };
  button.addEventListener("click", () => {
    const next =
      SCHEMES[(SCHEMES.findIndex((one) => one === root.dataset["scheme"]) + 1) % SCHEMES.length] ?? "auto";
    root.dataset["scheme"] = next;
    try {
      localStorage.setItem("uniroute-scheme", next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    draw();
  });
  draw();
}

/** @param {string} scheme */
function icon(scheme) {
  const half = scheme === "auto" ? s("path", { d: "M10 3a7 7 0 0 1 0 14z", fill: "currentColor" }) : null;
  const whole = scheme === "dark" ? "currentColor" : "none";
  return s(
    "svg",
    { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" },
    s("circle", { cx: 10, cy: 10, r: 7, fill: whole, stroke: "currentColor", "stroke-width": 1.5 }),
    half,
  );
}
