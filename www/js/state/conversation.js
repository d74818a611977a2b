/**
 * A conversation that a person pasted, and what it would cost turn by turn. Loaded on demand.
 *
 * @module
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/** @import { Candidate, Decision, RouteRequest } from "../../uniroute/lib/types.js" */
/** @import { WorkerRouter } from "../../uniroute/worker.js" */

/** Most characters of a conversation, and most of its messages. */
const MOST_CHARACTERS = 2_000_000;
const MOST_MESSAGES = 400;
/** How a line begins that names who speaks. */
const SPEAKER = /^(user|you|me|human|assistant|model|ai|bot|system)\s*:\s*/i;
/** @type {Record<string, Message["role"]>} */
const ROLES = { user: "user", you: "user", me: "user", human: "user", system: "system" };

/** @typedef {{ role: "user" | "assistant" | "system", text: string }} Message */

/**
 * One turn of the user, with its decision.
 *
 * @typedef {object} Turn
 * @property {string} prompt
 * @property {RouteRequest} request beside the messages up to this turn
 * @property {Decision} decision
 * @property {Candidate} chosen
 * @property {Candidate | null} stayed the model of the first turn, if every turn went to it
 */

/**
 * Reads a conversation: OpenAI's `messages` as JSON, alone or in a request; or lines that begin with `User:` or
 * `Assistant:`; or paragraphs, of which the user says every other one.
 *
 * @param {string} text
 * @returns {Message[]}
 */
export function readConversation(text) {
  if (text.length > MOST_CHARACTERS)
    throw failure(`It has ${text.length} characters; at most ${MOST_CHARACTERS} are read. Shorten it.`);
  const trimmed = text.trim();
  const messages = /^[[{]/.test(trimmed) ? fromJson(trimmed) : fromText(trimmed);
  if (messages.length > MOST_MESSAGES)
    throw failure(`It has ${messages.length} messages; at most ${MOST_MESSAGES} are read. Shorten it.`);
  if (trimmed !== "" && !messages.some(({ role }) => role === "user"))
    throw failure(
      "No message is from the user. Begin a line with “User:”, or give one message the role user.",
    );
  return messages;
}

/** @param {string} message */
const failure = (message) => new UnirouteError("conversation", message);

/**
 * @param {string} text
 * @returns {Message[]}
 */
function fromJson(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch (thrown) {
    throw failure(`It begins like JSON, but is not: ${/** @type {Error} */ (thrown).message}.`);
  }
  const list = Array.isArray(read) ? read : read.messages;
  if (!Array.isArray(list))
    throw failure("This JSON has no list of messages. Paste the value of `messages`.");
  return list.map((message, i) => {
    const { role, content, tool_calls: calls } = Object(message);
    if (typeof role !== "string") throw failure(`messages[${i}].role is not a text.`);
    const called = Array.isArray(calls) ? JSON.stringify(calls) : "";
    return { role: roleOf(role), text: textOf(content, `messages[${i}].content`) + called };
  });
}

/**
 * @param {string} role
 * @returns {Message["role"]}
 */
const roleOf = (role) =>
  role === "user" ? "user" : ROLES[role] === "system" || role === "developer" ? "system" : "assistant";

/**
 * The text of a message of one or several parts. Parts without text, such as images, have none.
 *
 * @param {unknown} content
 * @param {string} path
 * @returns {string}
 */
function textOf(content, path) {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw failure(`${path} is neither a text nor a list of parts.`);
  const texts = content.map((part) => Object(part).text).filter((text) => typeof text === "string");
  return texts.join("\n");
}

/**
 * @param {string} text
 * @returns {Message[]}
 */
function fromText(text) {
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => SPEAKER.test(line))) {
    const paragraphs = text.split(/\n\s*\n/).map((part) => part.trim());
    return paragraphs
      .filter(Boolean)
      .map((part, i) => ({ role: i % 2 === 0 ? "user" : "assistant", text: part }));
  }
  /** @type {Message[]} */
  const messages = [];
  for (const line of lines) {
    const speaker = SPEAKER.exec(line);
    const last = messages.at(-1);
    if (speaker)
      messages.push({
        role: ROLES[(speaker[1] ?? "").toLowerCase()] ?? "assistant",
        text: line.slice(speaker[0].length),
      });
    else if (last) last.text += `\n${line}`;
    else if (line.trim() !== "") messages.push({ role: "user", text: line });
  }
  return messages;
}

/**
 * Decides each turn of the user after those before it, with the cache that the model of the turn before holds.
 *
 * @param {WorkerRouter} router
 * @param {Message[]} messages
 * @param {RouteRequest} request
 * @param {number} seconds between two turns
 * @returns {Promise<Turn[]>}
 */
export async function decideTurns(router, messages, request, seconds) {
  /** @type {Turn[]} */
  const turns = [];
  /** @type {string[]} */
  const earlier = [];
  /** @type {string[]} */
  const answers = [];
  /** @type {string[]} */
  const others = [];
  /** @type {Candidate | null} */
  let before = null;
  /** @type {Candidate | null} */
  let stayed = null;
  for (const { role, text } of messages) {
    if (role !== "user") {
      (role === "assistant" ? answers : others).push(text);
      continue;
    }
    const said = { earlier: [...earlier], answers: [...answers], context: others.join("\n") };
    const asked = { ...request, ...previous(before, seconds) };
    const decision = await router.route(text, { ...asked, ...said });
    const chosen = decision.candidates.find(({ id }) => id === decision.model);
    if (!chosen) throw failure(`Turn ${turns.length + 1}: ${decision.reason}`);
    const first = turns[0]?.chosen.id ?? chosen.id;
    const alone = { ...said, allow: [first], lambda: 0 };
    const staying = await router.route(text, { ...alone, ...previous(stayed, seconds) });
    stayed = staying.candidates.find(({ id }) => id === first) ?? null;
    turns.push({ prompt: text, request: asked, decision, chosen, stayed });
    before = chosen;
    earlier.push(text);
  }
  return turns;
}

/**
 * @param {Candidate | null} model of the turn before
 * @param {number} seconds since then
 */
const previous = (model, seconds) =>
  model === null ? {} : { previous: { model: model.id, cachedTokens: model.cost.tokensIn, age: seconds } };
