/**
 * Programs that people copy, run with models that are simulated on this machine.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Models } from "./models.mjs";
import { FOLDER } from "./uniroute.mjs";

const run = promisify(execFile);
/** The address of a server that copied code has for its reader to change. */
const SERVER = "http://127.0.0.1:8080/v1";

/**
 * What a program prints with simulated models.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} files the last one is run
 */
export async function output(t, files) {
  const models = await Models.start(t);
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(FOLDER, name), content.replaceAll(SERVER, models.url));
  const env = { ...process.env, OPENAI_API_KEY: "key", OPENAI_BASE_URL: models.url };
  const { stdout } = await run(process.execPath, [Object.keys(files).at(-1) ?? ""], { cwd: FOLDER, env });
  return { stdout, models };
}
