/**
 * The sentence encoders, each behind the same few functions; runs in the page.
 *
 * @typedef {object} Engine
 * @property {(ids: number[]) => Promise<Float32Array> | Float32Array} embedIds unit vector
 * @property {(text: string) => Promise<Float32Array> | Float32Array} [embedText]
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

/** Ours, without bindings (`wasm/src/lib.rs`). */
export async function ours(module, weights) {
  const compiled = await WebAssembly.compile(await bytes(module));
  // Only dependencies of the library import anything, for functions that the encoder never calls.
  const imports = {};
  for (const { module, name } of WebAssembly.Module.imports(compiled)) {
    imports[module] = { ...imports[module], [name]: () => 0 };
  }
  const { exports } = await WebAssembly.instantiate(compiled, imports);
  const pass = (input, call) => {
    const at = exports.reserve(input.byteLength);
    new Uint8Array(exports.memory.buffer, at, input.byteLength).set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
    const result = call(at, input.length);
    exports.release(at, input.byteLength);
    return result;
  };
  if (!pass(await bytes(weights), exports.load)) throw new Error(`${module} refuses ${weights}`);
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
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: "/models/", useBrowserCache: false });
  env.backends.onnx.wasm.numThreads = 1;
  env.backends.onnx.wasm.wasmPaths = "/modules/@huggingface/transformers/node_modules/onnxruntime-web/dist/";
  const extract = await pipeline("feature-extraction", "minilm", { dtype: "q8", device: "wasm" });
  return {
    embedText: async (text) => (await extract(text, { pooling: "mean", normalize: true })).data,
    ids: (text) => Array.from(extract.tokenizer(text, { truncation: true, max_length: 256 }).input_ids.data, Number),
  };
}

/** A page's engine is loaded once and waits here by its name. */
export const engines = {};

/** Runs one of an engine's functions several times in a row; the last result. */
export async function run(name, method, argument, times) {
  let result;
  for (let i = 0; i < times; i++) result = await engines[name][method](argument);
  return result;
}
