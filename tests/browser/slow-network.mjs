/**
 * The first visit on a slow network and a slow processor: when the prompt can be typed and when the first
 * decision comes. A measurement, not a test: times depend on the machine.
 *
 * `node tests/browser/slow-network.mjs`, after `cargo xtask site`.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, get } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";
import { BROWSER, FLAGS, SITE, startServer } from "./harness.mjs";
import { decision } from "./page.mjs";

/** Slow 3G: bytes in a second for all connections together, and milliseconds until an answer begins. */
const NETWORK = { bytesPerSecond: 50_000, latency: 400 };
/** How much slower the processor is, for the page's own thread; browsers do not slow down workers. */
const PROCESSOR = 4;
/** Bytes that are passed on at once. */
const PACKET = 1400;
const VISITS = Number(process.env.VISITS ?? 3);
const PATIENCE = 180_000;

/**
 * A server before another one, as slow as the network. The browser's own emulation does not reach workers.
 *
 * @param {string} origin
 */
async function slowServer(origin) {
  let free = 0;
  let bytes = 0;
  const server = createServer(async ({ url = "/", headers }, response) => {
    await wait(NETWORK.latency);
    const encoding = String(headers["accept-encoding"] ?? "identity");
    const answer = await answerOf(new URL(url, origin), encoding).catch(() => null);
    if (answer === null) return response.destroy(); // the visit is over
    const { statusCode, head, body } = answer;
    response.writeHead(statusCode, head);
    for (let at = 0; at < body.length; at += PACKET) {
      const packet = body.subarray(at, at + PACKET);
      // A late timer is made up for.
      free = Math.max(free, performance.now() - 1000) + (1000 * packet.length) / NETWORK.bytesPerSecond;
      await wait(Math.max(0, free - performance.now()));
      bytes += packet.length;
      response.write(packet);
    }
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    bytes: () => bytes,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * The answer as it is sent, still compressed.
 *
 * @param {URL} url
 * @param {string} encoding
 * @returns {Promise<{ statusCode: number, head: import("node:http").IncomingHttpHeaders, body: Buffer }>}
 */
async function answerOf(url, encoding) {
  const request = get(url, { headers: { "accept-encoding": encoding } });
  const [response] = /** @type {[import("node:http").IncomingMessage]} */ (await once(request, "response"));
  const parts = [];
  for await (const part of response) parts.push(part);
  const { "transfer-encoding": _, connection: __, ...head } = response.headers;
  return { statusCode: response.statusCode ?? 500, head, body: Buffer.concat(parts) };
}

/**
 * One visit with an empty cache.
 *
 * @param {string} url
 * @returns {Promise<{ typed: number, decided: number }>} seconds from the request for the page
 */
async function visitSlowly(url) {
  const browser = await chromium.launch({ executablePath: BROWSER, headless: true, args: FLAGS });
  try {
    const page = await browser.newPage({ serviceWorkers: "block" });
    page.setDefaultTimeout(PATIENCE);
    const client = await page.context().newCDPSession(page);
    await client.send("Emulation.setCPUThrottlingRate", { rate: PROCESSOR });
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    await page.goto(url, { waitUntil: "commit", timeout: PATIENCE });
    await page.locator("#prompt").fill("Write an SQL query for the ten best customers");
    const typed = seconds();
    await decision(page);
    return { typed, decided: seconds() };
  } finally {
    await browser.close();
  }
}

const server = await startServer(SITE);
try {
  for (let visit = 1; visit <= VISITS; visit += 1) {
    const slow = await slowServer(server.url);
    const { typed, decided } = await visitSlowly(slow.url);
    console.log(
      `visit ${visit}: typed after ${typed.toFixed(1)} s, decided after ${decided.toFixed(1)} s, ` +
        `${slow.bytes()} bytes`,
    );
    slow.stop();
  }
} finally {
  server.stop();
}
