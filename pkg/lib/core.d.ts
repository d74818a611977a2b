export interface Cost { input: number|null; output: number|null; total: number|null; tokensIn: number; tokensOut: number; exact: boolean }
export interface Exclusion { code: string; message: string }
export interface Candidate { id: string; name: string; quality: number; interval: [number, number]; cost: Cost; score: number|null; excluded?: Exclusion }
export interface ClusterShare { id: number; label: string; weight: number }
export interface Decision { model: string|null; candidates: Candidate[]; clusters: ClusterShare[]; outOfDistribution: boolean; lambda: number|null; reason: string }
export interface RawModel { id: string; name?: string; [k: string]: unknown }
export interface ModelInfo { id: string; name: string; provider: string|null; source: "errors"|"labels"|"accuracy"|"prior"; cost: {input: number|null, output: number|null}; context: number|null; output: number|null; capabilities: string[]; quality: number; labels: number|null }
export interface Note { path: string; message: string }
export interface PoolInfo { name: string|null; asOf: string|null; models: ModelInfo[]; notes: Note[]; capabilities: string[] }
export interface RouterInfo { id: string; sha256: string; embedder: string; dim: number; clusters: number; [k: string]: unknown }
export interface MapCluster { id: number; label: string; share: number; x: number; y: number }
export interface ClusterMap { clusters: MapCluster[]; qualities: Record<string, number[]> }
export interface CostEstimate { id: string; cost: Cost }
export interface ImportedPrices { pool: string; format: string; skipped: Note[] }
export interface FrontierPoint { id: string; quality: number; cost: number; lambda: [number, number | null] | null }
export interface Explanation { decision: Decision; frontier: FrontierPoint[]; place: [number, number] }
