//! The selected model.

use proptest::prelude::*;
use uniroute::pool::Pool;
use uniroute::route::{
    Candidate, Decision, ExclusionCode, Objective, Request, choose, heaviest_cluster, place, route,
};

use crate::config;
use crate::world::{
    Draft, INPUT, OUTPUT, lambda, models, pool, request, router, scene, with_tokens,
};

/// Memberships and errors are single-precision numbers.
const TOLERANCE: f64 = 1e-5;

/// The best model by the definition: of those that nothing but a budget or floor may exclude, the one
/// with the least (score, cost, −quality, id).
fn best<'a>(decision: &'a Decision, request: &Request) -> Option<&'a str> {
    let price = |c: &Candidate| c.cost.total.or(request.allow_unpriced.then_some(0.0));
    let open = decision
        .candidates
        .iter()
        .filter(|c| is_open(c) && price(c).is_some());
    let open: Vec<&Candidate> = open.collect();
    let fits = |c: &&Candidate| match request.objective {
        Objective::Lambda(_) => true,
        Objective::MaxCost(budget) => price(c).is_some_and(|price| price <= budget),
        Objective::MinQuality(floor) => c.quality >= floor,
    };
    let mut considered: Vec<&Candidate> = open.iter().copied().filter(fits).collect();
    if considered.is_empty() && matches!(request.objective, Objective::MinQuality(_)) {
        let most = open.iter().map(|c| c.quality).fold(0.0, f64::max);
        considered = open.into_iter().filter(|c| c.quality == most).collect();
    }
    let score = |c: &Candidate| c.score.expect("a considered model has a score");
    let key = |c: &Candidate| (score(c), c.cost.total.unwrap_or(f64::INFINITY), -c.quality);
    let least = considered.into_iter().min_by(|a, b| {
        let order = key(a).partial_cmp(&key(b)).expect("no number is NaN");
        order.then_with(|| a.id.cmp(&b.id))
    });
    least.map(|c| c.id.as_str())
}

/// Whether nothing but a budget or a floor excludes a model.
fn is_open(c: &Candidate) -> bool {
    let code = c.excluded.as_ref().map(|e| e.code);
    matches!(
        code,
        None | Some(ExclusionCode::OverBudget | ExclusionCode::BelowFloor)
    )
}

fn cost_of(decision: &Decision) -> Option<f64> {
    let chosen = decision.model.as_deref()?;
    decision
        .candidates
        .iter()
        .find(|c| c.id == chosen)?
        .cost
        .total
}

/// Errors that are never below those of `better`, and prices above its own.
fn dominated(better: &Draft) -> Option<Draft> {
    let (input, output) = better.prices?;
    let worse = |error: &f64| (error + 0.05).min(1.0);
    Some(Draft {
        errors: better.errors.iter().map(worse).collect(),
        accuracy: better.accuracy.map(|accuracy| accuracy * 0.9),
        prices: Some((input + 0.1, output + 0.1)),
        capable: better.capable,
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_decision_is_the_best_model_of_its_own_table((router, drafts, prompt) in scene(), request in request()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decision = route(&router, &pool, &prompt, &request).unwrap();
        prop_assert_eq!(decision.model.as_deref(), best(&decision, &request));
    }

    #[test]
    fn the_choice_alone_is_that_of_the_decision((router, drafts, prompt) in scene(), request in request()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decision = route(&router, &pool, &prompt, &request).unwrap();
        let placed = place(&router, &prompt, "");
        let choice = choose(&pool, &placed, &request).unwrap();
        prop_assert_eq!(decision.model.as_deref(), choice.map(|c| pool.models()[c.model].id.as_str()));
        if let Some(choice) = choice {
            let first = &decision.candidates[0];
            prop_assert_eq!((choice.quality, choice.cost), (first.quality, first.cost.total));
        }
        prop_assert_eq!(heaviest_cluster(&placed), decision.clusters.first().map(|c| c.id));
    }

    #[test]
    fn the_table_is_computed_from_profiles_and_prices((router, drafts, prompt) in scene(), lambda in lambda()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decision = route(&router, &pool, &prompt, &with_tokens(Objective::Lambda(lambda))).unwrap();
        let membership = place(&router, &prompt, "").membership;
        for c in &decision.candidates {
            let model = pool.model(&c.id).unwrap();
            let pairs = membership.iter().zip(&model.profile.mean);
            let error: f64 = pairs.map(|(phi, psi)| f64::from(*phi) * f64::from(*psi)).sum();
            prop_assert!((1.0 - error - c.quality).abs() < TOLERANCE);
            if let Some(score) = c.score {
                let expected = error + lambda * c.cost.total.unwrap_or(0.0);
                prop_assert!((score - expected).abs() < TOLERANCE * (1.0 + expected));
            }
            let prices = model.prices.input.zip(model.prices.output);
            let cost = prices.map(|(input, output)| (input * INPUT + output * OUTPUT) / 1e6);
            prop_assert!((cost.unwrap_or(-1.0) - c.cost.total.unwrap_or(-1.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_cost_never_rises_with_lambda((router, drafts, prompt) in scene(), a in lambda(), b in lambda()) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decide = |lambda| route(&router, &pool, &prompt, &with_tokens(Objective::Lambda(lambda))).unwrap();
        let (low, high) = (a.min(b), a.max(b));
        if let (Some(before), Some(after)) = (cost_of(&decide(low)), cost_of(&decide(high))) {
            // Scores are rounded: where they are equal to the last bits, costs may differ a little.
            let rounding = 4.0 * f64::EPSILON * (1.0 + high * before.max(after));
            prop_assert!(after <= before || (high - low) * (after - before) <= rounding);
        }
    }

    #[test]
    fn a_dominated_model_changes_nothing((router, drafts, prompt) in scene(), request in request(), at in any::<prop::sample::Index>()) {
        let k = router.clusters().len();
        let Some(worse) = dominated(at.get(&drafts)) else { return Ok(()); };
        let before = models(&drafts, k);
        let after = [&before[..], &[worse.model("a-worse-one", k)]].concat();
        let decide = |models| route(&router, &pool(models, &router), &prompt, &request).unwrap();
        let (before, mut after) = (decide(&before), decide(&after));
        after.candidates.retain(|c| c.id != "a-worse-one");
        prop_assert_eq!(&before.model, &after.model);
        prop_assert_eq!(&before.candidates, &after.candidates);
    }

    #[test]
    fn the_order_of_the_pool_changes_nothing((router, drafts, prompt) in scene(), request in request(), turns in 0..8usize) {
        let mut models = models(&drafts, router.clusters().len());
        let decide = |pool: Pool| route(&router, &pool, &prompt, &request).unwrap();
        let before = decide(pool(&models, &router));
        let turns = turns % models.len();
        models.rotate_left(turns);
        prop_assert_eq!(&before, &decide(pool(&models, &router)));
        models.reverse();
        prop_assert_eq!(&before, &decide(pool(&models, &router)));
    }

    #[test]
    fn the_best_candidates_of_a_short_list_are_those_of_the_whole((router, drafts, prompt) in scene(), request in request(), top in 0..9usize) {
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let whole = route(&router, &pool, &prompt, &request).unwrap();
        let short = Request { top: Some(top), ..request };
        let short = route(&router, &pool, &prompt, &short).unwrap();
        prop_assert_eq!(&short.model, &whole.model);
        prop_assert_eq!(&short.reason, &whole.reason);
        prop_assert_eq!(&short.candidates[..], &whole.candidates[..top.min(whole.candidates.len())]);
    }

    #[test]
    fn memberships_are_shares_of_one(router in router(), prompt in crate::world::prompt()) {
        let placed = place(&router, &prompt, "");
        prop_assert!(placed.membership.iter().all(|m| (0.0..=1.0 + 1e-6).contains(m)));
        prop_assert!((placed.membership.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        prop_assert!((0.0..=1.0).contains(&placed.trust));
    }
}
