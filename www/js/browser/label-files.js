/**
 * Files of labels as the core reads them: a packed log of Inspect becomes the JSON that it would be without
 * packing, a Parquet file becomes JSON lines. Loaded on demand.
 */
import { UnirouteError } from "../../uniroute/lib/errors.js";
import { ArchiveError, entriesOf, unpack } from "./archive.js";
import { bytesOf } from "./file-bytes.js";

/** Most characters of a log, unpacked. */
const MAX_LOG = 64 * 1024 * 1024;
/** Files that name the model or hold the prompts of another one. */
const BESIDE = /^(instances|display_requests|scenario_state|run_spec|results_.*)\.json$/;
const PROBLEMS = {
  cut: "The log is cut short. Copy it again.",
  damaged: "The log is damaged. Copy it again.",
  entries: "The log has too many samples. Use “uniroute profile --labels”.",
  large: "The log is too large for a page. Use “uniroute profile --labels”.",
  method: "The log is packed in an unknown way. Write it with “inspect log convert --to json”.",
};

/** @typedef {{ name: string, content: string | Uint8Array }} LabelFile */

/**
 * Reads the files that a person chose: those with labels, and those beside them.
 *
 * @param {File[]} chosen
 * @returns {Promise<{ files: LabelFile[], others: LabelFile[] }>}
 * @throws {UnirouteError} `labels_packed`, for a packed file that is damaged or too large
 */
export async function readLabelFiles(chosen) {
  const read = await Promise.all(
    chosen.map(async (file) => {
      const bytes = await bytesOf(file);
      switch (/\.[^.]*$/.exec(file.name.toLowerCase())?.[0]) {
        case ".eval":
          return { name: `${file.name}.json`, content: await logOf(bytes) };
        case ".parquet": {
          const { parquetLines } = await import("./parquet.js");
          return { name: `${file.name}.jsonl`, content: await parquetLines(bytes) };
        }
        default:
          return { name: file.name, content: bytes };
      }
    }),
  );
  const files = read.filter(({ name }) => !BESIDE.test(name));
  return files.length > 0
    ? { files, others: read.filter(({ name }) => BESIDE.test(name)) }
    : { files: read, others: [] };
}

/** @param {Uint8Array} bytes */
async function logOf(bytes) {
  try {
    const entries = entriesOf(bytes);
    const header = entries.get("header.json") ?? entries.get("_journal/start.json");
    if (!header) throw new ArchiveError("damaged");
    let log = (await unpack(bytes, header, MAX_LOG)).trimEnd();
    if (!log.endsWith("}")) throw new ArchiveError("damaged");
    log = `${log.slice(0, -1)},"samples":[`;
    let comma = "";
    for (const [name, entry] of entries) {
      if (!/^samples\/.*\.json$/.test(name)) continue;
      log += comma + (await unpack(bytes, entry, MAX_LOG - log.length));
      comma = ",";
    }
    return `${log}]}`;
  } catch (thrown) {
    if (!(thrown instanceof ArchiveError)) throw thrown;
    throw new UnirouteError("labels_packed", PROBLEMS[thrown.problem], { cause: thrown });
  }
}
