//! The models worth their price for one prompt.

use super::{Candidate, Decision, ExclusionCode};
use crate::pool::PoolInfo;
use serde::Serialize;

/// A model that no cheaper one equals in expected quality.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FrontierPoint {
    /// The model's id.
    pub id: String,
    /// Expected quality in [0, 1].
    pub quality: f64,
    /// USD for the prompt.
    pub cost: f64,
    /// The range of λ (quality per US dollar) in which this model is selected; its upper end is
    /// `null` where there is none. `null` for a model that is on the frontier but is selected at no λ,
    /// because one neighbour is nearly as good and the other nearly as cheap.
    pub lambda: Option<(f64, Option<f64>)>,
}

/// A decision with what is needed to draw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The models worth their price, cheapest first.
    pub frontier: Vec<FrontierPoint>,
    /// Where the prompt lies on the map of clusters, if the map was made.
    pub place: Option<[f64; 2]>,
}

/// The decision with another pool.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Comparison {
    /// The other pool.
    pub info: PoolInfo,
    /// Its decision.
    pub decision: Decision,
}

/// The frontier of quality against cost, cheapest first. A budget or a quality floor selects a point
/// on it, so models that only these exclude are part of it.
pub fn frontier(decision: &Decision) -> Vec<FrontierPoint> {
    let mut points: Vec<FrontierPoint> = decision
        .candidates
        .iter()
        .filter(|c| is_open(c))
        .filter_map(|c| {
            let cost = c.cost.total?;
            Some(FrontierPoint {
                id: c.id.clone(),
                quality: c.quality,
                cost,
                lambda: None,
            })
        })
        .collect();
    // A stable sort: of equal models, the one that the decision ranks first remains.
    points.sort_by(|a, b| {
        a.cost
            .total_cmp(&b.cost)
            .then(b.quality.total_cmp(&a.quality))
    });
    let mut best = f64::NEG_INFINITY;
    points.retain(|p| {
        let better = p.quality > best;
        best = best.max(p.quality);
        better
    });
    for (at, range) in winning_ranges(&points) {
        points[at].lambda = Some(range);
    }
    points
}

fn is_open(candidate: &Candidate) -> bool {
    candidate.excluded.as_ref().is_none_or(|e| {
        matches!(
            e.code,
            ExclusionCode::OverBudget | ExclusionCode::BelowFloor
        )
    })
}

/// The points on the upper hull, each with the slopes to its neighbours on it.
fn winning_ranges(points: &[FrontierPoint]) -> Vec<(usize, (f64, Option<f64>))> {
    let slope = |a: usize, b: usize| {
        (points[b].quality - points[a].quality) / (points[b].cost - points[a].cost)
    };
    let mut hull: Vec<usize> = Vec::new();
    for next in 0..points.len() {
        while let [.., before, last] = hull[..]
            && slope(last, next) >= slope(before, last)
        {
            hull.pop();
        }
        hull.push(next);
    }
    let most = |i: usize| i.checked_sub(1).map(|before| slope(hull[before], hull[i]));
    let least = |i: usize| hull.get(i + 1).map_or(0.0, |after| slope(hull[i], *after));
    (0..hull.len())
        .map(|i| (hull[i], (least(i), most(i))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Cost;
    use crate::route::Exclusion;

    fn decision(models: &[(&str, f64, Option<f64>)]) -> Decision {
        let candidates = models
            .iter()
            .map(|&(id, quality, total)| Candidate {
                id: id.into(),
                name: id.into(),
                quality,
                interval: [quality; 2],
                cost: Cost {
                    total,
                    ..Cost::default()
                },
                latency: None,
                score: None,
                excluded: None,
            })
            .collect();
        Decision {
            model: None,
            candidates,
            clusters: vec![],
            out_of_distribution: false,
            unknown_words: false,
            from_earlier: 0.0,
            cache: None,
            lambda: None,
            reason: String::new(),
        }
    }

    fn ids(points: &[FrontierPoint]) -> Vec<&str> {
        points.iter().map(|p| p.id.as_str()).collect()
    }

    #[test]
    fn a_model_that_costs_more_and_gives_less_is_not_on_it() {
        let all = [
            ("a", 0.5, Some(1.0)),
            ("worse", 0.4, Some(2.0)),
            ("b", 0.9, Some(3.0)),
        ];
        assert_eq!(ids(&frontier(&decision(&all))), ["a", "b"]);
    }

    #[test]
    fn the_winner_at_any_lambda_is_the_one_whose_range_holds_it() {
        let all = [
            ("a", 0.30, Some(0.0)),
            ("b", 0.55, Some(1e-4)),
            ("hollow", 0.60, Some(9e-4)),
            ("c", 0.80, Some(1e-3)),
            ("d", 0.82, Some(9e-3)),
            ("expensive", 0.10, Some(9e-2)),
        ];
        let points = frontier(&decision(&all));
        assert_eq!(
            points.iter().find(|p| p.id == "hollow").unwrap().lambda,
            None
        );
        for lambda in [0.0, 1.0, 10.0, 100.0, 400.0, 1e3, 2e3, 3e3, 1e6] {
            let score = |m: &(&str, f64, Option<f64>)| 1.0 - m.1 + lambda * m.2.unwrap();
            let wins = all
                .iter()
                .min_by(|x, y| score(x).total_cmp(&score(y)))
                .unwrap()
                .0;
            let named = points.iter().find(|p| {
                p.lambda
                    .is_some_and(|(low, high)| low <= lambda && high.is_none_or(|h| lambda < h))
            });
            assert_eq!(named.unwrap().id, wins, "λ = {lambda}");
        }
    }

    #[test]
    fn a_denied_model_and_one_without_a_price_are_left_out_one_over_budget_is_not() {
        let mut given = decision(&[
            ("a", 0.5, Some(1.0)),
            ("b", 0.7, Some(2.0)),
            ("c", 0.9, Some(3.0)),
        ]);
        let exclude = |code| {
            Some(Exclusion {
                code,
                message: String::new(),
            })
        };
        given.candidates[1].excluded = exclude(ExclusionCode::Denied);
        given.candidates[2].excluded = exclude(ExclusionCode::OverBudget);
        given.candidates[0].cost.total = None;
        assert_eq!(ids(&frontier(&given)), ["c"]);
    }

    #[test]
    fn models_of_one_price_leave_the_best_and_no_infinite_slope() {
        let points = frontier(&decision(&[("a", 0.5, Some(1.0)), ("b", 0.7, Some(1.0))]));
        assert_eq!(ids(&points), ["b"]);
        assert_eq!(points[0].lambda, Some((0.0, None)));
    }
}
