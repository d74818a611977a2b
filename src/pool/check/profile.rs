//! The profile Ψ(h) of a model from what the file says of its errors: per-cluster errors, else labels,
//! published scores and an accuracy together, else the prior.

use super::checker::Checker;
use super::value::{date, number, text};
use crate::observation::Observations;
use crate::pool::error::PoolError;
use crate::pool::limits::{MAX_LABELS, MAX_SCORES, MAX_TOKENS};
use crate::pool::model::{Evidence, ProfileSource};
use crate::pool::raw::{RawErrors, RawLabel, RawModel};
use crate::profile::{Information, Profile, ProfileError};
use crate::router::Router;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Titles of benchmarks that a note offers in place of an unknown name.
const OFFERED: usize = 3;

/// What a file says of the errors of a model.
pub struct Known {
    /// Labels and an accuracy.
    pub others: Observations,
    /// Published scores, with the positions of their benchmarks.
    pub scores: Vec<(usize, f64)>,
}

impl Known {
    /// The profile that follows.
    pub fn profile(&self, router: &Router) -> Result<Profile, ProfileError> {
        self.profile_with(router, &self.scores)
    }

    /// The profile that follows together with further information; `None` where that is not over the
    /// router's clusters.
    pub fn conditioned(
        &self,
        router: &Router,
        information: &Information,
    ) -> Result<Option<Profile>, ProfileError> {
        let observations = self.observations(router, &self.scores)?;
        router.profile_with(&observations, information)
    }

    /// The profile that would follow with other scores.
    pub fn profile_with(
        &self,
        router: &Router,
        scores: &[(usize, f64)],
    ) -> Result<Profile, ProfileError> {
        let observations = self.observations(router, scores)?;
        router.profile(&observations)
    }

    /// All observations, with these scores.
    fn observations<'a>(
        &'a self,
        router: &Router,
        scores: &[(usize, f64)],
    ) -> Result<Cow<'a, Observations>, ProfileError> {
        match scores.is_empty() {
            true => Ok(Cow::Borrowed(&self.others)),
            false => {
                let scores = router.benchmarks().observations(scores)?;
                scores.and(&self.others).map(Cow::Owned)
            }
        }
    }
}

impl Checker<'_> {
    pub fn profile(
        &mut self,
        raw: &RawModel,
        path: &str,
    ) -> Result<(Profile, Evidence, Option<Known>), PoolError> {
        let scores = self.scores(raw, path)?;
        self.accuracy(raw, path)?;
        if let Some(errors) = &raw.errors {
            let profile = self.profile_of_errors(errors, path)?;
            if !scores.is_empty() {
                self.note(
                    format!("{path}.benchmarks"),
                    "not used, because the file gives the errors in each cluster",
                );
            }
            return Ok((profile, Evidence::of(ProfileSource::Errors), None));
        }
        let (known, evidence) = self.known(raw, path, scores)?;
        let note = match evidence.source {
            ProfileSource::Accuracy => Some((
                format!("{path}.accuracy"),
                "the same accuracy gain or loss is assumed for every kind of prompt",
            )),
            ProfileSource::Prior => Some((
                path.to_owned(),
                "no errors, labels, benchmarks or accuracy: expected to do as the average model, \
                 which is a guess",
            )),
            _ => None,
        };
        if let Some((at, message)) = note {
            self.note(at, message);
        }
        let profile = known.profile(self.router);
        let profile = profile.map_err(|problem| self.labels_error(path, "labels", problem))?;
        Ok((profile, evidence, Some(known)))
    }

    /// Everything the file says of a model without per-cluster errors.
    fn known(
        &self,
        raw: &RawModel,
        path: &str,
        scores: Vec<(usize, f64)>,
    ) -> Result<(Known, Evidence), PoolError> {
        let mut evidence = Evidence::of(ProfileSource::Prior);
        let mut others = Observations::none(self.router.clusters().len());
        if let Some((accuracy, count)) = self.accuracy(raw, path)? {
            let observed = self.router.observe_accuracy(accuracy, count);
            others = self.joined(others, observed, path, "accuracy")?;
            evidence.source = ProfileSource::Accuracy;
        }
        if !scores.is_empty() {
            evidence = self.evidence_of(&scores);
        }
        if let Some(labels) = raw.labels.as_ref().filter(|l| !l.is_empty()) {
            let labels = self.labels(labels, path)?;
            others = self.joined(others, self.router.observe_labels(&labels), path, "labels")?;
            evidence.source = ProfileSource::Labels;
        }
        Ok((Known { others, scores }, evidence))
    }

    /// The accuracy, and the number of prompts it was measured on where the file says so.
    fn accuracy(
        &self,
        raw: &RawModel,
        path: &str,
    ) -> Result<Option<(f64, Option<f64>)>, PoolError> {
        let count = raw.labels_count.map(|n| {
            let hint = "; the number of prompts behind `accuracy`";
            number(&format!("{path}.labels_count"), n, 0.0, MAX_TOKENS, hint)
        });
        let count = count.transpose()?;
        let Some(accuracy) = raw.accuracy else {
            return Ok(None);
        };
        let hint = "; a share, 0.85 rather than 85";
        let accuracy = number(&format!("{path}.accuracy"), accuracy, 0.0, 1.0, hint)?;
        Ok(Some((accuracy, count)))
    }

    /// The published scores on benchmarks that the router knows, with their positions there. The
    /// others become notes.
    fn scores(&mut self, raw: &RawModel, path: &str) -> Result<Vec<(usize, f64)>, PoolError> {
        let list = raw.benchmarks.as_deref().unwrap_or_default();
        if list.len() > MAX_SCORES {
            return Err(PoolError::TooManyScores {
                path: format!("{path}.benchmarks"),
                found: list.len(),
            });
        }
        let benchmarks = self.router.benchmarks();
        if benchmarks.is_empty() && !list.is_empty() {
            self.note(
                format!("{path}.benchmarks"),
                "not used: this router knows no benchmarks; use a router that was fitted with them",
            );
        }
        let mut scores = Vec::with_capacity(list.len());
        let mut first: HashMap<usize, usize> = HashMap::new();
        for (i, score) in list.iter().enumerate() {
            let at = format!("{path}.benchmarks[{i}]");
            text(&format!("{at}.name"), &score.name)?;
            if let Some(given) = &score.as_of {
                date(&format!("{at}.as_of"), given)?;
            }
            let hint = "; a share, 0.857 rather than 85.7";
            let value = number(&format!("{at}.score"), score.score, 0.0, 1.0, hint)?;
            let Some(found) = benchmarks.find(&score.name) else {
                if !benchmarks.is_empty() {
                    let near = benchmarks.nearest(&score.name, OFFERED).join(", ");
                    let name = &score.name;
                    let message = format!(
                        "{name:?} is not known to this router and is not used; nearest: {near}"
                    );
                    self.note(format!("{at}.name"), message);
                }
                continue;
            };
            if let Some(earlier) = first.insert(found, i) {
                let message = format!(
                    "a second score of the benchmark of benchmarks[{earlier}]: both are used, and \
                     together they say little more than one"
                );
                self.note(at, message);
            }
            scores.push((found, value));
        }
        Ok(scores)
    }

    fn evidence_of(&self, scores: &[(usize, f64)]) -> Evidence {
        let list = self.router.benchmarks().list();
        let mut benchmarks: Vec<String> = Vec::with_capacity(scores.len());
        let mut seen = HashSet::new();
        for (b, _) in scores.iter().filter(|(b, _)| seen.insert(*b)) {
            benchmarks.extend(list.get(*b).map(|benchmark| benchmark.title.clone()));
        }
        Evidence {
            source: ProfileSource::Benchmarks,
            scores: scores.len(),
            benchmarks,
        }
    }

    /// What was `known`, with further observations of the same model.
    fn joined(
        &self,
        known: Observations,
        further: Result<Observations, ProfileError>,
        path: &str,
        field: &str,
    ) -> Result<Observations, PoolError> {
        further
            .and_then(|further| match known.is_empty() {
                true => Ok(further),
                false => known.and(&further),
            })
            .map_err(|problem| self.labels_error(path, field, problem))
    }

    fn profile_of_errors(&self, errors: &RawErrors, path: &str) -> Result<Profile, PoolError> {
        let list = |field: &str, values: &[f64], high: f64| -> Result<Vec<f32>, PoolError> {
            let at = format!("{path}.errors.{field}");
            self.length(&at, values.len())?;
            for (k, v) in values.iter().enumerate() {
                number(&format!("{at}[{k}]"), *v, 0.0, high, "")?;
            }
            Ok(values.iter().map(|v| *v as f32).collect())
        };
        let mean = list("mean", &errors.mean, 1.0)?;
        let labels = errors
            .labels
            .as_deref()
            .map(|v| list("labels", v, MAX_TOKENS))
            .transpose()?;
        let sd = errors
            .sd
            .as_deref()
            .map(|v| list("sd", v, 1.0))
            .transpose()?;
        let correlation = errors.correlation.map(|c| {
            number(&format!("{path}.errors.correlation"), c, 0.0, 1.0, "").map(|c| c as f32)
        });
        let correlation = correlation.transpose()?;
        Profile::try_new(self.router.prior(), mean, labels, sd, correlation)
            .map_err(|problem| self.labels_error(path, "errors", problem))
    }

    /// Prompts and scores of the labels.
    fn labels<'l>(
        &self,
        labels: &'l [RawLabel],
        path: &str,
    ) -> Result<Vec<(&'l str, f64)>, PoolError> {
        if labels.len() > MAX_LABELS {
            return Err(PoolError::TooManyLabels {
                path: format!("{path}.labels"),
                found: labels.len(),
                allowed: MAX_LABELS,
            });
        }
        for (i, label) in labels.iter().enumerate() {
            let at = format!("{path}.labels[{i}].score");
            number(
                &at,
                label.score,
                0.0,
                1.0,
                "; 1 is a perfect answer, 0 a wrong one",
            )?;
        }
        let outcomes = labels.iter().map(|l| (l.prompt.as_str(), l.score));
        Ok(outcomes.collect())
    }

    fn labels_error(&self, path: &str, field: &str, problem: ProfileError) -> PoolError {
        PoolError::Labels {
            path: format!("{path}.{field}"),
            problem: problem.to_string(),
        }
    }
}
