/**
 * Times sentence encoders in one Chromium page on one thread, in turns, and prints medians.
 * `cargo xtask bench browser` builds the files and sets these variables:
 *
 *     BENCH_SIMD128, BENCH_RELAXED   modules of `wasm/`
 *     BENCH_WEIGHTS                  minilm-int8.safetensors
 *     BENCH_PEERS                    folder of `../peers/make_onnx.py`
 *     BENCH_ROUNDS                   turns (default 9)
 *     CHROME                         the browser
 *
 * @module
 */
import { createServer } from "node:http";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { prompts } from "../../tests/prompts.mjs";
import { clockOf } from "./clock.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const LENGTHS = [16, 64, 128, 256];
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const TEXTS = 200;
/** Models to choose from where decisions are timed. */
const MODELS = 100;
/** Minimum tokens of a sample, so that it is long compared with the resolution of the clock. */
const SAMPLE_TOKENS = 256;
const TYPES = {
  mjs: "text/javascript",
  js: "text/javascript",
  wasm: "application/wasm",
  json: "application/json",
  html: "text/html",
};

const given = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; start this with: cargo xtask bench browser`);
  return value;
};
const peers = given("BENCH_PEERS");
const FILES = new Map([
  ["/simd128.wasm", given("BENCH_SIMD128")],
  ["/relaxed.wasm", given("BENCH_RELAXED")],
  ["/weights", given("BENCH_WEIGHTS")],
  ["/float.onnx", join(peers, "model.onnx")],
  ["/int8.onnx", join(peers, "model_quantized.onnx")],
  ["/models/minilm/onnx/model_quantized.onnx", join(peers, "model_quantized.onnx")],
  ...["tokenizer.json", "tokenizer_config.json", "config.json"].map((name) => [
    `/models/minilm/${name}`,
    join(peers, name),
  ]),
]);

/** Every file served since the last reset. */
const served = new Map();

function fileOf(path) {
  const named = FILES.get(path);
  if (named) return named;
  if (path.startsWith("/package/")) return join(HERE, "../../pkg", path.slice(9));
  if (path.startsWith("/modules/")) return join(HERE, "node_modules", path.slice(9));
  return join(HERE, path);
}

async function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const type = TYPES[path.split(".").at(-1)] ?? "application/octet-stream";
  response.setHeader("content-type", path === "/" ? TYPES.html : type);
  if (path === "/") return response.end("<!doctype html><title>bench</title>");
  try {
    const bytes = await readFile(fileOf(path));
    served.set(path, bytes);
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const cosine = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

const server = createServer(answer).listen(0, "127.0.0.1");
const address = () => `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

async function openPage() {
  const page = await browser.newPage();
  await page.goto(address());
  await page.evaluate(async () => (globalThis.bench = await import("/engines.mjs")));
  return page;
}

/** The first decision in a new page: compressed bytes and wall time. */
async function firstDecision(load) {
  const page = await openPage();
  served.clear();
  const start = performance.now();
  await page.evaluate(load);
  const milliseconds = performance.now() - start;
  await page.close();
  const bytes = [...served.values()].reduce((sum, file) => sum + gzipSync(file).length, 0);
  return { milliseconds, bytes };
}

const first = {
  instant: await firstDecision(() => bench.firstDecision("static", "Why is the sky blue?")),
  transformer: await firstDecision(() => bench.firstDecision("minilm", "Why is the sky blue?")),
  peer: await firstDecision(async () =>
    bench.peerRouting(await bench.transformers(), 9).decide("Why is the sky blue?"),
  ),
};

const page = await openPage();
const clock = await clockOf(page);
const memory = await page.evaluate(async (models) => {
  const { engines, uniroute, onnx, transformers, routing, peerRouting } = bench;
  const { hasRelaxedDots } = await import("/package/lib/relaxed.js");
  engines.simd128 = await uniroute("/simd128.wasm", "/weights");
  engines.relaxed = await uniroute("/relaxed.wasm", "/weights");
  engines.float = await onnx("/float.onnx");
  engines.int8 = await onnx("/int8.onnx");
  engines.transformers = await transformers();
  engines.instant = await routing("static", models);
  engines.transformer = await routing("minilm", models);
  engines.peer = peerRouting(engines.transformers, models);
  for (const name of ["simd128", "relaxed", "float", "int8"]) {
    await bench.run(
      name,
      "embedIds",
      Array.from({ length: 16 }, (_, i) => 2000 + i),
      80,
    );
  }
  for (const [name, times] of [
    ["instant", 5000],
    ["transformer", 40],
  ])
    await bench.run(name, "decide", "Why is the sky blue?", times);
  // Time for the optimising compiler.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return {
    simd128: engines.simd128.memory(),
    relaxed: engines.relaxed.memory(),
    chosen: hasRelaxedDots() ? "relaxed" : "simd128",
  };
}, MODELS);

const NAMES = ["float", "int8", "simd128", "relaxed"];
const DECIDERS = ["peer", "transformer", "instant"];
const ids = (length) => [101, ...Array.from({ length: length - 2 }, (_, i) => 2000 + ((i * 37) % 9000)), 102];
/** About as many tokens as ids, for engines that start from text. */
const text = (length) =>
  Array.from({ length: length - 2 }, (_, i) => ["river", "stone", "why", "seven"][i % 4]).join(" ");

const tasks = [];
for (const length of LENGTHS) {
  const times = Math.ceil(SAMPLE_TOKENS / length);
  for (const name of NAMES)
    tasks.push({ key: `${name} ${length}`, name, method: "embedIds", argument: ids(length), times });
  for (const name of ["transformers", "simd128", "relaxed"])
    tasks.push({ key: `${name} text ${length}`, name, method: "embedText", argument: text(length), times });
  for (const name of DECIDERS)
    tasks.push({
      key: `${name} decide ${length}`,
      name,
      method: "decide",
      argument: text(length),
      times: name === "instant" ? 1000 : times,
    });
  for (const name of ["simd128", "relaxed"])
    tasks.push({ key: `${name} linear ${length}`, name, method: "linearLayers", argument: length, times });
}
for (const name of ["simd128", "relaxed"])
  tasks.push({ key: `${name} peak`, name, method: "peak", argument: 2_000_000, times: 1 });

const samples = new Map(tasks.map(({ key }) => [key, []]));
const multiplications = new Map();
for (let round = -1; round < ROUNDS; round++) {
  for (const { key, name, method, argument, times } of tasks) {
    const start = clock.now();
    const result = await page.evaluate(
      ([...call]) => bench.run(...call).then((r) => (typeof r === "number" ? r : null)),
      [name, method, argument, times],
    );
    if (round >= 0) samples.get(key).push((clock.now() - start) / times);
    if (result !== null) multiplications.set(key, result);
  }
}
const time = (key) => median(samples.get(key));
const rate = (key) => multiplications.get(key) / time(key) / 1e6;

/** Cosine of each engine to the float model on the same ids. */
const vectors = await page.evaluate(async (texts) => {
  const all = [];
  for (const text of texts) {
    const ids = bench.engines.transformers.ids(text);
    const row = {};
    for (const name of ["float", "int8", "simd128", "relaxed"])
      row[name] = Array.from(await bench.engines[name].embedIds(ids));
    all.push(row);
  }
  return all;
}, prompts(TEXTS));
const accuracy = {};
for (const name of NAMES) {
  const cosines = vectors.map((row) => cosine(row[name], row.float));
  accuracy[name] = { mean: cosines.reduce((a, b) => a + b) / TEXTS, min: Math.min(...cosines) };
}
const version = browser.version();
await browser.close();
server.close();

const pad = (value, width = 9) => String(value).padStart(width);
console.log(
  `Chromium ${version}, one thread, ${clock.kind} time, medians of ${ROUNDS} turns, ms (times as fast as int8)\n`,
);
const LABELS = {
  float: "ONNX Runtime Web, f32",
  int8: "ONNX Runtime Web, int8",
  simd128: "uniroute, simd128",
  relaxed: "uniroute, relaxed SIMD",
  transformers: "transformers.js, int8",
};
console.log(
  "ids to vector".padEnd(26),
  LENGTHS.map((l) => pad(`${l} tokens`, 16)).join(""),
  "   cosine to f32, mean / min of",
  TEXTS,
);
for (const name of NAMES) {
  const cells = LENGTHS.map((l) =>
    pad(`${time(`${name} ${l}`).toFixed(1)} (${(time(`int8 ${l}`) / time(`${name} ${l}`)).toFixed(2)})`, 16),
  );
  console.log(
    LABELS[name].padEnd(26),
    cells.join(""),
    `   ${accuracy[name].mean.toFixed(5)} / ${accuracy[name].min.toFixed(5)}`,
  );
}
console.log("\ntext to vector");
for (const name of ["transformers", "simd128", "relaxed"]) {
  console.log(
    LABELS[name].padEnd(26),
    LENGTHS.map((l) => pad(time(`${name} text ${l}`).toFixed(1), 16)).join(""),
  );
}
console.log("\nlinear layers alone, billion multiplications a second (share of the registers' peak)");
for (const name of ["simd128", "relaxed"]) {
  const peak = rate(`${name} peak`);
  const cells = LENGTHS.map((l) =>
    pad(
      `${rate(`${name} linear ${l}`).toFixed(1)} (${((100 * rate(`${name} linear ${l}`)) / peak).toFixed(0)} %)`,
      16,
    ),
  );
  console.log(LABELS[name].padEnd(26), cells.join(""), `   peak ${peak.toFixed(1)}`);
}
console.log(`\ntext to decision, ${MODELS} models (times as fast as the first row)`);
const STACKS = {
  peer: "transformers.js, arg-min in JS",
  transformer: "uniroute, Transformer",
  instant: "uniroute, Instant",
};
for (const name of DECIDERS) {
  const cells = LENGTHS.map((length) => {
    const own = time(`${name} decide ${length}`);
    const peer = time(`peer decide ${length}`);
    return pad(`${own.toFixed(3)} (${(peer / own).toFixed(2)})`, 18);
  });
  console.log(STACKS[name].padEnd(32), cells.join(""));
}
console.log("\nfirst decision in a fresh page, server on this machine");
for (const name of DECIDERS) {
  const { milliseconds, bytes } = first[name];
  console.log(
    STACKS[name].padEnd(32),
    pad(`${(bytes / 1e6).toFixed(2)} MB gzip (1/${(first.peer.bytes / bytes).toFixed(1)})`, 26),
    pad(`${milliseconds.toFixed(0)} ms`, 12),
  );
}
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(
  `\nmemory: simd128 ${megabytes(memory.simd128)}, relaxed ${megabytes(memory.relaxed)};`,
  `this browser would get ${memory.chosen}`,
);

const out = process.env.BENCH_OUT;
if (out) {
  const times = Object.fromEntries([...samples.keys()].map((key) => [key, time(key)]));
  await writeFile(
    out,
    `${JSON.stringify({ version, clock: clock.kind, rounds: ROUNDS, times, accuracy, first, memory }, null, 2)}\n`,
  );
}
