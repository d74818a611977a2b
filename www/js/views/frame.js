import { shareLink } from "../browser/share-link.js";
import { saveColourScheme } from "../browser/storage.js";
import { DEFAULTS, SHARED, fromFragment, toFragment } from "../state/choices.js";
import { byId, h, s, setAttribute, setChildren } from "../ui/dom.js";

/** @import { App } from "../state/app.js" */
/** @import { View } from "../state/choices.js" */

const SCHEMES = [
  { scheme: "auto", label: "Colours: as the system" },
  { scheme: "light", label: "Colours: light" },
  { scheme: "dark", label: "Colours: dark" },
];

/**
 * The frame of the views: navigation, links and colour scheme.
 *
 * @param {App} app
 */
export function mountFrame(app) {
  mountNavigation(app);
  mountShareMenu(app);
  mountColourScheme();
}

/** @param {App} app */
function mountNavigation(app) {
  const routeTitle = document.title;
  const links = [...byId("nav").querySelectorAll("a")];
  const open = (/** @type {View} */ view) => (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab or window
    event.preventDefault();
    app.setChoices({ view });
  };
  links.forEach((link) => link.addEventListener("click", open(viewOf(link))));
  /** @type {HTMLElement | null} */ (document.querySelector(".brand"))?.addEventListener(
    "click",
    open("route"),
  );
  app.store.watch(["view"], ({ view: current }) => {
    for (const link of links) {
      const view = viewOf(link);
      setAttribute(link, "aria-current", view === current ? "page" : null);
      byId(`view-${view}`).hidden = view !== current;
      if (view === current) document.title = view === "route" ? routeTitle : `${link.textContent}, uniroute`;
    }
  });
}

/** @param {HTMLAnchorElement} link */
function viewOf({ hash }) {
  return fromFragment(hash).choices.view ?? DEFAULTS.view;
}

/** @param {App} app */
function mountShareMenu(app) {
  const status = byId("copy-status");
  const copy = async (/** @type {boolean} */ withPrompt) => {
    const { state } = app.store;
    const isListed = state.pools.some(({ id }) => id === state.poolId);
    const ownPool = isListed ? null : ((await app.router?.pool()) ?? null);
    const shown = isListed ? state : { ...state, poolId: SHARED };
    const fragment = toFragment(shown, withPrompt ? state.prompt : undefined);
    const { link, complete } = await shareLink(fragment, ownPool);
    const copied = complete
      ? "Copied."
      : "Copied, but without your pool: it is too large for a link. Save it as JSON and send it as a file.";
    await navigator.clipboard.writeText(link).then(
      () => setChildren(status, copied),
      () => setChildren(status, "Copy this: ", h("code", {}, link)),
    );
  };
  byId("copy-link").addEventListener("click", () => copy(false));
  byId("copy-link-prompt").addEventListener("click", () => copy(true));
  byId("share").addEventListener("toggle", () => setChildren(status));
}

function mountColourScheme() {
  const button = byId("scheme");
  const { dataset } = document.documentElement;
  const index = () =>
    Math.max(
      0,
      SCHEMES.findIndex(({ scheme }) => scheme === dataset["scheme"]),
    );
  const show = (/** @type {number} */ at) => {
    const { scheme, label } = SCHEMES[at % SCHEMES.length] ?? { scheme: "auto", label: "" };
    dataset["scheme"] = scheme;
    button.setAttribute("aria-label", label);
    button.title = label;
    setChildren(button, schemeIcon(scheme));
    return scheme;
  };
  button.addEventListener("click", () => saveColourScheme(show(index() + 1)));
  show(index());
}

/** @param {string} scheme */
function schemeIcon(scheme) {
  const half = scheme === "auto" ? s("path", { d: "M10 3a7 7 0 0 1 0 14z", fill: "currentColor" }) : null;
  const fill = scheme === "dark" ? "currentColor" : "none";
  return s(
    "svg",
    { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" },
    s("circle", { cx: 10, cy: 10, r: 7, fill, stroke: "currentColor", "stroke-width": 1.5 }),
    half,
  );
}
