// Generated from the Rust types; see tests/generated.rs. Do not edit.

/**
 * A pool of models (LLM profile JSON).
 */
export type RawPool = { 
/**
 * Version of this format; 1 when absent.
 */
schema_version?: number, 
/**
 * Name of this pool for people; at most 256 characters.
 */
name?: string, 
/**
 * Date of the prices of all models without a date of their own (`priced`), `YYYY-MM-DD`.
 */
as_of?: string, 
/**
 * Currency of all prices; only `USD`, which is also assumed when absent.
 */
currency?: string, 
/**
 * The router that the per-cluster values belong to.
 */
router?: RawRouterRef, 
/**
 * The models, 1 to 2,000.
 */
models: Array<RawModel>, };

/**
 * A reference to a router.
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
 * One model.
 */
export type RawModel = { 
/**
 * Unique in the pool; decisions name the model by it.
 */
id: string, 
/**
 * Name for people; the id when absent.
 */
name?: string, 
/**
 * Name of its provider.
 */
provider?: string, 
/**
 * Prices; unknown when absent.
 */
cost?: RawCost, 
/**
 * Date of its prices, `YYYY-MM-DD`, where it is not that of the pool (`as_of`).
 */
priced?: string, 
/**
 * Limits; none assumed when absent.
 */
limit?: RawLimit, 
/**
 * What it can do beside text, for example `tools`, `json`, `vision`.
 */
capabilities?: Array<string>, 
/**
 * What it is, for requests that allow only some kinds of models, for example `local`, `trusted`, `eu`.
 */
tags?: Array<string>, 
/**
 * Its tokenizer, for the number of input tokens: `o200k`, `cl100k`, `llama3`, `qwen`, `gemma` or
 * `claude`. Guessed from the id when absent.
 */
tokenizer?: string, 
/**
 * Error in each cluster of the router.
 */
errors?: RawErrors, 
/**
 * Labelled prompts, from which the per-cluster errors are estimated on load, together with
 * `benchmarks` and `accuracy`.
 */
labels?: Array<RawLabel>, 
/**
 * Published scores on benchmarks that the router knows, as on a model card. They fit every
 * router, and may be given beside `labels` and `accuracy`.
 */
benchmarks?: Array<RawScore>, 
/**
 * Mean score over all prompts, in [0, 1], where nothing more detailed is known.
 */
accuracy?: number, 
/**
 * Number of prompts that `accuracy` was measured on.
 */
labels_count?: number, 
/**
 * Output tokens of a typical answer: a number, `{"mean", "p90"}`, or `{"per_cluster": […]}`.
 */
output_tokens?: number | { mean: number; p90?: number } | { per_cluster: number[] }, 
/**
 * How fast it answered where it was measured; for requests with a limit of time.
 */
latency?: RawLatency, };

/**
 * Prices in US dollars per million tokens: `null` is unknown, `0` is free.
 */
export type RawCost = { 
/**
 * Input tokens.
 */
input: number | null, 
/**
 * Output tokens, those of the answer.
 */
output: number | null, 
/**
 * Input tokens read from the provider's cache.
 */
cache_read?: number, 
/**
 * Input tokens written to the provider's cache.
 */
cache_write?: number, 
/**
 * Hidden reasoning tokens, where they have a separate price.
 */
reasoning?: number, };

/**
 * Limits in tokens.
 */
export type RawLimit = { 
/**
 * Most input and output tokens together.
 */
context?: number, 
/**
 * Most output tokens.
 */
output?: number, };

/**
 * How fast a model answered, medians over the answers that were measured.
 */
export type RawLatency = { 
/**
 * Seconds from the request to the first part of the answer.
 */
time_to_first_token_s?: number, 
/**
 * Output tokens in each second after that.
 */
tokens_per_second?: number, };

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
 * How good the answer was, in [0, 1]; 1 is a perfect answer.
 */
score: number, };

/**
 * The score of a model on one benchmark.
 */
export type RawScore = { 
/**
 * Name of the benchmark, for example `GPQA Diamond`; case and punctuation do not count.
 */
name: string, 
/**
 * The score, in [0, 1]: 0.857 rather than 85.7.
 */
score: number, 
/**
 * How it was measured, for example `thinking, avg@10`.
 */
setting?: string, 
/**
 * Who published it, and where.
 */
source?: string, 
/**
 * When it was published, `YYYY-MM` or `YYYY-MM-DD`.
 */
as_of?: string, };

/**
 * What one prompt costs with one model. Unknown prices give `None`.
 */
export type Cost = { 
/**
 * USD for the input tokens.
 */
input: number | null, 
/**
 * USD for the output tokens, reasoning included.
 */
output: number | null, 
/**
 * USD for both.
 */
total: number | null, 
/**
 * 90 % interval of `total`.
 */
range: [number, number] | null, 
/**
 * Input tokens.
 */
tokensIn: number, 
/**
 * Expected output tokens, reasoning included.
 */
tokensOut: number, 
/**
 * Whether the input tokens were counted by the model's own tokenizer; an estimate if not.
 */
exact: boolean, 
/**
 * The family of tokenizers that the input tokens were counted or estimated for.
 */
tokenizer: Family, };

/**
 * Models that split text into tokens by the same table, or by nearly the same one.
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
 * USD for all input tokens.
 */
input: number | null, 
/**
 * USD for all output tokens.
 */
output: number | null, 
/**
 * USD for both.
 */
total: number | null, 
/**
 * 90 % interval of `total`.
 */
range: [number, number] | null, 
/**
 * Input tokens.
 */
tokensIn: number, 
/**
 * Expected output tokens.
 */
tokensOut: number, 
/**
 * Whether all input tokens were counted by the model's own tokenizer.
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
export type ExclusionCode = "not_allowed" | "denied" | "tag" | "too_slow" | "untimed" | "capability" | "context" | "output_limit" | "unpriced" | "over_budget" | "below_floor";

/**
 * One model of the pool in a decision.
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
 * Expected seconds to the end of the answer; `null` where the speed is unknown.
 */
latency: number | null, 
/**
 * What was minimised; lower is better. `null` where the price is unknown.
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
 * Its name: what people ask there, or distinctive words of its prompts.
 */
label: string, 
/**
 * The field it belongs to; `null` for a router without fields.
 */
field: string | null, 
/**
 * The prompt's membership in it, in [0, 1].
 */
weight: number, };

/**
 * What the cache of the last turn's model means for this prompt.
 */
export type CacheUse = { 
/**
 * Id of the model of the last turn.
 */
model: string, 
/**
 * Whether its provider still has the tokens.
 */
warm: boolean, 
/**
 * US dollars that the cache saves if that model gets the prompt too; `null` where a price is unknown.
 */
saves: number | null, 
/**
 * US dollars that the prompt costs more because the selected model holds no cache, although it would cost
 * less if it did; 0 if the model stays, `null` where a price is unknown.
 */
switching: number | null, };

/**
 * Which model should get a prompt, why, and for how much.
 */
export type Decision = { 
/**
 * The selected model's id; `null` when every model is excluded.
 */
model: string | null, 
/**
 * The models of the pool: considered ones by rising score, then excluded ones. All of them
 * unless the request's `top` limits their number.
 */
candidates: Array<Candidate>, 
/**
 * The clusters that the prompt mostly belongs to, largest weight first.
 */
clusters: Array<ClusterShare>, 
/**
 * Whether the prompt is unlike anything the router was fitted on, or too short to tell.
 */
outOfDistribution: boolean, 
/**
 * Whether that is because most of its words are unknown to the embedder, as in a language that
 * it does not cover.
 */
unknownWords: boolean, 
/**
 * Weight of the earlier turns and answers in what the prompt is taken to be about, in [0, 1]: above 0.5,
 * the prompt alone says too little.
 */
fromEarlier: number, 
/**
 * What the cache of the last turn's model means; absent without `previous`.
 */
cache?: CacheUse, 
/**
 * λ in quality per US dollar; `null` when a budget or a floor decided.
 */
lambda: number | null, 
/**
 * The decision in words.
 */
reason: string, };

/**
 * The model of the last turn of a conversation.
 */
export type PreviousTurn = { 
/**
 * Its id.
 */
model: string, 
/**
 * Input tokens of this request that its provider has in its cache: usually all of the last request.
 */
cachedTokens: number, 
/**
 * Seconds since the last turn; 0 when absent.
 */
age?: number, 
/**
 * Seconds for which the provider keeps its cache; 300 when absent.
 */
ttl?: number, };

/**
 * What a caller may require of a decision. At most one of `lambda`, `maxCost` and `minQuality`;
 * without them the best expected quality at any price.
 */
export type RouteRequest = { 
/**
 * Quality that one US dollar is worth; the selected model minimises (1 − quality) + lambda · cost.
 */
lambda?: number, 
/**
 * Most US dollars that this prompt may cost; the best quality within it is selected.
 */
maxCost?: number, 
/**
 * Least expected quality, in [0, 1]; the cheapest model that reaches it is selected.
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
 * Only models with one of these tags.
 */
allowTags?: Array<string>, 
/**
 * Capabilities that the model must have.
 */
need?: Array<string>, 
/**
 * Most seconds to the end of the answer, by the speed that the pool has for each model.
 */
maxLatency?: number, 
/**
 * Consider models whose speed is unknown as if they were fast enough.
 */
allowUntimed?: boolean, 
/**
 * Expected output tokens; takes precedence over those of the pool.
 */
expectedOutputTokens?: number, 
/**
 * Text that is sent along with the prompt: the system message, the conversation so far. It
 * counts for the cost, and not for the kind of the prompt.
 */
context?: string, 
/**
 * The earlier turns of the user, oldest first. They tell what the prompt is about where it does not
 * say so itself, and count for the cost.
 */
earlier?: Array<string>, 
/**
 * What models answered to them, oldest first. It counts little for what the prompt is about, and for
 * the cost.
 */
answers?: Array<string>, 
/**
 * Input tokens, context included, where the caller has counted them: one number, or numbers by
 * model id or by name of a tokenizer.
 */
inputTokens?: number | Record<string, number>, 
/**
 * Input tokens that the provider has in its cache.
 */
cachedTokens?: number, 
/**
 * The model of the last turn of a conversation, and what its provider has in its cache: that model
 * reads those tokens at its price of cached tokens, and all models write the rest.
 */
previous?: PreviousTurn, 
/**
 * Hidden reasoning tokens before the answer.
 */
reasoningTokens?: number, 
/**
 * Consider models with an unknown price as if they were free.
 */
allowUnpriced?: boolean, 
/**
 * Number of candidates to list, best first; all when absent. With large pools, listing takes
 * most of the time.
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
 * The range of λ (quality per US dollar) in which this model is selected; its upper end is
 * `null` where there is none. `null` for a model that is on the frontier but is selected at no λ,
 * because one neighbour is nearly as good and the other nearly as cheap.
 */
lambda: [number, number | null] | null, };

/**
 * A decision with what is needed to draw it.
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
 * Where the prompt lies on the map of clusters, if the map was made.
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
 * Its name: what people ask there, or distinctive words of its prompts.
 */
label: string, 
/**
 * The field it belongs to; `null` for a router without fields.
 */
field: string | null, 
/**
 * Prompts that lie in it; none for a router without fields.
 */
examples: Array<string>, 
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
 * The map: where each cluster lies, how large it is, and how good each model is in it.
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
 * Mean expected quality if it got every prompt; `null` if it is excluded for some of them.
 */
quality: number | null, 
/**
 * USD if it got every prompt.
 */
cost: number | null, };

/**
 * The result of routing the batch with one λ.
 */
export type BatchPoint = { 
/**
 * Quality per US dollar.
 */
lambda: number, 
/**
 * Mean expected quality of the prompts for which a model remains.
 */
quality: number, 
/**
 * USD for the whole batch.
 */
cost: number, };

/**
 * Which model gets each prompt of a batch, with the total quality and cost.
 */
export type BatchReport = { 
/**
 * All models of the pool, in its order.
 */
models: Array<BatchModel>, 
/**
 * For each prompt, the position of its model in `models`; −1 when every model is excluded.
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
 * For each model, the number of prompts that it gets.
 */
counts: Array<number>, 
/**
 * Quality and cost of the batch as routed.
 */
routed: BatchPoint, 
/**
 * Whether the budget or the floor was met; if not, this is the nearest result.
 */
met: boolean, 
/**
 * The lowest cost at which routing reaches the mean quality of the best single model.
 */
asGoodAsBest: BatchPoint | null, 
/**
 * Quality and cost of routing at rising λ.
 */
frontier: Array<BatchPoint>, };

/**
 * What routing saves against sending every prompt to one model.
 */
export type Savings = { 
/**
 * The model to compare with.
 */
reference: BatchModel, 
/**
 * The cheapest way to an expected quality not below that of the reference: routing, or one model
 * for all prompts where that costs no more.
 */
equal: Contrast, 
/**
 * Its cost in USD from the good to the bad end of the interval: the cheapest way that may be as good,
 * and the cheapest that is not worse by more than two points. The reference itself is one of
 * the ways.
 */
equalCost: [number, number], 
/**
 * USD less than with the reference, from the bad to the good ends of the intervals of quality and
 * of cost.
 */
equalSaved: [number, number], 
/**
 * The present setting.
 */
present: Contrast, 
/**
 * Whether routing saves anything at the quality of the reference.
 */
verdict: Verdict, };

/**
 * How one way to answer the prompts differs from the reference.
 */
export type Contrast = { 
/**
 * Id of the model, where all prompts go to one.
 */
only: string | null, 
/**
 * Number of prompts that do not go to the reference.
 */
moved: number, 
/**
 * Mean expected quality.
 */
quality: number, 
/**
 * USD for all prompts.
 */
cost: number, 
/**
 * Expected quality above that of the reference, from −1 to 1.
 */
gain: number, 
/**
 * 90 % interval of `gain`.
 */
gainInterval: [number, number], 
/**
 * What that interval says.
 */
standing: Standing, 
/**
 * USD less than with the reference.
 */
saved: number, 
/**
 * 90 % interval of `saved`.
 */
savedInterval: [number, number], };

/**
 * What the interval of a gain says.
 */
export type Standing = "same" | "better" | "equal" | "close" | "worse";

/**
 * Whether routing saves anything at the quality of the reference.
 */
export type Verdict = "saves" | "unclear" | "nothing";

/**
 * What a model that the pool does not have would change.
 */
export type WhatIf = { 
/**
 * Number of prompts that it would get.
 */
moved: number, 
/**
 * Mean expected quality with it.
 */
quality: number, 
/**
 * USD for all prompts with it.
 */
cost: number, };

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
export type ProfileSource = "errors" | "labels" | "benchmarks" | "accuracy" | "prior";

/**
 * A value that the file leaves open, and what was assumed instead.
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
 * Expected quality in one field of topics.
 */
export type FieldQuality = { 
/**
 * Name of the field.
 */
field: string, 
/**
 * Expected quality over its clusters, weighted by their shares, in [0, 1].
 */
quality: number, 
/**
 * 90 % interval of the quality.
 */
interval: [number, number], };

/**
 * A model and its expected quality in each field of topics.
 */
export type ModelFields = { 
/**
 * The model's id in the pool.
 */
id: string, 
/**
 * In the order of the router's fields; empty for a router without fields.
 */
fields: Array<FieldQuality>, };

/**
 * One checked model of a pool.
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
 * Name of its provider.
 */
provider: string | null, 
/**
 * Where its quality comes from.
 */
source: ProfileSource, 
/**
 * Expected quality over all clusters, weighted by their shares, in [0, 1].
 */
quality: number, 
/**
 * 90 % interval of the quality.
 */
interval: [number, number], 
/**
 * Number of labels behind the quality; a verdict counts as much as it was trusted.
 */
labels: number, 
/**
 * Number of verdicts from use behind the quality.
 */
verdicts: number, 
/**
 * Titles of the benchmarks whose published scores the quality rests on.
 */
benchmarks: Array<string>, 
/**
 * USD per million input tokens; `null` is unknown.
 */
input: number | null, 
/**
 * USD per million output tokens; `null` is unknown.
 */
output: number | null, 
/**
 * Date of its prices, as written: its own, else that of the pool; `null` if neither has one.
 */
priced: string | null, 
/**
 * Most input and output tokens together.
 */
contextLimit: number | null, 
/**
 * Most output tokens.
 */
outputLimit: number | null, 
/**
 * What it can do beside text.
 */
capabilities: Array<string>, 
/**
 * What it is, for requests that allow only some kinds of models.
 */
tags: Array<string>, };

/**
 * A model as it would be in a pool, and what would tell most about it.
 */
export type ModelPreview = { 
/**
 * The model.
 */
model: ModelInfo, 
/**
 * Its expected quality in each field of topics; empty for a router without fields.
 */
fields: Array<FieldQuality>, 
/**
 * The benchmarks whose scores would make its quality most certain, the best first.
 */
next: Array<NextBenchmark>, 
/**
 * What was assumed, and what was not used.
 */
notes: Array<Note>, };

/**
 * A benchmark of which the model has no score yet.
 */
export type NextBenchmark = { 
/**
 * Title of the benchmark.
 */
name: string, 
/**
 * 90 % interval of the overall quality after a score that is as expected.
 */
interval: [number, number], };

/**
 * A checked pool as a table.
 */
export type PoolInfo = { 
/**
 * Name of the pool for people.
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
 * The decision with another pool.
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
 * The publisher of a price list.
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
 * Its position in the `models` of the imported list.
 */
listed: number, };

/**
 * The content of a price list.
 */
export type ImportedPrices = { 
/**
 * Which list it is.
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
 * What was left out, and prices that were rejected.
 */
notes: Array<Note>, };

/**
 * One score read from a text.
 */
export type PastedScore = { 
/**
 * Name of the benchmark as written, without the marks of a table.
 */
name: string, 
/**
 * The score, in [0, 1].
 */
score: number, 
/**
 * Number of the line, from 1.
 */
line: number, 
/**
 * How many further numbers the line has, which were not used: columns of other models.
 */
further: number, };

/**
 * Scores read from a text.
 */
export type PastedScores = { 
/**
 * The scores, in the order of the lines.
 */
scores: Array<PastedScore>, 
/**
 * Lines without a score that could be read. Empty lines and lines of a table's frame do not
 * count.
 */
skipped: Array<SkippedLine>, };

/**
 * What a file of prompts is read as.
 */
export type PromptForm = "lines" | "table" | "json_lines" | "json_list";

/**
 * Prompts, and the columns they may be in.
 */
export type PromptTable = { 
/**
 * What the file was read as.
 */
form: PromptForm, 
/**
 * What separates the cells of a table: `,`, `;`, a tab or `|`; empty for a table of one column.
 * `null` for a file that is no table.
 */
separator: string | null, 
/**
 * Whether the first row of a table has the names of its columns. `null` for a file that is no
 * table.
 */
header: boolean | null, 
/**
 * Names of the columns. The texts of requests are in a column with the name of their field,
 * such as `messages` or `body.messages`.
 */
columns: Array<string>, 
/**
 * The column that is most likely that of the prompts.
 */
column: number, 
/**
 * The cells of each row; a row of a table may be shorter or longer than `columns`.
 */
rows: Array<Array<string>>, 
/**
 * For each row, the line that it starts on, or its place in the JSON list; from 1.
 */
numbers: Array<number>, };

/**
 * A line that was not read.
 */
export type SkippedLine = { 
/**
 * Number of the line, from 1.
 */
line: number, 
/**
 * Its text; cut if it is long.
 */
text: string, 
/**
 * Why it was not read.
 */
problem: string, };

/**
 * How good one model's answer to a prompt is.
 */
export type Label = { 
/**
 * The prompt.
 */
prompt: string, 
/**
 * In `[0, 1]`; 1 is fully right.
 */
score: number, };

/**
 * The labels of one model in a file.
 */
export type Labels = { 
/**
 * Prompts with scores, in the order of the file.
 */
labels: Array<Label>, 
/**
 * The model that the labels name; `None` if they name none.
 */
model: string | null, 
/**
 * What the file is, and its rows.
 */
report: LabelsReport, };

/**
 * What reading a file of labels gave. Each row is counted once: `rows` is the sum of `used`, `unscored`,
 * `others` and `bad`.
 */
export type LabelsReport = { 
/**
 * What the file was taken for, such as `samples of lm-evaluation-harness`.
 */
taken_for: string, 
/**
 * Name of the score that was read; `null` if the file has one score a model.
 */
score: string | null, 
/**
 * Rows of the file: lines, samples or instances.
 */
rows: number, 
/**
 * Rows that gave labels.
 */
used: number, 
/**
 * Rows without a score.
 */
unscored: number, 
/**
 * Rows of another model or score, or of a changed prompt.
 */
others: number, 
/**
 * Rows that are wrong and were left out.
 */
bad: number, 
/**
 * What is wrong with the first of these.
 */
problems: Array<string>, 
/**
 * Columns or fields that mean nothing here.
 */
unused: Array<string>, };

/**
 * How sure the router is of a model in one field.
 */
export type FieldCertainty = { 
/**
 * Name of the field.
 */
field: string, 
/**
 * Expected quality over its clusters, weighted by their shares, in [0, 1].
 */
quality: number, 
/**
 * 90 % interval of the quality.
 */
interval: [number, number], 
/**
 * Labels of prompts in the field (fractions, by membership).
 */
labels: number, 
/**
 * Number of labels in the field that would give the same certainty, if nothing else were known. Labels
 * of other fields and published scores count as far as they tell about this one.
 */
effectiveLabels: number, 
/**
 * Variance of the quality, as a share of its variance before anything was known, in [0, 1].
 */
remaining: number, 
/**
 * Whether the quality rests mostly on what is usual for models.
 */
guess: boolean, };

/**
 * How sure the router is of a model.
 */
export type ModelCertainty = { 
/**
 * The model in each field of topics; one entry for all prompts if the router has no fields.
 */
fields: Array<FieldCertainty>, 
/**
 * Prompts whose labels would reduce the uncertainty most, the best first; none if the router has no
 * fields.
 */
next: Array<NextLabel>, };

/**
 * A prompt to label.
 */
export type NextLabel = { 
/**
 * Name of its field.
 */
field: string, 
/**
 * Name of its cluster.
 */
cluster: string, 
/**
 * A typical prompt of the cluster.
 */
prompt: string, };
