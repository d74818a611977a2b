import { App } from "./app.js";
import { mountBatch } from "./views/batch.js";
import { mountCandidates } from "./views/candidates.js";
import { mountChrome } from "./views/chrome.js";
import { mountDecision } from "./views/decision.js";
import { mountDrop } from "./views/drop.js";
import { mountKinds } from "./views/kinds.js";
import { mountLoad } from "./views/load.js";
import { mountMap } from "./views/map.js";
import { mountNotice } from "./views/notice.js";
import { mountPlot } from "./views/plot.js";
import { mountPrompt } from "./views/prompt.js";
import { mountTrade } from "./views/trade.js";

const app = new App();
void app.start();
for (const mount of [
  mountChrome,
  mountLoad,
  mountNotice,
  mountPrompt,
  mountDecision,
  mountTrade,
  mountPlot,
  mountKinds,
  mountCandidates,
  mountMap,
  mountBatch,
  mountDrop,
]) {
  mount(app);
}
