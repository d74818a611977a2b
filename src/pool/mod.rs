//! The language models one may choose from: LLM profile JSON, raw to checked.
