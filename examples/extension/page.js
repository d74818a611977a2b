/**
 * What runs in the page that the person looks at. Each function is sent there alone, so it may not use
 * anything outside of itself.
 *
 * @module
 */

/** The selected text; otherwise the whole text of the focused text box. Never a password. */
export function readText() {
  const box = document.activeElement;
  if (
    box instanceof HTMLTextAreaElement ||
    (box instanceof HTMLInputElement && ["text", "search"].includes(box.type))
  ) {
    const [from, to] = [box.selectionStart ?? 0, box.selectionEnd ?? 0];
    return from < to ? box.value.slice(from, to) : box.value;
  }
  const selected = String(getSelection());
  if (selected.trim() !== "") return selected;
  return box instanceof HTMLElement && box.isContentEditable ? box.innerText : "";
}

/** Notifies the side panel when the text may have changed; the panel then reads it. */
export function watchText() {
  const page = /** @type {any} */ (globalThis);
  if (page.unirouteWatches) return;
  page.unirouteWatches = true;
  let timer = 0;
  const notify = () => {
    clearTimeout(timer);
    timer = window.setTimeout(
      () => (page.browser ?? page.chrome).runtime?.sendMessage({ kind: "changed" })?.catch(() => {}),
      150,
    );
  };
  for (const event of ["input", "selectionchange"]) document.addEventListener(event, notify, true);
}
