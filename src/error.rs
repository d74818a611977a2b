use crate::{
    embed::EmbedError, pool::PoolError, profile::ProfileError, route::RouteError,
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
        }
    }

    /// The place of the wrong value: a JSON path or the name of a field of the request.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Pool(e) => e.path(),
            Self::Route(e) => Some(e.path().to_owned()),
            Self::Embed(_) | Self::Router(_) | Self::Profile(_) => None,
        }
    }
}
