//! What routing saves against sending every prompt to one model, and how sure that is.
//!
//! A model's expected quality comes with an interval. What is unknown of a model is partly the same for
//! all prompts, so that the differences to the reference are added up model by model; between two models
//! they are independent. Prompts that stay with the reference differ in nothing.

use super::Placed;
use super::batch::{Batch, BatchModel};
use super::estimate::models;
use super::query::Query;
use super::request::{Objective, Request, RouteError};
use super::totals::assumes_length;
use crate::cost::Sum;
use crate::pool::Pool;
use serde::Serialize;

/// Two-sided 90 % point of the normal distribution.
const Z90: f64 = 1.645;
/// Share of the reference's cost up to which a saving is none.
const NOTHING: f64 = 0.005;
/// Share of the reference's cost that must be saved even if the intervals turn out badly.
const CERTAIN: f64 = 0.05;

/// How much worse than the reference may still be called as good.
const TOLERANCE: f64 = 0.02;

/// What routing saves against sending every prompt to one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Savings {
    /// The model to compare with.
    pub reference: BatchModel,
    /// The cheapest way to an expected quality not below that of the reference: routing, or one model
    /// for all prompts where that costs no more.
    pub equal: Contrast,
    /// Its cost in USD from the good to the bad end of the interval: the cheapest way that may be as good,
    /// and the cheapest that is not worse by more than two points. The reference itself is one of
    /// the ways.
    pub equal_cost: [f64; 2],
    /// USD less than with the reference, from the bad to the good ends of the intervals of quality and
    /// of cost.
    pub equal_saved: [f64; 2],
    /// The present setting.
    pub present: Contrast,
    /// Whether routing saves anything at the quality of the reference.
    pub verdict: Verdict,
}

/// How one way to answer the prompts differs from the reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Contrast {
    /// Id of the model, where all prompts go to one.
    pub only: Option<String>,
    /// Number of prompts that do not go to the reference.
    pub moved: u32,
    /// Mean expected quality.
    pub quality: f64,
    /// USD for all prompts.
    pub cost: f64,
    /// Expected quality above that of the reference, from −1 to 1.
    pub gain: f64,
    /// 90 % interval of `gain`.
    pub gain_interval: [f64; 2],
    /// What that interval says.
    pub standing: Standing,
    /// USD less than with the reference.
    pub saved: f64,
    /// 90 % interval of `saved`.
    pub saved_interval: [f64; 2],
}

/// What the interval of a gain says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum Standing {
    /// All prompts go to the reference.
    Same,
    /// Better, all over the interval.
    Better,
    /// Not worse by more than two points, all over the interval.
    Equal,
    /// Better or worse: too close to call.
    Close,
    /// Worse, all over the interval.
    Worse,
}

impl Standing {
    fn of(moved: u32, [low, high]: [f64; 2]) -> Self {
        match () {
            () if moved == 0 => Self::Same,
            () if low > 0.0 => Self::Better,
            () if high < 0.0 => Self::Worse,
            () if low >= -TOLERANCE => Self::Equal,
            () => Self::Close,
        }
    }
}

/// Whether routing saves anything at the quality of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum Verdict {
    /// It does, even at the bad ends of the intervals.
    Saves,
    /// It is expected to, but the intervals overlap too much to be sure.
    Unclear,
    /// It does not: the reference costs no more.
    Nothing,
}

/// What routing saves. Without a reference, it is compared with the best single model. `None` where the
/// reference is excluded for a prompt or its price is unknown.
///
/// # Errors
/// [`RouteError`] for an objective out of range and for a model that the pool does not have.
pub(crate) fn savings(
    pool: &Pool,
    prompts: &[Placed],
    batch: &Batch,
    reference: Option<&str>,
    request: &Request,
) -> Result<Option<Savings>, RouteError> {
    let present = batch.choose(request.objective)?;
    let reference = match reference {
        Some(id) => {
            models(pool, Some(id))?;
            batch.models().iter().position(|model| model.id == id)
        }
        None => batch.best_single(),
    };
    let Some(reference) = reference else {
        return Ok(None);
    };
    let single = &batch.models()[reference];
    let (Some(quality), Some(price)) = (single.quality, single.cost) else {
        return Ok(None);
    };
    let compared = Compared {
        pool,
        prompts,
        batch,
        reference,
        request,
    };
    let stay = || vec![Some(reference); prompts.len()];
    let equal = batch.cheapest_from(quality - 1e-9).unwrap_or_else(stay);
    let equal = compared.contrast(&equal);
    let mut ways = batch.ways();
    ways.retain(|(cost, _)| *cost < price);
    let cheapest = |good: &dyn Fn([f64; 2]) -> bool| {
        let found = ways
            .iter()
            .find(|(_, choice)| good(compared.gain(choice).interval));
        found.map_or(price, |(cost, _)| *cost)
    };
    let equal_cost = [
        cheapest(&|[_, high]| high >= 0.0).min(equal.cost),
        cheapest(&|[low, _]| low >= -TOLERANCE).max(equal.cost),
    ];
    let equal_saved = [
        equal.saved_interval[0].min(price - equal_cost[1]),
        equal.saved_interval[1].max(price - equal_cost[0]),
    ];
    let verdict = match () {
        () if equal.cost >= price * (1.0 - NOTHING) => Verdict::Nothing,
        () if equal_saved[0] >= price * CERTAIN => Verdict::Saves,
        () => Verdict::Unclear,
    };
    Ok(Some(Savings {
        reference: single.clone(),
        present: compared.contrast(&present),
        equal,
        equal_cost,
        equal_saved,
        verdict,
    }))
}

/// A batch with the model that it is compared with.
struct Compared<'a> {
    pool: &'a Pool,
    prompts: &'a [Placed],
    batch: &'a Batch,
    /// Position in the pool.
    reference: usize,
    request: &'a Request,
}

/// Quality above that of the reference.
struct Gain {
    mean: f64,
    interval: [f64; 2],
}

impl Compared<'_> {
    /// The prompts that do not stay with the reference, with their models.
    fn moved<'a>(
        &'a self,
        choice: &'a [Option<usize>],
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let chosen = choice.iter().enumerate();
        chosen.filter_map(|(prompt, model)| Some((prompt, model.filter(|m| *m != self.reference)?)))
    }

    /// The sum of memberships of the prompts that a model gets is one prompt to its profile, which knows how
    /// its uncertainties in two clusters go together. What is unknown because a prompt is unlike all
    /// others is independent between prompts.
    fn gain(&self, choice: &[Option<usize>]) -> Gain {
        let n = choice.len().max(1) as f64;
        let mut weights: Vec<Vec<f32>> = vec![Vec::new(); self.pool.models().len()];
        let (mut mean, mut variance) = (0.0, 0.0);
        for (prompt, chosen) in self.moved(choice) {
            mean += self.batch.error(prompt, self.reference) - self.batch.error(prompt, chosen);
            let placed = &self.prompts[prompt];
            for model in [chosen, self.reference] {
                let sum = &mut weights[model];
                sum.resize(placed.membership.len(), 0.0);
                for (sum, share) in sum.iter_mut().zip(&placed.membership) {
                    *sum += share / n as f32;
                }
                if placed.trust < 1.0 {
                    let profile = &self.pool.models()[model].profile;
                    let known = profile.predict(&placed.membership).sd;
                    let all = profile
                        .predict_with_trust(&placed.membership, placed.trust)
                        .sd;
                    variance += f64::from(all * all - known * known) / (n * n);
                }
            }
        }
        for (model, weights) in self.pool.models().iter().zip(&weights) {
            if !weights.is_empty() {
                variance += f64::from(model.profile.predict(weights).sd).powi(2);
            }
        }
        let half = Z90 * variance.max(0.0).sqrt();
        let mean = mean / n;
        Gain {
            mean,
            interval: [(mean - half).max(-1.0), (mean + half).min(1.0)],
        }
    }

    fn contrast(&self, choice: &[Option<usize>]) -> Contrast {
        let (mut ours, mut theirs, mut moved) = (Sum::default(), Sum::default(), 0);
        for (prompt, chosen) in self.moved(choice) {
            moved += 1;
            let query = Query::new(&self.prompts[prompt], self.request);
            for (model, sum) in [(chosen, &mut ours), (self.reference, &mut theirs)] {
                let priced = &self.pool.models()[model];
                let cost = priced.prices.cost(&query.usage(priced));
                sum.add(&cost, assumes_length(priced, self.request));
            }
        }
        let gain = self.gain(choice);
        let (saved, saved_interval) = difference(&theirs, &ours);
        let (quality, cost) = self.batch.outcome(choice);
        let mut chosen = choice.iter().copied();
        let first = chosen.next().flatten();
        let only = first.filter(|first| chosen.all(|one| one == Some(*first)));
        Contrast {
            only: only.map(|model| self.pool.models()[model].id.clone()),
            moved,
            quality,
            cost,
            gain: gain.mean,
            gain_interval: gain.interval,
            standing: Standing::of(moved, gain.interval),
            saved,
            saved_interval,
        }
    }
}

/// USD of the first sum less those of the second, with the 90 % interval; their errors are
/// independent.
fn difference(a: &Sum, b: &Sum) -> (f64, [f64; 2]) {
    let ends = |sum: &Sum| {
        let total = sum.total();
        let usd = total.total.unwrap_or(0.0);
        let [low, high] = total.range.unwrap_or([usd; 2]);
        (usd, usd - low, high - usd)
    };
    let ((a, a_below, a_above), (b, b_below, b_above)) = (ends(a), ends(b));
    let saved = a - b;
    (
        saved,
        [
            saved - a_below.hypot(b_above),
            saved + a_above.hypot(b_below),
        ],
    )
}

/// What a model that the pool does not have would change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct WhatIf {
    /// Number of prompts that it would get.
    pub moved: u32,
    /// Mean expected quality with it.
    pub quality: f64,
    /// USD for all prompts with it.
    pub cost: f64,
}

/// What a model of this quality and cost, the same for every prompt, would change. The quality is in
/// [0, 1], the cost in USD for one prompt.
///
/// # Errors
/// [`RouteError::Number`] for a number out of range.
pub(crate) fn what_if(
    batch: &Batch,
    quality: f64,
    cost: f64,
    objective: Objective,
) -> Result<WhatIf, RouteError> {
    let wrong = |field, value, expected| RouteError::Number {
        field,
        value,
        expected,
    };
    if !(0.0..=1.0).contains(&quality) {
        return Err(wrong("quality", quality, "a number from 0 to 1"));
    }
    if !(cost.is_finite() && cost >= 0.0) {
        return Err(wrong("cost", cost, "a finite number of 0 or more"));
    }
    let with = batch.with_model(1.0 - quality, cost);
    let choice = with.choose(objective)?;
    let (quality, cost) = with.outcome(&choice);
    let new = batch.models().len();
    let moved = choice.iter().filter(|chosen| **chosen == Some(new)).count();
    Ok(WhatIf {
        moved: moved as u32,
        quality,
        cost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::place;
    use crate::router::{Router, fixture};
    use serde_json::{Value, json};

    fn pool(router: &Router, models: Value) -> Pool {
        Pool::from_json(json!({ "models": models }).to_string().as_bytes(), router).unwrap()
    }

    /// `sd` is that of each cluster's error.
    fn model(id: &str, errors: [f64; 2], sd: f64, price: f64) -> Value {
        json!({"id": id, "errors": {"mean": errors, "sd": [sd, sd]}, "output_tokens": 100,
            "cost": {"input": price, "output": price}})
    }

    fn asked(models: Value, reference: Option<&str>, lambda: f64) -> Savings {
        let router = fixture::router();
        let pool = pool(&router, models);
        let prompts =
            ["code", "poem", "code code", "poem poem"].map(|text| place(&router, text, ""));
        let request = Request {
            objective: Objective::Lambda(lambda),
            ..Request::default()
        };
        let batch = Batch::new(&pool, &prompts, &request).unwrap();
        let found = savings(&pool, &prompts, &batch, reference, &request);
        found.unwrap().unwrap()
    }

    #[test]
    fn a_cheap_model_that_is_surely_as_good_saves_and_one_that_may_be_worse_is_unclear() {
        let models = |sd| {
            json!([
                model("cheap", [0.1, 0.1], sd, 1.0),
                model("dear", [0.2, 0.2], sd, 10.0)
            ])
        };
        let sure = asked(models(0.01), Some("dear"), 0.0);
        assert_eq!(sure.verdict, Verdict::Saves);
        assert_eq!(sure.equal.only.as_deref(), Some("cheap"));
        assert_eq!(sure.equal.moved, 4);
        let price = sure.reference.cost.unwrap();
        assert!((sure.equal.cost / price - 0.1).abs() < 1e-9);
        assert!((sure.equal.saved - (price - sure.equal.cost)).abs() < 1e-12);
        assert!((sure.equal.gain - 0.1).abs() < 1e-6);
        assert_eq!(sure.equal.standing, Standing::Better);
        assert!(sure.equal_saved[0] > 0.0);

        let unsure = asked(models(0.2), Some("dear"), 0.0);
        assert_eq!(unsure.verdict, Verdict::Unclear);
        assert_eq!(unsure.equal_cost[1], price);
        assert_eq!(unsure.equal.standing, Standing::Close);
        assert!(unsure.equal_saved[0] <= 0.0);
    }

    #[test]
    fn the_best_model_at_the_lowest_price_leaves_nothing_to_save() {
        let models = json!([
            model("best", [0.1, 0.1], 0.01, 1.0),
            model("worse", [0.3, 0.3], 0.01, 2.0)
        ]);
        let found = asked(models, None, 0.0);
        assert_eq!(found.reference.id, "best");
        assert_eq!(found.verdict, Verdict::Nothing);
        assert_eq!((found.equal.moved, found.equal.saved), (0, 0.0));
        assert_eq!(found.equal.standing, Standing::Same);
        assert_eq!(found.equal.gain_interval, [0.0, 0.0]);
        assert_eq!(found.equal_cost, [found.reference.cost.unwrap(); 2]);
    }

    #[test]
    fn routing_costs_no_more_than_the_cheapest_single_model_that_is_as_good() {
        for reference in ["a", "b", "c"] {
            let models = json!([
                model("a", [0.3, 0.3], 0.02, 1.0),
                model("b", [0.25, 0.25], 0.02, 4.0),
                model("c", [0.1, 0.1], 0.02, 5.0)
            ]);
            let found = asked(models, Some(reference), 3.0);
            assert!(found.equal.gain >= -1e-6, "{reference}");
            assert!(found.equal.cost <= found.reference.cost.unwrap() + 1e-12);
            assert!(found.equal_cost[0] <= found.equal.cost + 1e-12);
            assert!(found.equal_cost[1] >= found.equal.cost - 1e-12);
        }
    }

    #[test]
    fn prompts_that_stay_with_the_reference_add_nothing_to_the_interval() {
        let models = json!([
            model("cheap", [0.1, 0.9], 0.1, 1.0),
            model("dear", [0.2, 0.2], 0.1, 10.0)
        ]);
        let half = asked(models, Some("dear"), 0.0).present;
        assert_eq!((half.moved, half.only), (2, None));
        let width = half.gain_interval[1] - half.gain_interval[0];
        let both = json!([
            model("cheap", [0.1, 0.1], 0.1, 1.0),
            model("dear", [0.2, 0.2], 0.1, 10.0)
        ]);
        let all = asked(both, Some("dear"), 0.0).present;
        let whole = all.gain_interval[1] - all.gain_interval[0];
        assert!((width * 2.0 - whole).abs() < 0.2 * whole, "{width} {whole}");
    }

    #[test]
    fn a_reference_without_a_price_has_no_savings_and_an_unknown_one_is_an_error() {
        let router = fixture::router();
        let pool = pool(
            &router,
            json!([model("a", [0.1, 0.1], 0.1, 1.0), {"id": "free?"}]),
        );
        let prompts = [place(&router, "code", "")];
        let request = Request::default();
        let batch = Batch::new(&pool, &prompts, &request).unwrap();
        let ask = |id| savings(&pool, &prompts, &batch, Some(id), &request);
        assert_eq!(ask("free?").unwrap(), None);
        assert_eq!(ask("nobody").unwrap_err().code(), "unknown_model");
    }

    #[test]
    fn a_model_that_is_better_and_cheaper_would_get_all_prompts_and_a_worse_one_none() {
        let router = fixture::router();
        let pool = pool(&router, json!([model("a", [0.3, 0.3], 0.1, 1.0)]));
        let prompts = ["code", "poem"].map(|text| place(&router, text, ""));
        let batch = Batch::new(&pool, &prompts, &Request::default()).unwrap();
        let ask = |quality, cost| what_if(&batch, quality, cost, Objective::Lambda(10.0));
        let all = ask(0.9, 0.0).unwrap();
        assert_eq!((all.moved, all.cost), (2, 0.0));
        assert!((all.quality - 0.9).abs() < 1e-9);
        assert_eq!(ask(0.5, 1.0).unwrap().moved, 0);
        for (quality, cost) in [
            (1.1, 0.0),
            (f64::NAN, 0.0),
            (0.5, -1.0),
            (0.5, f64::INFINITY),
        ] {
            assert_eq!(ask(quality, cost).unwrap_err().code(), "request_number");
        }
    }
}
