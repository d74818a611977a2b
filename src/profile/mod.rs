//! Labelled prompts to Ψ(h), the error of a language model in each cluster.
