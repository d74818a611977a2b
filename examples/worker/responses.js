/**
 * OpenAI's responses (`/v1/responses`); the router chooses the model.
 *
 * @module
 */
import { expect, isAbsent, isObject, isObjects, isText } from "./check.js";
import { complete } from "./complete.js";
import { HttpError } from "./http.js";
import { checkContent, MAX_MESSAGES } from "./messages.js";

/** @typedef {import("./messages.js").Conversation} Conversation */
/** @typedef {import("./messages.js").Message} Message */

/** @type {import("./routes.js").Handler} */
export const responses = (call) => complete(call, conversationOf(call.body), "responses");

/**
 * The body as a conversation, after a check of the types. Fields that the router does not read go to the
 * model unchecked.
 *
 * @param {Record<string, any>} body
 * @returns {Conversation}
 */
export function conversationOf(body) {
  const { model, input, instructions, tools, text, stream } = body;
  expect(isText(model), "model", "a string");
  expect(isText(input) || (isObjects(input) && input.length > 0), "input", "a string or a list of items");
  expect(isText(input) || input.length <= MAX_MESSAGES, "input", `a list of at most ${MAX_MESSAGES} items`);
  expect(isAbsent(instructions) || isText(instructions), "instructions", "a string");
  expect(isAbsent(tools) || isObjects(tools), "tools", "a list of objects");
  expect(isAbsent(text) || isObject(text), "text", "an object");
  const format = text?.format;
  expect(
    isAbsent(format) || (isObject(format) && isText(format.type)),
    "text.format",
    "an object with a `type`",
  );
  expect(isAbsent(stream) || typeof stream === "boolean", "stream", "true or false");
  checkStateless(body);
  const items = isText(input) ? [{ role: "user", content: input }] : input;
  return {
    model,
    messages: [
      ...(instructions ? [{ role: "system", content: instructions }] : []),
      ...items.flatMap(messageOf),
    ],
    tools,
    response_format: format,
  };
}

/**
 * Rejects what only one provider's memory can answer: the next request may go to another one.
 *
 * @param {Record<string, any>} body
 */
function checkStateless({ previous_response_id: previous, conversation, background }) {
  const remedy = "Send the whole conversation as `input`.";
  for (const [name, value] of Object.entries({ previous_response_id: previous, conversation }))
    if (!isAbsent(value))
      throw new HttpError(400, name, `\`${name}\` is not supported: nothing is kept here. ${remedy}`);
  if (!isAbsent(background) && background !== false)
    throw new HttpError(400, "background", "`background` is not supported. Leave it out, or use `stream`.");
}

/**
 * @param {any} item
 * @param {number} i
 * @returns {Message[]}
 */
function messageOf(item, i) {
  const at = `input[${i}]`;
  const { type, role, content } = item;
  expect(isAbsent(type) || isText(type), `${at}.type`, "a string");
  switch (type ?? "message") {
    case "message":
      expect(isText(role), `${at}.role`, "a string");
      checkContent(content, `${at}.content`);
      return [{ role, content: isText(content) ? content : content.map(partOf) }];
    case "function_call": {
      const { name, arguments: given } = item;
      expect(isText(name), `${at}.name`, "a string");
      expect(isText(given), `${at}.arguments`, "a string");
      return [{ role: "assistant", tool_calls: [{ function: { name, arguments: given } }] }];
    }
    case "function_call_output":
      checkContent(item.output, `${at}.output`);
      return [{ role: "tool", content: isText(item.output) ? item.output : item.output.map(partOf) }];
    case "item_reference":
      throw new HttpError(
        400,
        "input",
        `\`${at}\` refers to an item that is not kept here. Send the item itself.`,
      );
    default:
      return []; // such as `reasoning`, whose text is encrypted
  }
}

/** @param {{ type: string, text?: string }} part */
const partOf = ({ type, text }) => ({
  type: type === "input_image" ? "image_url" : type,
  ...(isText(text) && { text }),
});
