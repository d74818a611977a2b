//! The reason of a decision in words, for readers who know nothing about routing.

use super::decision::{CacheUse, Candidate, Decision};
use super::request::{Objective, Request};

/// Share from earlier turns above which the prompt alone says too little.
const HALF: f64 = 0.5;

/// The reason of a decision. `floor_missed`: no model reaches the quality floor.
pub(super) fn reason(decision: &Decision, request: &Request, floor_missed: bool) -> String {
    let mut considered = decision.candidates.iter().filter(|c| c.excluded.is_none());
    let Some(selected) = considered.next() else {
        return none_left(decision, request);
    };
    let mut words = vec![match request.objective {
        Objective::Lambda(lambda) if lambda > 0.0 => {
            format!("{} has the best balance of quality and cost", selected.name)
        }
        Objective::Lambda(_) => format!("{} has the highest expected quality", selected.name),
        Objective::MaxCost(budget) => {
            format!(
                "{} is the best that {} buys",
                selected.name,
                dollars(budget)
            )
        }
        Objective::MinQuality(floor) if floor_missed => format!(
            "no model is expected to reach {}; {} comes nearest",
            percent(floor),
            selected.name
        ),
        Objective::MinQuality(floor) => {
            format!(
                "{} is the cheapest expected to reach {}",
                selected.name,
                percent(floor)
            )
        }
    }];
    let price = selected
        .cost
        .total
        .map_or("at an unknown price".into(), |c| {
            format!("for {}", dollars(c))
        });
    words[0].push_str(&format!(
        ": {} ({} to {}) {price}.",
        percent(selected.quality),
        percent(selected.interval[0]),
        percent(selected.interval[1]),
    ));
    if let Some(next) = considered.next() {
        words.push(compare(selected, next));
    }
    words.extend(
        decision
            .cache
            .as_ref()
            .and_then(|cache| about_cache(selected, cache)),
    );
    if decision.from_earlier > HALF {
        words
            .push("The prompt says little by itself, so what was asked before counts more.".into());
    }
    if decision.unknown_words {
        words.push(
            "Most of this prompt is in words that the router does not know, perhaps in another language, so each model is judged by its overall ability."
                .into(),
        );
    } else if decision.out_of_distribution {
        words.push(
            "This prompt is unlike those the router has seen, or too short to tell, so each model's overall ability counts more."
                .into(),
        );
    }
    words.join(" ")
}

/// What the cache of the last turn's model has to do with the decision.
fn about_cache(selected: &Candidate, cache: &CacheUse) -> Option<String> {
    let stays = selected.id == cache.model;
    match (stays, cache.saves, cache.switching) {
        (true, Some(saves), _) if saves > 0.0 => Some(format!(
            "It has the conversation in its cache, which saves {}.",
            dollars(saves)
        )),
        (false, _, Some(more)) if more > 0.0 => Some(format!(
            "It has no cache of the conversation, which costs {} more.",
            dollars(more)
        )),
        _ => None,
    }
}

/// How the next best model compares with the selected one.
fn compare(selected: &Candidate, next: &Candidate) -> String {
    let gain = next.quality - selected.quality;
    let quality = match (gain * 100.0).round() {
        0.0 => "about as good".to_owned(),
        1.0 => "1 point better".into(),
        -1.0 => "1 point worse".into(),
        points if points > 0.0 => format!("{points:.0} points better"),
        points => format!("{:.0} points worse", -points),
    };
    let cost = match (selected.cost.total, next.cost.total) {
        (Some(a), Some(b)) if (b - a).abs() <= 1e-3 * a.max(b) => " at the same price".to_owned(),
        (Some(a), Some(b)) if b > a && a > 0.0 => format!(" at {:.1} times the price", b / a),
        (Some(a), Some(b)) if b > a => format!(" for {} more", dollars(b - a)),
        (Some(a), Some(b)) => format!(" for {:.0} % of the price", 100.0 * b / a),
        _ => String::new(),
    };
    let unclear = match cannot_be_told(selected, next) {
        true => {
            "; their intervals overlap, so which is better cannot be told, and the cheaper one is used"
        }
        false => "",
    };
    format!("Next best: {}, {quality}{cost}{unclear}.", next.name)
}

/// Whether the next best model is expected to be better and costs more, but each expected quality is
/// inside the other model's interval.
fn cannot_be_told(selected: &Candidate, next: &Candidate) -> bool {
    let inside = |c: &Candidate, other: &Candidate| {
        (other.interval[0]..=other.interval[1]).contains(&c.quality)
    };
    let cheaper = matches!((selected.cost.total, next.cost.total), (Some(a), Some(b)) if a < b);
    cheaper && next.quality > selected.quality && inside(selected, next) && inside(next, selected)
}

/// The reason when every model is excluded.
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

/// US dollars with two significant digits and without an exponent, because prompts cost fractions
/// of a cent.
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

    fn candidate(quality: f32, interval: [f32; 2], total: f64) -> Candidate {
        Candidate {
            id: "a".into(),
            name: "A".into(),
            quality: quality.into(),
            interval: interval.map(Into::into),
            cost: crate::cost::Cost {
                total: Some(total),
                ..Default::default()
            },
            latency: None,
            score: None,
            excluded: None,
        }
    }

    #[test]
    fn where_intervals_overlap_the_reason_says_that_the_cheaper_one_is_used() {
        let cheap = candidate(0.8, [0.7, 0.9], 1.0);
        let said = |next: Candidate| compare(&cheap, &next).contains("cannot be told");
        assert!(said(candidate(0.85, [0.75, 0.95], 2.0)));
        // Clearly better, not better, and not more expensive.
        assert!(!said(candidate(0.95, [0.91, 0.99], 2.0)));
        assert!(!said(candidate(0.75, [0.65, 0.85], 2.0)));
        assert!(!said(candidate(0.85, [0.75, 0.95], 0.5)));
    }

    #[test]
    fn amounts_keep_two_significant_digits_and_never_use_an_exponent() {
        assert_eq!(dollars(0.0), "nothing");
        assert_eq!(dollars(0.000_012_34), "$0.000012");
        assert_eq!(dollars(0.25), "$0.25");
        assert_eq!(dollars(12.345), "$12.35");
    }
}
