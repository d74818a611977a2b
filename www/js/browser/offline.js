/** The page without a network, from its second visit on. */
import { trustedUrl } from "./worker.js";

/**
 * Registers the service worker and reports when a newer version of the page is ready.
 *
 * @param {(activate: () => void) => void} onNewVersion `activate` makes the new version the present one
 */
export async function enableOffline(onNewVersion) {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const registration = await navigator.serviceWorker.register(
    trustedUrl(new URL("../../sw.js", import.meta.url).href),
    { updateViaCache: "none" },
  );
  let activated = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (activated) location.reload();
  });
  const offer = () => {
    const { waiting } = registration;
    if (!waiting || !navigator.serviceWorker.controller) return;
    onNewVersion(() => {
      activated = true;
      waiting.postMessage({ kind: "take over" });
    });
  };
  offer();
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", offer),
  );
}
