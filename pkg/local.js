/**
 * Which models are there inside this browser: its own one, and those of WebLLM. Nothing is downloaded and no model is
 * started; that is a call of yours.
 *
 * @module
 */
import { guarded, optionalText, texts } from "./lib/checks.js";
import { UnirouteError, messageOf } from "./lib/errors.js";

export { UnirouteError };

/**
 * `missing`: this browser has no such interface. `unavailable`: it cannot run the model. `downloadable`: it can after a
 * download, which begins with `LanguageModel.create()` or `CreateMLCEngine()`. `downloading`: that has begun.
 *
 * @typedef {"available" | "downloadable" | "downloading" | "unavailable" | "missing"} Availability
 */

/**
 * @typedef {object} LocalModel
 * @property {string | null} id of the model in the package's pool `small-local.json`; null where the pool does not
 *   have it, or the browser does not say which model it is
 * @property {"browser" | "webllm"} kind
 * @property {string | null} model the name that the interface knows it by
 * @property {Availability} availability
 * @property {string} [reason] why it is unavailable
 */

/**
 * What is used of WebLLM: the module `@mlc-ai/web-llm` has both.
 *
 * @typedef {object} WebLlm
 * @property {(model: string, appConfig?: any) => Promise<boolean>} hasModelInCache
 * @property {AppConfig | undefined} [prebuiltAppConfig]
 */

/** @typedef {{ model_list: { model_id: string, required_features?: string[] }[] }} AppConfig */

/**
 * @typedef {object} LocalOptions
 * @property {string | undefined} [browserModel] id in your pool of the browser's own model: browsers do not say which one
 *   they have
 * @property {string[] | undefined} [languages] that the browser's own model must read and write, as BCP 47 tags
 * @property {WebLlm | undefined} [webllm] the module `@mlc-ai/web-llm`
 * @property {AppConfig | undefined} [appConfig] of WebLLM, where it is not `prebuiltAppConfig`
 * @property {string[] | undefined} [models] ids of WebLLM to ask for. Default: those that the package's pool has, too
 */

/**
 * The ids in the pool of WebLLM's models; a model that can think has one for each way. WebLLM's weights have fewer bits
 * than those that the scores of the pool were measured with.
 *
 * @type {Record<string, string[]>}
 */
export const POOL_IDS = {
  "Llama-3.1-8B-Instruct": ["llama-3.1-8b-instruct"],
  "Llama-3.2-1B-Instruct": ["llama-3.2-1b-instruct"],
  "Llama-3.2-3B-Instruct": ["llama-3.2-3b-instruct"],
  "Phi-4-mini-instruct": ["phi-4-mini-instruct"],
  "Qwen2.5-1.5B-Instruct": ["qwen2.5-1.5b-instruct"],
  "Qwen3-0.6B": ["qwen3-0.6b@none"],
  "Qwen3-1.7B": ["qwen3-1.7b@none", "qwen3-1.7b@thinking"],
  "Qwen3-4B": ["qwen3-4b@none", "qwen3-4b@thinking"],
  "Qwen3-8B": ["qwen3-8b@none", "qwen3-8b@thinking"],
  "gemma-4-E2B-it": ["gemma-4-e2b-it@thinking"],
  "gemma3-1b-it": ["gemma-3-1b-it"],
};

/** What `availability()` of the Prompt API may answer. */
const ANSWERS = /** @type {const} */ (["available", "downloadable", "downloading", "unavailable"]);

/**
 * The models of this browser, its own first. An id occurs once for each of WebLLM's builds of the model.
 *
 * @param {LocalOptions} [options]
 * @returns {Promise<LocalModel[]>}
 */
export async function localModels(options = {}) {
  const given = checkedOptions(options);
  const own = browserModel(given.browserModel ?? null, given.languages);
  return [await own, ...(given.webllm === undefined ? [] : await webllmModels(given.webllm, given))];
}

/**
 * The browser's own model, by the Prompt API.
 *
 * @param {string | null} id
 * @param {string[] | undefined} languages
 * @returns {Promise<LocalModel>}
 */
async function browserModel(id, languages) {
  const api = /** @type {{ LanguageModel?: { availability?: (options?: object) => Promise<unknown> } }} */ (
    globalThis
  ).LanguageModel;
  const model = /** @type {const} */ ({ id, kind: "browser", model: null });
  if (typeof api?.availability !== "function") return { ...model, availability: "missing" };
  const text = { type: "text", ...(languages === undefined ? {} : { languages }) };
  try {
    const answer = await api.availability({ expectedInputs: [text], expectedOutputs: [text] });
    const known = ANSWERS.find((one) => one === answer);
    if (known !== undefined) return { ...model, availability: known };
    return { ...model, availability: "unavailable", reason: `The browser answers ${String(answer)}.` };
  } catch (thrown) {
    if (thrown instanceof RangeError || thrown instanceof TypeError) {
      throw new UnirouteError(
        "request_type",
        `languages is refused by the browser: ${messageOf(thrown)} Pass BCP 47 tags such as "en".`,
        { path: "languages", cause: thrown },
      );
    }
    return { ...model, availability: "unavailable", reason: messageOf(thrown) };
  }
}

/**
 * @param {WebLlm} webllm
 * @param {{ appConfig: AppConfig | undefined, models: string[] | undefined }} options
 * @returns {Promise<LocalModel[]>}
 */
async function webllmModels(webllm, { appConfig, models }) {
  const config = appConfig ?? webllm.prebuiltAppConfig;
  const list = Array.isArray(config?.model_list) ? config.model_list : [];
  const asked = models ?? list.map(({ model_id }) => model_id).filter((name) => idsOf(name)[0] !== null);
  const features = await gpuFeatures();
  const all = await Promise.all(
    asked.map(async (name, i) => {
      const needed = list.find(({ model_id }) => model_id === name)?.required_features ?? [];
      const state = lacking(features, needed) ?? {
        availability: /** @type {Availability} */ (
          (await isCached(webllm, name, appConfig, `models[${i}]`)) ? "available" : "downloadable"
        ),
      };
      return idsOf(name).map((id) => ({ id, kind: /** @type {const} */ ("webllm"), model: name, ...state }));
    }),
  );
  return all.flat();
}

/**
 * The ids in the pool of one of WebLLM's models: its name without the precision, such as `-q4f16_1-MLC`.
 *
 * @param {string} name
 * @returns {(string | null)[]}
 */
function idsOf(name) {
  const base = name.replace(/-q\d+f\d+(?:_\d+)?-MLC(?:-[\w-]+)?$/, "");
  return Object.hasOwn(POOL_IDS, base) ? (POOL_IDS[base] ?? [null]) : [null];
}

/**
 * What this browser's WebGPU can do; undefined without WebGPU.
 *
 * @returns {Promise<{ has(feature: string): boolean } | undefined>}
 */
async function gpuFeatures() {
  const { gpu } = /** @type {{ gpu?: { requestAdapter(): Promise<any> } }} */ (globalThis.navigator ?? {});
  try {
    return (await gpu?.requestAdapter())?.features;
  } catch {
    return undefined;
  }
}

/**
 * @param {{ has(feature: string): boolean } | undefined} features
 * @param {string[]} needed
 * @returns {{ availability: Availability, reason: string } | undefined}
 */
function lacking(features, needed) {
  if (features === undefined)
    return { availability: "unavailable", reason: "WebLLM needs WebGPU, which this browser does not have." };
  const missing = needed.filter((feature) => !features.has(feature));
  if (missing.length === 0) return undefined;
  return { availability: "unavailable", reason: `The model needs ${missing.join(", ")} of WebGPU.` };
}

/**
 * @param {WebLlm} webllm
 * @param {string} name
 * @param {AppConfig | undefined} appConfig
 * @param {string} path
 */
async function isCached(webllm, name, appConfig, path) {
  try {
    return (await webllm.hasModelInCache(name, appConfig)) === true;
  } catch (thrown) {
    throw new UnirouteError(
      "local_model",
      `WebLLM cannot say whether it has ${name}: ${messageOf(thrown)} Pass an id of its model_list.`,
      { path, cause: thrown },
    );
  }
}

/** @param {unknown} options */
function checkedOptions(options) {
  if (typeof options !== "object" || options === null)
    reject("options", "must be an object. Pass an object.");
  const given = guarded("options", () => {
    const { browserModel, languages, webllm, appConfig, models } = /** @type {Record<string, unknown>} */ (
      options
    );
    return { browserModel, languages, webllm, appConfig, models };
  });
  const { webllm, appConfig } = given;
  const hasCache = guarded("webllm", () => /** @type {any} */ (Object(webllm)).hasModelInCache);
  if (webllm !== undefined && typeof hasCache !== "function") {
    reject("webllm", "has no hasModelInCache. Pass the module: import * as webllm from “@mlc-ai/web-llm”.");
  }
  const list = guarded("appConfig", () => /** @type {any} */ (Object(appConfig)).model_list);
  if (appConfig !== undefined && !Array.isArray(list))
    reject("appConfig", "has no model_list. Pass the configuration that WebLLM is started with.");
  return {
    browserModel: optionalText(given.browserModel, "browserModel"),
    languages: given.languages === undefined ? undefined : texts(given.languages, "languages"),
    models: given.models === undefined ? undefined : texts(given.models, "models"),
    webllm: /** @type {WebLlm | undefined} */ (webllm),
    appConfig: /** @type {AppConfig | undefined} */ (appConfig),
  };
}

/**
 * @param {string} path
 * @param {string} problem with the remedy
 * @returns {never}
 */
function reject(path, problem) {
  throw new UnirouteError("request_type", `${path} ${problem}`, { path });
}
