/**
 * Zip archives, as workbooks and packed logs are. The browser unpacks them. Loaded on demand.
 */

import { UnirouteError } from "../../uniroute/lib/errors.js";

/** Most files in an archive. */
const MAX_ENTRIES = 100_000;
/** Bytes of the archive's end record, and of the longest comment after it. */
const END = { bytes: 22, comment: 65_535 };
const SIGNATURE = { end: 0x06054b50, entry: 0x02014b50, file: 0x04034b50 };
/** How files are packed, by the numbers of the archive. */
const METHOD = { stored: 0, deflate: 8, zstd: 93 };

/** @typedef {{ method: number, bytes: number, unpacked: number, at: number }} Entry `bytes`: when packed */

/** What is wrong with an archive, for the caller to word. */
export class ArchiveError extends Error {
  /** @param {"cut" | "damaged" | "entries" | "large" | "method"} problem */
  constructor(problem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Whether a file may be a zip archive.
 *
 * @param {Uint8Array} bytes
 */
export function isArchive(bytes) {
  return bytes.length > END.bytes && view(bytes).getUint32(0, true) === SIGNATURE.file;
}

/**
 * The files of an archive, by their names.
 *
 * @param {Uint8Array} bytes
 * @returns {Map<string, Entry>}
 * @throws {ArchiveError}
 */
export function entriesOf(bytes) {
  const data = view(bytes);
  let end = bytes.length - END.bytes;
  const last = Math.max(0, end - END.comment);
  while (end >= last && data.getUint32(end, true) !== SIGNATURE.end) end -= 1;
  if (end < last) throw new ArchiveError("cut");
  const count = data.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw new ArchiveError("entries");
  const entries = new Map();
  let at = data.getUint32(end + 16, true);
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > bytes.length || data.getUint32(at, true) !== SIGNATURE.entry)
      throw new ArchiveError("damaged");
    const [flags, method] = [data.getUint16(at + 8, true), data.getUint16(at + 10, true)];
    const [nameBytes, extra, comment] = [28, 30, 32].map((field) => data.getUint16(at + field, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + (nameBytes ?? 0)));
    // An encrypted file cannot be read.
    if ((flags & 1) === 0)
      entries.set(name, {
        method,
        bytes: data.getUint32(at + 20, true),
        unpacked: data.getUint32(at + 24, true),
        at: data.getUint32(at + 42, true),
      });
    at += 46 + (nameBytes ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/**
 * The text of a file in an archive.
 *
 * @param {Uint8Array} bytes of the archive
 * @param {Entry} entry
 * @param {number} most characters that it may have
 * @throws {ArchiveError}
 */
export async function unpack(bytes, { method, bytes: size, unpacked, at }, most) {
  if (at + 30 > bytes.length || view(bytes).getUint32(at, true) !== SIGNATURE.file)
    throw new ArchiveError("damaged");
  const start = at + 30 + view(bytes).getUint16(at + 26, true) + view(bytes).getUint16(at + 28, true);
  if (start + size > bytes.length) throw new ArchiveError("cut");
  const packed = bytes.subarray(start, start + size);
  switch (method) {
    case METHOD.zstd:
      if (unpacked > most) throw new ArchiveError("large");
      return new TextDecoder().decode(await withoutZstd(packed, unpacked));
    case METHOD.stored:
    case METHOD.deflate:
      return textOf(packed, method === METHOD.deflate, most);
    default:
      throw new ArchiveError("method");
  }
}

/**
 * @param {Uint8Array} packed
 * @param {number} size
 */
async function withoutZstd(packed, size) {
  const { unpackZstd } = await import("./vendor.js");
  try {
    return await unpackZstd(packed, size);
  } catch (thrown) {
    throw UnirouteError.is(thrown) ? thrown : new ArchiveError("damaged");
  }
}

/**
 * @param {Uint8Array} packed
 * @param {boolean} isDeflated
 * @param {number} most characters
 */
async function textOf(packed, isDeflated, most) {
  const content = new Blob([/** @type {BlobPart} */ (packed)]).stream();
  const stream = isDeflated ? content.pipeThrough(new DecompressionStream("deflate-raw")) : content;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > most) throw new ArchiveError("large");
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    throw cause instanceof ArchiveError ? cause : new ArchiveError("damaged");
  }
  return text + decoder.decode();
}

/** @param {Uint8Array} bytes */
function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
