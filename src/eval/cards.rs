//! Real model cards for the models of a data set.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ndarray::Array2;

use super::protocol::Split;
use crate::dataset::{Dataset, candidate_id};
use crate::fit::BenchmarkKnowledge;

/// Which model of a table of published scores a model of a data set is: by the names of data set and
/// model, its id there, as `MODEL` or `MODEL@MODE`.
pub type CardModels = HashMap<(String, String), String>;

/// Benchmarks and the published scores of a data set's models on them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cards {
    /// Embeddings of the prompts of each benchmark, `(n, dim)`.
    pub prompts: Vec<Arc<Array2<f32>>>,
    /// Number of prompts of each benchmark.
    pub counts: Vec<f64>,
    /// Scores of each model of the data set, in its order: pairs of a benchmark's position and an
    /// error in `[0, 1]`. Empty where nothing is published.
    pub models: Vec<Vec<(usize, f64)>>,
}

impl Cards {
    /// The cards of the models of `data`. Scores of one model on one benchmark are averaged.
    pub fn of(data: &Dataset, knowledge: &BenchmarkKnowledge, names: &CardModels) -> Self {
        let published = knowledge.errors().into_iter();
        let published: HashMap<String, _> = published
            .map(|((model, mode), errors)| (candidate_id(&model, &mode), errors))
            .collect();
        let card = |model: &crate::dataset::Model| {
            let key = (data.name.clone(), model.id.clone());
            names.get(&key).and_then(|id| published.get(id))
        };
        let mut cards = Self::default();
        let mut positions: HashMap<usize, usize> = HashMap::new();
        for entry in data.models.iter().filter_map(card).flat_map(|c| c.keys()) {
            if positions.contains_key(entry) {
                continue;
            }
            if let Some(points) = knowledge.rows_of(*entry, &knowledge.prompts) {
                positions.insert(*entry, cards.prompts.len());
                cards.prompts.push(Arc::new(points));
                let benchmark = &knowledge.catalogue.benchmarks[*entry];
                cards.counts.push(benchmark.prompts());
            }
        }
        let scores = |card: &BTreeMap<usize, f64>| {
            let known = card.iter();
            known
                .filter_map(|(entry, error)| Some((*positions.get(entry)?, *error)))
                .collect()
        };
        let models = data.models.iter();
        cards.models = models
            .map(|m| card(m).map(scores).unwrap_or_default())
            .collect();
        cards
    }
}

/// The cards of one trial.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrialCards {
    /// Benchmarks, and the cards of all models.
    pub cards: Arc<Cards>,
    /// Columns of the seen models.
    pub seen: Vec<usize>,
    /// Columns of the unseen models.
    pub unseen: Vec<usize>,
}

impl TrialCards {
    pub(super) fn new(cards: &Arc<Cards>, split: &Split) -> Self {
        Self {
            cards: cards.clone(),
            seen: split.seen.clone(),
            unseen: split.unseen.clone(),
        }
    }
}
