//! The request as programs write it, raw to checked.

use super::{Objective, Request, RouteError};
use serde::Deserialize;

/// What a caller may ask of a decision. At most one of `lambda`, `maxCost` and `minQuality`; none
/// is quality at any price.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS),
    ts(optional_fields, rename = "RouteRequest")
)]
pub struct RawRequest {
    /// Quality that one US dollar is worth: the score is (1 − quality) + lambda · cost.
    pub lambda: Option<f64>,
    /// Most US dollars this prompt may cost; the best quality within it wins.
    pub max_cost: Option<f64>,
    /// Least expected quality, in [0, 1]; the lowest cost above it wins.
    pub min_quality: Option<f64>,
    /// Only these models.
    pub allow: Option<Vec<String>>,
    /// None of these models.
    pub deny: Option<Vec<String>>,
    /// Capabilities that the model must have.
    pub need: Option<Vec<String>>,
    /// Expected tokens of the answer, where the caller knows better than the pool.
    pub expected_output_tokens: Option<f64>,
    /// Tokens of the prompt, where the caller has counted them with the model's tokenizer.
    pub input_tokens: Option<f64>,
    /// Consider models without a price, as if they were free.
    pub allow_unpriced: Option<bool>,
    /// List only so many candidates, the first ones; all when absent. With large pools most of the
    /// time goes into listing.
    pub top: Option<u32>,
}

impl TryFrom<RawRequest> for Request {
    type Error = RouteError;

    fn try_from(raw: RawRequest) -> Result<Self, RouteError> {
        let objective = match (raw.lambda, raw.max_cost, raw.min_quality) {
            (None, None, None) => Objective::default(),
            (Some(lambda), None, None) => Objective::Lambda(lambda),
            (None, Some(budget), None) => Objective::MaxCost(budget),
            (None, None, Some(floor)) => Objective::MinQuality(floor),
            (lambda, ..) => {
                let field = if lambda.is_some() {
                    "lambda"
                } else {
                    "maxCost"
                };
                return Err(RouteError::Objectives { field });
            }
        };
        Ok(Self {
            objective,
            allow: raw.allow.unwrap_or_default(),
            deny: raw.deny.unwrap_or_default(),
            need: raw.need.unwrap_or_default(),
            expected_output_tokens: raw.expected_output_tokens,
            input_tokens: raw.input_tokens,
            allow_unpriced: raw.allow_unpriced.unwrap_or_default(),
            top: raw.top.map(|top| top as usize),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_asked_is_quality_at_any_price() {
        assert_eq!(
            Request::try_from(RawRequest::default()),
            Ok(Request::default())
        );
    }

    #[test]
    fn two_objectives_at_once_are_refused() {
        let raw = RawRequest {
            max_cost: Some(1.0),
            min_quality: Some(0.5),
            ..Default::default()
        };
        let refused = Request::try_from(raw).unwrap_err();
        assert_eq!(
            (refused.code(), refused.path()),
            ("request_objective", "maxCost")
        );
    }

    #[test]
    fn a_misspelt_field_is_refused_rather_than_ignored() {
        let refused = serde_json::from_str::<RawRequest>(r#"{"minquality": 0.5}"#).unwrap_err();
        assert!(refused.to_string().contains("minquality"), "{refused}");
    }
}
