/**
 * OpenAI's embeddings, from the one service that the settings name. No other takes its place when it fails:
 * vectors of different models cannot be compared.
 *
 * @module
 */
import { expect, isText } from "./check.js";
import { HttpError } from "./http.js";
import { forward } from "./forward.js";
import { mayUse } from "./served.js";
import { brief } from "./text.js";

/** Most texts of one request, as OpenAI has it. */
const MAX_TEXTS = 2_048;

const isToken = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isTokens = (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isToken);

/** @type {import("./routes.js").Handler} */
export async function embeddings(call) {
  const { model } = checked(call.body);
  const { embeddings: upstream } = call.settings;
  if (upstream === undefined)
    throw new HttpError(
      501,
      "no_embeddings",
      "This service has no model for embeddings. Set EMBEDDINGS_URL and EMBEDDINGS_MODELS.",
    );
  const allowed = upstream.models.filter((id) => mayUse(call.caller, id));
  if (!allowed.includes(model))
    throw new HttpError(
      404,
      "model_not_found",
      `There is no model ${JSON.stringify(brief(model))} for embeddings. ` +
        (allowed.length > 0 ? `Use one of ${allowed.map(brief).join(", ")}.` : "This token may use none."),
    );
  return forward([{ id: model, upstream, headers: {} }], call, "embeddings");
}

/**
 * @param {Record<string, any>} body
 * @returns {{ model: string }}
 */
function checked({ model, input }) {
  expect(isText(model), "model", "a string");
  const isList = Array.isArray(input) && input.length > 0 && (input.every(isText) || input.every(isTokens));
  expect(
    isText(input) || isTokens(input) || isList,
    "input",
    "a string, a list of strings, a list of tokens or a list of these",
  );
  expect(isText(input) || input.length > 0, "input", "a list that is not empty");
  expect(!isList || input.length <= MAX_TEXTS, "input", `a list of at most ${MAX_TEXTS} texts`);
  return { model };
}
