/** Code for the AI SDK, the OpenAI client and LangChain, from a pool, a setting and a prompt. Loaded on demand. */
import { literal, loadLines } from "./code-text.js";

/** @import { ModelInfo } from "../../uniroute/lib/types.js" */
/** @import { What } from "./code-text.js" */

/**
 * A provider whose models the AI SDK calls by the names that pools use as ids.
 *
 * @typedef {object} Provider
 * @property {string} name of the function, and the end of the name of its package
 * @property {RegExp} ids of its models
 */

/** @type {Provider[]} */
const PROVIDERS = [
  { name: "anthropic", ids: /^claude-/ },
  { name: "google", ids: /^gemini-/ },
  { name: "openai", ids: /^(gpt-(?!oss)|o\d)/ },
];
/** An effort of reasoning at the end of an id: the model is sent this effort. */
const EFFORT = /(?<=.)@(none|minimal|low|medium|high|xhigh|max)$/;
/** The address of a server with OpenAI's interface, for models that no provider above has. */
const ADDRESS = "http://127.0.0.1:8080/v1";

/**
 * The names of models that a library can be given: those of the pool that the request allows, without the effort
 * in their ids. An id with another ending, such as `@thinking`, is not the name of a model.
 *
 * @param {Pick<ModelInfo, "id" | "capabilities">[]} models of the pool
 * @param {What["request"]} request
 * @returns {string[]}
 */
export function namesOf(models, { allow, deny, need }) {
  const isAllowed = (/** @type {Pick<ModelInfo, "id" | "capabilities">} */ { id, capabilities }) =>
    (allow === undefined || allow.includes(id)) &&
    !deny?.includes(id) &&
    (need ?? []).every((ability) => capabilities.includes(ability));
  const names = models.filter(isAllowed).map(({ id }) => id.replace(EFFORT, ""));
  return [...new Set(names)].filter((name) => !name.includes("@"));
}

/**
 * Code for each library. Models of the providers that a library knows are preferred; if there are none, all are
 * taken for models of one server.
 *
 * @param {What} what
 * @param {string[]} names of models; at least one
 * @returns {{ title: string, code: string, left: number, isServer: boolean }[]} `left` models are left out; one
 *   server has the others, or their providers
 */
export function inLibraries(what, names) {
  const ofOpenAi = names.filter((name) => providerOf(name)?.name === "openai");
  const known = names.filter((name) => providerOf(name) !== undefined);
  const one = ofOpenAi.length > 0 ? ofOpenAi : names;
  const many = known.length > 0 ? known : names;
  const ofOne = { left: names.length - one.length, isServer: ofOpenAi.length === 0 };
  const ofMany = { left: names.length - many.length, isServer: known.length === 0 };
  return [
    { title: "AI SDK", code: inAiSdk(what, many), ...ofMany },
    { title: "OpenAI client", code: inOpenAi(what, one, ofOne.isServer), ...ofOne },
    { title: "LangChain", code: inLangChain(what, one, ofOne.isServer), ...ofOne },
  ];
}

/** @param {string} name of a model */
const providerOf = (name) => PROVIDERS.find(({ ids }) => ids.test(name));

/**
 * @param {What} what
 * @param {string[]} names all of known providers, or none
 */
function inAiSdk(what, names) {
  const groups = PROVIDERS.map(({ name, ids }) => ({ name, models: names.filter((one) => ids.test(one)) }));
  const used = groups.filter(({ models }) => models.length > 0);
  const isServer = used.length === 0;
  const packages = isServer ? ["openai-compatible"] : used.map(({ name }) => name);
  const { imports, options } = loadLines(what);
  return lines(
    `// npm install uniroute ai ${packages.map((name) => `@ai-sdk/${name}`).join(" ")}`,
    ...(isServer
      ? ['import { createOpenAICompatible } from "@ai-sdk/openai-compatible";']
      : used.map(({ name }) => `import { ${name} } from "@ai-sdk/${name}";`)),
    'import { generateText } from "ai";',
    'import { Router } from "uniroute";',
    'import { auto } from "uniroute/ai";',
    ...imports,
    "",
    ...(isServer
      ? [
          `const server = createOpenAICompatible({ name: "server", baseURL: ${literal(ADDRESS)} });`,
          modelsOf(names, "server(name)"),
        ]
      : used.length === 1
        ? [modelsOf(names, `${used[0]?.name}(name)`)]
        : [
            "const models = {};",
            ...used.map(
              ({ name, models }) => `for (const name of ${list(models)}) models[name] = ${name}(name);`,
            ),
          ]),
    `const model = auto(await Router.load(${options}), models, { ${fields(what.request)} });`,
    `const { text, providerMetadata } = await generateText({ model, prompt: ${literal(what.prompt)} });`,
    "console.log(text, providerMetadata.uniroute);",
  );
}

/**
 * @param {What} what
 * @param {string[]} names
 * @param {boolean} isServer
 */
function inOpenAi(what, names, isServer) {
  const { imports, options } = loadLines(what);
  const server = isServer ? `baseURL: ${literal(ADDRESS)}, apiKey: "none", ` : "";
  return lines(
    "// npm install uniroute openai",
    'import OpenAI from "openai";',
    'import { Router } from "uniroute";',
    'import { routed } from "uniroute/openai";',
    ...imports,
    "",
    modelsOf(names, "name"),
    `const fetch = routed(await Router.load(${options}), { models, ${fields(what.request)} });`,
    `const openai = new OpenAI({ ${server}fetch });`,
    `const messages = [{ role: "user", content: ${literal(what.prompt)} }];`,
    'const { data, response } = await openai.chat.completions.create({ model: "auto", messages }).withResponse();',
    'console.log(data.choices[0].message.content, response.headers.get("x-uniroute-model"));',
  );
}

/**
 * @param {What} what
 * @param {string[]} names
 * @param {boolean} isServer
 */
function inLangChain(what, names, isServer) {
  const { imports, options } = loadLines(what);
  const server = isServer ? `, apiKey: "none", configuration: { baseURL: ${literal(ADDRESS)} }` : "";
  return lines(
    "// npm install uniroute langchain @langchain/core @langchain/openai",
    'import { ChatOpenAI } from "@langchain/openai";',
    'import { createAgent } from "langchain";',
    'import { Router } from "uniroute";',
    'import { routingMiddleware } from "uniroute/langchain";',
    ...imports,
    "",
    `const chat = (model) => new ChatOpenAI({ model, maxRetries: 1${server} });`,
    modelsOf(names, "chat(name)"),
    `const middleware = [routingMiddleware(await Router.load(${options}), models, { ${fields(what.request)} })];`,
    `const agent = createAgent({ model: chat(${literal(names[0])}), middleware });`,
    `const { messages } = await agent.invoke({ messages: [{ role: "user", content: ${literal(what.prompt)} }] });`,
    "console.log(messages.at(-1).text, messages.at(-1).response_metadata.uniroute);",
  );
}

/**
 * @param {string[]} names
 * @param {string} model code that makes a model of `name`
 */
const modelsOf = (names, model) =>
  `const models = Object.fromEntries(${list(names)}.map((name) => [name, ${model}]));`;

/** @param {What["request"]} request */
const fields = (request) =>
  Object.entries(request)
    .map(([name, value]) => `${name}: ${literal(value)}`)
    .join(", ");

/** @param {string[]} texts */
const list = (texts) => `[${texts.map(literal).join(", ")}]`;

/** @param {...string} all */
const lines = (...all) => [...all, ""].join("\n");
