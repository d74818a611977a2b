/**
 * The sentence encoders with one interface; runs in the page.
 *
 * @typedef {object} Engine
 * @property {(ids: number[]) => Promise<Float32Array> | Float32Array} embedIds unit vector
 * @property {(text: string) => Promise<Float32Array> | Float32Array} [embedText]
 * @property {(text: string) => Promise<unknown> | unknown} [decide] from the text to a model of the pool
 * @property {(rows: number) => number} [linearLayers] runs them alone; multiplications done
 * @property {(rounds: number) => number} [peak] dot products of registers; multiplications done
 * @property {() => number} [memory] bytes
 *
 * @module
 */
const WIDTH = 384;

async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** uniroute's encoder, without bindings (`wasm/src/lib.rs`). */
export async function uniroute(module, weights) {
  const compiled = await WebAssembly.compile(await bytes(module));
  // Only dependencies of the library have imports, for functions that the encoder never calls.
  const imports = {};
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    imports[module] = { ...imports[module], [name]: () => 0 };
  }
  const { exports } = await WebAssembly.instantiate(compiled, imports);
  const pass = (input, call) => {
    const at = exports.reserve(input.byteLength);
    new Uint8Array(exports.memory.buffer, at, input.byteLength).set(
      new Uint8Array(input.buffer, input.byteOffset, input.byteLength),
    );
    const result = call(at, input.length);
    exports.release(at, input.byteLength);
    return result;
  };
  if (!pass(await bytes(weights), exports.load)) throw new Error(`${module} rejected ${weights}`);
  const vector = (at) => new Float32Array(exports.memory.buffer, at, WIDTH).slice();
  const encoder = new TextEncoder();
  return {
    embedIds: (ids) => vector(pass(Uint32Array.from(ids), exports.embed_ids)),
    embedText: (text) => vector(pass(encoder.encode(text), exports.embed_text)),
    linearLayers: exports.linear_layers,
    peak: exports.peak,
    memory: () => exports.memory.buffer.byteLength,
  };
}

/** Mean of the rows, scaled to length one. */
function pool(rows) {
  const sum = new Float32Array(WIDTH);
  for (let i = 0; i < rows.length; i++) sum[i % WIDTH] += rows[i];
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

/** ONNX Runtime Web on one thread. */
export async function onnx(model) {
  const ort = await import("/modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/modules/onnxruntime-web/dist/";
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };
  const session = await ort.InferenceSession.create(model, options);
  return {
    embedIds: async (ids) => {
      const tensor = (values) => new ort.Tensor("int64", values, [1, ids.length]);
      const { last_hidden_state: rows } = await session.run({
        input_ids: tensor(BigInt64Array.from(ids, BigInt)),
        attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
        token_type_ids: tensor(new BigInt64Array(ids.length)),
      });
      return pool(rows.data);
    },
  };
}

/** transformers.js from text to vector, with the eight-bit model; also its tokenizer. */
export async function transformers() {
  const { env, pipeline } = await import("/modules/@huggingface/transformers/dist/transformers.min.js");
  Object.assign(env, {
    allowRemoteModels: false,
    allowLocalModels: true,
    localModelPath: "/models/",
    useBrowserCache: false,
  });
  env.backends.onnx.wasm.numThreads = 1;
  env.backends.onnx.wasm.wasmPaths = "/modules/@huggingface/transformers/node_modules/onnxruntime-web/dist/";
  const extract = await pipeline("feature-extraction", "minilm", { dtype: "q8", device: "wasm" });
  return {
    embedText: async (text) => (await extract(text, { pooling: "mean", normalize: true })).data,
    ids: (text) =>
      Array.from(extract.tokenizer(text, { truncation: true, max_length: 256 }).input_ids.data, Number),
  };
}

/** Numbers in [0, 1) that are the same each time. */
function numbers(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647);
}

/** Each text differs, since a router caches the last one. */
let asked = 0;
const another = (text) => `${text} ${asked++}`;

/** The package as a page uses it, with a pool of `models` models; only the best one is listed. */
export async function routing(embedder, models) {
  const { Router } = await import("/package/index.js");
  const router = await Router.load({ embedder });
  const { clusters } = router.info();
  const errors = () => ({ mean: Array.from(numbers(clusters)), sd: Array(clusters).fill(0.1) });
  const model = (_, i) => ({ id: `model-${i}`, cost: { input: 1 + i, output: 1 + i }, errors: errors() });
  router.setPool({ models: Array.from({ length: models }, model) });
  return { decide: (text) => router.route(another(text), { lambda: 100, top: 1 }).model };
}

/** The first decision of a page that loads the package and nothing else. */
export async function firstDecision(embedder, text) {
  const { Router } = await import("/package/index.js");
  return (await Router.load({ embedder })).route(text).model;
}

/** transformers.js with the same rule in JavaScript: argmin of ΦᵀΨ + λ·cost. */
export function peerRouting({ embedText }, models, clusters = 200) {
  const centroids = numbers(clusters * WIDTH);
  const errors = numbers(clusters * models);
  const costs = numbers(models);
  const decide = async (text) => {
    const vector = await embedText(another(text));
    const weights = new Float32Array(clusters);
    let sum = 0;
    for (let k = 0; k < clusters; k++) {
      let distance = 0;
      for (let i = 0; i < WIDTH; i++) distance += (vector[i] - centroids[k * WIDTH + i]) ** 2;
      sum += weights[k] = Math.exp(-distance / 0.1);
    }
    let best = 0;
    let least = Infinity;
    for (let h = 0; h < models; h++) {
      let score = 1e-3 * costs[h];
      for (let k = 0; k < clusters; k++) score += (weights[k] / sum) * errors[h * clusters + k];
      if (score < least) [best, least] = [h, score];
    }
    return `model-${best}`;
  };
  return { decide };
}

/** The loaded engines of the page, by name. */
export const engines = {};

/** Runs one of an engine's functions several times in a row; the last result. */
export async function run(name, method, argument, times) {
  let result;
  for (let i = 0; i < times; i++) result = await engines[name][method](argument);
  return result;
}
