use crate::{
    dataset::{DatasetError, labels::Choice},
    embed::EmbedError,
    feedback::FeedbackError,
    pool::PoolError,
    profile::ProfileError,
    route::RouteError,
    router::RouterError,
};

/// Everything that can be wrong with the input of a caller. The message names the place and the
/// remedy; [`Error::code`] is stable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The embedder's file.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The router file.
    #[error(transparent)]
    Router(#[from] RouterError),
    /// The LLM profile JSON.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Labels that cannot become a profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The request for a decision.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// A file of prompts, labels or scores.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A verdict on an answer, or feedback that was kept.
    #[error(transparent)]
    Feedback(#[from] FeedbackError),
}

impl Error {
    /// A stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Embed(_) => "embedder",
            Self::Router(e) => e.code(),
            Self::Pool(e) => e.code(),
            Self::Profile(_) => "profile",
            Self::Route(e) => e.code(),
            Self::Dataset(e) => e.code(),
            Self::Feedback(e) => e.code(),
        }
    }

    /// What a person must decide so that a file of labels can be read, and what there is to choose from.
    pub fn choice(&self) -> Option<(Choice, &[String])> {
        match self {
            Self::Dataset(error) => error.choice(),
            _ => None,
        }
    }

    /// The place of the wrong value: a JSON path or the name of a field of the request.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Pool(e) => e.path(),
            Self::Route(e) => Some(e.path().to_owned()),
            Self::Feedback(e) => e.path(),
            Self::Embed(_) | Self::Router(_) | Self::Profile(_) | Self::Dataset(_) => None,
        }
    }
}
