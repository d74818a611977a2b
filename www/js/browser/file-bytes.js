/** Bytes of a file that are read at most; the core rejects far smaller files. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The start of a file, up to a limit that no accepted file reaches.
 *
 * @param {Blob} file
 */
export async function bytesOf(file) {
  return new Uint8Array(await file.slice(0, MAX_BYTES).arrayBuffer());
}
