//! What people say of answers: the verdicts on the models of a pool, as evidence that adds up.
//!
//! A verdict is a label that comes from use: a score in [0, 1] of the answer of one model to one prompt, with
//! a trust in it. [`Feedback`] keeps no prompt and no single verdict. For each model it has an
//! [`Information`], whose size depends on the number of clusters alone. The variance
//! of a verdict is κγ(1 − γ) at the error γ that the router's prior expects on the prompt, fixed when the verdict
//! comes in. So evidence adds up exactly: order does not matter, and two states are merged by addition.
//!
//! Feedback may be forgotten: with a half-life of H days a verdict that is `a` days old has the weight
//! 2^(−a/H). Age is counted up to the latest time that the feedback knows, so order does not matter then, either.
//!
//! Feedback belongs to the clusters of one router, whose hash it names. It is kept apart from pools:
//! [`crate::session`] conditions the profiles of a pool on it.
//!
//! Labels may be kept in the same form ([`Feedback::add_label`]): these are the *statistics* of a model, which
//! [`crate::pool::from_statistics`] makes a pool of. Parts of the labels may be added up on different machines.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod error;
mod file;
mod limits;

pub use error::FeedbackError;
pub use limits::{MAX_BYTES, MAX_MODELS, MAX_VERDICTS};

use crate::pool::MAX_NAME;
use crate::profile::Information;
use crate::router::{Placed, Router};
use limits::{MAX_HALF_LIFE, MIN_HALF_LIFE};
use std::collections::BTreeMap;

/// Latest and, negative, earliest time that a date of JavaScript can have, in milliseconds since 1970.
const MAX_TIME: f64 = 8.64e15;
const DAY: f64 = 86_400_000.0;

/// One verdict on the answer of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict<'a> {
    /// Id of the model.
    pub model: &'a str,
    /// How good the answer was, in [0, 1].
    pub score: f64,
    /// How much the verdict counts, in (0, 1]: 1 like a label.
    pub trust: f64,
    /// When it was given, in milliseconds since 1970; needed where feedback is forgotten.
    pub at: Option<f64>,
}

/// The verdicts on one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// How many there were, forgotten ones included.
    pub count: u64,
    /// What they say.
    pub information: Information,
}

/// The verdicts on the models of a router's pools.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// Hash of the router over whose clusters the information is.
    router: String,
    clusters: usize,
    /// Days after which a verdict counts half.
    half_life: Option<f64>,
    /// The latest time that is known: every weight is the one at this time.
    time: Option<f64>,
    models: BTreeMap<String, Verdicts>,
}

impl Feedback {
    /// No verdict yet.
    pub fn new(router: &Router) -> Self {
        Self {
            router: router.sha256().to_owned(),
            clusters: router.clusters().len(),
            half_life: None,
            time: None,
            models: BTreeMap::new(),
        }
    }

    /// The verdicts on this model; `None` if there are none.
    pub fn of(&self, model: &str) -> Option<&Verdicts> {
        self.models.get(model)
    }

    /// The models that have verdicts, in the order of their ids.
    pub fn models(&self) -> impl Iterator<Item = (&str, &Verdicts)> {
        self.models
            .iter()
            .map(|(id, verdicts)| (id.as_str(), verdicts))
    }

    /// Hash of the router over whose clusters the information is.
    pub fn router(&self) -> &str {
        &self.router
    }

    /// Number of all verdicts, forgotten ones included.
    pub fn verdicts(&self) -> u64 {
        self.models.values().map(|verdicts| verdicts.count).sum()
    }

    /// Whether there is no verdict.
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Days after which a verdict counts half; `None` if it always counts in full.
    pub fn half_life(&self) -> Option<f64> {
        self.half_life
    }

    /// The time that weights are those of, where they depend on time.
    pub(crate) fn weights_at(&self) -> Option<f64> {
        self.half_life.and(self.time)
    }

    /// Adds a verdict on an answer to the prompt that was `placed` by the same router.
    ///
    /// # Errors
    /// [`FeedbackError`], naming the value that is wrong; nothing is added then.
    pub fn add(
        &mut self,
        router: &Router,
        placed: &Placed,
        verdict: Verdict,
    ) -> Result<(), FeedbackError> {
        self.add_at(router, &placed.membership, verdict)
    }

    /// Adds a label: the `score` of a model on a prompt of this membership, as
    /// [`Clusters::membership`](crate::cluster::Clusters::membership) gives it, `(K)`. It counts like a verdict
    /// with a trust of 1, at the prompt's own clusters, however far the prompt is from them.
    ///
    /// # Errors
    /// [`FeedbackError`], naming the value that is wrong; nothing is added then.
    pub fn add_label(
        &mut self,
        router: &Router,
        membership: &[f32],
        model: &str,
        score: f64,
    ) -> Result<(), FeedbackError> {
        let verdict = Verdict {
            model,
            score,
            trust: 1.0,
            at: self.time,
        };
        self.add_at(router, membership, verdict)
    }

    fn add_at(
        &mut self,
        router: &Router,
        membership: &[f32],
        verdict: Verdict,
    ) -> Result<(), FeedbackError> {
        self.check_router(router.sha256())?;
        let Verdict {
            model,
            score,
            trust,
            at,
        } = verdict;
        check(&verdict)?;
        if membership.len() != self.clusters {
            return Err(FeedbackError::Value {
                place: "membership".into(),
                problem: format!(
                    "{} weights for {} clusters",
                    membership.len(),
                    self.clusters
                ),
            });
        }
        if self.half_life.is_some() && at.is_none() {
            return Err(FeedbackError::NoTime);
        }
        match self.models.get(model) {
            None if self.models.len() >= MAX_MODELS => return Err(FeedbackError::TooManyModels),
            Some(Verdicts { count, .. }) if *count >= MAX_VERDICTS => {
                return Err(FeedbackError::TooManyVerdicts {
                    model: model.into(),
                });
            }
            _ => {}
        }
        if let Some(at) = at {
            self.advance(at);
        }
        let expected = membership.iter().zip(router.prior().mean());
        let expected: f64 = expected.map(|(phi, mean)| f64::from(*phi) * mean).sum();
        let variance = router.prior().label_noise(expected);
        let weight = trust * self.weight_of(at);
        let verdicts = self
            .models
            .entry(model.to_owned())
            .or_insert_with(|| Verdicts {
                count: 0,
                information: Information::none(self.clusters),
            });
        verdicts.count += 1;
        let information = &mut verdicts.information;
        information.add(membership, 1.0 - score, variance, weight);
        Ok(())
    }

    /// Adds all verdicts of `other`, which are others than these: a verdict that is in both counts
    /// twice.
    ///
    /// # Errors
    /// [`FeedbackError::OtherRouter`], [`FeedbackError::HalfLife`] and those for too much; nothing is added
    /// then.
    pub fn merge(&mut self, other: &Self) -> Result<(), FeedbackError> {
        self.check_router(&other.router)?;
        if self.is_empty() && self.half_life.is_none() {
            *self = other.clone();
            return Ok(());
        }
        if other.is_empty() {
            return Ok(());
        }
        if self.half_life != other.half_life {
            let words =
                |days: Option<f64>| days.map_or("none".into(), |days| format!("{days} days"));
            return Err(FeedbackError::HalfLife {
                found: words(other.half_life),
                expected: words(self.half_life),
            });
        }
        let unknown = other
            .models
            .keys()
            .filter(|id| !self.models.contains_key(*id));
        if self.models.len() + unknown.count() > MAX_MODELS {
            return Err(FeedbackError::TooManyModels);
        }
        let in_both = self
            .models
            .iter()
            .filter_map(|(id, own)| Some((id, own, other.of(id)?)));
        for (id, own, theirs) in in_both {
            if own.count + theirs.count > MAX_VERDICTS {
                return Err(FeedbackError::TooManyVerdicts { model: id.clone() });
            }
        }
        if let Some(time) = other.time {
            self.advance(time);
        }
        let factor = self.weight_of(other.time);
        for (id, verdicts) in &other.models {
            let mut information = verdicts.information.clone();
            information.scale(factor);
            match self.models.get_mut(id) {
                Some(own) => {
                    own.count += verdicts.count;
                    own.information.add_all(&information);
                }
                None => {
                    let count = verdicts.count;
                    self.models
                        .insert(id.clone(), Verdicts { count, information });
                }
            }
        }
        Ok(())
    }

    /// Drops the verdicts on one model, or all of them. Returns whether there were any.
    pub fn reset(&mut self, model: Option<&str>) -> bool {
        match model {
            Some(id) => self.models.remove(id).is_some(),
            None => !std::mem::take(&mut self.models).is_empty(),
        }
    }

    /// Sets the days after which a verdict counts half, from now on; `None` for never. What was forgotten
    /// before stays so.
    ///
    /// # Errors
    /// [`FeedbackError::Range`] unless it is in [0.01, 36500].
    pub fn set_half_life(&mut self, days: Option<f64>) -> Result<(), FeedbackError> {
        check_half_life(days)?;
        self.half_life = days;
        Ok(())
    }

    /// Lets time pass up to `at`, in milliseconds since 1970: with a half-life, every verdict counts less
    /// afterwards. Without one, and with an earlier time than one that is known, nothing changes. Returns whether
    /// weights changed.
    ///
    /// # Errors
    /// [`FeedbackError::Range`] for a time that no date has.
    pub fn pass_time(&mut self, at: f64) -> Result<bool, FeedbackError> {
        check_time(at)?;
        Ok(self.half_life.is_some() && self.advance(at))
    }

    fn advance(&mut self, to: f64) -> bool {
        let passed = self.time.map_or(0.0, |time| to - time);
        if self.time.is_some() && passed <= 0.0 {
            return false;
        }
        self.time = Some(to);
        let Some(factor) = self.half_life.map(|days| decay(passed, days)) else {
            return false;
        };
        let models = self.models.values_mut();
        models.for_each(|verdicts| verdicts.information.scale(factor));
        factor < 1.0 && !self.models.is_empty()
    }

    /// The weight of what was known at a time.
    fn weight_of(&self, at: Option<f64>) -> f64 {
        match (self.half_life, self.time, at) {
            (Some(days), Some(time), Some(at)) => decay(time - at, days),
            _ => 1.0,
        }
    }

    fn check_router(&self, found: &str) -> Result<(), FeedbackError> {
        match found == self.router {
            true => Ok(()),
            false => Err(FeedbackError::OtherRouter {
                found: found.to_owned(),
                expected: self.router.clone(),
            }),
        }
    }
}

/// The share of a weight that is left after `passed` milliseconds.
fn decay(passed: f64, half_life: f64) -> f64 {
    (-(passed.max(0.0)) / DAY / half_life).exp2()
}

fn check(verdict: &Verdict) -> Result<(), FeedbackError> {
    let Verdict {
        model,
        score,
        trust,
        at,
    } = verdict;
    check_id(model)?;
    if !(0.0..=1.0).contains(score) {
        return Err(FeedbackError::Range {
            field: "score",
            value: *score,
            range: "[0, 1]",
            remedy: "pass 1 for a good answer, 0 for a bad one",
        });
    }
    if !(*trust > 0.0 && *trust <= 1.0) {
        return Err(FeedbackError::Range {
            field: "trust",
            value: *trust,
            range: "(0, 1]",
            remedy: "pass 1 for a verdict that counts in full",
        });
    }
    at.map_or(Ok(()), check_time)
}

fn check_id(id: &str) -> Result<(), FeedbackError> {
    match id.is_empty() || id.chars().count() > MAX_NAME {
        true => Err(FeedbackError::Id),
        false => Ok(()),
    }
}

fn check_time(at: f64) -> Result<(), FeedbackError> {
    match at.abs() <= MAX_TIME {
        true => Ok(()),
        false => Err(FeedbackError::Range {
            field: "at",
            value: at,
            range: "[-8.64e15, 8.64e15]",
            remedy: "pass milliseconds since 1970, as Date.now() gives them",
        }),
    }
}

fn check_half_life(days: Option<f64>) -> Result<(), FeedbackError> {
    match days {
        Some(days) if !(MIN_HALF_LIFE..=MAX_HALF_LIFE).contains(&days) => {
            Err(FeedbackError::half_life(days))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
