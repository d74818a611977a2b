/**
 * The worker as a server on Node: `node node.js`. The pool is `assets/pool.json`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import worker, { start } from "./worker.js";

const POOL = await readFile(process.env.POOL_FILE ?? new URL("assets/pool.json", import.meta.url), "utf8");
await start({ pool: POOL });

const server = createServer(async (incoming, outgoing) => {
  const cancelled = new AbortController();
  outgoing.once("close", () => cancelled.abort());
  const body = incoming.method === "GET" || incoming.method === "HEAD" ? null : Readable.toWeb(incoming);
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  try {
    const request = new Request(
      `http://localhost${incoming.url}`,
      /** @type {RequestInit} */ ({
        method: incoming.method,
        headers,
        body,
        duplex: "half",
        signal: cancelled.signal,
      }),
    );
    const answer = await worker.fetch(request, process.env);
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) await pipeline(Readable.fromWeb(/** @type {any} */ (answer.body)), outgoing);
    else outgoing.end();
  } catch (error) {
    if (!outgoing.headersSent) outgoing.writeHead(400);
    outgoing.destroy(/** @type {Error} */ (error));
  }
});

server.listen(Number(process.env.PORT ?? 8787), process.env.HOST ?? "127.0.0.1", () => {
  const { address, port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`http://${address}:${port}`);
});
