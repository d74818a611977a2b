/**
 * The body of a chat completion: what the router needs of it, after a check of the types.
 *
 * @module
 */
import { HttpError } from "./http.js";

/** Most messages of one request. */
const MAX_MESSAGES = 10_000;

/**
 * @typedef {object} Part
 * @property {string} type
 * @property {string} [text]
 *
 * @typedef {object} Message
 * @property {string} role
 * @property {string | Part[] | null} [content]
 *
 * @typedef {object} Conversation
 * @property {string} model
 * @property {Message[]} messages
 * @property {object[] | null} [tools]
 */

const isText = (/** @type {unknown} */ value) => typeof value === "string";
const isAbsent = (/** @type {unknown} */ value) => value === undefined || value === null;
const isObject = (/** @type {unknown} */ value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Rejects a body whose fields have other types than OpenAI's interface gives them. Fields that the router
 * does not read go to the model unchecked.
 *
 * @param {Record<string, any>} body
 * @returns {Conversation}
 */
export function checked(body) {
  const { model, messages, tools, stream } = body;
  expect(isText(model), "model", "a string");
  expect(Array.isArray(messages) && messages.length > 0, "messages", "a list of at least one message");
  expect(messages.length <= MAX_MESSAGES, "messages", `a list of at most ${MAX_MESSAGES} messages`);
  messages.forEach((/** @type {any} */ message, /** @type {number} */ i) => checkMessage(message, i));
  expect(isAbsent(tools) || (Array.isArray(tools) && tools.every(isObject)), "tools", "a list of objects");
  expect(isAbsent(stream) || typeof stream === "boolean", "stream", "true or false");
  return /** @type {Conversation} */ (body);
}

/**
 * @param {any} message
 * @param {number} i
 */
function checkMessage(message, i) {
  const at = `messages[${i}]`;
  expect(isObject(message), at, "an object");
  expect(isText(message.role), `${at}.role`, "a string");
  const { content } = message;
  if (isAbsent(content) || isText(content)) return;
  expect(Array.isArray(content), `${at}.content`, "a string or a list of parts");
  content.forEach((/** @type {any} */ part, /** @type {number} */ j) => {
    const place = `${at}.content[${j}]`;
    expect(isObject(part) && isText(part.type), place, "an object with a `type`");
    expect(
      isText(part.text) || (part.type !== "text" && part.text === undefined),
      `${place}.text`,
      "a string",
    );
  });
}

/**
 * @param {boolean} holds
 * @param {string} place
 * @param {string} expected
 */
function expect(holds, place, expected) {
  const code = place.split(/[[.]/, 1)[0] ?? place;
  if (!holds) throw new HttpError(400, code, `\`${place}\` must be ${expected}.`);
}

/**
 * The last message of the user is the prompt; all other messages are its context.
 *
 * @param {Conversation} conversation
 */
export function promptOf({ messages }) {
  const texts = messages.map((message) =>
    parts(message)
      .map(({ text }) => text ?? "")
      .join("\n"),
  );
  const last = messages.findLastIndex(({ role }) => role === "user");
  const at = last < 0 ? messages.length - 1 : last;
  return { prompt: texts[at] ?? "", context: texts.filter((_, other) => other !== at).join("\n") };
}

/**
 * The capabilities that a model must have.
 *
 * @param {Conversation} conversation
 */
export function needs({ tools, messages }) {
  const hasImages = messages.some((message) => parts(message).some(({ type }) => type === "image_url"));
  return [...(tools && tools.length > 0 ? ["tools"] : []), ...(hasImages ? ["vision"] : [])];
}

/**
 * @param {Message} message
 * @returns {Part[]}
 */
const parts = ({ content }) => (Array.isArray(content) ? content : [{ type: "text", text: content ?? "" }]);
