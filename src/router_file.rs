//! The router artefact: one safetensors file with everything a decision needs but the pool.
