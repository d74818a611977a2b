//! Real model cards for the models of a data set.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ndarray::{Array2, Axis, concatenate};

use super::protocol::Split;
use crate::dataset::Dataset;
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
        let found = knowledge.catalogue.find_all(&knowledge.published);
        let mut published: HashMap<String, BTreeMap<usize, Vec<f64>>> = HashMap::new();
        for (score, entry) in knowledge.published.scores.iter().zip(found) {
            let Some(entry) = entry else { continue };
            let id = match score.mode.as_str() {
                "" => score.model.clone(),
                mode => format!("{}@{mode}", score.model),
            };
            let errors = published.entry(id).or_default().entry(entry).or_default();
            errors.push(1.0 - score.score);
        }
        let card = |model: &crate::dataset::Model| {
            let key = (data.name.clone(), model.id.clone());
            names.get(&key).and_then(|id| published.get(id))
        };
        let mut cards = Self::default();
        let mut positions: HashMap<usize, usize> = HashMap::new();
        for entry in data.models.iter().filter_map(card).flat_map(|c| c.keys()) {
            let benchmark = &knowledge.catalogue.benchmarks[*entry];
            let parts = benchmark.prompts.from.iter();
            let parts: Vec<_> = parts
                .filter_map(|name| knowledge.prompts.get(name))
                .map(|points| points.view())
                .collect();
            let points = concatenate(Axis(0), &parts).ok().filter(|p| p.nrows() > 0);
            if let Some(points) = points
                && !positions.contains_key(entry)
            {
                positions.insert(*entry, cards.prompts.len());
                cards.prompts.push(Arc::new(points));
                cards.counts.push(benchmark.prompts());
            }
        }
        let scores = |card: &BTreeMap<usize, Vec<f64>>| {
            let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
            let known =
                |(entry, errors): (&usize, &Vec<f64>)| Some((*positions.get(entry)?, mean(errors)));
            card.iter().filter_map(known).collect()
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
