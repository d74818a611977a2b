//! What all checks of a pool share: the router, and the notes so far.

use crate::pool::error::PoolError;
use crate::pool::model::Note;
use crate::router::Router;

pub(super) struct Checker<'a> {
    pub router: &'a Router,
    pub notes: Vec<Note>,
}

impl<'a> Checker<'a> {
    pub fn new(router: &'a Router) -> Self {
        Self {
            router,
            notes: Vec::new(),
        }
    }

    /// Adds a note on what was assumed.
    pub fn note(&mut self, path: String, message: impl Into<String>) {
        self.notes.push(Note {
            path,
            message: message.into(),
        });
    }

    /// Checks that a per-cluster list has one value for each cluster.
    pub fn length(&self, path: &str, found: usize) -> Result<(), PoolError> {
        let expected = self.router.clusters().len();
        if found == expected {
            return Ok(());
        }
        Err(PoolError::Clusters {
            path: path.to_owned(),
            found,
            expected,
        })
    }
}
