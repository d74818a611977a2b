//! The models worth their price.

use proptest::prelude::*;
use uniroute::route::{Objective, frontier, route};

use crate::config;
use crate::world::{lambda, models, objective, pool, scene, with_tokens};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn it_rises_in_cost_and_quality_and_contains_the_decision((router, drafts, prompt) in scene(), objective in objective()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decision = route(&router, &pool, &prompt, &with_tokens(objective)).unwrap();
        let points = frontier(&decision);
        for pair in points.windows(2) {
            prop_assert!(pair[0].cost < pair[1].cost && pair[0].quality < pair[1].quality);
        }
        for c in decision.candidates.iter().filter(|c| c.cost.total.is_some()) {
            let cost = c.cost.total.unwrap();
            prop_assert!(points.iter().any(|p| p.cost <= cost && p.quality >= c.quality));
        }
        if let Some(chosen) = &decision.model {
            prop_assert!(points.iter().any(|p| p.id == *chosen), "{} is not in {:?}", chosen, points);
        }
    }

    #[test]
    fn the_range_that_holds_lambda_is_that_of_the_decision((router, drafts, prompt) in scene(), lambda in lambda()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decision = route(&router, &pool, &prompt, &with_tokens(Objective::Lambda(lambda))).unwrap();
        let Some(chosen) = &decision.model else { return Ok(()); };
        let points = frontier(&decision);
        let point = points.iter().find(|p| p.id == *chosen).expect("the decision is on the frontier");
        // Only where rounding makes scores equal, a decision may be outside its range.
        let slack = 1e-9 * (1.0 + lambda);
        if let Some((low, high)) = point.lambda {
            prop_assert!(low <= lambda + slack && high.is_none_or(|high| lambda <= high + slack));
        } else {
            let score = |quality: f64, cost: f64| 1.0 - quality + lambda * cost;
            let least = points.iter().map(|p| score(p.quality, p.cost)).fold(f64::INFINITY, f64::min);
            prop_assert!((score(point.quality, point.cost) - least).abs() < 1e-12 * (1.0 + least));
        }
    }
}
