/**
 * OpenAI, Anthropic and Google as `examples/chat` sees them: a server on this machine that streams answers in the form
 * of each, and keeps every request. A test says what a model does.
 *
 * @module
 */
import { createServer } from "node:http";

/** @typedef {"OpenAI" | "Anthropic" | "Google"} Name */

/**
 * What a model does instead of answering: the status of an error; `broken` stops with an error in its stream after the
 * first part; `slow` waits for {@link Providers.release} there.
 *
 * @typedef {number | "broken" | "slow"} Behaviour
 */

/**
 * @typedef {object} Asked
 * @property {Name} provider
 * @property {string} model
 * @property {string | undefined} key
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {any} body
 * @property {string} text the body as it came
 * @property {Promise<void>} closed when the connection of the answer has ended
 */

/** The tokens that the answers of a provider have, as it bills them. */
export const TOKENS = {
  OpenAI: { plain: 800, read: 200, written: 0, output: 300 },
  Anthropic: { plain: 500, read: 100, written: 50, output: 200 },
  Google: { plain: 700, read: 100, written: 0, output: 300 },
};
/** Tokens of the output that are not in the text. */
const HIDDEN = 50;

/** What a model answers, in parts. */
export const parts = (/** @type {string} */ model) => ["Hello", " from", ` ${model}.`];
export const answerOf = (/** @type {string} */ model) => parts(model).join("");

export class Providers {
  /** @type {Asked[]} */
  asked = [];
  /** @type {Record<string, Behaviour>} */
  behaviour = {};
  /** Lets models that are `slow` go on. */
  release = () => {};
  #released = new Promise((resolve) => (this.release = () => resolve(undefined)));

  #server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    if (request.method === "OPTIONS") {
      const headers = request.headers["access-control-request-headers"] ?? "";
      return response.writeHead(204, { "access-control-allow-headers": headers }).end();
    }
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = text === "" ? {} : JSON.parse(text);
    const found = FORMS.find(({ path }) => path.test(request.url ?? ""));
    if (found === undefined) return response.writeHead(404).end();
    const { name, path, key, events, error, cut } = found;
    const model = path.exec(request.url ?? "")?.[1] ?? String(body.model);
    const closed = /** @type {Promise<void>} */ (
      new Promise((resolve) => response.once("close", () => resolve()))
    );
    const { headers } = request;
    this.asked.push({ provider: name, model, key: key(headers), headers, body, text, closed });
    const behaviour = this.behaviour[model];
    if (typeof behaviour === "number") {
      response.writeHead(behaviour, { "content-type": "application/json" });
      return response.end(JSON.stringify(error(behaviour, `status of ${model}`)));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (/** @type {any} */ event) => {
      // Google's events have no name.
      const named = event.type === undefined ? "" : `event: ${event.type}\n`;
      response.write(`${named}data: ${JSON.stringify(event)}\n\n`);
    };
    for (const [i, event] of events(model).entries()) {
      send(event);
      if (i !== events(model).findIndex((one) => JSON.stringify(one).includes('"Hello"'))) continue;
      if (behaviour === "slow") await this.#released;
      if (behaviour === "broken") {
        send(cut(`trouble of ${model}`));
        break;
      }
    }
    response.end();
  });

  /** @param {import("node:test").TestContext} t stops the server when it ends */
  static async start(t) {
    const providers = new Providers();
    await new Promise((resolve) => providers.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    t.after(() => {
      providers.release();
      providers.#server.closeAllConnections();
      providers.#server.close();
    });
    return providers;
  }

  get origin() {
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  /**
   * The address of a provider in place of its own.
   *
   * @param {Name} name
   */
  addressOf(name) {
    return `${this.origin}${FORMS.find((form) => form.name === name)?.base}`;
  }

  /** The names of the models that were asked, in order. */
  get models() {
    return this.asked.map(({ model }) => model);
  }
}

/**
 * @typedef {object} Form of a provider's interface
 * @property {Name} name
 * @property {string} base path of the address
 * @property {RegExp} path of a request; its group is the model where the body does not name it
 * @property {(headers: any) => string | undefined} key
 * @property {(model: string) => any[]} events
 * @property {(status: number, message: string) => object} error the body of an error
 * @property {(message: string) => object} cut the event of an error
 */

/** @type {Form[]} */
const FORMS = [
  {
    name: "OpenAI",
    base: "/openai/v1",
    path: /^\/openai\/v1\/responses$/,
    key: ({ authorization }) => authorization?.replace("Bearer ", ""),
    events: openaiEvents,
    error: (_, message) => ({ error: { message, type: "server_error", param: null, code: null } }),
    cut: (message) => ({ type: "error", sequence_number: 9, code: "server_error", message, param: null }),
  },
  {
    name: "Anthropic",
    base: "/anthropic/v1",
    path: /^\/anthropic\/v1\/messages$/,
    key: (headers) => headers["x-api-key"],
    events: anthropicEvents,
    error: (_, message) => ({ type: "error", error: { type: "overloaded_error", message } }),
    cut: (message) => ({ type: "error", error: { type: "overloaded_error", message } }),
  },
  {
    name: "Google",
    base: "/google/v1beta",
    path: /^\/google\/v1beta\/models\/([\w.-]+):streamGenerateContent\?alt=sse$/,
    key: (headers) => headers["x-goog-api-key"],
    events: googleEvents,
    error: (code, message) => ({ error: { code, message, status: "UNAVAILABLE" } }),
    cut: (message) => ({ error: { code: 503, message, status: "UNAVAILABLE" } }),
  },
];

/** @param {string} model */
function openaiEvents(model) {
  const { plain, read, output } = TOKENS.OpenAI;
  const text = answerOf(model);
  const [created_at, id, item_id] = [1_790_000_000, "resp_1", "msg_1"];
  const item = { id: item_id, type: "message", role: "assistant" };
  const part = { type: "output_text", annotations: [], logprobs: [] };
  const whole = { ...item, status: "completed", content: [{ ...part, text }] };
  const response = { id, object: "response", created_at, model, error: null, incomplete_details: null };
  const usage = {
    input_tokens: plain + read,
    input_tokens_details: { cached_tokens: read },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: HIDDEN },
    total_tokens: plain + read + output,
  };
  const place = { item_id, output_index: 0, content_index: 0 };
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, status: "in_progress", content: [] },
    },
    { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
    ...parts(model).map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: { ...part, text } },
    { type: "response.output_item.done", output_index: 0, item: whole },
    { type: "response.completed", response: { ...response, status: "completed", output: [whole], usage } },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

/** @param {string} model */
function anthropicEvents(model) {
  const { plain, read, written, output } = TOKENS.Anthropic;
  const input = {
    input_tokens: plain,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
  };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [] };
  const open = { stop_reason: null, stop_sequence: null };
  const usage = { ...input, output_tokens: output };
  return [
    { type: "message_start", message: { ...message, ...open, usage: { ...input, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...parts(model).map((text) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
}

/** @param {string} model */
function googleEvents(model) {
  const { plain, read, output } = TOKENS.Google;
  const [input, texts] = [plain + read, parts(model)];
  const common = { modelVersion: model, responseId: "answer-1" };
  return texts.map((text, i) => {
    const isLast = i === texts.length - 1;
    const finish = isLast ? { finishReason: "STOP" } : {};
    const usageMetadata = {
      promptTokenCount: input,
      totalTokenCount: isLast ? input + output : input,
      ...(isLast && {
        cachedContentTokenCount: read,
        candidatesTokenCount: output - HIDDEN,
        thoughtsTokenCount: HIDDEN,
      }),
    };
    const content = { parts: [{ text }], role: "model" };
    return { candidates: [{ content, index: 0, ...finish }], usageMetadata, ...common };
  });
}
