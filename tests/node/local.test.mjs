/**
 * Which models are inside the browser, by stand-ins with the interfaces of the Prompt API and of WebLLM. None of them may
 * be asked to download anything.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, test } from "node:test";

const load = (/** @type {string} */ name) => import(new URL(`../../pkg/${name}`, import.meta.url).href);
const { POOL_IDS, UnirouteError, localModels } = await load("local.js");

const MISSING = { id: null, kind: "browser", model: null, availability: "missing" };
const navigatorOfNode = Object.getOwnPropertyDescriptor(globalThis, "navigator");

/** @param {string} name @param {unknown} value */
const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

afterEach(() => {
  Reflect.deleteProperty(globalThis, "LanguageModel");
  Reflect.deleteProperty(globalThis, "navigator");
  if (navigatorOfNode !== undefined) Object.defineProperty(globalThis, "navigator", navigatorOfNode);
});

const never = () => assert.fail("a download or a session was started");

/** The Prompt API. @param {(options: any) => unknown} answer */
const promptApi = (answer) =>
  define(
    "LanguageModel",
    class {
      static create = never;
      static availability = async (/** @type {any} */ options) => answer(options);
    },
  );

/** WebGPU. @param {string[] | null} features of the adapter; null for no adapter */
const webGpu = (features) =>
  define("navigator", {
    gpu: { requestAdapter: async () => (features === null ? null : { features: new Set(features) }) },
  });

/** WebLLM with some models in its cache. @param {string[]} cached */
function webLlm(cached) {
  /** @type {{ model_list: { model_id: string, required_features?: string[] }[] }} */
  const prebuiltAppConfig = {
    model_list: [
      { model_id: "Qwen3-1.7B-q4f16_1-MLC", required_features: ["shader-f16"] },
      { model_id: "Llama-3.2-1B-Instruct-q4f32_1-MLC" },
      { model_id: "Llama-3.1-8B-Instruct-q4f32_1-MLC-1k" },
      { model_id: "RedPajama-INCITE-Chat-3B-v1-q4f16_1-MLC" },
    ],
  };
  return {
    prebuiltAppConfig,
    CreateMLCEngine: never,
    hasModelInCache: async (/** @type {string} */ id, appConfig = prebuiltAppConfig) => {
      if (!appConfig.model_list.some(({ model_id }) => model_id === id))
        throw new Error(`Cannot find ${id}.`);
      return cached.includes(id);
    },
  };
}

test("every id that a WebLLM model is given is one of the shipped pool", async () => {
  const pool = new URL("../../assets/pools/small-local.json", import.meta.url);
  const known = JSON.parse(await readFile(pool, "utf8")).models.map((/** @type {any} */ { id }) => id);
  const ids = Object.values(POOL_IDS).flat();
  assert.deepEqual(
    ids.filter((id) => !known.includes(id)),
    [],
  );
  assert.equal(new Set(ids).size, ids.length);
});

test("a browser without the Prompt API has no model of its own", async () => {
  assert.deepEqual(await localModels(), [MISSING]);
  define("LanguageModel", {});
  assert.deepEqual(await localModels(), [MISSING]);
});

test("the browser's own model is as available as it says, under the id of the caller", async () => {
  for (const availability of ["available", "downloadable", "downloading", "unavailable"]) {
    promptApi(() => availability);
    assert.deepEqual(await localModels({ browserModel: "gemma-3n-e4b-it" }), [
      { ...MISSING, id: "gemma-3n-e4b-it", availability },
    ]);
  }
  promptApi(() => "readily");
  const [older] = await localModels();
  assert.equal(older.availability, "unavailable");
  assert.match(older.reason, /readily/);
});

test("the browser is asked for text in the languages of the caller", async () => {
  /** @type {any[]} */
  const asked = [];
  promptApi((options) => {
    asked.push(options);
    return "available";
  });
  await localModels();
  await localModels({ languages: ["en", "ja"] });
  const text = { type: "text", languages: ["en", "ja"] };
  assert.deepEqual(asked, [
    { expectedInputs: [{ type: "text" }], expectedOutputs: [{ type: "text" }] },
    { expectedInputs: [text], expectedOutputs: [text] },
  ]);
});

test("a browser that does not let the page ask has no model; a wrong language is the caller's error", async () => {
  promptApi(() => {
    throw new DOMException("not allowed in this frame", "NotAllowedError");
  });
  const [refused] = await localModels();
  assert.deepEqual([refused.availability, refused.reason], ["unavailable", "not allowed in this frame"]);
  promptApi(() => {
    throw new RangeError("Invalid language tag: en-abc-invalid");
  });
  await assert.rejects(localModels({ languages: ["en-abc-invalid"] }), {
    code: "request_type",
    path: "languages",
  });
});

test("WebLLM's models are available if they are in the cache, and downloadable if not", async () => {
  webGpu(["shader-f16"]);
  const models = await localModels({ webllm: webLlm(["Qwen3-1.7B-q4f16_1-MLC"]) });
  const webllm = { kind: "webllm" };
  assert.deepEqual(models, [
    MISSING,
    { ...webllm, id: "qwen3-1.7b@none", model: "Qwen3-1.7B-q4f16_1-MLC", availability: "available" },
    { ...webllm, id: "qwen3-1.7b@thinking", model: "Qwen3-1.7B-q4f16_1-MLC", availability: "available" },
    {
      ...webllm,
      id: "llama-3.2-1b-instruct",
      model: "Llama-3.2-1B-Instruct-q4f32_1-MLC",
      availability: "downloadable",
    },
    {
      ...webllm,
      id: "llama-3.1-8b-instruct",
      model: "Llama-3.1-8B-Instruct-q4f32_1-MLC-1k",
      availability: "downloadable",
    },
  ]);
});

test("a model that the pool lacks is listed on demand, without an id", async () => {
  webGpu([]);
  const name = "RedPajama-INCITE-Chat-3B-v1-q4f16_1-MLC";
  const [, model, ...more] = await localModels({ webllm: webLlm([name]), models: [name] });
  assert.deepEqual(model, { id: null, kind: "webllm", model: name, availability: "available" });
  assert.equal(more.length, 0);
});

test("without WebGPU, or a feature of it that a model needs, it is unavailable and says why", async () => {
  const webllm = webLlm(["Qwen3-1.7B-q4f16_1-MLC", "Llama-3.2-1B-Instruct-q4f32_1-MLC"]);
  for (const gpu of [null, undefined]) {
    if (gpu === null) webGpu(null);
    else define("navigator", undefined);
    const models = (await localModels({ webllm })).slice(1);
    assert.equal(models.length, 4);
    for (const { availability, reason } of models) {
      assert.equal(availability, "unavailable");
      assert.match(reason, /WebGPU/);
    }
  }
  webGpu([]);
  const [, qwen, , llama] = await localModels({ webllm });
  assert.deepEqual([qwen.availability, llama.availability], ["unavailable", "available"]);
  assert.match(qwen.reason, /shader-f16/);
});

test("a configuration of the caller takes the place of WebLLM's own", async () => {
  webGpu([]);
  const appConfig = { model_list: [{ model_id: "gemma3-1b-it-q4f16_1-MLC" }] };
  const models = await localModels({ webllm: webLlm(["gemma3-1b-it-q4f16_1-MLC"]), appConfig });
  assert.deepEqual(
    models.slice(1).map((/** @type {any} */ { id, availability }) => [id, availability]),
    [["gemma-3-1b-it", "available"]],
  );
});

test("arguments of other types, and models that WebLLM does not know, are refused with their place", async () => {
  webGpu([]);
  for (const [options, path] of /** @type {[any, string][]} */ ([
    [null, "options"],
    ["webllm", "options"],
    [{ browserModel: 5 }, "browserModel"],
    [{ languages: "en" }, "languages"],
    [{ webllm: {} }, "webllm"],
    [{ webllm: null }, "webllm"],
    [{ webllm: webLlm([]), appConfig: [] }, "appConfig"],
    [{ webllm: webLlm([]), models: ["a", 5] }, "models[1]"],
  ])) {
    await assert.rejects(localModels(options), (/** @type {any} */ error) => {
      assert.ok(error instanceof UnirouteError, String(error));
      assert.deepEqual([error.code, error.path], ["request_type", path]);
      return true;
    });
  }
  await assert.rejects(localModels({ webllm: webLlm([]), models: ["Qwen9-MLC"] }), {
    code: "local_model",
    path: "models[0]",
  });
});
