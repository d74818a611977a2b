//! Which models a request excludes from a decision, and the reason for each in words.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use super::decision::{Exclusion, ExclusionCode};
use super::request::{Objective, Request, RouteError};
use crate::cost::{Cost, Usage};
use crate::pool::{Model, Pool};
use crate::printable::printable;

/// Checks that the request names models of the pool.
pub(super) fn check_names(pool: &Pool, request: &Request) -> Result<(), RouteError> {
    for (field, ids) in [("allow", &request.allow), ("deny", &request.deny)] {
        for id in ids {
            pool.model(id)
                .map_err(|source| RouteError::UnknownModel { field, source })?;
        }
    }
    if let Some(previous) = &request.previous {
        let field = "previous.model";
        pool.model(&previous.model)
            .map_err(|source| RouteError::UnknownModel { field, source })?;
    }
    Ok(())
}

/// Why a model is excluded; none when it is considered. `price` is USD for the prompt, and none
/// where the request does not accept an unknown price. The first reason counts.
#[inline]
pub(super) fn exclusion_code(
    model: &Model,
    usage: &Usage,
    quality: f64,
    price: Option<f64>,
    request: &Request,
) -> Option<ExclusionCode> {
    use ExclusionCode::*;
    if request.deny.contains(&model.id) {
        return Some(Denied);
    }
    if !request.allow.is_empty() && !request.allow.contains(&model.id) {
        return Some(NotAllowed);
    }
    if !request.allow_tags.is_empty() && !model.tags.iter().any(|t| request.allow_tags.contains(t))
    {
        return Some(Tag);
    }
    if missing(model, request).is_some() {
        return Some(Capability);
    }
    let tokens = usage.input + usage.tokens_out();
    if model.context_limit.is_some_and(|limit| tokens > limit) {
        return Some(Context);
    }
    // The length that a pool expects is a mean, and longer answers are cut off; only a length that
    // the request states must fit.
    if let (Some(limit), Some(expected)) = (model.output_limit, request.expected_output_tokens)
        && expected > limit
    {
        return Some(OutputLimit);
    }
    if let Some(most) = request.max_latency {
        match model.speed.seconds(usage.tokens_out()) {
            Some(seconds) if seconds > most => return Some(TooSlow),
            None if !request.allow_untimed => return Some(Untimed),
            _ => {}
        }
    }
    let Some(price) = price else {
        return Some(Unpriced);
    };
    match request.objective {
        Objective::MaxCost(budget) if price > budget => Some(OverBudget),
        Objective::MinQuality(floor) if quality < floor => Some(BelowFloor),
        _ => None,
    }
}

/// The exclusion with its reason in words.
pub(super) fn exclusion(
    code: ExclusionCode,
    model: &Model,
    cost: &Cost,
    quality: f64,
    request: &Request,
) -> Exclusion {
    let message = match code {
        ExclusionCode::Denied => "on the deny list".into(),
        ExclusionCode::NotAllowed => "not on the allow list".into(),
        ExclusionCode::Tag => format!(
            "has none of the allowed tags: {}",
            printable(request.allow_tags.join(", "))
        ),
        ExclusionCode::TooSlow => format!(
            "takes about {:.1} s for the answer, {:.1} s are allowed",
            model.speed.seconds(cost.tokens_out).unwrap_or_default(),
            request.max_latency.unwrap_or_default()
        ),
        ExclusionCode::Untimed => "its speed is unknown".into(),
        ExclusionCode::Capability => format!(
            "cannot do what is needed: {}",
            printable(missing(model, request).unwrap_or_default())
        ),
        ExclusionCode::Context => format!(
            "about {:.0} tokens do not fit its context of {:.0}",
            cost.tokens_in + cost.tokens_out,
            model.context_limit.unwrap_or_default()
        ),
        ExclusionCode::OutputLimit => format!(
            "gives at most {:.0} output tokens, {:.0} are expected",
            model.output_limit.unwrap_or_default(),
            request.expected_output_tokens.unwrap_or_default()
        ),
        ExclusionCode::Unpriced => "its price is unknown".into(),
        ExclusionCode::OverBudget => format!(
            "costs ${:.2e}, the budget is ${:.2e}",
            cost.total.unwrap_or_default(),
            request.objective.number()
        ),
        ExclusionCode::BelowFloor => format!(
            "expected quality {quality:.2} is below {:.2}",
            request.objective.number()
        ),
    };
    Exclusion { code, message }
}

/// The first needed capability that the model does not have.
fn missing<'a>(model: &Model, request: &'a Request) -> Option<&'a str> {
    let mut needed = request.need.iter();
    let lacking = needed.find(|n| !model.capabilities.contains(n));
    lacking.map(String::as_str)
}
