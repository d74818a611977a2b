//! How good routing decisions are: data sets, deferral curves, baselines.
