const LETTER_WIDTH = 6.4;
const LINE_HEIGHT = 14;

/**
 * Positions of labels that do not cover each other. Widths are estimated from the number of letters.
 * Earlier labels take precedence; labels without room are left out.
 *
 * @template T
 * @param {{ item: T, text: string, x: number, y: number, gap: number, must?: boolean }[]} wanted
 * @param {number} width of the drawing
 * @returns {{ item: T, text: string, x: number, y: number, anchor: "start" | "end" }[]}
 */
export function placeLabels(wanted, width) {
  /** @type {{ left: number, right: number, y: number }[]} */
  const placed = [];
  return wanted.flatMap(({ item, text, x, y, gap, must = false }) => {
    const length = text.length * LETTER_WIDTH;
    /** @type {("start" | "end")[]} */
    const sides = x + gap + length > width ? ["end", "start"] : ["start", "end"];
    for (const anchor of sides) {
      const left = anchor === "start" ? x + gap : x - gap - length;
      const box = { left, right: left + length, y };
      const inside = left >= 0 && box.right <= width;
      const free = placed.every(
        (other) => Math.abs(other.y - y) >= LINE_HEIGHT || box.left > other.right || other.left > box.right,
      );
      if ((inside && free) || must) {
        placed.push(box);
        return [{ item, text, x: anchor === "start" ? x + gap : x - gap, y, anchor }];
      }
    }
    return [];
  });
}
