import { enableOffline } from "./browser/offline.js";
import { App } from "./state/app.js";
import { mountAbout } from "./views/about.js";
import { mountCandidates } from "./views/candidates.js";
import { mountCost } from "./views/cost.js";
import { mountDecision } from "./views/decision.js";
import { mountEmbedder } from "./views/embedder.js";
import { mountFileDrop } from "./views/file-drop.js";
import { mountFrame } from "./views/frame.js";
import { mountKinds } from "./views/kinds.js";
import { mountLoading } from "./views/loading.js";
import { mountNeeds } from "./views/needs.js";
import { mountNotice } from "./views/notice.js";
import { mountOnDemand } from "./views/on-demand.js";
import { mountPlot } from "./views/plot.js";
import { mountPoolChoice } from "./views/pool/choice.js";
import { mountPrompt } from "./views/prompt.js";
import { mountSavings } from "./views/savings.js";
import { mountTourStart } from "./views/tour-start.js";
import { mountTradeoff } from "./views/tradeoff.js";
import { mountVerdict } from "./views/verdict.js";

const app = new App();
const started = app.start();
for (const mount of [
  mountFrame,
  mountLoading,
  mountNotice,
  mountPrompt,
  mountEmbedder,
  mountDecision,
  mountVerdict,
  mountSavings,
  mountTradeoff,
  mountPlot,
  mountKinds,
  mountCandidates,
  mountNeeds,
  mountCost,
  mountPoolChoice,
  mountOnDemand,
  mountAbout,
  mountFileDrop,
  mountTourStart,
]) {
  mount(app);
}

document.documentElement.dataset["started"] = "";
await started;
// Without service workers the page works too, but not offline.
await enableOffline((run) =>
  app.showNotice({
    kind: "good",
    title: "A newer version of this page is ready.",
    message: "Your prompt and your choices stay.",
    action: { name: "Reload", run },
  }),
).catch(() => undefined);
