/**
 * The declarations of the adapters beside those of the libraries.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FOLDER } from "./uniroute.mjs";

const TSC = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const USE = `
import { openai } from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import { generateText, type LanguageModel } from "ai";
import { createAgent, initChatModel } from "langchain";
import OpenAI from "openai";
import { Router } from "uniroute";
import { allowList, auto } from "uniroute/ai";
import { routingMiddleware } from "uniroute/langchain";
import { routed } from "uniroute/openai";
import type { Routed } from "uniroute/types";
import { WorkerRouter } from "uniroute/worker";

const router = await Router.load();
const model = auto(router, { large: openai("gpt-x"), small: openai("gpt-y") }, { lambda: 100, attempts: 2, timeout: 9 });
const language: LanguageModel = model;
const version: "v4" = model.specificationVersion;
const { providerMetadata } = await generateText({ model, prompt: "Hi" });
const said = providerMetadata?.["uniroute"] as Routed | undefined;
auto(await WorkerRouter.load(), { large: openai("gpt-x") });
const chosen: string = allowList({ a: "b" }, "a")(said?.model);
// @ts-expect-error a model is not its name
auto(router, { large: "gpt-x" });
// @ts-expect-error a misspelt option
auto(router, { large: openai("gpt-x") }, { lamda: 5 });

const names = { auto: {}, thrifty: { lambda: 1e4 } };
const client = new OpenAI({ fetch: routed(router, { models: { large: "gpt-x" }, names, minQuality: 0.5, fetch }) });
// @ts-expect-error models are named by text
routed(router, { models: { large: 5 } });
// @ts-expect-error the models are missing
routed(router, {});

const chat = new ChatOpenAI({ model: "gpt-x" });
const late = await initChatModel("openai:gpt-x");
const effort = (level: string, id: string) => ({ outputConfig: { level, id } });
const middleware = [routingMiddleware(router, { large: chat, small: late }, { maxCost: 0.1, effort })];
const agent = createAgent({ model: chat, middleware });
// @ts-expect-error a model is not its name
routingMiddleware(router, { large: "openai:gpt-x" });
// @ts-expect-error settings are an object
routingMiddleware(router, { large: chat }, { effort: () => 5 });
console.log(language, version, said?.tried[0]?.reason, chosen, client, agent);
`;

/** The declarations are made when the package is packed. */
const skip = process.env.UNIROUTE_TARBALL === undefined && "there is no tarball";

for (const [resolution, module] of [
  ["bundler", "esnext"],
  ["nodenext", "nodenext"],
]) {
  test(
    `tsc --strict accepts a program that uses every adapter, resolving as ${resolution}`,
    { skip },
    async () => {
      const compilerOptions = {
        strict: true,
        skipLibCheck: true, // the libraries' own declarations need those of further packages
        noEmit: true,
        exactOptionalPropertyTypes: true,
        target: "es2023",
        lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"],
        module,
        moduleResolution: resolution,
        types: [],
      };
      writeFileSync(join(FOLDER, "main.ts"), USE);
      writeFileSync(join(FOLDER, "package.json"), '{ "type": "module" }');
      writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
      const said = await new Promise((resolve) =>
        execFile(process.execPath, [TSC, "--project", "."], { cwd: FOLDER }, (_, stdout) => resolve(stdout)),
      );
      assert.equal(said, "");
    },
  );
}
