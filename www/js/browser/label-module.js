/**
 * The reader of files of evaluation programs and logs. It is in the module of the transformer, so that the one that
 * every visit loads stays small; the transformer's weights are not needed. Loaded on demand.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";

/** @import { Labels } from "../../uniroute/lib/types.js" */
/** @import { LabelFile } from "./label-files.js" */

/** @type {Promise<any> | null} */
let loading = null;

/** The module, started once; it is fetched again if that failed. */
function labelModule() {
  loading ??= (async () => {
    const at = (/** @type {string} */ name) => new URL(`../../uniroute/dist/${name}`, import.meta.url);
    const glue = await import(at("uniroute_minilm.js").href);
    await glue.default({ module_or_path: fetch(at("uniroute_minilm_bg.wasm")) });
    return glue;
  })().catch((cause) => {
    loading = null;
    const message = "The reader of labels could not be loaded. Try again when you are online.";
    throw new UnirouteError("labels_module", message, { cause });
  });
  return loading;
}

/**
 * Reads the labels of one model from a file.
 *
 * @param {LabelFile} file
 * @param {{ model?: string | undefined, score?: string | undefined, prompt?: string | undefined, skipBad?: boolean | undefined }} said
 *   what the file does not say
 * @param {LabelFile[]} others files beside it
 * @returns {Promise<Labels>}
 * @throws {UnirouteError}
 */
export async function readLabelFile({ name, content }, { model, score, prompt, skipBad = false }, others) {
  const { readLabels } = await labelModule();
  const beside = (/** @type {string} */ wanted) => {
    const other = others.find((one) => one.name === wanted);
    return other && bytes(other.content);
  };
  try {
    return readLabels(name, bytes(content), model, score, prompt, skipBad, beside);
  } catch (thrown) {
    throw UnirouteError.from(thrown);
  }
}

/** @param {string | Uint8Array} content */
function bytes(content) {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
