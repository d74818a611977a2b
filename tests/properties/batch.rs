//! Many prompts at once.

use proptest::collection::vec;
use proptest::prelude::*;
use uniroute::route::{BatchReport, Decision, Objective};
use uniroute::session::Session;

use crate::config;
use crate::world::{drafts, lambda, models, objective, prompt, router, with_tokens};

fn chosen(decision: &Decision) -> Option<(&str, f64, f64)> {
    let id = decision.model.as_deref()?;
    let c = decision.candidates.iter().find(|c| c.id == id)?;
    Some((id, c.quality, c.cost.total?))
}

/// The totals of a report are the sums of its rows.
fn adds_up(report: &BatchReport) -> Result<(), TestCaseError> {
    let answered = report.chosen.iter().filter(|at| **at >= 0).count();
    prop_assert_eq!(report.counts.iter().sum::<u32>() as usize, answered);
    for (at, count) in report.counts.iter().enumerate() {
        let rows = report
            .chosen
            .iter()
            .filter(|chosen| **chosen == at as i32)
            .count();
        prop_assert_eq!(*count as usize, rows);
    }
    let (cost, quality): (f64, f64) = (report.costs.iter().sum(), report.qualities.iter().sum());
    prop_assert!((report.routed.cost - cost).abs() <= 1e-12 * (1.0 + cost));
    prop_assert!((report.routed.quality * answered.max(1) as f64 - quality).abs() < 1e-9);
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_report_is_the_sum_of_its_decisions(router in router(), drafts in drafts(), prompts in vec(prompt(), 1..12), lambda in lambda()) {
        let models = serde_json::json!({"models": models(&drafts, router.clusters().len())}).to_string();
        let mut session = Session::new(router, models.as_bytes()).unwrap();
        let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        session.add_to_batch(prompts.iter().copied(), || false);
        let request = with_tokens(Objective::Lambda(lambda));
        let report = session.report(request.clone()).unwrap();
        adds_up(&report)?;
        for (at, decision) in session.decide_each(&prompts, &request).unwrap().iter().enumerate() {
            let of_report = usize::try_from(report.chosen[at]).ok();
            let of_report = of_report.map(|m| (report.models[m].id.as_str(), report.qualities[at], report.costs[at]));
            prop_assert_eq!(of_report, chosen(decision));
        }
    }

    #[test]
    fn a_budget_or_floor_that_is_called_met_is_met(router in router(), drafts in drafts(), prompts in vec(prompt(), 1..12), objective in objective()) {
        let models = serde_json::json!({"models": models(&drafts, router.clusters().len())}).to_string();
        let mut session = Session::new(router, models.as_bytes()).unwrap();
        session.add_to_batch(prompts.iter().map(String::as_str), || false);
        let report = session.report(with_tokens(objective)).unwrap();
        adds_up(&report)?;
        let routed = report.routed;
        let meets = match objective {
            Objective::Lambda(_) => true,
            Objective::MaxCost(budget) => routed.cost <= budget * prompts.len() as f64,
            Objective::MinQuality(floor) => routed.quality >= floor,
        };
        prop_assert!(meets || !report.met, "{:?} for {:?}", routed, objective);
        for pair in report.frontier.windows(2) {
            prop_assert!(pair[0].lambda < pair[1].lambda && pair[0].cost >= pair[1].cost - 1e-12);
        }
        for single in report.models.iter().filter_map(|m| m.quality) {
            let best = report.as_good_as_best.expect("some model can answer all prompts");
            prop_assert!(best.quality >= single - 1e-8);
        }
    }
}
