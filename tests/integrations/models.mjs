/**
 * Models behind OpenAI's interface that the tests simulate on this machine: the first word of a model's name says
 * what it does.
 *
 * @module
 */
import { createServer } from "node:http";

const EVENTS = { "content-type": "text/event-stream" };
const USAGE = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const RESPONSE_USAGE = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 8,
};
/** What the models of the tests get if they call a tool. */
export const INPUT = { city: "Oslo" };

/**
 * @typedef {object} Asked a request that arrived
 * @property {string} path
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {any} body
 * @property {string} model
 * @property {Promise<void>} closed when the connection of the answer has ended
 */

let ids = 0;
/** A new id, since some libraries take answers with one id for versions of one answer. */
const nextId = () => `answer_${(ids += 1)}`;

/** The text that a model answers with, in parts. */
export const parts = (/** @type {string} */ model) => ["Hello", " from", ` ${model}`];
export const textOf = (/** @type {string} */ model) => parts(model).join("");

export class Models {
  /** @type {Asked[]} */
  asked = [];
  /** Lets models whose name begins with `slow` continue after their first part. */
  release = () => {};
  #released = new Promise((resolve) => (this.release = () => resolve(undefined)));

  #server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = text === "" ? undefined : JSON.parse(text);
    const closed = /** @type {Promise<void>} */ (
      new Promise((resolve) => response.once("close", () => resolve()))
    );
    const model = String(body?.model);
    this.asked.push({ path: request.url ?? "", headers: request.headers, body, model, closed });
    await this.#answer(model, body, (request.url ?? "").includes("/responses"), response);
  });

  /** @param {import("node:test").TestContext | import("node:test").SuiteContext} t stops the server when it ends */
  static async start(t) {
    const models = new Models();
    await new Promise((resolve) => models.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    /** @type {any} */ (t).after(() => {
      models.release();
      models.#server.closeAllConnections();
      models.#server.close();
    });
    return models;
  }

  get url() {
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}/v1`;
  }

  /** The names of the models that were asked, in order. */
  get names() {
    return this.asked.map(({ model }) => model);
  }

  /**
   * @param {string} model
   * @param {any} body
   * @param {boolean} isResponse
   * @param {import("node:http").ServerResponse} response
   */
  async #answer(model, body, isResponse, response) {
    const [kind = ""] = model.split(" ");
    const status = Number(kind);
    if (body === undefined || !Number.isNaN(status)) {
      const error = { message: `status of ${model}`, type: "test", code: "test", param: null };
      const retry = status === 429 ? { "retry-after": "7" } : {};
      return response
        .writeHead(status || 200, { "content-type": "application/json", ...retry })
        .end(JSON.stringify({ error }));
    }
    if (kind === "silent") return; // never answers
    if (kind === "endless") return response.writeHead(503).write("wait");
    if (kind === "drop") return response.destroy();
    if (kind === "mute") return response.writeHead(200, EVENTS).flushHeaders();
    if (kind === "reset")
      return (response.writeHead(200, EVENTS).flushHeaders(), setImmediate(() => response.destroy()));
    const events = isResponse ? responseEvents(model, body) : chatEvents(model, body);
    if (!body.stream) {
      const whole = isResponse ? wholeResponse(model, body) : wholeChat(model, body);
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole));
    }
    response.writeHead(200, { ...EVENTS, "x-request-id": `request of ${model}` });
    const send = (/** @type {object} */ event) => {
      const type = /** @type {{ type?: string }} */ (event).type;
      response.write(`${type && isResponse ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
    };
    const error = {
      error: { message: `trouble of ${model}`, type: "server_error", code: null, param: null },
    };
    if (kind === "troubled") return (send(error), response.end());
    if (kind === "refusing")
      return (send({ error: { ...error.error, type: "invalid_request_error", code: 400 } }), response.end());
    if (kind === "empty") return response.end("data: [DONE]\n\n");
    for (const [i, event] of events.entries()) {
      send(event);
      if (i !== firstPart(events)) continue;
      if (kind === "slow") await this.#released;
      if (kind === "cut") return setImmediate(() => response.destroy());
      if (kind === "stumbling") return (send(error), response.end());
    }
    response.end(isResponse ? "" : "data: [DONE]\n\n");
  }
}

/**
 * The place of the first part of the answer's text.
 *
 * @param {any[]} events
 */
function firstPart(events) {
  return events.findIndex(
    (event) => event.type === "response.output_text.delta" || event.choices?.[0]?.delta.content,
  );
}

/**
 * Whether a model calls the tool that it has, rather than answering.
 *
 * @param {string} model
 * @param {any} body
 */
function calls(model, body) {
  const last = (body.messages ?? body.input)?.at(-1);
  const isResult = last?.role === "tool" || last?.type === "function_call_output";
  return model.startsWith("tool") && body.tools?.length > 0 && !isResult;
}

/**
 * @param {string} model
 * @param {any} body
 */
function answerOf(model, body) {
  return model.startsWith("json") ? '{"answer":42}' : textOf(model);
}

/** @param {any} body */
function toolCall({ tools: [tool] }) {
  return { name: tool.function?.name ?? tool.name, arguments: JSON.stringify(INPUT) };
}

/**
 * @param {string} model
 * @param {any} body
 */
function wholeChat(model, body) {
  const id = nextId();
  const message = calls(model, body)
    ? {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: toolCall(body) }],
      }
    : { role: "assistant", content: answerOf(model, body) };
  const finish_reason = message.content === null ? "tool_calls" : "stop";
  const choices = [{ index: 0, message, finish_reason, logprobs: null }];
  return { id, object: "chat.completion", created: 1, model, choices, usage: USAGE };
}

/**
 * @param {string} model
 * @param {any} body
 */
function chatEvents(model, body) {
  const id = nextId();
  const chunk = (/** @type {object} */ delta, /** @type {string | null} */ finish_reason = null) => ({
    id,
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta, finish_reason }],
  });
  if (calls(model, body)) {
    const call = { index: 0, id: "call_1", type: "function", function: toolCall(body) };
    return [chunk({ role: "assistant", content: null, tool_calls: [call] }), chunk({}, "tool_calls")];
  }
  const texts = model.startsWith("json") ? [answerOf(model, body)] : parts(model);
  const end = { ...chunk({}, "stop"), usage: USAGE };
  return [chunk({ role: "assistant", content: "" }), ...texts.map((content) => chunk({ content })), end];
}

/**
 * @param {string} model
 * @param {any} body
 */
function wholeResponse(model, body) {
  const content = [{ type: "output_text", text: answerOf(model, body), annotations: [] }];
  const item = calls(model, body)
    ? { type: "function_call", id: "fc_1", call_id: "call_1", status: "completed", ...toolCall(body) }
    : { type: "message", id: "msg_1", role: "assistant", status: "completed", content };
  return {
    id: nextId(),
    object: "response",
    created_at: 1,
    status: "completed",
    error: null,
    incomplete_details: null,
    model,
    output: [item],
    usage: RESPONSE_USAGE,
  };
}

/**
 * @param {string} model
 * @param {any} body
 */
function responseEvents(model, body) {
  const response = wholeResponse(model, body);
  const item = { type: "message", id: "msg_1", role: "assistant", status: "in_progress", content: [] };
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...at, part: { type: "output_text", text: "", annotations: [] } },
    ...parts(model).map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at, text: textOf(model), logprobs: [] },
    { type: "response.content_part.done", ...at, part: response.output[0]?.content?.[0] },
    { type: "response.output_item.done", output_index: 0, item: response.output[0] },
    { type: "response.completed", response },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}
