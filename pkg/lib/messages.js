/**
 * What of a conversation is routed, whatever the interface that the messages come from.
 *
 * @module
 */

/**
 * @typedef {object} Message
 * @property {string} role `user`, or the role of another party
 * @property {string} text
 */

/** Fields of a part that hold its text, or what a tool got or gave. The first one that is there counts. */
const FIELDS = ["text", "content", "output", "value", "input", "args", "arguments"];
/** Deepest nesting of parts that is read. */
const MAX_DEPTH = 8;

/**
 * The text that is routed: that of the user's last message. The user's earlier ones and the answers tell what it is
 * about where it does not say so itself; all other messages are its context, which counts for the cost alone. Without
 * a message of the user, the last message is routed.
 *
 * @param {Message[]} messages
 * @returns {{ prompt: string, earlier: string[], answers: string[], context: string }}
 */
export function requestOf(messages) {
  const user = messages.findLastIndex(({ role }) => role === "user");
  const at = user < 0 ? messages.length - 1 : user;
  const others = messages.filter(({ text }, i) => i !== at && text !== "");
  const textsOf = (/** @type {(role: string) => boolean} */ has) =>
    others.filter(({ role }) => has(role)).map(({ text }) => text);
  return {
    prompt: messages[at]?.text ?? "",
    earlier: textsOf((role) => role === "user"),
    answers: textsOf((role) => role === "assistant"),
    context: textsOf((role) => role !== "user" && role !== "assistant").join("\n"),
  };
}

/**
 * The text of a message's content: a string, a part, or a list of parts. Images and other files have none.
 *
 * @param {unknown} content
 * @param {number} [depth] levels that are left
 * @returns {string}
 */
export function textOf(content, depth = MAX_DEPTH) {
  if (typeof content === "string") return content;
  if (typeof content !== "object" || content === null || depth === 0) return "";
  if (Array.isArray(content)) {
    const texts = content.map((part) => textOf(part, depth - 1));
    return texts.filter((text) => text !== "").join("\n");
  }
  const part = /** @type {Record<string, unknown>} */ (content);
  const field = FIELDS.find((name) => part[name] !== undefined && part[name] !== null);
  if (field !== undefined) {
    const value = part[field];
    const isContent = typeof value === "string" || Array.isArray(value) || isPart(value);
    return isContent ? textOf(value, depth - 1) : json(value);
  }
  return isPart(part["data"]) ? textOf(part["data"], depth - 1) : "";
}

/**
 * Whether an object says what it is, as parts do.
 *
 * @param {unknown} value
 */
function isPart(value) {
  return typeof (/** @type {{ type?: unknown } | null | undefined} */ (value)?.type) === "string";
}

/**
 * What a tool got or gave, as the model reads it.
 *
 * @param {unknown} value
 */
function json(value) {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return ""; // it is nothing that a model can be sent
  }
}
