/**
 * Example prompts from different fields.
 *
 * @type {readonly { name: string, prompt: string }[]}
 */
export const EXAMPLES = [
  { name: "Proof", prompt: "Prove that the square root of 2 is irrational." },
  {
    name: "Word problem",
    prompt:
      "A baker sells 48 rolls in the morning and half as many in the afternoon. Each roll costs 40 cents. " +
      "How much does she take in over the day?",
  },
  {
    name: "Code",
    prompt:
      "Write a Python function that merges overlapping intervals in a list of pairs and returns them sorted.",
  },
  {
    name: "Biology",
    prompt:
      "Which enzyme unwinds the double helix during DNA replication? A. Ligase B. Helicase C. Primase D. Polymerase",
  },
  {
    name: "Common sense",
    prompt: "Where would you most likely put a wet umbrella? A. bookshelf B. umbrella stand C. oven D. bed",
  },
  { name: "Trivia", prompt: "Who was the first woman to win a Nobel Prize?" },
  {
    name: "Puzzle",
    prompt:
      "Four friends sit in a row. Ann is not next to Ben. Cal sits at one end. Dee is directly to the left " +
      "of Ben. Who sits where?",
  },
  { name: "Writing", prompt: "Write one sentence that uses these words: dog, frisbee, catch, throw." },
  { name: "Small talk", prompt: "hi there! how was your weekend?" },
];
