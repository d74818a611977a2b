/**
 * One tab stop for a group of things, arrow keys within: what people expect of a toolbar, a plot
 * or a map.
 *
 * @param {Element} group
 * @param {string} selector of the things
 */
export function roving(group, selector) {
  group.addEventListener("keydown", (event) => {
    const key = /** @type {KeyboardEvent} */ (event).key;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    const things = /** @type {(HTMLElement | SVGElement)[]} */ ([...group.querySelectorAll(selector)]);
    const at = things.findIndex((thing) => thing === document.activeElement);
    if (at < 0 || (step === undefined && key !== "Home" && key !== "End")) return;
    event.preventDefault();
    const to =
      step === undefined
        ? key === "Home"
          ? 0
          : things.length - 1
        : (at + step + things.length) % things.length;
    things.forEach((thing, i) => thing.setAttribute("tabindex", i === to ? "0" : "-1"));
    things[to]?.focus();
  });
}

/**
 * Redraws a group without taking the focus away from whoever is in it.
 *
 * @param {Element} group
 * @param {() => void} draw leaves one thing with `tabindex="0"`
 */
export function keepingFocus(group, draw) {
  const had = group.contains(document.activeElement);
  draw();
  if (had) /** @type {HTMLElement | SVGElement | null} */ (group.querySelector("[tabindex='0']"))?.focus();
}

/**
 * Places for labels that do not cover each other, by a rough width of letters. The first ones
 * have the best chances.
 *
 * @template T
 * @param {{ item: T, text: string, x: number, y: number, gap: number, must?: boolean }[]} wanted
 * @param {number} width of the drawing
 * @returns {{ item: T, text: string, x: number, y: number, anchor: "start" | "end" }[]}
 */
export function placeLabels(wanted, width) {
  const LETTER = 6.4;
  const LINE = 14;
  /** @type {{ left: number, right: number, y: number }[]} */
  const taken = [];
  return wanted.flatMap(({ item, text, x, y, gap, must = false }) => {
    const length = text.length * LETTER;
    /** @type {("start" | "end")[]} */
    const sides = x + gap + length > width ? ["end", "start"] : ["start", "end"];
    for (const anchor of sides) {
      const left = anchor === "start" ? x + gap : x - gap - length;
      const box = { left, right: left + length, y };
      const inside = left >= 0 && box.right <= width;
      const free = taken.every(
        (other) => Math.abs(other.y - y) >= LINE || box.left > other.right || other.left > box.right,
      );
      if ((inside && free) || must) {
        taken.push(box);
        return [{ item, text, x: anchor === "start" ? x + gap : x - gap, y, anchor }];
      }
    }
    return [];
  });
}
