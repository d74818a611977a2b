#!/usr/bin/env node
// `npx uniroute-inline`: uniroute as one script.
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { inline } from "./inline.js";

const USAGE = `Usage: uniroute-inline [--pool POOL.json] [--router FILE.router] [-o FILE.js]
Writes uniroute with its router and pool as one script that needs no other file.`;

try {
  const { values } = parseArgs({
    options: {
      pool: { type: "string" },
      router: { type: "string" },
      out: { type: "string", short: "o", default: "uniroute.inline.js" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
  } else {
    const given = (/** @type {string | undefined} */ path) =>
      path === undefined ? undefined : readFile(path);
    const script = await inline({ pool: await given(values.pool), router: await given(values.router) });
    await writeFile(values.out, script);
    console.log(`${values.out}: ${script.length} bytes`);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  process.exitCode = 1;
}
