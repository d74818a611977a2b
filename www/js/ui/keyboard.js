/**
 * Makes a group one tab stop: the arrow keys, Home and End move the focus inside it, as people expect of
 * a toolbar, a chart or a map.
 *
 * @param {Element} group
 * @param {string} selector of its items
 */
export function moveFocusWithArrows(group, selector) {
  group.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event);
    const items = /** @type {(HTMLElement | SVGElement)[]} */ ([...group.querySelectorAll(selector)]);
    const at = items.findIndex((item) => item === document.activeElement);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
    }[key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = items.at(to % items.length);
    for (const item of items) item.setAttribute("tabindex", item === next ? "0" : "-1");
    next?.focus();
  });
}

/**
 * Draws a part of the page again. The focus that was in it stays on its element, or goes to the new element with the
 * same id, or else to the one that `other` gives.
 *
 * @param {Element} part
 * @param {() => void} draw
 * @param {() => Element | null} other
 */
export function drawKeepingFocus(part, draw, other) {
  const before = document.activeElement;
  const wasInside = part.contains(before);
  draw();
  if (!wasInside || before === null) return;
  const same = before.isConnected ? before : document.getElementById(before.id);
  for (const next of [same, other()]) {
    if (isFocused(next)) return;
    /** @type {HTMLElement | null} */ (next)?.focus();
    if (isFocused(next)) return;
  }
}

/**
 * An element that is disabled has the focus only until the next frame.
 *
 * @param {Element | null} element
 */
function isFocused(element) {
  return element !== null && element === document.activeElement && !element.matches(":disabled");
}

/**
 * Redraws a group. If the focus was inside it, it stays inside.
 *
 * @param {Element} group
 * @param {() => void} draw leaves one item with `tabindex="0"`
 */
export function redrawKeepingFocus(group, draw) {
  const hadFocus = group.contains(document.activeElement);
  draw();
  if (hadFocus)
    /** @type {HTMLElement | SVGElement | null} */ (group.querySelector("[tabindex='0']"))?.focus();
}
