// Caches the page, so that it works without a network. `sw-files.js` is generated with the page: the name and
// hash of each file, and a version, which is the hash of them all: a change of any byte is a new version.
// The files in `later` are not needed by everyone; they are cached when they are first requested.
const worker = /** @type {any} */ (self);
const policy = worker.trustedTypes?.createPolicy("uniroute", {
  createScriptURL: (/** @type {string} */ url) => url,
});
worker.importScripts(policy?.createScriptURL("sw-files.js") ?? "sw-files.js");

/** @type {{ version: string, files: Record<string, string>, later: Record<string, string> }} */
const site = worker.UNIROUTE_SITE;
const PREFIX = "uniroute-";
const CACHE = PREFIX + site.version;

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(cacheAll()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(deleteOtherVersions()));
worker.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
  if (data?.kind === "take over") worker.skipWaiting();
});
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const name = nameOf(event.request);
  if (name !== null) event.respondWith(cachedFile(name, event.request));
});

/** Caches all files or none: a version is complete, or the former version stays. */
async function cacheAll() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    Object.entries(site.files).map(async ([name, hash]) => {
      const response = await fetch(name, { cache: "no-cache" });
      const bytes = await response.clone().arrayBuffer();
      if (!response.ok || (await sha256(bytes)) !== hash)
        throw new Error(`${name} is not the file of this version.`);
      await cache.put(name, response);
    }),
  );
}

async function deleteOtherVersions() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

/**
 * The name of a file of this site, or null for anything else.
 *
 * @param {Request} request
 */
function nameOf(request) {
  const scope = worker.registration.scope;
  const url = request.url.split(/[?#]/)[0] ?? "";
  if (request.method !== "GET" || !url.startsWith(scope)) return null;
  const name = url.slice(scope.length) || "index.html";
  return Object.hasOwn(site.files, name) || Object.hasOwn(site.later, name) ? name : null;
}

/**
 * The file from the cache; from the network if the browser forbids the cache or has emptied it.
 *
 * @param {string} name
 * @param {Request} request
 */
async function cachedFile(name, request) {
  const cache = await caches.open(CACHE).catch(() => undefined);
  const found = await cache?.match(name).catch(() => undefined);
  if (found) return found;
  const response = await fetch(request);
  if (cache && Object.hasOwn(site.later, name))
    await keep(cache, name, response.clone()).catch(() => undefined);
  return response;
}

/**
 * Caches a file if it is the one of this version. A full disk only means that it is fetched again.
 *
 * @param {Cache} cache
 * @param {string} name
 * @param {Response} response
 */
async function keep(cache, name, response) {
  const isOfThisVersion =
    response.ok && (await sha256(await response.clone().arrayBuffer())) === site.later[name];
  if (isOfThisVersion) await cache.put(name, response);
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
