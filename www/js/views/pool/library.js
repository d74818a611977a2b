import { byId, h, setChildren } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { drawKeepingFocus } from "../../ui/keyboard.js";
import { name as nameOf, nameInText } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { Origin, SavedPool } from "../../state/pool-library.js" */

/** @type {Record<Origin["kind"], (of: string) => string>} */
const ORIGINS = {
  file: (of) => `from the file ${of}`,
  paste: () => "pasted",
  copy: (of) => `edited copy of “${of}”`,
  link: () => "from a shared link",
  prices: (of) => `prices of ${of}`,
  chosen: (of) => `chosen from ${of}`,
  former: () => "saved by a former version of this page",
};

/**
 * The person's own pools: where each came from and when, and what can be done with it.
 *
 * @param {App} app
 */
export function mountLibrary(app) {
  const list = byId("own-pools");
  const bin = byId("own-deleted");
  const draw = () => {
    const { pools, unsaved, problem } = app.library.store.state;
    const { poolId, pool: present } = app.store.state;
    const rows = pools
      .filter(({ deleted }) => deleted === null)
      .reverse()
      .map((pool) =>
        row(app, pool, {
          inUse: pool.id === poolId,
          unsaved: unsaved.includes(pool.id),
          isReady: present !== null,
        }),
      );
    const none = "None yet. A file that you open, and every edit of a listed pool, is saved here.";
    byId("own-problem").textContent =
      problem && `${problem} Pools last until the page is closed; “Save as JSON” makes a file of one.`;
    const deleted = pools.filter((pool) => pool.deleted !== null);
    const isOpen = bin.querySelector("details")?.open ?? false;
    drawKeepingFocus(
      byId("pool-library"),
      () => {
        setChildren(list, ...(rows.length > 0 ? rows : [h("li", { class: "quiet" }, none)]));
        setChildren(bin, deleted.length > 0 && deletedPools(app, deleted, isOpen));
      },
      () => list.querySelector("button:enabled") ?? bin.querySelector("summary") ?? byId("pool-save"),
    );
  };
  app.store.watch(["poolId", "pool"], draw);
  app.library.store.watch(["pools", "unsaved", "problem"], draw);
}

/**
 * @param {App} app
 * @param {SavedPool} pool
 * @param {{ inUse: boolean, unsaved: boolean, isReady: boolean }} state `isReady`: whether a router is loaded
 */
function row(app, pool, { inUse, unsaved, isReady }) {
  const { id, name, origin, created, changed } = pool;
  const day = created === changed ? created : `${created}, changed ${changed}`;
  const facts = [ORIGINS[origin.kind](nameInText(origin.of)), day].filter(Boolean).join(" · ");
  return h(
    "li",
    { class: "own-pool" },
    h(
      "div",
      {},
      h("strong", {}, nameOf(name)),
      inUse && h("span", { class: "tag" }, "in use"),
      unsaved && h("span", { class: "tag" }, "not saved"),
      h("span", { class: "why", dir: "auto" }, facts),
    ),
    h(
      "span",
      { class: "row" },
      button("Use", `use-${id}`, name, () => app.pool.choose(id), inUse || !isReady),
      button("Export", `export-${id}`, name, () => app.pool.save(id)),
      button("Delete", `delete-${id}`, name, () => app.pool.remove(id), !isReady),
    ),
  );
}

/**
 * @param {string} text
 * @param {string} id
 * @param {string} pool its name, for screen readers
 * @param {() => void} click
 * @param {boolean} [disabled]
 */
function button(text, id, pool, click, disabled = false) {
  const label = `${text}: ${nameInText(pool)}`;
  return h("button", { type: "button", id, "aria-label": label, click, disabled }, text);
}

/**
 * @param {App} app
 * @param {SavedPool[]} pools
 * @param {boolean} open
 */
function deletedPools(app, pools, open) {
  const items = pools.map(({ id, name, deleted }) =>
    h(
      "li",
      { class: "own-pool" },
      h("span", {}, nameOf(name), h("span", { class: "why" }, `deleted ${deleted}`)),
      h(
        "span",
        { class: "row" },
        button("Restore", `restore-${id}`, name, () => app.pool.restore(id)),
        button("Delete for good", `erase-${id}`, name, () => app.library.erase(id)),
      ),
    ),
  );
  return h(
    "details",
    { open },
    h("summary", { id: "deleted-pools" }, `${plural(pools.length, "deleted pool")}, for 30 days`),
    h("ul", { class: "own-pools" }, ...items),
  );
}
