//! Verdicts on answers, in a session.
//!
//! The pool's file stays as it is. Its profiles are conditioned on the verdicts as soon as these change, one
//! model at a time: a decision never does that work.

use super::Session;
use crate::Error;
use crate::feedback::{Feedback, FeedbackError, Verdict};
use crate::pool::{ModelInfo, Pool, PoolError};
use crate::route::Request;
use std::collections::BTreeSet;

impl Session {
    /// Adds a verdict on the answer of a model of the pool to a prompt, and returns what is now known of the
    /// model. The decisions from then on rest on it.
    ///
    /// # Errors
    /// [`Error::Pool`] when the pool does not have the model, [`Error::Feedback`] when a value is wrong.
    /// Nothing is added then.
    pub fn feedback(&mut self, prompt: &str, verdict: Verdict) -> Result<ModelInfo, Error> {
        self.pool.model(verdict.model)?;
        let before = self.feedback.weights_at();
        let placed = self.last.place(&self.router, prompt, &Request::default());
        self.feedback.add(&self.router, placed, verdict)?;
        match before == self.feedback.weights_at() {
            true => self.observe(verdict.model)?,
            // Time has passed, and with it the verdicts on all models count less.
            false => self.observe_all()?,
        }
        self.known_of(verdict.model)
    }

    /// The verdicts that were given.
    pub fn given_feedback(&self) -> &Feedback {
        &self.feedback
    }

    /// Replaces all verdicts by those that [`Feedback::to_bytes`] wrote, or adds those to the present ones
    /// (`merge`).
    ///
    /// # Errors
    /// [`Error::Feedback`] when they cannot be used; the present ones stay.
    pub fn set_feedback(&mut self, bytes: &[u8], merge: bool) -> Result<(), Error> {
        let read = Feedback::from_bytes(bytes, &self.router)?;
        let feedback = match merge {
            false => read,
            true => {
                let mut both = self.feedback.clone();
                both.merge(&read)?;
                both
            }
        };
        let before = std::mem::replace(&mut self.feedback, feedback);
        self.observe_changed(&before)?;
        Ok(())
    }

    /// Drops the verdicts on one model, or all of them.
    ///
    /// # Errors
    /// None, since the pool was checked before.
    pub fn reset_feedback(&mut self, model: Option<&str>) -> Result<(), Error> {
        let before = self.feedback.clone();
        self.feedback.reset(model);
        self.observe_changed(&before)?;
        Ok(())
    }

    /// Sets the days after which a verdict counts half, from now on; `None` for never.
    ///
    /// # Errors
    /// [`FeedbackError::Range`] unless it is in [0.01, 36500].
    pub fn set_half_life(&mut self, days: Option<f64>) -> Result<(), FeedbackError> {
        self.feedback.set_half_life(days)
    }

    /// Lets time pass up to `at`, in milliseconds since 1970: with a half-life, verdicts count less afterwards.
    ///
    /// # Errors
    /// [`Error::Feedback`] for a time that no date has.
    pub fn pass_time(&mut self, at: f64) -> Result<(), Error> {
        match self.feedback.pass_time(at)? {
            true => Ok(self.observe_all()?),
            false => Ok(()),
        }
    }

    /// The pool with the verdicts in the per-cluster errors of its models; see
    /// [`Pool::to_json_with_verdicts`].
    pub fn pool_with_verdicts(&self) -> String {
        self.pool.to_json_with_verdicts(&self.router)
    }

    /// Conditions the models of another pool on the verdicts.
    pub(super) fn add_verdicts(&self, pool: &mut Pool) -> Result<(), PoolError> {
        for (id, verdicts) in self.feedback.models() {
            pool.observe(
                &self.router,
                id,
                Some((verdicts.count, &verdicts.information)),
            )?;
        }
        Ok(())
    }

    /// Conditions one model on the verdicts on it; those that were dropped count no more.
    fn observe(&mut self, id: &str) -> Result<(), PoolError> {
        let verdicts = self.feedback.of(id);
        let evidence = verdicts.map(|v| (v.count, &v.information));
        self.pool.observe(&self.router, id, evidence)?;
        self.scored = None;
        Ok(())
    }

    /// Conditions the models of which something else is known than `before`.
    fn observe_changed(&mut self, before: &Feedback) -> Result<(), PoolError> {
        let ids = before.models().chain(self.feedback.models());
        let changed = ids.filter(|(id, _)| before.of(id) != self.feedback.of(id));
        let changed: BTreeSet<String> = changed.map(|(id, _)| id.to_owned()).collect();
        changed.iter().try_for_each(|id| self.observe(id))
    }

    fn observe_all(&mut self) -> Result<(), PoolError> {
        let ids: Vec<String> = self.feedback.models().map(|(id, _)| id.into()).collect();
        ids.iter().try_for_each(|id| self.observe(id))
    }

    fn known_of(&self, id: &str) -> Result<ModelInfo, Error> {
        Ok(self.pool.model_info(id, &self.router)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{OTHER, POOL, lambda, session};
    use super::*;

    fn verdict(model: &str, score: f64) -> Verdict<'_> {
        Verdict {
            model,
            score,
            trust: 1.0,
            at: None,
        }
    }

    fn chosen(session: &mut Session, prompt: &str) -> Option<String> {
        session.decide(prompt, &lambda(0.0)).unwrap().model
    }

    /// The session after some verdicts that `large` fails at code and `small` does not.
    fn told() -> Session {
        let mut session = session();
        for _ in 0..30 {
            session.feedback("code", verdict("large", 0.0)).unwrap();
            session.feedback("code", verdict("small", 1.0)).unwrap();
        }
        session
    }

    #[test]
    fn decisions_follow_verdicts_and_the_file_of_the_pool_stays() {
        let mut session = session();
        let file = session.pool().to_json();
        assert_eq!(chosen(&mut session, "code").as_deref(), Some("large"));
        session.add_to_batch(["code"], || false);
        session.report(lambda(0.0)).unwrap();
        let before = session.pool_info();
        let told_once = session.feedback("code", verdict("large", 0.0)).unwrap();
        assert!(told_once.quality < before.models[1].quality && told_once.verdicts == 1);
        assert!(session.scored.is_none(), "the batch is scored again");
        let mut session = told();
        assert_eq!(chosen(&mut session, "code").as_deref(), Some("small"));
        assert_eq!(session.pool().to_json(), file);
        let verdicts: Vec<u64> = session
            .pool_info()
            .models
            .iter()
            .map(|m| m.verdicts)
            .collect();
        assert_eq!(verdicts, [30, 30]);
        let folded = session.pool_with_verdicts();
        let mut fresh = Session::new(crate::router::fixture::router(), folded.as_bytes()).unwrap();
        assert_eq!(chosen(&mut fresh, "code").as_deref(), Some("small"));
    }

    #[test]
    fn verdicts_outlive_their_pool() {
        let mut session = told();
        let info = session.pool_info();
        let both = session.compare(OTHER, "code", &lambda(0.0)).unwrap();
        assert_eq!(both.info.models[0].verdicts, 0);
        let same = session.compare(POOL, "code", &lambda(0.0)).unwrap();
        assert_eq!(same.decision, session.decide("code", &lambda(0.0)).unwrap());
        session.set_pool(OTHER).unwrap();
        assert_eq!(session.pool_info().models[0].verdicts, 0);
        session.set_pool(POOL).unwrap();
        assert_eq!(session.pool_info(), info);
        let unknown = session.feedback("code", verdict("other", 1.0)).unwrap_err();
        assert_eq!(unknown.code(), "unknown_model");
        assert_eq!(session.pool_info(), info);
    }

    #[test]
    fn exported_verdicts_can_be_set_merged_and_reset() {
        let told = told();
        let bytes = told.given_feedback().to_bytes().unwrap();
        let mut session = session();
        let fresh = session.pool_info();
        session.set_feedback(&bytes, false).unwrap();
        assert_eq!(session.pool_info(), told.pool_info());
        assert!(session.set_feedback(&bytes[1..], false).is_err());
        assert_eq!(session.pool_info(), told.pool_info());
        session.set_feedback(&bytes, true).unwrap();
        assert_eq!(session.pool_info().models[0].verdicts, 60);
        session.reset_feedback(Some("small")).unwrap();
        let info = session.pool_info();
        assert_eq!(
            (&info.models[0], info.models[1].verdicts),
            (&fresh.models[0], 60)
        );
        session.reset_feedback(None).unwrap();
        assert_eq!(session.pool_info(), fresh);
        // A state without a model takes back what was said of it.
        session.set_feedback(&bytes, false).unwrap();
        let none = Feedback::new(session.router()).to_bytes().unwrap();
        session.set_feedback(&none, false).unwrap();
        assert_eq!(session.pool_info(), fresh);
    }

    #[test]
    fn as_time_passes_the_models_come_back_to_their_pool() {
        let mut session = session();
        let fresh = session.pool_info();
        session.set_half_life(Some(10.0)).unwrap();
        let day = 86_400_000.0;
        for _ in 0..20 {
            let verdict = Verdict {
                at: Some(0.0),
                ..verdict("large", 0.0)
            };
            session.feedback("code", verdict).unwrap();
        }
        let told = session.pool_info();
        session.pass_time(20.0 * day).unwrap();
        let later = session.pool_info();
        let quality = |info: &crate::pool::PoolInfo| info.models[1].quality;
        assert!(quality(&told) < quality(&later) && quality(&later) < quality(&fresh));
        // A verdict on another model lets the time pass, too.
        let verdict = Verdict {
            at: Some(1000.0 * day),
            ..verdict("small", 1.0)
        };
        session.feedback("poem", verdict).unwrap();
        assert!((quality(&session.pool_info()) - quality(&fresh)).abs() < 1e-6);
        assert_eq!(session.pool_info().models[1].verdicts, 20);
        assert!(session.pass_time(f64::NAN).is_err());
    }
}
