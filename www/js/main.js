import { App } from "./state/app.js";
import { keepOffline } from "./browser/offline.js";
import { mountAbout } from "./views/about.js";
import { mountBatch } from "./views/batch/batch.js";
import { mountCandidates } from "./views/candidates.js";
import { mountChrome } from "./views/frame.js";
import { mountCost } from "./views/cost.js";
import { mountDecision } from "./views/decision.js";
import { mountDrop } from "./views/file-drop.js";
import { mountEmbedder } from "./views/embedder.js";
import { mountKinds } from "./views/kinds.js";
import { mountLoad } from "./views/loading.js";
import { mountMap } from "./views/map.js";
import { mountNotice } from "./views/notice.js";
import { mountPlot } from "./views/plot.js";
import { mountPool } from "./views/pool/pool.js";
import { mountPrompt } from "./views/prompt.js";
import { mountTrade } from "./views/tradeoff.js";

const app = new App();
const started = app.start();
for (const mount of [
  mountChrome,
  mountLoad,
  mountNotice,
  mountPrompt,
  mountEmbedder,
  mountDecision,
  mountTrade,
  mountPlot,
  mountKinds,
  mountCandidates,
  mountCost,
  mountMap,
  mountBatch,
  mountPool,
  mountAbout,
  mountDrop,
]) {
  mount(app);
}

await started;
// Where service workers are forbidden the page works as well, only not offline.
await keepOffline((run) =>
  app.announce({
    kind: "good",
    title: "A newer version of this page is ready.",
    message: "Your prompt and your choices stay.",
    action: { name: "Reload", run },
  }),
).catch(() => undefined);
