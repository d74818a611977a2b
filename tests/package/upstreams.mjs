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
    await this.#answer(model, response);
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
   */
  async #answer(model, response) {
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
      default: {
        const message = { role: "assistant", content: "Hello" };
        return response.writeHead(200, JSON_TYPE).end(JSON.stringify({ model, choices: [{ message }] }));
      }
    }
  }
}
