/**
 * A copy of the page whose files a test may change, as a new version of the page.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE, startServer } from "./harness.mjs";

/** Copies the page and serves the copy. */
export async function copySite() {
  const site = await mkdtemp(join(tmpdir(), "uniroute-"));
  await cp(SITE, site, { recursive: true });
  const own = await startServer(site);
  const remove = async () => {
    await own.stop();
    await rm(site, { recursive: true });
  };
  return { site, own, remove };
}

/**
 * Adds a rule to the style sheet of the page, and updates the list of its service worker.
 *
 * @param {string} site
 * @param {string} rule
 * @param {string} [hash] of the changed file in the list; wrong on purpose
 */
export async function publish(site, rule, hash) {
  const style = "css/page.css";
  await appendFile(join(site, style), `${rule}\n`);
  const list = join(site, "sw-files.js");
  const [head, json] = (await readFile(list, "utf8")).trim().split(" = ");
  const known = JSON.parse((json ?? "").replace(/;$/, ""));
  known.files[style] =
    hash ??
    createHash("sha256")
      .update(await readFile(join(site, style)))
      .digest("hex");
  known.version = createHash("sha256").update(JSON.stringify(known.files)).digest("hex");
  await writeFile(list, `${head} = ${JSON.stringify(known)};\n`);
}
