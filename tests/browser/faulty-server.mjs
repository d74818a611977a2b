/**
 * A server that hands on what the page's own server sends, except for the files that it spoils.
 *
 * @module
 */
import { createServer, request as ask } from "node:http";
import { once } from "node:events";

/**
 * How a file is spoiled: cut off in the middle by a reset connection; held back for ever after the first half;
 * replaced by a page of HTML; sent as plain text; or refused with a status.
 *
 * @typedef {"cut" | "held" | "html" | "text" | number} Fault
 */

const HTML = "<!doctype html><title>Log in</title><p>Log in to this network first.";

/**
 * @param {string} target address of the page's own server
 * @returns {Promise<{ url: string, faults: Map<string, Fault>, stop: () => Promise<void> }>} `faults`: the end of a
 *   file's path, and what happens to the file
 */
export async function startFaultyServer(target) {
  /** @type {Map<string, Fault>} */
  const faults = new Map();
  const server = createServer(({ url = "/", method, headers }, answer) => {
    const path = url.split("?")[0] ?? "";
    const fault = [...faults].find(([end]) => path.endsWith(end))?.[1];
    const { host: _, ...rest } = headers;
    const own = {
      ...rest,
      "if-none-match": "",
      ...(fault === undefined ? {} : { "accept-encoding": "identity" }),
    };
    ask(new URL(url, target), { method, headers: own }, (response) => {
      if (fault === undefined) {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        return response.pipe(answer);
      }
      /** @type {Buffer[]} */
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => spoiled(answer, response.headers, Buffer.concat(parts), fault));
    }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    faults,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * @param {import("node:http").ServerResponse} answer
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @param {Buffer} body
 * @param {Fault} fault
 */
function spoiled(answer, headers, body, fault) {
  const { etag: _, ...rest } = headers;
  const fresh = { ...rest, "cache-control": "no-store" };
  if (typeof fault === "number") return answer.writeHead(fault, { "content-type": "text/plain" }).end("No.");
  if (fault === "html") return answer.writeHead(200, { "content-type": "text/html" }).end(HTML);
  if (fault === "text") return answer.writeHead(200, { ...fresh, "content-type": "text/plain" }).end(body);
  answer.writeHead(200, { ...fresh, "content-length": body.length });
  answer.write(body.subarray(0, body.length >> 1), () => fault === "cut" && answer.socket?.resetAndDestroy());
}
