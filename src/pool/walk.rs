//! One walk over the JSON of a pool before it is read: no object may have a key twice, and what a pool carries
//! beside the fields of the format is limited. Such fields are kept for export, as JSON values that take
//! many times their size in the file.

use super::error::PoolError;
use super::limits::MAX_UNKNOWN;
use crate::dataset::repeated_key;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// Most answer lengths per cluster in all models together.
const MAX_LENGTHS: usize = 500_000;

/// What part of a pool a value is in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Pool,
    Model,
    Router,
    Cost,
    Limit,
    Latency,
    Errors,
    Score,
    OutputTokens,
    /// Answer lengths per cluster.
    Lengths,
    /// A field of the format without fields of its own that are kept.
    Leaf,
    Unknown,
}

impl Part {
    /// The part that a field of this part is.
    fn field(self, name: &str) -> Self {
        match (self, name) {
            (Self::Pool, "models") => Self::Model,
            (Self::Pool, "router") => Self::Router,
            (Self::Pool, "schema_version" | "name" | "as_of" | "currency") => Self::Leaf,
            (Self::Model, "cost") => Self::Cost,
            (Self::Model, "limit") => Self::Limit,
            (Self::Model, "latency") => Self::Latency,
            (Self::Model, "errors") => Self::Errors,
            (Self::Model, "benchmarks") => Self::Score,
            (Self::Model, "output_tokens") => Self::OutputTokens,
            (
                Self::Model,
                "id" | "name" | "provider" | "priced" | "capabilities" | "tags" | "tokenizer"
                | "labels" | "accuracy" | "labels_count",
            ) => Self::Leaf,
            (Self::Errors, "mean" | "labels" | "sd" | "correlation") => Self::Leaf,
            (Self::OutputTokens, "per_cluster") => Self::Lengths,
            (Self::Leaf | Self::Router, _) => Self::Leaf,
            (Self::Cost, "input" | "output" | "cache_read" | "cache_write" | "reasoning")
            | (Self::Limit, "context" | "output")
            | (Self::Latency, "time_to_first_token_s" | "tokens_per_second")
            | (Self::Score, "name" | "score" | "setting" | "source" | "as_of") => Self::Leaf,
            _ => Self::Unknown,
        }
    }
}

/// Checks a pool, or one model, before it is read into its types, of which unknown fields and those of any
/// form would let the last of equal keys win.
///
/// # Errors
/// [`PoolError::TooManyUnknown`]; [`PoolError::Type`] for the first key that an object has twice;
/// [`PoolError::Syntax`].
pub(super) fn check(json: &[u8], part: Part) -> Result<(), PoolError> {
    let mut counts = Counts::default();
    let walk = Walk {
        part,
        counts: &mut counts,
    };
    let walked = crate::json::read_seed(json, walk);
    match counts.are_too_many() {
        true => Err(PoolError::TooManyUnknown),
        false => Ok(walked?),
    }
}

#[derive(Default)]
struct Counts {
    unknown: usize,
    lengths: usize,
}

impl Counts {
    fn are_too_many(&self) -> bool {
        self.unknown > MAX_UNKNOWN || self.lengths > MAX_LENGTHS
    }
}

/// Visits a value and those in it, and keeps none of them.
struct Walk<'c> {
    part: Part,
    counts: &'c mut Counts,
}

impl Walk<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        match self.part {
            Part::Unknown | Part::OutputTokens => self.counts.unknown += 1,
            Part::Lengths => self.counts.lengths += 1,
            _ => {}
        }
        match self.counts.are_too_many() {
            true => Err(E::custom("too many values")),
            false => Ok(()),
        }
    }

    fn at(&mut self, part: Part) -> Walk<'_> {
        Walk {
            part,
            counts: self.counts,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.count()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.count()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.count()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.count()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.count()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.count()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let part = self.part;
        while list.next_element_seed(self.at(part))?.is_some() {}
        self.count()
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let part = self.part;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let field = part.field(&name);
            if names.contains(&name) {
                return Err(repeated_key(&name));
            }
            names.insert(name);
            map.next_value_seed(self.at(field))?;
        }
        self.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(model: &str) -> Result<(), PoolError> {
        let json = format!(r#"{{"models":[{model}]}}"#);
        check(json.as_bytes(), Part::Pool)
    }

    fn list(of: usize) -> String {
        format!("[{}]", vec!["0"; of].join(","))
    }

    #[test]
    fn values_in_unknown_fields_are_counted_wherever_they_are() {
        let many = list(MAX_UNKNOWN);
        for model in [
            format!(r#"{{"id":"a","x":{many}}}"#),
            format!(r#"{{"cost":{{"mean":{many}}}}}"#),
            format!(r#"{{"errors":{{"x":{{"mean":{many}}}}}}}"#),
            format!(r#"{{"benchmarks":[{{"x":{many}}}]}}"#),
            format!(r#"{{"output_tokens":{many}}}"#),
        ] {
            assert_eq!(
                pool(&model),
                Err(PoolError::TooManyUnknown),
                "{}",
                &model[..30]
            );
        }
        let half = list(MAX_UNKNOWN / 2);
        assert!(pool(&format!(r#"{{"x":{half}}}"#)).is_ok());
        let twice = format!(r#"{{"x":{half}}},{{"x":{half}}}"#);
        assert_eq!(pool(&twice), Err(PoolError::TooManyUnknown));
    }

    #[test]
    fn fields_of_the_format_are_not_counted() {
        let many = list(2 * MAX_UNKNOWN);
        for model in [
            format!(r#"{{"errors":{{"mean":{many},"sd":{many}}}}}"#),
            format!(r#"{{"output_tokens":{{"per_cluster":{many}}}}}"#),
            format!(r#"{{"labels":[{{"prompt":"p","score":1,"x":{many}}}]}}"#),
        ] {
            assert!(pool(&model).is_ok());
        }
    }
}
