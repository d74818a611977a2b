/**
 * Language models that the tests of `examples/worker` simulate: the name of a model says what it does.
 *
 * @module
 */
import { createServer } from "node:http";

/** The key that the worker has for the models. */
export const KEY = "key-of-the-test";
/** A text of a model's service, which no caller may see. */
export const PRIVATE = "account 4711 of the operator";

const EVENTS = { "content-type": "text/event-stream" };
const JSON_TYPE = { "content-type": "application/json" };

/**
 * @typedef {object} Asked a request that arrived at the models
 * @property {string} model
 * @property {string} path
 * @property {string | undefined} key
 * @property {any} body
 * @property {Promise<void>} closed when the connection of the answer has ended
 */

export class Models {
  /** @type {Asked[]} */
  asked = [];
  /** Lets the model `streams` continue. */
  continueStream = () => {};

  #server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    const closed = /** @type {Promise<void>} */ (
      new Promise((resolve) => response.once("close", () => resolve()))
    );
    const { model } = body;
    const [path, key] = [request.url ?? "", request.headers.authorization];
    this.asked.push({ model, path, key, body, closed });
    await this.#answer(model, response, { path, body });
  });

  /** Starts to answer. */
  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get url() {
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}/v1/`;
  }

  /**
   * A pool of models by descending quality and price.
   *
   * @param {string[]} names
   */
  pool(names) {
    return JSON.stringify({
      models: names.map((id, i) => ({
        id,
        accuracy: 0.9 - 0.1 * i,
        labels_count: 1e5,
        cost: { input: 100 / 4 ** i, output: 100 / 4 ** i },
        upstream: { url: this.url, key: id === "locked" ? "KEY_NOBODY_SET" : "TEST_KEY" },
      })),
    });
  }

  /**
   * @param {string} model
   * @param {import("node:http").ServerResponse} response
   * @param {{ path: string, body: any }} request
   */
  async #answer(model, response, request) {
    // For example `429-7 name`: status 429 with `retry-after: 7`.
    const [, status, wait] = /^(\d{3})(?:-(\d+))?/.exec(model) ?? [];
    if (status !== undefined) {
      const error = { message: PRIVATE, code: "context_length_exceeded", type: PRIVATE };
      return response
        .writeHead(Number(status), { ...JSON_TYPE, ...(wait && { "retry-after": wait }) })
        .end(JSON.stringify({ error }));
    }
    switch (model) {
      case "silent":
        return; // never answers
      case "mute": // headers only
        return response.writeHead(200, EVENTS).flushHeaders();
      case "moved":
        return response.writeHead(307, { location: "/elsewhere" }).end();
      case "html":
        return response.writeHead(200, { "content-type": "text/html" }).end(`<p>${PRIVATE}</p>`);
      case "empty":
        return response.writeHead(200, JSON_TYPE).end();
      case "busy until later":
        return response.writeHead(429, { "retry-after": new Date(Date.now() + 3.6e6).toUTCString() }).end();
      case "rejects in words":
        return response.writeHead(422, { "content-type": "text/html" }).end(`<p>${PRIVATE}</p>`);
      case "halts":
        response.writeHead(200, EVENTS);
        return response.write("data: one\n\n");
      case "streams":
        response.writeHead(200, EVENTS);
        response.write("data: one\n\n");
        await new Promise((resolve) => (this.continueStream = () => resolve(undefined)));
        return response.end("data: two\n\ndata: [DONE]\n\n");
      case "breaks": // in the middle of an event
        response.writeHead(200, EVENTS).write('data: {"choices":[{"delta":{"content":"On');
        return setTimeout(() => response.destroy(), 20);
      default:
        return complete(model, response, request);
    }
  }
}

/** What the models say of their tokens. */
const TOKENS = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const RESPONSE_TOKENS = { input_tokens: 12, output_tokens: 8, total_tokens: 20 };

/**
 * A whole answer in the form of OpenAI's interface. It repeats the last text of the request.
 *
 * @param {string} model
 * @param {import("node:http").ServerResponse} response
 * @param {{ path: string, body: any }} request
 */
async function complete(model, response, { path, body }) {
  const answer = path.endsWith("/embeddings")
    ? embeddings(model, body)
    : path.endsWith("/responses")
      ? responseObject(model, body)
      : completion(model, body);
  response.setHeader("x-request-id", "req_1");
  if (!body.stream) return response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer));
  response.writeHead(200, EVENTS);
  for (const event of path.endsWith("/responses") ? responseEvents(answer) : chunks(answer, body)) {
    response.write(event);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  response.end();
}

/** @param {any} content of a message */
const textOf = (content) =>
  typeof content === "string"
    ? content
    : (content ?? []).map((/** @type {any} */ part) => part.text ?? "").join("");

/**
 * @param {string} model
 * @param {any} body
 */
function completion(model, { messages, tools }) {
  const content = textOf(messages.at(-1).content);
  const call = {
    id: "call_1",
    type: "function",
    function: { name: tools?.[0]?.function?.name, arguments: "{}" },
  };
  const message = tools ? { content: null, tool_calls: [call] } : { content };
  const choice = {
    index: 0,
    message: { role: "assistant", ...message },
    finish_reason: tools ? "tool_calls" : "stop",
  };
  const about = { id: "chatcmpl-1", object: "chat.completion", created: 1, model };
  return { ...about, choices: [choice], usage: TOKENS };
}

/**
 * The events of a streamed completion, two letters at a time.
 *
 * @param {any} answer
 * @param {any} body
 */
function chunks({ id, created, model, choices: [{ message }], usage }, { stream_options: options }) {
  const about = { id, object: "chat.completion.chunk", created, model };
  const chunk = (/** @type {object} */ more) => `data: ${JSON.stringify({ ...about, ...more })}\n\n`;
  const delta = (/** @type {object} */ delta, finish_reason = null) =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  return [
    delta({ role: "assistant", content: "" }),
    ...(message.content ?? "").match(/.{1,2}/gsu).map((/** @type {string} */ content) => delta({ content })),
    delta({}, /** @type {any} */ ("stop")),
    ...(options?.include_usage ? [chunk({ choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
}

/**
 * @param {string} model
 * @param {any} body
 */
function responseObject(model, { input }) {
  const text = typeof input === "string" ? input : textOf(input.at(-1).content ?? input.at(-1).output);
  const content = [{ type: "output_text", text, annotations: [] }];
  const output = [{ id: "msg_1", type: "message", role: "assistant", status: "completed", content }];
  const about = {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    model,
  };
  return { ...about, output, usage: RESPONSE_TOKENS };
}

/**
 * The events of a streamed response.
 *
 * @param {any} response
 */
function responseEvents(response) {
  const [item] = response.output;
  const [{ text }] = item.content;
  return [
    { type: "response.created", response: { ...response, status: "in_progress", output: [], usage: null } },
    { type: "response.output_text.delta", item_id: item.id, output_index: 0, content_index: 0, delta: text },
    { type: "response.completed", response },
  ].map((event, i) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: i })}\n\n`);
}

/**
 * @param {string} model
 * @param {any} body
 */
function embeddings(model, { input }) {
  const texts = Array.isArray(input) && typeof input[0] !== "number" ? input : [input];
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: [text.length, 0.5] }));
  return { object: "list", data, model, usage: { prompt_tokens: 3, total_tokens: 3 } };
}
