//! JSON values in which no object has one key twice.

use crate::printable::shortened;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Longest part of a key that a message repeats, in characters.
const MOST_SHOWN: usize = 80;

/// Reads one JSON value. The parser of serde_json keeps the last of repeated keys; here they are an
/// error.
///
/// # Errors
/// Those of the parser, and for a repeated key one of the category "data", which has no others.
pub fn parse(json: &[u8]) -> serde_json::Result<Value> {
    parse_without(json, &[])
}

/// As [`parse`], without the fields of these names, at any depth. They are checked, but not kept.
pub(super) fn parse_without(json: &[u8], left_out: &[&str]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = UniqueSeed(left_out).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// A JSON value in which no object has one key twice, at any depth.
#[derive(Clone, Debug)]
pub(crate) struct Unique(pub Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UniqueSeed(&[]).deserialize(deserializer).map(Self)
    }
}

/// Reads a value; fields of these names are left out.
#[derive(Clone, Copy)]
struct UniqueSeed<'k>(&'k [&'k str]);

impl<'de> DeserializeSeed<'de> for UniqueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(repeated_key(&key));
            }
            if self.0.contains(&key.as_str()) {
                fields.next_value::<IgnoredAny>()?;
                continue;
            }
            object.insert(key, fields.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

/// The error for a key that an object has twice.
pub(crate) fn repeated_key<E: Error>(key: &str) -> E {
    let key = shortened(key, MOST_SHOWN);
    E::custom(format_args!("the key {key:?} occurs twice; keep one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_serde_json_unless_a_key_is_repeated() {
        let text = r#"{"a": [1, -2, 1.5, 1e300, 12345678901234567890, "é", true, null, {}], "b": {"a": 0}}"#;
        assert_eq!(
            parse(text.as_bytes()).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
        for wrong in ["{", "nul", "[1,]", "\"\\ud800\"", "1e999"] {
            assert_eq!(
                parse(wrong.as_bytes()).unwrap_err().to_string(),
                serde_json::from_str::<Value>(wrong)
                    .unwrap_err()
                    .to_string()
            );
        }
    }

    #[test]
    fn a_repeated_key_is_named_with_its_place_at_any_depth() {
        let error = parse(b"{\"a\": 1,\n \"b\": [{\"x\": 1, \"x\": 1}]}").unwrap_err();
        assert!(error.is_data());
        assert_eq!(error.line(), 2);
        assert!(
            error.to_string().starts_with("the key \"x\" occurs twice"),
            "{error}"
        );
    }
}
