//! The profile Ψ(h) of a model from what the file says of its errors: per-cluster errors, else
//! labels, else an accuracy, else the prior.

use super::checker::Checker;
use super::value::number;
use crate::pool::error::PoolError;
use crate::pool::limits::MAX_TOKENS;
use crate::pool::model::ProfileSource;
use crate::pool::raw::{RawErrors, RawLabel, RawModel};
use crate::profile::{Profile, ProfileError};

impl Checker<'_> {
    pub fn profile(
        &mut self,
        raw: &RawModel,
        path: &str,
    ) -> Result<(Profile, ProfileSource), PoolError> {
        if let Some(errors) = &raw.errors {
            return Ok((self.profile_of_errors(errors, path)?, ProfileSource::Errors));
        }
        if let Some(labels) = raw.labels.as_ref().filter(|l| !l.is_empty()) {
            return Ok((self.profile_of_labels(labels, path)?, ProfileSource::Labels));
        }
        let count = raw.labels_count.map(|n| {
            let hint = "; the number of prompts behind `accuracy`";
            number(&format!("{path}.labels_count"), n, 0.0, MAX_TOKENS, hint)
        });
        let count = count.transpose()?;
        if let Some(accuracy) = raw.accuracy {
            let at = format!("{path}.accuracy");
            let accuracy = number(&at, accuracy, 0.0, 1.0, "; a share, 0.85 rather than 85")?;
            let profile = self.router.profile_from_accuracy(accuracy, count);
            let profile =
                profile.map_err(|problem| self.labels_error(path, "accuracy", problem))?;
            self.note(
                at,
                "the same accuracy gain or loss is assumed for every kind of prompt",
            );
            return Ok((profile, ProfileSource::Accuracy));
        }
        self.note(
            path.to_owned(),
            "no errors, labels or accuracy: expected to do as the average model, which is a guess",
        );
        let profile = self.router.prior_profile();
        let profile = profile.map_err(|problem| self.labels_error(path, "labels", problem))?;
        Ok((profile, ProfileSource::Prior))
    }

    fn profile_of_errors(&self, errors: &RawErrors, path: &str) -> Result<Profile, PoolError> {
        let list = |field: &str, values: &[f64], high: f64| {
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

    fn profile_of_labels(&self, labels: &[RawLabel], path: &str) -> Result<Profile, PoolError> {
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
        let outcomes: Vec<_> = labels
            .iter()
            .map(|l| (l.prompt.as_str(), l.score))
            .collect();
        self.router
            .profile_from_labels(&outcomes)
            .map_err(|problem| self.labels_error(path, "labels", problem))
    }

    fn labels_error(&self, path: &str, field: &str, problem: ProfileError) -> PoolError {
        PoolError::Labels {
            path: format!("{path}.{field}"),
            problem: problem.to_string(),
        }
    }
}
