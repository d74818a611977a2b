// Generated from the Rust types; see tests/generated.rs. Do not edit.

/**
 * A pool of language models (LLM profile JSON).
 */
export type RawPool = { 
/**
 * Version of this format; 1 when absent.
 */
schema_version?: number, 
/**
 * What people call this pool; at most 256 characters.
 */
name?: string, 
/**
 * Date of the prices, `YYYY-MM-DD`.
 */
as_of?: string, 
/**
 * Currency of all prices; only `USD`, which is also assumed when absent.
 */
currency?: string, 
/**
 * The router that per-cluster values belong to.
 */
router?: RawRouterRef, 
/**
 * The models, 1 to 2,000.
 */
models: Array<RawModel>, };

/**
 * Names a router.
 */
export type RawRouterRef = { 
/**
 * Its readable id.
 */
id?: string, 
/**
 * Its content hash, 64 hexadecimal digits.
 */
sha256: string, };

/**
 * One language model.
 */
export type RawModel = { 
/**
 * Unique in the pool; what a decision names.
 */
id: string, 
/**
 * Name for people; the id when absent.
 */
name?: string, 
/**
 * Who serves it.
 */
provider?: string, 
/**
 * Prices; unknown when absent.
 */
cost?: RawCost, 
/**
 * Limits; none assumed when absent.
 */
limit?: RawLimit, 
/**
 * What it can do beside text, for example `tools`, `json`, `vision`.
 */
capabilities?: Array<string>, 
/**
 * Its tokenizer, for counting the prompt: `o200k`, `cl100k`, `llama3`, `qwen`, `gemma` or
 * `claude`. Told by the id when absent.
 */
tokenizer?: string, 
/**
 * Error in each cluster of the router.
 */
errors?: RawErrors, 
/**
 * Raw outcomes, turned into per-cluster errors on load.
 */
labels?: Array<RawLabel>, 
/**
 * Share of prompts answered well, in [0, 1], where nothing finer is known.
 */
accuracy?: number, 
/**
 * Number of prompts that `accuracy` was measured on.
 */
labels_count?: number, 
/**
 * Tokens of a typical answer: a number, `{"mean", "p90"}`, or `{"per_cluster": […]}`.
 */
output_tokens?: number | { mean: number; p90?: number } | { per_cluster: number[] }, };

/**
 * Prices in US dollars per million tokens: `null` is unknown, `0` is free.
 */
export type RawCost = { 
/**
 * Prompt tokens.
 */
input: number | null, 
/**
 * Answer tokens.
 */
output: number | null, 
/**
 * Prompt tokens read from the provider's cache.
 */
cache_read?: number, 
/**
 * Hidden reasoning tokens, where they have a price of their own.
 */
reasoning?: number, };

/**
 * Limits in tokens.
 */
export type RawLimit = { 
/**
 * Prompt and answer together.
 */
context?: number, 
/**
 * Answer.
 */
output?: number, };

/**
 * Ψ(h): errors in each of the router's K clusters.
 */
export type RawErrors = { 
/**
 * Expected error in each cluster, in [0, 1], K values.
 */
mean: Array<number>, 
/**
 * Number of labels behind each value (soft counts), K values.
 */
labels?: Array<number>, 
/**
 * Standard deviation of each value, K values.
 */
sd?: Array<number>, 
/**
 * Correlation of the uncertainties of any two clusters, in [0, 1].
 */
correlation?: number, };

/**
 * One labelled prompt.
 */
export type RawLabel = { 
/**
 * The prompt.
 */
prompt: string, 
/**
 * How good the answer was, in [0, 1].
 */
score: number, };

/**
 * What one prompt costs with one model. Unknown prices give `None`.
 */
export type Cost = { 
/**
 * USD for the prompt.
 */
input: number | null, 
/**
 * USD for the answer, reasoning included.
 */
output: number | null, 
/**
 * USD in all.
 */
total: number | null, 
/**
 * From where to where `total` is, nine times of ten.
 */
range: [number, number] | null, 
/**
 * Tokens of the prompt.
 */
tokensIn: number, 
/**
 * Expected tokens of the answer, reasoning included.
 */
tokensOut: number, 
/**
 * Whether the prompt's tokens were counted by the model's own tokenizer; an estimate if not.
 */
exact: boolean, 
/**
 * The tokenizer that the prompt's tokens were counted or estimated for.
 */
tokenizer: Family, };

/**
 * Models that cut text by one and the same table, or nearly so.
 */
export type Family = "o200k" | "cl100k" | "llama3" | "qwen" | "gemma" | "claude";

/**
 * What many prompts cost with one model.
 */
export type Total = { 
/**
 * Number of prompts.
 */
prompts: number, 
/**
 * USD for all prompts.
 */
input: number | null, 
/**
 * USD for all answers.
 */
output: number | null, 
/**
 * USD in all.
 */
total: number | null, 
/**
 * From where to where, nine times of ten.
 */
range: [number, number] | null, 
/**
 * Tokens of the prompts.
 */
tokensIn: number, 
/**
 * Expected tokens of the answers.
 */
tokensOut: number, 
/**
 * Whether all prompts' tokens were counted by the model's own tokenizer.
 */
exact: boolean, };

/**
 * Why a model was not considered.
 */
export type Exclusion = { 
/**
 * Stable name of the reason.
 */
code: ExclusionCode, 
/**
 * The reason in words.
 */
message: string, };

/**
 * The kinds of reasons for which a model is not considered.
 */
export type ExclusionCode = "not_allowed" | "denied" | "capability" | "context" | "output_limit" | "unpriced" | "over_budget" | "below_floor";

/**
 * One model weighed for one prompt.
 */
export type Candidate = { 
/**
 * The model's id.
 */
id: string, 
/**
 * The model's name for people.
 */
name: string, 
/**
 * Expected quality in [0, 1]: 1 − γ.
 */
quality: number, 
/**
 * 90 % interval of the expected quality.
 */
interval: [number, number], 
/**
 * What the prompt costs with this model.
 */
cost: Cost, 
/**
 * What was minimised; lower is better. Absent where the price is unknown.
 */
score: number | null, 
/**
 * Why it was not considered.
 */
excluded?: Exclusion, };

/**
 * A cluster that the prompt belongs to.
 */
export type ClusterShare = { 
/**
 * Index of the cluster.
 */
id: number, 
/**
 * Its distinctive words.
 */
label: string, 
/**
 * The prompt's membership of it, in [0, 1].
 */
weight: number, };

/**
 * Which model should get a prompt, why, and for how much.
 */
export type Decision = { 
/**
 * The chosen model's id; `null` when every model is excluded.
 */
model: string | null, 
/**
 * The models of the pool: considered ones by rising score, then excluded ones. All of them,
 * unless the request's `top` says how many.
 */
candidates: Array<Candidate>, 
/**
 * The clusters that the prompt mostly belongs to, heaviest first.
 */
clusters: Array<ClusterShare>, 
/**
 * Whether the prompt is unlike anything the router was fitted on, or too short to tell.
 */
outOfDistribution: boolean, 
/**
 * λ in quality per US dollar; `null` when a budget or a floor decided.
 */
lambda: number | null, 
/**
 * The decision in words.
 */
reason: string, };

/**
 * What a caller may ask of a decision. At most one of `lambda`, `maxCost` and `minQuality`; none
 * is quality at any price.
 */
export type RouteRequest = { 
/**
 * Quality that one US dollar is worth: the score is (1 − quality) + lambda · cost.
 */
lambda?: number, 
/**
 * Most US dollars this prompt may cost; the best quality within it wins.
 */
maxCost?: number, 
/**
 * Least expected quality, in [0, 1]; the lowest cost above it wins.
 */
minQuality?: number, 
/**
 * Only these models.
 */
allow?: Array<string>, 
/**
 * None of these models.
 */
deny?: Array<string>, 
/**
 * Capabilities that the model must have.
 */
need?: Array<string>, 
/**
 * Expected tokens of the answer, where the caller knows better than the pool.
 */
expectedOutputTokens?: number, 
/**
 * Text that is sent along with the prompt: the system message, the conversation so far. It is
 * paid for, but is not what the decision is about.
 */
context?: string, 
/**
 * Tokens of the prompt, context included, where the caller has counted them: one number, or
 * numbers by model id or by name of a tokenizer.
 */
inputTokens?: number | Record<string, number>, 
/**
 * Those of the prompt's tokens that the provider has in its cache.
 */
cachedTokens?: number, 
/**
 * Hidden tokens of reasoning before the answer.
 */
reasoningTokens?: number, 
/**
 * Consider models without a price, as if they were free.
 */
allowUnpriced?: boolean, 
/**
 * List only so many candidates, the first ones; all when absent. With large pools most of the
 * time goes into listing.
 */
top?: number, };

/**
 * A model that no cheaper one equals in expected quality.
 */
export type FrontierPoint = { 
/**
 * The model's id.
 */
id: string, 
/**
 * Expected quality in [0, 1].
 */
quality: number, 
/**
 * USD for the prompt.
 */
cost: number, 
/**
 * The range of λ (quality per US dollar) in which this model wins, its upper end `null` where
 * there is none. `null` for a model that is on the frontier but loses at every λ, because
 * one neighbour is nearly as good and the other nearly as cheap.
 */
lambda: [number, number | null] | null, };

/**
 * A decision with what it takes to draw it.
 */
export type Explanation = { 
/**
 * The decision.
 */
decision: Decision, 
/**
 * The models worth their price, cheapest first.
 */
frontier: Array<FrontierPoint>, 
/**
 * Where the prompt lies on the map of clusters, once there is a map.
 */
place: [number, number] | null, };

/**
 * A cluster on the map.
 */
export type MapCluster = { 
/**
 * Index of the cluster.
 */
id: number, 
/**
 * Its distinctive words.
 */
label: string, 
/**
 * Share of the training prompts in it.
 */
share: number, 
/**
 * Place in the unit disk.
 */
at: [number, number], };

/**
 * Expected quality of one model in each cluster.
 */
export type ClusterQualities = { 
/**
 * The model's id.
 */
id: string, 
/**
 * K expected qualities in [0, 1].
 */
qualities: Array<number>, };

/**
 * The map: who neighbours whom, how large each is, and who is good there.
 */
export type ClusterMap = { 
/**
 * All clusters, by index.
 */
clusters: Array<MapCluster>, 
/**
 * All models of the pool, in its order.
 */
models: Array<ClusterQualities>, };

/**
 * A model as a batch names it.
 */
export type BatchModel = { 
/**
 * The model's id.
 */
id: string, 
/**
 * The model's name for people.
 */
name: string, 
/**
 * Mean expected quality if it got every prompt; `null` if it cannot take them all.
 */
quality: number | null, 
/**
 * USD if it got every prompt.
 */
cost: number | null, };

/**
 * What one λ makes of the batch.
 */
export type BatchPoint = { 
/**
 * Quality per US dollar.
 */
lambda: number, 
/**
 * Mean expected quality of the prompts that a model is left for.
 */
quality: number, 
/**
 * USD in all.
 */
cost: number, };

/**
 * Where each prompt of a batch goes, and what that amounts to.
 */
export type BatchReport = { 
/**
 * All models of the pool, in its order.
 */
models: Array<BatchModel>, 
/**
 * For each prompt, the position of its model in `models`; −1 when no model is left.
 */
chosen: Array<number>, 
/**
 * Expected quality of each prompt's answer.
 */
qualities: Array<number>, 
/**
 * USD for each prompt.
 */
costs: Array<number>, 
/**
 * For each model, the number of prompts it gets.
 */
counts: Array<number>, 
/**
 * What the batch comes to.
 */
routed: BatchPoint, 
/**
 * Whether the budget or the floor was met; if not, this is as near as it gets.
 */
met: boolean, 
/**
 * The least that routing pays for the mean quality of the best single model.
 */
asGoodAsBest: BatchPoint | null, 
/**
 * Quality and cost of routing at rising λ.
 */
frontier: Array<BatchPoint>, };

/**
 * What one prompt costs with one model.
 */
export type CostEstimate = { 
/**
 * The model's id.
 */
id: string, 
/**
 * The model's name for people.
 */
name: string, 
/**
 * Tokens and US dollars.
 */
cost: Cost, };

/**
 * What many prompts cost with one model.
 */
export type CostTotal = { 
/**
 * The model's id.
 */
id: string, 
/**
 * The model's name for people.
 */
name: string, 
/**
 * Tokens and US dollars.
 */
cost: Total, };

/**
 * How a model's Ψ was obtained, best first.
 */
export type ProfileSource = "errors" | "labels" | "accuracy" | "prior";

/**
 * Something the file left open, and what was assumed instead.
 */
export type Note = { 
/**
 * JSON path.
 */
path: string, 
/**
 * The assumption.
 */
message: string, };

/**
 * One model of a pool as it was understood.
 */
export type ModelInfo = { 
/**
 * Unique in the pool.
 */
id: string, 
/**
 * Name for people.
 */
name: string, 
/**
 * Who serves it.
 */
provider: string | null, 
/**
 * Where its quality comes from.
 */
source: ProfileSource, 
/**
 * Expected quality over all kinds of prompts, in [0, 1].
 */
quality: number, 
/**
 * Labelled prompts behind it.
 */
labels: number, 
/**
 * USD per million prompt tokens; `null` is unknown.
 */
input: number | null, 
/**
 * USD per million answer tokens; `null` is unknown.
 */
output: number | null, 
/**
 * Most tokens of prompt and answer together.
 */
contextLimit: number | null, 
/**
 * Most tokens of an answer.
 */
outputLimit: number | null, 
/**
 * What it can do beside text.
 */
capabilities: Array<string>, };

/**
 * A pool as it was understood.
 */
export type PoolInfo = { 
/**
 * What people call it.
 */
name: string | null, 
/**
 * Date of the prices, as written.
 */
asOf: string | null, 
/**
 * The models, in the order of the file.
 */
models: Array<ModelInfo>, 
/**
 * What was assumed where the file was silent.
 */
notes: Array<Note>, };

/**
 * What a router is and where it comes from.
 */
export type RouterInfo = { 
/**
 * Readable name.
 */
id: string, 
/**
 * Content hash, which pools name; 64 hexadecimal digits.
 */
sha256: string, 
/**
 * Id of the embedder.
 */
embedder: string, 
/**
 * Number of clusters K.
 */
clusters: number, 
/**
 * Names of the data sets it was fitted on.
 */
datasets: Array<string>, 
/**
 * Number of prompts it was fitted on.
 */
prompts: number, };

/**
 * What another pool would decide.
 */
export type Comparison = { 
/**
 * The other pool.
 */
info: PoolInfo, 
/**
 * Its decision.
 */
decision: Decision, };

/**
 * Whose price list it is.
 */
export type PriceList = "litellm" | "models_dev" | "openrouter";

/**
 * A model of the pool that a price list knows, too.
 */
export type PriceMatch = { 
/**
 * The model's id in the pool.
 */
id: string, 
/**
 * Its position in [`ImportedPrices::models`].
 */
listed: number, };

/**
 * What was read of a price list.
 */
export type ImportedPrices = { 
/**
 * Whose it is.
 */
list: PriceList, 
/**
 * All text models with what the list says of them, ready for a pool.
 */
models: Array<RawModel>, 
/**
 * Models of the pool among them.
 */
matches: Array<PriceMatch>, 
/**
 * What was left out or could not be believed.
 */
notes: Array<Note>, };

/**
 * Prompts, and the columns they may be in.
 */
export type PromptTable = { 
/**
 * Names of the columns.
 */
columns: Array<string>, 
/**
 * The column that is most likely that of the prompts.
 */
column: number, 
/**
 * The cells of each row; a row of a table may be shorter or longer than `columns`.
 */
rows: Array<Array<string>>, };
