const LINE_HEIGHT = 16;
/** Pixels from its point to the places of a label that fits on neither side: above, below, further away. */
const OFFSETS = [-12, 22, -28, 38, -44];

/** @type {CanvasRenderingContext2D | null | undefined} */
let context;

/**
 * The width of a label in pixels, as `.name` of the style sheet draws it.
 *
 * @param {string} text
 * @param {boolean} strong
 */
function widthOf(text, strong) {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7.5;
  context.font = `${strong ? "600 12.5px" : "11.5px"} ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}

/**
 * Positions of labels that do not cover each other and stay inside the drawing. Earlier labels take precedence;
 * labels without room are left out, except those that must be there, which are shortened where they are too long.
 *
 * @template T
 * @param {{ item: T, text: string, x: number, y: number, gap: number, strong?: boolean, must?: boolean }[]}
 *   wanted `strong`: drawn in bold
 * @param {number} width of the drawing
 * @returns {{ item: T, text: string, x: number, y: number, anchor: "start" | "end" }[]}
 */
export function placeLabels(wanted, width) {
  /** @type {{ left: number, right: number, y: number }[]} */
  const placed = [];
  return wanted.flatMap(({ item, text, x, y, gap, must = false, strong = must }) => {
    const length = widthOf(text, strong);
    /** @type {("start" | "end")[]} */
    const sides = x + gap + length > width ? ["end", "start"] : ["start", "end"];
    for (const anchor of sides) {
      const left = anchor === "start" ? x + gap : x - gap - length;
      const box = { left, right: left + length, y };
      const inside = left >= 0 && box.right <= width;
      if (!inside || !isFree(box, placed)) continue;
      placed.push(box);
      return [{ item, text, x: anchor === "start" ? x + gap : x - gap, y, anchor }];
    }
    if (!must) return [];
    const short = shortened(text, width);
    const wide = widthOf(short, true);
    const left = Math.max(0, Math.min(x - wide / 2, width - wide));
    const boxes = OFFSETS.map((offset) => ({ left, right: left + wide, y: y + offset }));
    const box = boxes.find((one) => one.y >= LINE_HEIGHT && isFree(one, placed));
    if (!box) return [];
    placed.push(box);
    return [{ item, text: short, x: left, y: box.y, anchor: /** @type {const} */ ("start") }];
  });
}

/**
 * @param {{ left: number, right: number, y: number }} box
 * @param {{ left: number, right: number, y: number }[]} placed
 */
function isFree(box, placed) {
  return placed.every(
    (other) => Math.abs(other.y - box.y) >= LINE_HEIGHT || box.left > other.right || other.left > box.right,
  );
}

/**
 * The text, or as much of it as fits.
 *
 * @param {string} text
 * @param {number} width
 */
function shortened(text, width) {
  if (widthOf(text, true) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && widthOf(`${letters.join("")}…`, true) > width) letters.pop();
  return `${letters.join("")}…`;
}
