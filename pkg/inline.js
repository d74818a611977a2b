/**
 * Writes uniroute as one script that needs no other file and no network: for pages that are a single
 * HTML file, and for hosts that cannot serve files beside a script. Runs in Node.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { jsonBytes } from "./lib/checks.js";
import { UnirouteError } from "./lib/errors.js";

export { UnirouteError };

const gzipAsync = promisify(gzip);

/**
 * The source of an ES module that exports `Router`, `UnirouteError` and `version` as the package
 * does, with router and pool inside. About 1.8 MB, which compresses to 1.3 MB.
 *
 * @param {object} [options]
 * @param {Uint8Array} [options.router] a router file instead of the package's own
 * @param {import("./lib/types.js").PoolSource} [options.pool] LLM profile JSON instead of the
 *   package's own pool; it is checked when the script loads
 * @returns {Promise<string>}
 */
export async function inline({ router, pool } = {}) {
  const [script, wasm, ownRouter, ownPool] = await Promise.all(
    ["single.js", "uniroute_bg.wasm", "default.router", "pools/models-2026.json"].map(read),
  );
  const files = {
    wasm: await compressed(wasm),
    router: await compressed(router ?? ownRouter),
    pool: await compressed(pool === undefined ? ownPool : jsonBytes(pool, "pool")),
  };
  // A string literal that contains JSON: base64 and the names have no characters to escape except quotes.
  const literal = JSON.stringify(JSON.stringify(files));
  return new TextDecoder().decode(script).replace('"UNIROUTE_FILES"', () => literal);
}

/** @param {string} name */
async function read(name) {
  try {
    return await readFile(new URL(`./dist/${name}`, import.meta.url));
  } catch (cause) {
    throw new UnirouteError(
      "missing_file",
      `The file dist/${name} of this package is missing. Install the package again.`,
      {
        path: name,
        cause,
      },
    );
  }
}

/** @param {Uint8Array | undefined} bytes */
async function compressed(bytes) {
  const small = await gzipAsync(bytes ?? new Uint8Array(), { level: 9 });
  return small.toString("base64");
}
