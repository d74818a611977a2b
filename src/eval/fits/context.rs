//! What a method gets for one trial and label budget.

use std::sync::{Arc, OnceLock};

use super::router::FittedRouter;
use super::training::TrainingFits;
use crate::eval::trial::{Known, Training};

/// What a method may know in one trial, and the fits to it that methods share.
pub struct Context<'a> {
    /// Prompts, scores and labels.
    pub known: &'a Known,
    /// Fits to the training prompts.
    pub fits: &'a TrainingFits,
    router: OnceLock<Option<FittedRouter>>,
}

impl<'a> Context<'a> {
    /// `fits` are those of the training prompts of `known`.
    pub fn new(known: &'a Known, fits: &'a TrainingFits) -> Self {
        debug_assert!(
            Arc::ptr_eq(&known.training, fits.training()),
            "the fits belong to other training prompts"
        );
        Self {
            known,
            fits,
            router: OnceLock::new(),
        }
    }

    /// The training prompts and the seen models.
    pub fn training(&self) -> &'a Training {
        &self.known.training
    }

    /// The router of this crate, fitted to training prompts and labels on first use; `None` if it
    /// cannot be fitted.
    pub fn fitted_router(&self) -> Option<&FittedRouter> {
        let fit = || {
            let fitted = self.fits.fitted()?;
            FittedRouter::new(fitted, self.known.labelled.view(), self.known.labels.view())
        };
        self.router.get_or_init(fit).as_ref()
    }
}
