/**
 * The context menu. Nothing here needs to be remembered: the browser may stop this script at any
 * time and starts it again for the next click.
 *
 * @module
 */
import { api, keepText } from "./browser.js";

const ID = "route";
const menus = api.contextMenus ?? api.menus;

api.runtime.onInstalled.addListener(() => {
  menus.create({ id: ID, title: "Which model should get this?", contexts: ["selection", "editable"] });
});

menus.onClicked.addListener((clicked, tab) => {
  if (clicked.menuItemId !== ID) return;
  // The panel may open only in answer to the click itself, before anything is waited for.
  if (api.sidePanel && tab) api.sidePanel.open({ tabId: tab.id });
  else api.sidebarAction?.open();
  keepText(clicked.selectionText ?? "");
});
