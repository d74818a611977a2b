/** A dialog over the page, and copying from it. Loaded on demand. */
import { h } from "./dom.js";
import { loadStyles } from "./stylesheet.js";

/**
 * Opens a dialog. Escape and its button close it, and the focus returns to where it was.
 *
 * @param {string} title
 * @param {...(Node | string | null | false)} content
 */
export async function openSheet(title, ...content) {
  await loadStyles("savings.css");
  const opener = document.activeElement;
  const close = h("button", { type: "button", click: () => sheet.close() }, "Close");
  const heading = h("h2", { id: "sheet-title" }, title);
  const head = h("div", { class: "head" }, heading, close);
  const sheet = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title" }, head, ...content);
  sheet.addEventListener("close", () => {
    sheet.remove();
    if (opener instanceof HTMLElement) opener.focus();
  });
  document.body.append(sheet);
  sheet.showModal();
}

/**
 * A button that copies and says whether it could.
 *
 * @param {string} label
 * @param {() => Promise<void>} copy
 */
export function copyButton(label, copy) {
  const status = h("span", { class: "quiet", role: "status" });
  const click = async () => {
    status.textContent = await copy().then(
      () => " Copied.",
      () => " The browser does not allow this. Save the file, or select the text.",
    );
  };
  return h("span", {}, h("button", { type: "button", click }, label), status);
}
