//! Fields that a pool file has under another name than the format's, such as `price` for `cost`. Unknown fields are
//! kept for export and are not used, so a note says where a field was probably meant to be one of the format.

use super::checker::Checker;
use crate::pool::raw::{RawModel, RawPool};
use crate::printable::printable;
use serde_json::{Map, Value};

/// Longest name that is compared, in characters; those of the format are shorter.
const LONGEST: usize = 24;

/// Names of the fields of one object of the format, and what other formats call some of them.
struct Names {
    fields: &'static [&'static str],
    others: &'static [(&'static str, &'static str)],
}

const POOL: Names = Names {
    fields: &[
        "schema_version",
        "name",
        "as_of",
        "currency",
        "router",
        "models",
    ],
    others: &[
        ("version", "schema_version"),
        ("date", "as_of"),
        ("llms", "models"),
    ],
};

const MODEL: Names = Names {
    fields: &[
        "id",
        "name",
        "provider",
        "priced",
        "cost",
        "limit",
        "capabilities",
        "tags",
        "tokenizer",
        "errors",
        "labels",
        "benchmarks",
        "accuracy",
        "labels_count",
        "output_tokens",
        "latency",
    ],
    others: &[
        ("price", "cost"),
        ("prices", "cost"),
        ("pricing", "cost"),
        ("costs", "cost"),
        ("context", "limit"),
        ("contextwindow", "limit"),
        ("contextlength", "limit"),
        ("scores", "benchmarks"),
        ("quality", "accuracy"),
    ],
};

const COST: Names = Names {
    fields: &["input", "output", "cache_read", "cache_write", "reasoning"],
    others: &[
        ("in", "input"),
        ("out", "output"),
        ("prompt", "input"),
        ("completion", "output"),
        ("inputcost", "input"),
        ("outputcost", "output"),
        ("inputcostpertoken", "input"),
        ("outputcostpertoken", "output"),
        ("cached", "cache_read"),
        ("cachedinput", "cache_read"),
    ],
};

const LIMIT: Names = Names {
    fields: &["context", "output"],
    others: &[
        ("contextwindow", "context"),
        ("contextlength", "context"),
        ("maxinputtokens", "context"),
        ("maxtokens", "output"),
        ("maxoutputtokens", "output"),
    ],
};

impl Checker<'_> {
    /// Notes on fields of the pool itself that were probably meant to be others.
    pub fn misspelt_in_pool(&mut self, raw: &RawPool) {
        self.misspelt("$", &raw.extra, &POOL);
    }

    /// Notes on fields of a model, its prices and its limits.
    pub fn misspelt_in_model(&mut self, raw: &RawModel, path: &str) {
        self.misspelt(path, &raw.extra, &MODEL);
        if let Some(cost) = &raw.cost {
            self.misspelt(&format!("{path}.cost"), &cost.extra, &COST);
        }
        if let Some(limit) = &raw.limit {
            self.misspelt(&format!("{path}.limit"), &limit.extra, &LIMIT);
        }
    }

    fn misspelt(&mut self, path: &str, unknown: &Map<String, Value>, names: &Names) {
        for name in unknown.keys() {
            if let Some(field) = names.meant_by(name) {
                let message =
                    format!("not used: the format has no such field; did you mean `{field}`?");
                self.note(printable(format_args!("{path}.{name}")), message);
            }
        }
    }
}

impl Names {
    /// The field that was probably meant by a name that the format does not have.
    fn meant_by(&self, name: &str) -> Option<&'static str> {
        if name.chars().nth(LONGEST).is_some() {
            return None;
        }
        let plain = normalised(name);
        let other = self.others.iter().find(|(other, _)| *other == plain);
        if let Some((_, field)) = other {
            return Some(field);
        }
        self.fields
            .iter()
            .find(|field| is_near(&plain, &normalised(field)))
            .copied()
    }
}

/// A name in lower case, without what separates its words.
fn normalised(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether one name is the other with a letter too many, too few or wrong, or two of them exchanged; two such
/// mistakes in names of seven letters or more. The first letter is usually right, and `host` is not `cost`.
fn is_near(name: &str, field: &str) -> bool {
    let allowed = match field.len() {
        ..=2 => 0,
        3..=6 => 1,
        _ => 2,
    };
    name.chars().next() == field.chars().next() && strsim::osa_distance(name, field) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_and_fields_of_other_programs_are_left_alone() {
        for (name, meant) in [
            ("price", Some("cost")),
            ("Pricing", Some("cost")),
            ("costs", Some("cost")),
            ("acuracy", Some("accuracy")),
            ("accuarcy", Some("accuracy")),
            ("benchmark", Some("benchmarks")),
            ("outputTokens", Some("output_tokens")),
            ("output-token", Some("output_tokens")),
            ("ID", Some("id")),
            ("host", None),
            ("note", None),
            ("release", None),
            ("price_source", None),
            ("output_tokens_source", None),
            ("parameters_b", None),
            ("base", None),
            ("effort", None),
            ("published_as", None),
            ("", None),
        ] {
            assert_eq!(MODEL.meant_by(name), meant, "{name}");
        }
        assert_eq!(COST.meant_by("input_cost_per_token"), Some("input"));
        assert_eq!(LIMIT.meant_by("max_tokens"), Some("output"));
        assert_eq!(POOL.meant_by("model"), Some("models"));
    }
}
