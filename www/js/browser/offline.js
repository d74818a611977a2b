/** The page without a network, from its second visit on. */
import { trusted } from "./worker.js";

/**
 * Registers the service worker, and tells when a newer version of the page waits.
 *
 * @param {(takeOver: () => void) => void} newer called with what makes the newer version the present one
 */
export async function keepOffline(newer) {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const registration = await navigator.serviceWorker.register(
    trusted(new URL("../../sw.js", import.meta.url).href),
    { updateViaCache: "none" },
  );
  let asked = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
  });
  const offer = () => {
    const { waiting } = registration;
    if (!waiting || !navigator.serviceWorker.controller) return;
    newer(() => {
      asked = true;
      waiting.postMessage({ kind: "take over" });
    });
  };
  offer();
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", offer),
  );
}
