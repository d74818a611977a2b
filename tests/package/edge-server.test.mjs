/**
 * `examples/worker` as a server on Node: slow, broken and ending connections.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { raw, server, workerFolder } from "./services.mjs";
import { KEY, Models } from "./upstreams.mjs";

const SLOW = 200;

/** @typedef {import("./services.mjs").Service} Service */

const models = new Models();
const node = server("node", ["node.js"]);
let folder = "";
/** @type {(() => unknown)[]} */
const ending = [];
before(async () => {
  folder = await workerFolder(ending);
  await models.start();
});
after(async () => {
  models.stop();
  for (const end of ending) await end();
});

/**
 * @param {Record<string, string>} variables
 * @param {(service: Service) => Promise<void>} use
 */
async function using(variables, use) {
  models.asked.length = 0;
  const service = await node(folder, { POOL: models.pool(["streams"]), TEST_KEY: KEY, ...variables });
  try {
    await use(service);
  } finally {
    await service.stop();
  }
}

/** @param {Service} service */
async function isServed(service) {
  const headers = { "content-type": "application/json" };
  const answer = await raw(service, "/route", { headers, body: '{"prompt":"Hello"}' });
  return answer.status === 200;
}

/**
 * Sends bytes and gives all that comes until the connection ends.
 *
 * @param {Service} service
 * @param {string} bytes
 * @returns {Promise<string>}
 */
async function sent({ address }, bytes) {
  const socket = connect(Number(address.port), "127.0.0.1").setEncoding("latin1");
  let text = "";
  socket.on("data", (part) => (text += part)).on("error", () => {});
  socket.write(bytes, "latin1");
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const json =
  'content-type: application/json\r\nconnection: close\r\ncontent-length: 14\r\n\r\n{"prompt":"a"}';

test("a broken address or Host is answered with 400, and the next request is served", () =>
  using({}, async (service) => {
    for (const start of [
      "POST // HTTP/1.1\r\nhost: [\r\n",
      "POST http://[ HTTP/1.1\r\nhost: localhost\r\n",
      "POST http://evil.example/route HTTP/1.1\r\nhost: localhost\r\n",
      "POST * HTTP/1.1\r\nhost: localhost\r\n",
      "POST /route HTTP/1.1\r\nhost: user@localhost\r\n",
      "POST /route HTTP/1.1\r\nhost: localhost/x\r\n",
      "POST /route HTTP/1.1\r\nhost: localhost:99999\r\n",
      "POST /route HTTP/1.1\r\nhost: \xff\r\n",
      "POST /route HTTP/1.0\r\n",
      "POST /route HTTP/1.1\r\n",
      "TRACE /route HTTP/1.1\r\nhost: localhost\r\n",
      "nonsense\r\n",
    ])
      assert.match(await sent(service, start + json), /^HTTP\/1.1 400 /, start);
    assert.match(
      await sent(service, `POST /route HTTP/1.1\r\nhost: localhost\r\n${json}`),
      /^HTTP\/1.1 200 /,
    );
    assert.ok(await isServed(service));
  }));

test(
  `${SLOW} connections that send nothing, half a head or half a body stop nobody and are closed`,
  { timeout: 60_000 },
  () =>
    using({ HEADERS_TIMEOUT_MS: "1500", REQUEST_TIMEOUT_MS: "1500" }, async (service) => {
      const beginnings = [
        "",
        "POST /route HTTP/1.1\r\nhost: local",
        "POST /route HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
      ];
      const slow = Array.from({ length: SLOW }, (_, i) => sent(service, beginnings[i % 3] ?? ""));
      assert.ok(await isServed(service));
      await Promise.all(slow);
      assert.ok(await isServed(service));
    }),
);

test("connections beyond the limit are closed, and the service goes on", () =>
  using({ MAX_CONNECTIONS: "2" }, async (service) => {
    const held = [0, 1].map(() => connect(Number(service.address.port), "127.0.0.1"));
    await Promise.all(held.map((socket) => once(socket, "connect")));
    assert.equal(await sent(service, `POST /route HTTP/1.1\r\nhost: localhost\r\n${json}`), "");
    await Promise.all(held.map((socket) => once(socket.destroy(), "close")));
    // The server may learn a little later that the two have gone.
    let served = false;
    while (!served) served = await isServed(service).catch(() => false);
  }));

test("a caller that leaves in the middle of its body or of the answer stops nothing", () =>
  using({}, async (service) => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(Number(service.address.port), "127.0.0.1").on("error", () => {});
      socket.write(
        "POST /route HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
      );
      await once(socket, "connect");
      socket.resetAndDestroy();
    }
    assert.ok(await isServed(service));
  }));

test("a large body without a length gets its answer", () =>
  using({ MAX_BODY: "1000" }, async (service) => {
    const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    const head =
      "POST /route HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    const answer = await sent(
      service,
      `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(40)}0\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1.1 413 [^]*too_large/);
  }));

for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"]))
  test(`after ${signal}, the answer under way is finished and no other begins`, () =>
    using({}, async (service) => {
      const { process } = service;
      const ended = once(process ?? assert.fail(), "exit");
      const answer = await service.fetch("/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "auto", stream: true, messages: [{ role: "user", content: "Hello" }] }),
      });
      const reader = answer.body?.getReader() ?? assert.fail();
      await reader.read();
      process?.kill(signal);
      // Until the signal has arrived, new connections are accepted.
      while (await isServed(service).catch(() => false));
      models.continueStream();
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read())
        rest += new TextDecoder().decode(part.value);
      assert.equal(rest, "data: two\n\ndata: [DONE]\n\n");
      assert.deepEqual(await ended, [0, null]);
    }));

test("without a token, the server does not listen where other machines reach it", async () => {
  const child = spawn("node", ["node.js"], {
    cwd: folder,
    env: { ...process.env, HOST: "0.0.0.0", PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (part) => (text += part));
  child.stdout.once("data", () => child.kill("SIGKILL")); // it listens
  assert.deepEqual(await once(child, "close"), [1, null]);
  assert.match(text, /Set ACCESS_TOKEN/);
});
