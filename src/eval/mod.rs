//! How good routing decisions are: data sets, deferral curves, baselines.

mod dataset;

pub use dataset::{Dataset, DatasetError, FolderParts, Model, Prompt, read_models};
