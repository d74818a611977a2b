/**
 * A proxy that the browser sends everything through, and that keeps what it was sent: the page, its workers, its
 * service worker and the browser itself have no other way out.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, request as ask } from "node:http";

/**
 * @typedef {object} Sent
 * @property {string} method
 * @property {string} url
 * @property {string} headers names and values
 * @property {string} body in latin1
 */

/** @returns {Promise<{ url: string, sent: Sent[], stop: () => Promise<void> }>} */
export async function startRecordingProxy() {
  /** @type {Sent[]} */
  const sent = [];
  const server = createServer(async (request, answer) => {
    const { url = "", method = "", rawHeaders } = request;
    /** @type {Buffer[]} */
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    sent.push({ method, url, headers: rawHeaders.join("\n"), body: body.toString("latin1") });
    const { hostname } = new URL(url);
    if (hostname !== "127.0.0.1") return answer.writeHead(502).end();
    const handed = ask(url, { method, headers: request.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    handed.on("error", () => answer.destroy());
    handed.end(body);
  });
  server.on("connect", ({ url = "", rawHeaders }, socket) => {
    sent.push({ method: "CONNECT", url, headers: rawHeaders.join("\n"), body: "" });
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    sent,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * Whether Chromium itself asked: for updates of its parts, for accounts, or what kind of fields a form has. The
 * policy of the page and that of the extension allow neither to reach these hosts; with a proxy, they are asked in
 * spite of the flags that forbid it. Their encrypted content cannot be seen here.
 *
 * @param {Sent} sent
 */
export function isOfBrowserItself({ url }) {
  return /^(https?:\/\/)?([a-z0-9-]+\.)*(google|googleapis|gstatic|gvt1)\.com[:/]/.test(url);
}

/**
 * The forms in which a text may travel: as it is, percent-encoded, in base64 at each offset, reversed.
 *
 * @param {string} marker letters and digits only
 */
export function formsOf(marker) {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from("\0".repeat(offset) + marker).toString("base64");
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  });
  return [marker, [...marker].reverse().join(""), Buffer.from(marker).toString("hex"), ...base64];
}
