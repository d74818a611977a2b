//! Which prompts and models a trial trains on, labels and tests.
//!
//! The paper's protocol (arXiv 2502.08773, §6.1): prompts are split 60/10/30 into training,
//! validation and test; some models are never seen in training, and have labels on validation
//! prompts only. The router is fitted to the training prompts and the scores of the other models
//! there, then to the labels, and chooses among the unseen models on test prompts.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Share of the prompts for training.
const TRAINING: f64 = 0.6;
/// Share of the prompts whose scores may serve as labels.
const VALIDATION: f64 = 0.1;
/// Fewest unseen models, where the number is not given.
const FEWEST_UNSEEN: usize = 3;

/// How many validation prompts are labelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Labels {
    /// This number of prompts.
    Count(usize),
    /// This percentage of all prompts.
    Percent(f64),
}

impl Labels {
    /// Number of labels for a data set of `prompts` prompts; at most its validation prompts.
    pub fn count(self, prompts: usize) -> usize {
        let most = validation(prompts).len();
        match self {
            Self::Count(n) => n.min(most),
            Self::Percent(p) => ((p / 100.0 * prompts as f64).round() as usize).min(most),
        }
    }
}

impl std::str::FromStr for Labels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rejected = || {
            format!("{text:?} is neither a number of labels (60) nor a share of the prompts (10%)")
        };
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| rejected())?;
                let good = percent > 0.0 && percent <= 100.0 * VALIDATION;
                good.then_some(Self::Percent(percent)).ok_or_else(|| {
                    format!(
                        "{text}: labels come from the validation prompts, {}% of all",
                        100.0 * VALIDATION
                    )
                })
            }
            None => text.trim().parse().map(Self::Count).map_err(|_| rejected()),
        }
    }
}

impl std::fmt::Display for Labels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Percent(p) => write!(f, "{p}%"),
        }
    }
}

/// Row and column numbers of one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Training prompts.
    pub training: Vec<usize>,
    /// Validation prompts; the first ones are labelled.
    pub validation: Vec<usize>,
    /// Test prompts.
    pub test: Vec<usize>,
    /// Models with scores on the training prompts.
    pub seen: Vec<usize>,
    /// Models to choose from on the test prompts.
    pub unseen: Vec<usize>,
}

impl Split {
    /// The split of trial `trial`. Each trial of a seed has its own split; the same seed and trial
    /// always give the same split.
    pub fn draw(prompts: usize, models: usize, unseen: usize, seed: u64, trial: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(trial);
        let mut rows: Vec<usize> = (0..prompts).collect();
        rows.shuffle(&mut rng);
        let mut columns: Vec<usize> = (0..models).collect();
        columns.shuffle(&mut rng);
        let validation = validation(prompts);
        let seen = columns.split_off(unseen.min(models));
        Self {
            training: rows[..validation.start].to_vec(),
            test: rows[validation.end..].to_vec(),
            validation: rows[validation].to_vec(),
            seen,
            unseen: columns,
        }
    }

    /// One third of the models, at least three.
    pub fn usual_unseen(models: usize) -> usize {
        (models / 3).max(FEWEST_UNSEEN).min(models)
    }
}

/// Positions of the validation prompts in the shuffled order.
fn validation(prompts: usize) -> std::ops::Range<usize> {
    let end = |share: f64| (share * prompts as f64).round() as usize;
    end(TRAINING)..end(TRAINING + VALIDATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_a_partition_in_the_stated_shares() {
        let split = Split::draw(1000, 9, 3, 7, 0);
        let mut rows = [&split.training[..], &split.validation, &split.test].concat();
        rows.sort_unstable();
        assert_eq!(rows, (0..1000).collect::<Vec<_>>());
        assert_eq!((split.training.len(), split.validation.len()), (600, 100));
        let mut columns = [&split.seen[..], &split.unseen].concat();
        columns.sort_unstable();
        assert_eq!(columns, (0..9).collect::<Vec<_>>());
        assert_eq!(split.unseen.len(), 3);
    }

    #[test]
    fn trials_differ_and_repeat() {
        assert_eq!(Split::draw(100, 9, 3, 7, 1), Split::draw(100, 9, 3, 7, 1));
        assert_ne!(
            Split::draw(100, 9, 3, 7, 1).test,
            Split::draw(100, 9, 3, 7, 2).test
        );
        assert_ne!(
            Split::draw(100, 9, 3, 8, 1).test,
            Split::draw(100, 9, 3, 7, 1).test
        );
    }

    #[test]
    fn labels_are_a_number_or_a_share() {
        assert_eq!("60".parse(), Ok(Labels::Count(60)));
        assert_eq!("10%".parse(), Ok(Labels::Percent(10.0)));
        assert_eq!(Labels::Percent(10.0).count(6036), 603);
        assert_eq!(Labels::Count(1000).count(500), 50);
        assert!("sixty".parse::<Labels>().is_err() && "30%".parse::<Labels>().is_err());
        assert_eq!(Labels::Percent(10.0).to_string(), "10%");
    }
}
