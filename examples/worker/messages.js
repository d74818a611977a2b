/**
 * A conversation: the check of its types, and what the router is asked about it.
 *
 * @module
 */
import { expect, isAbsent, isObject, isObjects, isText } from "./check.js";

/** Most messages of one request. */
export const MAX_MESSAGES = 10_000;
/** Formats of an answer that only some models can keep to. */
const JSON_FORMATS = ["json_object", "json_schema"];
/** Roles whose texts tell what a conversation is about. */
const AUTHORS = ["user", "assistant"];
/** Types of parts that must have a text. */
const TEXTS = ["text", "input_text", "output_text"];

/**
 * @typedef {object} Part
 * @property {string} type
 * @property {string} [text]
 *
 * @typedef {object} ToolCall
 * @property {{ name?: string, arguments?: string }} [function]
 *
 * @typedef {object} Message
 * @property {string} role
 * @property {string | Part[] | null} [content]
 * @property {ToolCall[] | null} [tool_calls]
 *
 * @typedef {object} Conversation
 * @property {string} model
 * @property {Message[]} messages
 * @property {object[] | null} [tools]
 * @property {object[] | null} [functions] older form of `tools`
 * @property {{ type: string } | null} [response_format]
 */

/**
 * Rejects a body whose fields have other types than OpenAI's chat completions give them. Fields that the
 * router does not read go to the model unchecked.
 *
 * @param {Record<string, any>} body
 * @returns {Conversation}
 */
export function checked(body) {
  const { model, messages, tools, functions, response_format: format, stream } = body;
  expect(isText(model), "model", "a string");
  expect(Array.isArray(messages) && messages.length > 0, "messages", "a list of at least one message");
  expect(messages.length <= MAX_MESSAGES, "messages", `a list of at most ${MAX_MESSAGES} messages`);
  messages.forEach((/** @type {any} */ message, /** @type {number} */ i) => checkMessage(message, i));
  expect(isAbsent(tools) || isObjects(tools), "tools", "a list of objects");
  expect(isAbsent(functions) || isObjects(functions), "functions", "a list of objects");
  expect(
    isAbsent(format) || (isObject(format) && isText(format.type)),
    "response_format",
    "an object with a `type`",
  );
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
  const { role, content, tool_calls: calls } = message;
  expect(isText(role), `${at}.role`, "a string");
  expect(isAbsent(calls) || isObjects(calls), `${at}.tool_calls`, "a list of objects");
  (calls ?? []).forEach((/** @type {any} */ call, /** @type {number} */ j) => {
    const { function: called } = call;
    const place = `${at}.tool_calls[${j}].function`;
    expect(isAbsent(called) || isObject(called), place, "an object");
    for (const field of ["name", "arguments"])
      expect(isAbsent(called?.[field]) || isText(called[field]), `${place}.${field}`, "a string");
  });
  // A message of a model may hold nothing but calls of tools.
  if (role !== "user" && isAbsent(content)) return;
  checkContent(content, `${at}.content`);
}

/**
 * @param {any} content
 * @param {string} at
 */
export function checkContent(content, at) {
  if (isText(content)) return;
  expect(Array.isArray(content), at, "a string or a list of parts");
  content.forEach((/** @type {any} */ part, /** @type {number} */ j) => {
    const place = `${at}[${j}]`;
    expect(isObject(part) && isText(part.type), place, "an object with a `type`");
    expect(
      isText(part.text) || (!TEXTS.includes(part.type) && isAbsent(part.text)),
      `${place}.text`,
      "a string",
    );
  });
}

/**
 * What the router is asked about a conversation. The last message of the user is the prompt; without one, the
 * last message. `earlier` are the user's messages before it, the oldest first, `answers` those of models; `context` is everything else
 * that counts for the input tokens; `need` are the capabilities that a model must have.
 *
 * @param {Conversation} conversation
 * @returns {{ prompt: string, earlier: string[], answers: string[], context: string, need: string[] }}
 */
export function requestOf({ messages, tools, functions, response_format: format }) {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const at = last < 0 ? messages.length - 1 : last;
  const others = messages.filter((_, i) => i !== at);
  const offered = [...(tools ?? []), ...(functions ?? [])];
  const isJson = isObject(format) && JSON_FORMATS.includes(format?.type ?? "");
  const hasImages = messages.some((message) => parts(message).some(({ type }) => type === "image_url"));
  return {
    prompt: textOf(messages[at]),
    earlier: others.filter(({ role }) => role === "user").map(textOf),
    answers: others.filter(({ role }) => role === "assistant").map(textOf),
    context: [
      ...others.map((message) => (AUTHORS.includes(message.role) ? "" : textOf(message)) + callsOf(message)),
      ...[...offered, ...(isJson ? [format] : [])].map((definition) => JSON.stringify(definition)),
    ]
      .filter(Boolean)
      .join("\n"),
    need: [
      ...(offered.length > 0 ? ["tools"] : []),
      ...(hasImages ? ["vision"] : []),
      ...(isJson ? ["json"] : []),
    ],
  };
}

/** @param {Message | undefined} message */
const textOf = (message) =>
  (message === undefined ? [] : parts(message)).map(({ text }) => text ?? "").join("\n");

/** @param {Message} message */
const callsOf = ({ tool_calls: calls }) =>
  (calls ?? []).map((call) => `\n${call.function?.name ?? ""} ${call.function?.arguments ?? ""}`).join("");

/**
 * @param {Message} message
 * @returns {Part[]}
 */
const parts = ({ content }) => (Array.isArray(content) ? content : [{ type: "text", text: content ?? "" }]);
