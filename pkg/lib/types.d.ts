// What crosses the package's border. Types of the core are generated from the Rust types into
// core.d.ts; those of this file exist in JavaScript only.
import type {
  BatchReport,
  ClusterMap,
  Comparison,
  CostEstimate,
  CostTotal,
  Decision,
  Explanation,
  Family,
  ImportedPrices,
  PoolInfo,
  RawModel,
  RouteRequest,
  RouterInfo,
} from "./core.js";
export type * from "./core.js";

/** What is being loaded. */
export type Phase = "wasm" | "router" | "pool" | "weights" | "start" | "batch";

/** How far a load is. `total` is null where the server does not say. */
export interface Progress {
  phase: Phase;
  loaded: number;
  total: number | null;
}

export interface Fetching {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A request that may bring tokenizers of its own. */
export interface Wish extends RouteRequest {
  /** Exact counts in place of estimates, by tokenizer: `{ o200k: (text) => encode(text).length }`. */
  counters?: Partial<Record<Family, (text: string) => number>> | undefined;
}

/** LLM profile JSON: parsed, as text or as bytes. */
export type PoolSource = string | object | Uint8Array | ArrayBuffer;

export interface LoadOptions extends Fetching {
  /** The models to choose from; a URL is fetched. The package's own pool when absent. */
  pool?: PoolSource | URL | undefined;
  /** A router file; a URL is fetched. The package's own router when absent. */
  router?: Uint8Array | ArrayBuffer | URL | undefined;
  /**
   * The WebAssembly module, where a bundler put it elsewhere than beside the package's scripts. It
   * starts once; later loads use what the first one started.
   */
  wasm?: BufferSource | WebAssembly.Module | URL | undefined;
  /**
   * What reads the prompts: a table that answers in microseconds (`"static"`, the default), or the
   * transformer all-MiniLM-L6-v2, with a router and a pool of its own. Per-cluster errors in a pool
   * belong to one router, and so to one of the two.
   */
  embedder?: Embedder | undefined;
  /** The transformer's weights; a URL is fetched. Those in the `transformer` folder when absent. */
  weights?: Uint8Array | ArrayBuffer | URL | undefined;
  /** The folder that the transformer's files are served from; the package's `dist` when absent. */
  transformer?: URL | undefined;
}

export type Embedder = "static" | "minilm";

/** Everything a worker can be asked, by the `kind` of the message. */
export interface Calls {
  load(options: Omit<LoadOptions, "signal" | "onProgress">): RouterInfo;
  route(prompt: string, request?: RouteRequest): Decision;
  explain(prompt: string, request?: RouteRequest): Explanation;
  routeBatch(prompts: string[], request?: RouteRequest): Decision[];
  openBatch(prompts: string[]): number;
  report(request?: RouteRequest): BatchReport;
  estimateCost(prompt: string, model?: string, request?: RouteRequest): CostEstimate[];
  totals(model?: string, request?: RouteRequest): CostTotal[];
  setPool(pool: PoolSource): PoolInfo;
  addModel(model: RawModel): PoolInfo;
  compare(pool: PoolSource, prompt: string, request?: RouteRequest): Comparison;
  importPrices(list: PoolSource): ImportedPrices;
  pool(): string;
  poolInfo(): PoolInfo;
  info(): RouterInfo;
  map(): ClusterMap;
}
export type Kind = keyof Calls;

/** To the worker. */
export type Request =
  { [K in Kind]: { kind: K; id: number; args: Parameters<Calls[K]> } }[Kind] | { kind: "cancel"; id: number };

/** From the worker; `id` is that of the request. */
export type Reply =
  | { kind: "done"; id: number; value: unknown }
  | { kind: "failed"; id: number; error: { code: string; message: string; path?: string | undefined } }
  | { kind: "progress"; id: number; progress: Progress };
