/**
 * The context menu. This script has no state: the browser may stop it at any time and starts it again
 * for the next click.
 *
 * @module
 */
import { api, handOverText } from "./browser.js";

const ID = "route";
const menus = api.contextMenus ?? api.menus;

api.runtime.onInstalled.addListener(() => {
  menus.create({ id: ID, title: "Which model should get this?", contexts: ["selection", "editable"] });
});

menus.onClicked.addListener((clicked, tab) => {
  if (clicked.menuItemId !== ID) return;
  // The browser opens the panel only directly in the click handler, before the first await.
  if (api.sidePanel && tab) api.sidePanel.open({ tabId: tab.id });
  else api.sidebarAction?.open();
  handOverText(clicked.selectionText ?? "");
});
