/**
 * Parquet files as JSON lines, an object a row, for the core to read. Loaded on demand.
 */
import { UnirouteError, messageOf } from "../../uniroute/lib/errors.js";
import { vendored } from "./vendor.js";

/** Most rows of a file. */
const MAX_ROWS = 200_000;
/** Most characters of all rows. */
const MAX_TEXT = 64 * 1024 * 1024;
/** Most bytes of a page: as the command line has it. */
const PAGE = { free: 1024 * 1024, times: 200, most: 256 * 1024 * 1024 };
/** Types of columns that hold numbers or texts. */
const TYPES = ["BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE", "BYTE_ARRAY"];

/** @typedef {{ name: string, type?: string, repetition_type?: string, num_children?: number }} SchemaElement */

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<string>}
 * @throws {UnirouteError} `labels_packed`, for a file that is damaged, too large or compressed in another way
 */
export async function parquetLines(bytes) {
  const [{ parquetMetadata, parquetReadObjects, snappyUncompress }, { decompress }, { gunzip }] =
    await Promise.all([
      vendored("hyparquet/index.js"),
      vendored("fzstd.js"),
      vendored("hyparquet-compressors/gzip.js"),
    ]);
  const buffer = /** @type {ArrayBuffer} */ (bytes.slice().buffer);
  try {
    const metadata = parquetMetadata(buffer);
    if (metadata.num_rows > MAX_ROWS) throw new RangeError(`it has more than ${MAX_ROWS} rows`);
    const rows = await parquetReadObjects({
      file: {
        byteLength: buffer.byteLength,
        slice: async (/** @type {number} */ from, /** @type {number} */ to) => buffer.slice(from, to),
      },
      metadata,
      columns: columnsOf(metadata.schema),
      compressors: {
        SNAPPY: into(snappyUncompress),
        ZSTD: into(decompress),
        GZIP: into(gunzip),
      },
    });
    return linesOf(rows);
  } catch (thrown) {
    const problem = messageOf(thrown);
    throw new UnirouteError(
      "labels_packed",
      `This Parquet file cannot be read: ${problem}. Write it with snappy, zstd or gzip, or use “uniroute profile --labels”.`,
      { cause: thrown },
    );
  }
}

/**
 * The columns of numbers and texts that are not inside others.
 *
 * @param {SchemaElement[]} schema the root, then each column with those inside it
 */
function columnsOf(schema) {
  const names = [];
  let inside = 0;
  for (const { name, type, repetition_type: repetition, num_children: children = 0 } of schema.slice(1)) {
    if (inside === 0 && type && TYPES.includes(type) && repetition !== "REPEATED") names.push(name);
    inside += children - (inside > 0 ? 1 : 0);
  }
  return names;
}

/**
 * A decompressor that first checks the size that the page says it has.
 *
 * @param {(packed: Uint8Array, page: Uint8Array) => unknown} unpack
 */
function into(unpack) {
  return (/** @type {Uint8Array} */ packed, /** @type {number} */ size) => {
    const allowed = Math.min(PAGE.most, Math.max(PAGE.free, PAGE.times * packed.length));
    if (!(size >= 0 && size <= allowed)) throw new RangeError("a page is too large");
    const page = new Uint8Array(size);
    unpack(packed, page);
    return page;
  };
}

/** @param {Record<string, unknown>[]} rows */
function linesOf(rows) {
  const plain = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "bigint" ? Number(value) : value;
  let lines = "";
  for (const row of rows) {
    lines += `${JSON.stringify(row, plain)}\n`;
    if (lines.length > MAX_TEXT) throw new RangeError("its rows are too long for a page");
  }
  return lines;
}
