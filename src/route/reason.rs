//! A decision in words that someone who has never heard of routing can follow.

use super::decide::missing;
use super::decision::{Candidate, Decision, ExclusionCode};
use super::request::{Objective, Request};
use crate::cost::Cost;
use crate::pool::Model;

pub(super) fn explain(decision: &Decision, request: &Request, floor_missed: bool) -> String {
    let mut considered = decision.candidates.iter().filter(|c| c.excluded.is_none());
    let Some(chosen) = considered.next() else {
        return none_left(decision, request);
    };
    let mut words = vec![match request.objective {
        Objective::Lambda(lambda) if lambda > 0.0 => {
            format!("{} has the best balance of quality and cost", chosen.name)
        }
        Objective::Lambda(_) => format!("{} has the highest expected quality", chosen.name),
        Objective::MaxCost(budget) => {
            format!("{} is the best that {} buys", chosen.name, dollars(budget))
        }
        Objective::MinQuality(floor) if floor_missed => format!(
            "no model is expected to reach {}; {} comes nearest",
            percent(floor),
            chosen.name
        ),
        Objective::MinQuality(floor) => {
            format!(
                "{} is the cheapest expected to reach {}",
                chosen.name,
                percent(floor)
            )
        }
    }];
    let price = chosen.cost.total.map_or("at an unknown price".into(), |c| {
        format!("for {}", dollars(c))
    });
    words[0].push_str(&format!(
        ": {} ({} to {}) {price}.",
        percent(chosen.quality),
        percent(chosen.interval[0]),
        percent(chosen.interval[1]),
    ));
    if let Some(next) = considered.next() {
        words.push(compare(chosen, next));
    }
    if decision.out_of_distribution {
        words.push(
            "This prompt is unlike those the router has seen, or too short to tell, so each model's overall ability counts more."
                .into(),
        );
    }
    words.join(" ")
}

/// Why a model is not considered, in words.
pub(super) fn why_excluded(
    code: ExclusionCode,
    model: &Model,
    cost: &Cost,
    quality: f64,
    request: &Request,
) -> String {
    match code {
        ExclusionCode::Denied => "on the deny list".into(),
        ExclusionCode::NotAllowed => "not on the allow list".into(),
        ExclusionCode::Capability => format!(
            "cannot do what is needed: {}",
            missing(model, request).unwrap_or_default()
        ),
        ExclusionCode::Context => format!(
            "about {:.0} tokens do not fit its context of {:.0}",
            cost.tokens_in + cost.tokens_out,
            model.context_limit.unwrap_or_default()
        ),
        ExclusionCode::OutputLimit => format!(
            "gives at most {:.0} answer tokens, {:.0} are expected",
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
    }
}

fn compare(chosen: &Candidate, next: &Candidate) -> String {
    let gain = next.quality - chosen.quality;
    let quality = match (gain * 100.0).round() {
        0.0 => "about as good".to_owned(),
        1.0 => "1 point better".into(),
        -1.0 => "1 point worse".into(),
        points if points > 0.0 => format!("{points:.0} points better"),
        points => format!("{:.0} points worse", -points),
    };
    let cost = match (chosen.cost.total, next.cost.total) {
        (Some(a), Some(b)) if (b - a).abs() <= 1e-3 * a.max(b) => " at the same price".to_owned(),
        (Some(a), Some(b)) if b > a && a > 0.0 => format!(" at {:.1} times the price", b / a),
        (Some(a), Some(b)) if b > a => format!(" for {} more", dollars(b - a)),
        (Some(a), Some(b)) => format!(" for {:.0} % of the price", 100.0 * b / a),
        _ => String::new(),
    };
    format!("Next best: {}, {quality}{cost}.", next.name)
}

fn none_left(decision: &Decision, request: &Request) -> String {
    let remedy = match request.objective {
        Objective::MaxCost(_) => decision
            .candidates
            .iter()
            .filter_map(|c| c.cost.total)
            .min_by(f64::total_cmp)
            .map(|c| format!(" The cheapest model costs {}.", dollars(c))),
        _ => None,
    };
    format!(
        "No model is left: each of the {} is excluded, and says why.{}",
        decision.candidates.len(),
        remedy.unwrap_or_default()
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// US dollars with two significant digits, without an exponent: prompts cost fractions of a cent.
fn dollars(amount: f64) -> String {
    if amount <= 0.0 {
        return "nothing".into();
    }
    if amount >= 1.0 {
        return format!("${amount:.2}");
    }
    let digits = (1 - amount.log10().floor() as i32).clamp(2, 12) as usize;
    format!("${amount:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_two_significant_digits_and_never_use_an_exponent() {
        assert_eq!(dollars(0.0), "nothing");
        assert_eq!(dollars(0.000_012_34), "$0.000012");
        assert_eq!(dollars(0.25), "$0.25");
        assert_eq!(dollars(12.345), "$12.35");
    }
}
