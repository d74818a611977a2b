/**
 * Artificial prompts for tests: many kinds of text, short and long, in several scripts, and text without
 * a meaning.
 *
 * @module
 */

const OPENINGS = [
  "Write a limerick about {a}.",
  "Explain {a} to a child of {n}.",
  "What is {n} times {m}, and why does {a} care?",
  'def {w}({v}):\n    """Return the {a} of {v}."""\n',
  "Traduis en français : I would like {n} {a}, please.",
  "SELECT {w} FROM {v} WHERE id = {n}; -- why is this slow?",
  "{A}??",
  "Prove that every {a} of order {n} is also of order {m}.",
  "my {a} hurts since {n} days, should i see a doctor",
  "Fasse den Text über {a} in {m} Sätzen zusammen.",
  "{a}について{n}行で説明してください。",
  "напиши короткое письмо про {a}",
  "Compare {a} and {b} in a table with {m} rows.",
  "Which of these is a mammal? A. {a} B. {b} C. a whale D. none",
  "Plan a weekend in {b} for {n} people who love {a}.",
  "🙂 {a} 🙃 {n}½ ﬁne naïve café",
];
const THINGS = [
  "a lighthouse",
  "prime numbers",
  "inflation",
  "photosynthesis",
  "a jealous teapot",
  "contract law",
  "recursion",
  "jazz",
  "the moon",
  "sourdough",
];
const PLACES = ["Lisbon", "Kyoto", "graph theory", "the Bronze Age", "Nairobi", "JavaScript", "knee surgery"];
const WORDS = ["total", "parse_row", "merge", "find_max", "x1"];

/**
 * @param {string[]} list
 * @param {number} at index, which wraps around
 */
function pick(list, at) {
  return list[at % list.length] ?? "";
}

/**
 * The first `count` prompts of a fixed, endless list.
 *
 * @param {number} count
 */
export function prompts(count) {
  return Array.from({ length: count }, (_, i) => {
    const a = pick(THINGS, i * 7);
    const text = pick(OPENINGS, i)
      .replaceAll("{a}", a)
      .replaceAll("{A}", a.toUpperCase())
      .replaceAll("{b}", pick(PLACES, i * 5))
      .replaceAll("{w}", pick(WORDS, i * 3))
      .replaceAll("{v}", pick(WORDS, i * 11 + 1))
      .replaceAll("{n}", String((i * 13) % 97))
      .replaceAll("{m}", String((i * 29) % 31));
    // Every twentieth prompt is as long as a pasted document.
    return i % 20 === 19 ? `${text} `.repeat(60) : text;
  });
}
