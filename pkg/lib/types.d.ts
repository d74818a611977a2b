// Types of the package's interface. Those of the core are generated from the Rust types into core.d.ts;
// those of this file exist in JavaScript only.
import type { Family, RouteRequest, RouterInfo } from "./core.js";
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

/** The content of a text file. */
export type FileContent = string | Uint8Array | ArrayBuffer;

/** What is known of a table of prompts. */
export interface TableOptions {
  /** What separates the cells: `,`, `;`, a tab or `|`; empty for a table of one column. Found out when absent. */
  separator?: string | undefined;
  /** Whether the first row has the names of the columns. Found out when absent. */
  header?: boolean | undefined;
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
