/**
 * Everyday prompts to start from. `index.html` has their names, too, so that nothing moves when they get their
 * function.
 *
 * @type {readonly { name: string, prompt: string }[]}
 */
export const EXAMPLES = [
  {
    name: "E-mail",
    prompt:
      "Write a short, friendly e-mail to a client: the delivery comes three days late because a part is missing. " +
      "Offer to send the finished half at once.",
  },
  {
    name: "SQL",
    prompt:
      "I have the tables customers(id, name, country) and orders(id, customer_id, total, created_at). Write a SQL " +
      "query for the ten customers of each country who spent most in the last twelve months.",
  },
  {
    name: "Summary",
    prompt:
      "Summarise in three bullet points for someone who was not there: The team agreed to move the release to " +
      "May, since two testers are ill. Ana takes over the manual. The price stays, but support ends after two " +
      "years instead of three. Ben asks the lawyers whether old customers must be told.",
  },
  {
    name: "Trip",
    prompt:
      "Plan a weekend in Lisbon for two adults and a child of six: what to see, where to eat, no car, at most " +
      "300 euros without the hotel.",
  },
  {
    name: "Bug",
    prompt:
      "This Python function sometimes returns the list of the call before. Why, and how do I mend it?\n\n" +
      "def collect(item, found=[]):\n    found.append(item)\n    return found",
  },
  { name: "Proof", prompt: "Prove that the square root of 2 is irrational." },
  {
    name: "Biology",
    prompt:
      "Which enzyme unwinds the double helix during DNA replication? A. Ligase B. Helicase C. Primase D. Polymerase",
  },
  { name: "Small talk", prompt: "hi there! how was your weekend?" },
];
