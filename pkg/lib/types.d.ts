// Types of the package's interface. Those of the core are generated from the Rust types into core.d.ts;
// those of this file exist in JavaScript only.
import type { Decision, Family, PoolInfo, RouteRequest, RouterInfo } from "./core.js";
import type { METHODS } from "./methods.js";
import type { CoreRouter } from "./router.js";
export type * from "./core.js";

/** What is being loaded or computed. */
export type Phase = "wasm" | "router" | "pool" | "weights" | "start" | "batch";

/** Progress of a load or a batch. `total` is null if the server does not send a length. */
export interface Progress {
  phase: Phase;
  loaded: number;
  total: number | null;
}

/** How a caller cancels a load and follows its progress. */
export interface FetchOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A request that may bring its own tokenizers. */
export interface RouteRequestWithCounters extends RouteRequest {
  /** Exact token counts instead of estimates, by tokenizer: `{ o200k: (text) => encode(text).length }`. */
  counters?: Partial<Record<Family, (text: string) => number>> | undefined;
}

/** A message of a conversation, as in OpenAI's chat completions. */
export interface ChatMessage {
  role: string;
  content?: string | { type: string; text?: string | undefined }[] | null | undefined;
  tool_calls?: object[] | undefined;
}

/** What is routed: a text, or a conversation. */
export type Prompt = string | ChatMessage[];

/** What a verdict is about: a decision as a router returned it, or a model and the prompt that it answered. */
export type FeedbackSubject = Decision | { model: string; prompt: string };

/** A verdict beside its score. */
export interface FeedbackOptions {
  /** How much the verdict counts, in (0, 1]: 1, the default, like a label. */
  trust?: number | undefined;
  /** The prompt, where the decision is not the object that a router returned. */
  prompt?: string | undefined;
  /** When it was given, in milliseconds since 1970; by default now. */
  at?: number | Date | undefined;
}

/** The content of a text file. */
export type FileContent = string | Uint8Array | ArrayBuffer;

/** What is known of a table of prompts. */
export interface TableOptions {
  /** What separates the cells: `,`, `;`, a tab or `|`; empty for a table of one column. Found out when absent. */
  separator?: string | undefined;
  /** Whether the first row has the names of the columns. Found out when absent. */
  header?: boolean | undefined;
}

/** What a file of labels does not say. */
export interface LabelOptions {
  /** Id of the model, where the file has labels of several models. Labels that name no model are of it, too. */
  model?: string | undefined;
  /** The score that counts, where the file has several columns, metrics or scorers. */
  score?: string | undefined;
  /** The column or field of the prompts, such as `question` or `vars.question`. */
  prompt?: string | undefined;
  /** Leaves out rows that are wrong. Default: false. */
  skipBad?: boolean | undefined;
  /** Files beside this one, such as `instances.json` of HELM; without the names of their folders. */
  others?: { name: string; content: FileContent }[] | undefined;
}

/** LLM profile JSON: parsed, as text or as bytes. */
export type PoolSource = string | object | Uint8Array | ArrayBuffer;

export interface LoadOptions extends FetchOptions {
  /** The models to choose from; a URL is fetched. Default: the package's own pool. */
  pool?: PoolSource | URL | undefined;
  /** A router file; a URL is fetched. Default: the package's own router. */
  router?: Uint8Array | ArrayBuffer | URL | undefined;
  /**
   * The WebAssembly module, for bundlers that do not place it beside the package's scripts. It starts
   * once; later loads use the started one.
   */
  wasm?: BufferSource | WebAssembly.Module | URL | undefined;
  /**
   * What turns a prompt into a vector: a table that takes microseconds (`"static"`, the default), or the
   * transformer all-MiniLM-L6-v2 (`"minilm"`). Each has its own router and pool. Per-cluster errors in a
   * pool belong to one router, and therefore to one embedder.
   */
  embedder?: Embedder | undefined;
  /** The transformer's weights; a URL is fetched. Default: those in the `transformer` folder. */
  weights?: Uint8Array | ArrayBuffer | URL | undefined;
  /** The folder that the transformer's files are served from. Default: the package's `dist`. */
  transformer?: URL | undefined;
}

export type Embedder = "static" | "minilm";

/** The methods that a router in a worker has; `methods.js` lists them. */
export type Method = keyof typeof METHODS;

/** The methods of a router in a worker: those of `CoreRouter`, each answering with a promise. */
export type AsyncMethods = {
  [K in keyof CoreRouter as K extends Method ? K : never]: CoreRouter[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** What a worker can be asked, by the `kind` of the message. Functions and signals are not sent. */
export type Calls = {
  load(options: Omit<LoadOptions, "signal" | "onProgress">): RouterInfo;
} & {
  [K in Method]: (...args: Parameters<CoreRouter[K]>) => Awaited<ReturnType<CoreRouter[K]>>;
};

/** To the worker. */
export type WorkerRequest =
  { kind: keyof Calls; id: number; args: unknown[] } | { kind: "cancel"; id: number };

/** From the worker; `id` is that of the request. */
export type WorkerReply =
  | { kind: "done"; id: number; value: unknown }
  | { kind: "failed"; id: number; error: { code: string; message: string; path?: string | undefined } }
  | { kind: "progress"; id: number; progress: Progress };

/** A router, on this thread or in a worker. */
export interface AnyRouter {
  route(prompt: string, request?: any): Decision | Promise<Decision>;
  poolInfo(): PoolInfo | Promise<PoolInfo>;
}

/** What holds for every prompt that `uniroute/ai`, `uniroute/openai` and `uniroute/langchain` route. */
export type RouteDefaults = {
  [
    K in
      | "lambda"
      | "maxCost"
      | "minQuality"
      | "allow"
      | "deny"
      | "allowTags"
      | "need"
      | "maxLatency"
      | "allowUntimed"
      | "expectedOutputTokens"
      | "reasoningTokens"
      | "allowUnpriced"
      | "counters"
  ]?: RouteRequestWithCounters[K] | undefined;
};

/** How prompts are routed and what happens when a model cannot answer. Without an aim, `lambda` is 100. */
export interface RoutingOptions extends RouteDefaults {
  /** Most models that are asked for one prompt, the best first. Default: 3. */
  attempts?: number | undefined;
  /** Milliseconds until a model must have begun to answer; then the next one is asked. Default: no limit. */
  timeout?: number | undefined;
}

/** What is said of a decision beside an answer. */
export type Routed = {
  /** Id of the model that answered. */
  model: string;
  /** Its expected quality in [0, 1]. */
  quality: number;
  /** Its expected cost in US dollars; null if its price is unknown. */
  cost: number | null;
  /** λ in quality per US dollar; null if a budget or a floor decided. */
  lambda: number | null;
  /** The router's decision in words. */
  reason: string;
  /** Whether the prompt is unlike anything the router was fitted on. */
  outOfDistribution: boolean;
  /** The models that were asked before, and why they did not answer. */
  tried: { model: string; reason: string }[];
};
