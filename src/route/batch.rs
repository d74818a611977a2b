//! Many prompts at once: which model gets how many, for how much, compared with sending all of them
//! to one model.
//!
//! Over a batch, a budget and a quality floor hold on average: each prompt is decided with the
//! multiplier λ that meets them. This is the paper's rule, and never worse than applying the average
//! to every single prompt.

use super::Placed;
use super::constraints::check_names;
use super::query::Query;
use super::request::{Objective, Request, RouteError};
use super::score::Scored;
use crate::pool::Pool;
use serde::Serialize;

/// λ from which on only the cost matters in practice: a point of quality is worth $0.01 per million
/// prompts.
const LARGEST_LAMBDA: f64 = 1e9;
/// Bisection steps that find λ: enough for the resolution of a double over that range.
const BISECTIONS: usize = 60;
/// Points of the frontier beside λ = 0, a tenth of a decade apart.
const FRONTIER_STEPS: i32 = 70;
/// λ of the frontier's first step.
const FRONTIER_FROM: f64 = 0.1;

/// Expected quality and cost of each model for each prompt, ready for any λ.
#[derive(Clone, Debug)]
pub struct Batch {
    models: Vec<BatchModel>,
    /// `(prompts, models)`; the cost is infinite where the model is excluded.
    cells: Vec<Cell>,
    frontier: Vec<BatchPoint>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    error: f64,
    cost: f64,
}

impl Cell {
    fn quality(&self) -> f64 {
        1.0 - self.error
    }
}

/// A model as a batch names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct BatchModel {
    /// The model's id.
    pub id: String,
    /// The model's name for people.
    pub name: String,
    /// Mean expected quality if it got every prompt; `null` if it is excluded for some of them.
    pub quality: Option<f64>,
    /// USD if it got every prompt.
    pub cost: Option<f64>,
}

/// The result of routing the batch with one λ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct BatchPoint {
    /// Quality per US dollar.
    pub lambda: f64,
    /// Mean expected quality of the prompts for which a model remains.
    pub quality: f64,
    /// USD for the whole batch.
    pub cost: f64,
}

/// Which model gets each prompt of a batch, with the total quality and cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct BatchReport {
    /// All models of the pool, in its order.
    pub models: Vec<BatchModel>,
    /// For each prompt, the position of its model in `models`; −1 when every model is excluded.
    pub chosen: Vec<i32>,
    /// Expected quality of each prompt's answer.
    pub qualities: Vec<f64>,
    /// USD for each prompt.
    pub costs: Vec<f64>,
    /// For each model, the number of prompts that it gets.
    pub counts: Vec<u32>,
    /// Quality and cost of the batch as routed.
    pub routed: BatchPoint,
    /// Whether the budget or the floor was met; if not, this is the nearest result.
    pub met: bool,
    /// The lowest cost at which routing reaches the mean quality of the best single model.
    pub as_good_as_best: Option<BatchPoint>,
    /// Quality and cost of routing at rising λ.
    pub frontier: Vec<BatchPoint>,
}

impl Batch {
    /// Scores every model for every prompt. The request's objective is not used yet.
    ///
    /// # Errors
    /// [`RouteError`] when the request itself is wrong.
    pub fn new(pool: &Pool, prompts: &[Placed], request: &Request) -> Result<Self, RouteError> {
        let request = Request {
            objective: Objective::Lambda(0.0),
            ..request.clone()
        };
        request.check()?;
        check_names(pool, &request)?;
        let mut cells = Vec::with_capacity(prompts.len() * pool.models().len());
        for placed in prompts {
            let query = Query::new(placed, &request);
            cells.extend(pool.models().iter().map(|model| {
                let scored = Scored::new(model, &query);
                let cost = match scored.excluded {
                    Some(_) => f64::INFINITY,
                    // An unknown price is excluded unless the request allows it.
                    None => scored.total.unwrap_or(0.0),
                };
                Cell {
                    error: scored.error,
                    cost,
                }
            }));
        }
        let mut batch = Self {
            models: Vec::new(),
            cells,
            frontier: Vec::new(),
        };
        batch.models = batch.singles(pool);
        let lambdas =
            (0..=FRONTIER_STEPS).map(|step| FRONTIER_FROM * 10f64.powf(f64::from(step) / 10.0));
        batch.frontier = std::iter::once(0.0)
            .chain(lambdas)
            .map(|lambda| batch.point(lambda))
            .collect();
        batch
            .frontier
            .dedup_by(|b, a| (a.cost, a.quality) == (b.cost, b.quality));
        Ok(batch)
    }

    /// Which model gets each prompt with this objective.
    ///
    /// # Errors
    /// [`RouteError::Number`] for an objective that is out of range.
    pub fn report(&self, objective: Objective) -> Result<BatchReport, RouteError> {
        let (lambda, met) = self.lambda(objective)?;
        let chosen = self.picks(lambda);
        let mut counts = vec![0; self.models.len()];
        chosen
            .iter()
            .flatten()
            .for_each(|model| counts[*model] += 1);
        let cells = || {
            self.rows()
                .zip(&chosen)
                .map(|(row, at)| at.map(|at| row[at]))
        };
        let best = self
            .models
            .iter()
            .filter_map(|m| m.quality)
            .reduce(f64::max);
        Ok(BatchReport {
            qualities: cells().map(|c| c.map_or(0.0, |c| c.quality())).collect(),
            costs: cells().map(|c| c.map_or(0.0, |c| c.cost)).collect(),
            chosen: chosen
                .iter()
                .map(|at| at.map_or(-1, |at| at as i32))
                .collect(),
            counts,
            routed: self.point(lambda),
            met,
            as_good_as_best: best.map(|best| {
                let (lambda, _) = self.most_lambda(|p| p.quality >= best - 1e-9);
                self.point(lambda)
            }),
            models: self.models.clone(),
            frontier: self.frontier.clone(),
        })
    }

    /// The model of each prompt with this objective; none where every model is excluded.
    ///
    /// # Errors
    /// As [`Batch::report`].
    pub(super) fn choose(&self, objective: Objective) -> Result<Vec<Option<usize>>, RouteError> {
        Ok(self.picks(self.lambda(objective)?.0))
    }

    /// The cheapest choice found whose mean quality is not below `floor`: routing, or one model for all
    /// prompts where that costs no more.
    pub(super) fn cheapest_from(&self, floor: f64) -> Option<Vec<Option<usize>>> {
        let (lambda, met) = self.most_lambda(|p| p.quality >= floor);
        let routed = Some(self.picks(lambda)).filter(|_| met);
        let n = self.prompts();
        let singles = (0..self.models.len()).map(|model| vec![Some(model); n]);
        let good = singles.filter(|choice| {
            let (quality, cost) = self.outcome(choice);
            cost.is_finite() && quality >= floor
        });
        good.chain(routed)
            .min_by(|a, b| self.cost_of(a).total_cmp(&self.cost_of(b)))
    }

    /// Mean quality and total cost of a choice.
    pub(super) fn outcome(&self, choice: &[Option<usize>]) -> (f64, f64) {
        let (mut quality, mut cost, mut answered) = (0.0, 0.0, 0u32);
        for (row, chosen) in self.rows().zip(choice) {
            if let Some(at) = chosen {
                quality += row[*at].quality();
                cost += row[*at].cost;
                answered += 1;
            }
        }
        (quality / f64::from(answered.max(1)), cost)
    }

    pub(super) fn cost_of(&self, choice: &[Option<usize>]) -> f64 {
        self.outcome(choice).1
    }

    /// Expected error of a model on a prompt.
    pub(super) fn error(&self, prompt: usize, model: usize) -> f64 {
        self.cells[prompt * self.models.len() + model].error
    }

    pub(super) fn models(&self) -> &[BatchModel] {
        &self.models
    }

    /// The model with the best mean quality of those that no prompt excludes; of equals the cheapest.
    pub(super) fn best_single(&self) -> Option<usize> {
        let complete = self.models.iter().enumerate();
        let known = complete.filter_map(|(at, m)| Some((at, m.quality?, m.cost?)));
        known
            .min_by(|(_, q, cost), (_, other, dearer)| {
                other.total_cmp(q).then(cost.total_cmp(dearer))
            })
            .map(|(at, ..)| at)
    }

    /// Ways to answer all prompts with their costs, cheapest first: those of the frontier, and one model for
    /// all.
    pub(super) fn ways(&self) -> Vec<(f64, Vec<Option<usize>>)> {
        let routed = self.frontier.iter().map(|point| self.picks(point.lambda));
        let singles = (0..self.models.len()).map(|model| vec![Some(model); self.prompts()]);
        let ways = routed
            .chain(singles)
            .map(|choice| (self.cost_of(&choice), choice));
        let mut ways: Vec<_> = ways.filter(|(cost, _)| cost.is_finite()).collect();
        ways.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        ways
    }

    /// The batch with one more model, of the same error and cost for every prompt. It has no frontier.
    pub(super) fn with_model(&self, error: f64, cost: f64) -> Self {
        let new = BatchModel {
            id: String::new(),
            name: String::new(),
            quality: Some(1.0 - error),
            cost: Some(cost * self.prompts() as f64),
        };
        let cell = Cell { error, cost };
        let rows = self
            .rows()
            .flat_map(|row| row.iter().copied().chain([cell]));
        Self {
            cells: rows.collect(),
            models: self.models.iter().cloned().chain([new]).collect(),
            frontier: Vec::new(),
        }
    }

    /// λ of an objective, and whether the budget or the floor is met with it.
    fn lambda(&self, objective: Objective) -> Result<(f64, bool), RouteError> {
        objective.check()?;
        let n = self.prompts() as f64;
        Ok(match objective {
            Objective::Lambda(lambda) => (lambda, true),
            Objective::MaxCost(budget) => self.least_lambda(|p| p.cost <= budget * n),
            Objective::MinQuality(floor) => self.most_lambda(|p| p.quality >= floor),
        })
    }

    fn picks(&self, lambda: f64) -> Vec<Option<usize>> {
        self.rows().map(|row| self.pick(row, lambda)).collect()
    }

    fn prompts(&self) -> usize {
        self.cells.len() / self.models.len().max(1)
    }

    fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks_exact(self.models.len().max(1))
    }

    fn singles(&self, pool: &Pool) -> Vec<BatchModel> {
        let (m, n) = (
            pool.models().len(),
            self.cells.len() / pool.models().len().max(1),
        );
        let column = |at: usize| self.cells.iter().skip(at).step_by(m);
        pool.models()
            .iter()
            .enumerate()
            .map(|(at, model)| {
                let cost: f64 = column(at).map(|c| c.cost).sum();
                let quality = column(at).map(Cell::quality).sum::<f64>() / n as f64;
                let complete = cost.is_finite() && n > 0;
                BatchModel {
                    id: model.id.clone(),
                    name: model.name.clone(),
                    quality: complete.then_some(quality),
                    cost: complete.then_some(cost),
                }
            })
            .collect()
    }

    fn point(&self, lambda: f64) -> BatchPoint {
        let (quality, cost) = self.outcome(&self.picks(lambda));
        BatchPoint {
            lambda,
            quality,
            cost,
        }
    }

    /// The model with the least score; of equals the cheaper, then the better one, then the first by
    /// id, as in a single decision.
    fn pick(&self, row: &[Cell], lambda: f64) -> Option<usize> {
        let score = |c: &Cell| c.error + lambda * c.cost;
        row.iter()
            .zip(&self.models)
            .enumerate()
            .filter(|(_, (c, _))| c.cost.is_finite())
            .min_by(|(_, (a, first)), (_, (b, second))| {
                score(a)
                    .total_cmp(&score(b))
                    .then(a.cost.total_cmp(&b.cost))
                    // By quality, as a decision: errors may differ by less than 1 − error can show.
                    .then(b.quality().total_cmp(&a.quality()))
                    .then_with(|| first.id.cmp(&second.id))
            })
            .map(|(at, _)| at)
    }

    /// The smallest λ whose point is good, for a condition that stays true as λ rises.
    fn least_lambda(&self, good: impl Fn(&BatchPoint) -> bool) -> (f64, bool) {
        if good(&self.point(0.0)) {
            return (0.0, true);
        }
        if !good(&self.point(LARGEST_LAMBDA)) {
            return (LARGEST_LAMBDA, false);
        }
        let (_, high) = bisect(|lambda| good(&self.point(lambda)));
        (high, true)
    }

    /// The largest λ whose point is good, for a condition that stays true as λ falls.
    fn most_lambda(&self, good: impl Fn(&BatchPoint) -> bool) -> (f64, bool) {
        if good(&self.point(LARGEST_LAMBDA)) {
            return (LARGEST_LAMBDA, true);
        }
        if !good(&self.point(0.0)) {
            return (0.0, false);
        }
        let (low, _) = bisect(|lambda| !good(&self.point(lambda)));
        // The smallest λ tried may be too large already; λ = 0 is known to be good.
        if good(&self.point(low)) {
            (low, true)
        } else {
            (0.0, true)
        }
    }
}

/// The λ from which on `above` is true, as the two bounds of the last interval. λ is bisected on a
/// logarithmic scale.
fn bisect(above: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut low, mut high) = (1e-6f64.ln(), LARGEST_LAMBDA.ln());
    for _ in 0..BISECTIONS {
        let middle = (low + high) / 2.0;
        if above(middle.exp()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    (low.exp(), high.exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{decide, place};
    use crate::router::{Router, fixture};
    use serde_json::json;

    fn pool(router: &Router) -> Pool {
        let value = json!({"models": [
            {"id": "small", "errors": {"mean": [0.6, 0.1]}, "cost": {"input": 1, "output": 1}},
            {"id": "middle", "errors": {"mean": [0.3, 0.1]}, "cost": {"input": 3, "output": 4}},
            {"id": "large", "errors": {"mean": [0.2, 0.1]}, "cost": {"input": 10, "output": 10}},
            {"id": "secret", "errors": {"mean": [0.0, 0.0]}}]});
        Pool::from_json(value.to_string().as_bytes(), router).unwrap()
    }

    fn prompts(router: &Router) -> Vec<Placed> {
        [
            "code",
            "poem",
            "code code poem",
            "code poem poem poem",
            "something else",
        ]
        .map(|prompt| place(router, prompt, ""))
        .to_vec()
    }

    fn batch() -> Batch {
        let router = fixture::router();
        Batch::new(&pool(&router), &prompts(&router), &Request::default()).unwrap()
    }

    #[test]
    fn each_prompt_goes_where_a_single_decision_would_send_it() {
        let router = fixture::router();
        let (pool, prompts) = (pool(&router), prompts(&router));
        for lambda in [0.0, 1.0, 30.0, 60.0, 100.0, 300.0, 1e3, 1e6] {
            let report = batch().report(Objective::Lambda(lambda)).unwrap();
            let request = Request {
                objective: Objective::Lambda(lambda),
                ..Request::default()
            };
            for (placed, chosen) in prompts.iter().zip(&report.chosen) {
                let alone = decide(&router, &pool, placed, &request).unwrap();
                let id = report.models[usize::try_from(*chosen).unwrap()].id.as_str();
                assert_eq!(Some(id), alone.model.as_deref(), "λ = {lambda}");
            }
        }
    }

    #[test]
    fn of_equal_models_each_prompt_gets_the_one_that_a_single_decision_names() {
        let router = fixture::router();
        let value = json!({"models": [
            {"id": "twin-b", "errors": {"mean": [0.2, 0.3]}, "cost": {"input": 1, "output": 1}},
            {"id": "twin-a", "errors": {"mean": [0.2, 0.3]}, "cost": {"input": 1, "output": 1}}]});
        let pool = Pool::from_json(value.to_string().as_bytes(), &router).unwrap();
        let (prompts, request) = (prompts(&router), Request::default());
        let batch = Batch::new(&pool, &prompts, &request).unwrap();
        let report = batch.report(request.objective).unwrap();
        let alone = decide(&router, &pool, &prompts[0], &request).unwrap();
        assert_eq!(alone.model.as_deref(), Some("twin-a"));
        assert_eq!(report.counts, [0, 5]);
    }

    #[test]
    fn a_budget_holds_for_the_whole_batch_and_is_spent_as_far_as_it_buys_anything() {
        let all_large = batch().report(Objective::Lambda(0.0)).unwrap().routed.cost;
        let budget = all_large / 5.0 / 2.0;
        let report = batch().report(Objective::MaxCost(budget)).unwrap();
        assert!(report.met && report.routed.cost <= budget * 5.0);
        let cheapest = batch().report(Objective::Lambda(1e9)).unwrap().routed;
        assert!(report.routed.quality > cheapest.quality);
        assert!(!batch().report(Objective::MaxCost(0.0)).unwrap().met);
    }

    #[test]
    fn a_floor_holds_on_average_at_the_least_cost() {
        let top = batch().report(Objective::Lambda(0.0)).unwrap().routed;
        let report = batch()
            .report(Objective::MinQuality(top.quality - 0.05))
            .unwrap();
        assert!(report.met && report.routed.quality >= top.quality - 0.05);
        assert!(report.routed.cost < top.cost);
        let missed = batch().report(Objective::MinQuality(1.0)).unwrap();
        assert!(!missed.met && missed.routed.quality == top.quality);
    }

    #[test]
    fn routing_is_as_good_as_the_best_model_for_less() {
        let report = batch().report(Objective::default()).unwrap();
        let best = report.models.iter().find(|m| m.id == "large").unwrap();
        let equal = report.as_good_as_best.unwrap();
        assert!(equal.quality >= best.quality.unwrap() - 1e-9);
        assert!(equal.cost < best.cost.unwrap());
    }

    #[test]
    fn the_frontier_gives_up_quality_only_for_money() {
        let frontier = batch().frontier;
        assert!(frontier.len() > 2);
        for pair in frontier.windows(2) {
            assert!(pair[0].cost > pair[1].cost || pair[0].quality >= pair[1].quality);
            assert!(pair[0].quality >= pair[1].quality - 1e-12);
        }
    }

    #[test]
    fn a_model_without_a_price_gets_nothing_and_has_no_total() {
        let report = batch().report(Objective::default()).unwrap();
        let at = report.models.iter().position(|m| m.id == "secret").unwrap();
        assert_eq!((report.counts[at], report.models[at].cost), (0, None));
    }

    #[test]
    fn an_empty_batch_costs_nothing() {
        let router = fixture::router();
        let batch = Batch::new(&pool(&router), &[], &Request::default()).unwrap();
        for objective in [
            Objective::Lambda(0.0),
            Objective::MaxCost(1.0),
            Objective::MinQuality(0.5),
        ] {
            let report = batch.report(objective).unwrap();
            assert_eq!((report.chosen.len(), report.routed.cost), (0, 0.0));
        }
    }
}
