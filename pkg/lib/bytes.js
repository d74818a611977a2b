import { UnirouteError } from "./errors.js";

/** @typedef {import("./types.js").FetchOptions} FetchOptions */
/** @typedef {import("./types.js").Phase} Phase */

/**
 * Downloads a file and reports the progress.
 *
 * @param {URL} url
 * @param {Phase} phase
 * @param {number | undefined} size expected size in bytes, where known
 * @param {FetchOptions} options
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function download(url, phase, size, { signal, onProgress }) {
  if (size !== undefined) onProgress?.({ phase, loaded: 0, total: size });
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnirouteError(
      "network",
      `Could not fetch ${url.pathname}. Check the connection, then try again.`,
      { cause: error },
    );
  }
  if (!response.ok) {
    throw new UnirouteError(
      "network",
      `${url.pathname} answered with status ${response.status}. Check the address of the file.`,
    );
  }
  const compressed = response.headers.has("content-encoding");
  const total = size ?? (compressed ? null : Number(response.headers.get("content-length")) || null);
  onProgress?.({ phase, loaded: 0, total });
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  /** @type {Uint8Array[]} */
  const chunks = [];
  let loaded = 0;
  const reader = response.body.getReader();
  const read = () =>
    reader.read().catch((error) => {
      if (signal?.aborted) throw error;
      throw new UnirouteError(
        "network",
        `${url.pathname} was cut off before its end. Check the connection, then try again.`,
        { cause: error },
      );
    });
  for (let part = await read(); !part.done; part = await read()) {
    chunks.push(part.value);
    loaded += part.value.length;
    onProgress?.({ phase, loaded, total });
  }
  return concatenate(chunks, loaded);
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length
 */
function concatenate(chunks, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Rejects bytes that differ from those the package was published with. Pages on plain `http:` have no
 * SubtleCrypto; there only the checksums inside the router file are checked.
 *
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string | undefined} sha256 hex
 */
export async function verify(name, bytes, sha256) {
  const subtle = globalThis.crypto?.subtle;
  if (sha256 === undefined || subtle === undefined) return bytes;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) {
    throw new UnirouteError(
      "integrity",
      `${name} is not the file this version was published with. Reload, or clear the site's cache.`,
    );
  }
  return bytes;
}
