use crate::cost::Cost;
use serde::Serialize;

/// Why a model was not considered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Exclusion {
    /// Stable name of the reason.
    pub code: ExclusionCode,
    /// The reason in words.
    pub message: String,
}

/// The kinds of reasons for which a model is not considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum ExclusionCode {
    /// Not in the allow list.
    NotAllowed,
    /// In the deny list.
    Denied,
    /// Has none of the allowed tags.
    Tag,
    /// Takes longer for the answer than is allowed.
    TooSlow,
    /// Its speed is unknown.
    Untimed,
    /// Does not have a needed capability.
    Capability,
    /// Input and output tokens together exceed its context.
    Context,
    /// More output tokens are expected than it can give.
    OutputLimit,
    /// Its price is unknown.
    Unpriced,
    /// Costs more than the budget.
    OverBudget,
    /// Its expected quality is below the quality floor.
    BelowFloor,
}

/// One model of the pool in a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Candidate {
    /// The model's id.
    pub id: String,
    /// The model's name for people.
    pub name: String,
    /// Expected quality in [0, 1]: 1 − γ.
    pub quality: f64,
    /// 90 % interval of the expected quality.
    pub interval: [f64; 2],
    /// What the prompt costs with this model.
    pub cost: Cost,
    /// Expected seconds to the end of the answer; `null` where the speed is unknown.
    pub latency: Option<f64>,
    /// What was minimised; lower is better. `null` where the price is unknown.
    pub score: Option<f64>,
    /// Why it was not considered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub excluded: Option<Exclusion>,
}

/// A cluster that the prompt belongs to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ClusterShare {
    /// Index of the cluster.
    pub id: usize,
    /// Its name: what people ask there, or distinctive words of its prompts.
    pub label: String,
    /// The field it belongs to; `null` for a router without fields.
    pub field: Option<String>,
    /// The prompt's membership in it, in [0, 1].
    pub weight: f64,
}

/// What the cache of the last turn's model means for this prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct CacheUse {
    /// Id of the model of the last turn.
    pub model: String,
    /// Whether its provider still has the tokens.
    pub warm: bool,
    /// US dollars that the cache saves if that model gets the prompt too; `null` where a price is unknown.
    pub saves: Option<f64>,
    /// US dollars that the prompt costs more because the selected model holds no cache, although it would cost
    /// less if it did; 0 if the model stays, `null` where a price is unknown.
    pub switching: Option<f64>,
}

/// Which model should get a prompt, why, and for how much.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Decision {
    /// The selected model's id; `null` when every model is excluded.
    pub model: Option<String>,
    /// The models of the pool: considered ones by rising score, then excluded ones. All of them
    /// unless the request's `top` limits their number.
    pub candidates: Vec<Candidate>,
    /// The clusters that the prompt mostly belongs to, largest weight first.
    pub clusters: Vec<ClusterShare>,
    /// Whether the prompt is unlike anything the router was fitted on, or too short to tell.
    pub out_of_distribution: bool,
    /// Whether that is because most of its words are unknown to the embedder, as in a language that
    /// it does not cover.
    pub unknown_words: bool,
    /// Weight of the earlier turns and answers in what the prompt is taken to be about, in [0, 1]: above 0.5,
    /// the prompt alone says too little.
    pub from_earlier: f64,
    /// What the cache of the last turn's model means; absent without `previous`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cache: Option<CacheUse>,
    /// λ in quality per US dollar; `null` when a budget or a floor decided.
    pub lambda: Option<f64>,
    /// The decision in words.
    pub reason: String,
}
