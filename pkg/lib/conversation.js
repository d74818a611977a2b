/**
 * Messages in the form of OpenAI's chat completions, in place of a prompt.
 *
 * @module
 */
import { UnirouteError } from "./errors.js";
import { guarded, text } from "./checks.js";

/** @typedef {import("./types.js").RouteRequestWithCounters} RouteRequestWithCounters */

/** Most messages of a conversation, and most parts of a message. */
const MAX_MESSAGES = 10_000;

/**
 * The prompt and the request of a conversation: its last message of the user, with the earlier ones and the
 * answers, and all other text as context. Images need `vision`, calls of tools `tools`. Without a message of the
 * user, the last message is the prompt.
 *
 * @param {unknown[]} messages
 * @param {RouteRequestWithCounters} [request]
 * @returns {{ prompt: string, request: RouteRequestWithCounters }}
 */
export function ofMessages(messages, request) {
  const read = guarded("prompt", () => {
    const { length } = messages;
    if (length === 0 || length > MAX_MESSAGES)
      reject("prompt", `has ${length} messages. Pass a text, or 1 to ${MAX_MESSAGES} messages.`);
    return Array.from({ length }, (_, i) => message(messages[i], `prompt[${i}]`));
  });
  const user = read.findLastIndex(({ role }) => role === "user");
  const at = user < 0 ? read.length - 1 : user;
  const others = read.filter((_, i) => i !== at);
  const textsOf = (/** @type {(role: string) => boolean} */ has) =>
    others.filter(({ role }) => has(role)).map(({ content }) => content);
  return guarded("request", () => {
    if (request !== undefined && request !== null && typeof request !== "object")
      reject("request", "must be an object. Pass an object, or leave it out.");
    const { context, need } = request ?? {};
    const found = ["vision", "tools"].filter((ability) => read.some(({ needs }) => needs.includes(ability)));
    const needs = [...(Array.isArray(need) ? need : []), ...found];
    const rest = textsOf((role) => role !== "user" && role !== "assistant");
    return {
      prompt: read[at]?.content ?? "",
      request: {
        ...request,
        earlier: textsOf((role) => role === "user"),
        answers: textsOf((role) => role === "assistant"),
        context: [...(context ? [context] : []), ...rest].filter(Boolean).join("\n"),
        ...(found.length > 0 && { need: needs }),
      },
    };
  });
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {{ role: string, content: string, needs: string[] }}
 */
function message(value, path) {
  if (typeof value !== "object" || value === null)
    return reject(path, "must be a message: an object with role and content.");
  const { role, content, tool_calls: calls } = /** @type {Record<string, unknown>} */ (value);
  const needs = Array.isArray(calls) && calls.length > 0 ? ["tools"] : [];
  const called = needs.length > 0 ? [text(JSON.stringify(calls), `${path}.tool_calls`)] : [];
  if (!Array.isArray(content)) {
    const said = content === null || content === undefined ? "" : text(content, `${path}.content`);
    return { role: text(role, `${path}.role`), content: [said, ...called].filter(Boolean).join("\n"), needs };
  }
  if (content.length > MAX_MESSAGES)
    reject(
      `${path}.content`,
      `has ${content.length} parts; at most ${MAX_MESSAGES} are read. Leave some out.`,
    );
  const parts = Array.from({ length: content.length }, (_, j) => {
    const at = `${path}.content[${j}]`;
    const part = content[j];
    if (typeof part !== "object" || part === null)
      return reject(at, "must be a part: an object with a type.");
    const { type, text: said } = /** @type {Record<string, unknown>} */ (part);
    if (typeof type === "string" && type.includes("image")) needs.push("vision");
    return said === undefined || said === null ? "" : text(said, `${at}.text`);
  });
  return {
    role: text(role, `${path}.role`),
    content: [...parts, ...called].filter(Boolean).join("\n"),
    needs,
  };
}

/**
 * @param {string} path
 * @param {string} problem with the remedy
 * @returns {never}
 */
function reject(path, problem) {
  throw new UnirouteError("request_type", `${path} ${problem}`, { path });
}
