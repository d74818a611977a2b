//! The deferral curve: quality against cost as λ goes from "cheapest" to "best".

use ndarray::{ArrayView1, ArrayView2};

/// The sweep uses λ = 0, λ = ∞ and powers of ten between, in error per unit of normalised cost.
/// The first power.
const FIRST_POWER: f64 = -4.0;
/// The last power.
const LAST_POWER: f64 = 5.0;
/// Steps from the first power to the last.
const STEPS: usize = 180;

/// Predicted and true errors of the candidates on some prompts, and their costs.
///
/// Costs may be in any unit; the curve divides them by the mean cost of the most expensive candidate.
#[derive(Clone, Copy)]
pub struct Outcomes<'a> {
    /// Predicted error, `(prompts, candidates)`.
    pub predicted: ArrayView2<'a, f32>,
    /// True error, `(prompts, candidates)`; NaN where a candidate has none and cannot be chosen.
    pub errors: ArrayView2<'a, f32>,
    /// Cost of each candidate by which the router decides.
    pub expected_costs: &'a [f64],
    /// True cost, `(prompts, candidates)`; finite.
    pub costs: ArrayView2<'a, f64>,
}

/// Quality against normalised cost, from the cheapest policy to the most expensive.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Mean cost of a prompt, as a share of the most expensive candidate's.
    pub costs: Vec<f64>,
    /// Mean quality (1 − error) at that cost.
    pub qualities: Vec<f64>,
}

/// One candidate used for every prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    /// Its mean quality.
    pub quality: f64,
    /// Its mean cost, as a share of the most expensive candidate's.
    pub cost: f64,
}

/// One candidate on one prompt.
struct Candidate {
    predicted: f64,
    expected_cost: f64,
    cost: f64,
    quality: f64,
}

impl Candidate {
    /// The candidate of least predicted error + λ·cost. `by_cost` is not empty and sorted by cost, so
    /// that of equal candidates the cheaper one is chosen.
    fn best(by_cost: &[Self], lambda: f64) -> &Self {
        let mut best = &by_cost[0];
        if lambda.is_infinite() {
            let cheapest = best.expected_cost;
            let equal = by_cost.iter().take_while(|c| c.expected_cost <= cheapest);
            return equal.fold(best, |a, b| if b.predicted < a.predicted { b } else { a });
        }
        let score = |c: &Self| c.predicted + lambda * c.expected_cost;
        let mut least = score(best);
        for candidate in &by_cost[1..] {
            let score = score(candidate);
            if score < least {
                (best, least) = (candidate, score);
            }
        }
        best
    }
}

impl Outcomes<'_> {
    /// The candidate of least predicted error + λ·cost among those with a true error on this
    /// prompt, the cheaper one if equal; λ is per unit of `expected_costs`.
    pub fn choice(&self, prompt: usize, lambda: f64) -> Option<usize> {
        let score = |h: usize| match lambda.is_infinite() {
            true => (
                self.expected_costs[h],
                f64::from(self.predicted[[prompt, h]]),
            ),
            false => {
                let error = f64::from(self.predicted[[prompt, h]]);
                (
                    error + lambda * self.expected_costs[h],
                    self.expected_costs[h],
                )
            }
        };
        let order = |a: &usize, b: &usize| {
            let (a, b) = (score(*a), score(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        (0..self.expected_costs.len())
            .filter(|&h| !self.errors[[prompt, h]].is_nan())
            .min_by(order)
    }

    /// Mean cost of the most expensive candidate: the unit of normalised cost. 1 if all are free.
    pub fn cost_unit(&self) -> f64 {
        let means = self
            .costs
            .columns()
            .into_iter()
            .map(|c| c.mean().unwrap_or(0.0));
        let most = means.fold(0.0, f64::max);
        if most > 0.0 { most } else { 1.0 }
    }

    /// The deferral curve over all λ.
    pub fn curve(&self) -> Curve {
        let power = |s: usize| {
            10f64.powf(FIRST_POWER + (LAST_POWER - FIRST_POWER) * s as f64 / STEPS as f64)
        };
        let unit = self.cost_unit();
        let lambdas: Vec<f64> = std::iter::once(f64::INFINITY)
            .chain((0..=STEPS).rev().map(|s| power(s) / unit))
            .chain(std::iter::once(0.0))
            .collect();
        let mut points = self.policies(&lambdas);
        points.iter_mut().for_each(|(cost, _)| *cost /= unit);
        points.dedup();
        Curve::new(points)
    }

    /// Mean cost and quality of the choices at each λ. They are those of [`Outcomes::choice`], but all
    /// λ are done for one prompt before the next, which is faster: tuning computes thousands of
    /// curves.
    fn policies(&self, lambdas: &[f64]) -> Vec<(f64, f64)> {
        let mut by_cost: Vec<usize> = (0..self.expected_costs.len()).collect();
        by_cost.sort_by(|&a, &b| self.expected_costs[a].total_cmp(&self.expected_costs[b]));
        let mut sums = vec![(0.0, 0.0); lambdas.len()];
        let mut prompts = 0.0;
        let mut candidates = Vec::with_capacity(by_cost.len());
        for i in 0..self.errors.nrows() {
            candidates.clear();
            let known = by_cost.iter().filter(|&&h| !self.errors[[i, h]].is_nan());
            candidates.extend(known.map(|&h| Candidate {
                predicted: self.predicted[[i, h]].into(),
                expected_cost: self.expected_costs[h],
                cost: self.costs[[i, h]],
                quality: 1.0 - f64::from(self.errors[[i, h]]),
            }));
            if candidates.is_empty() {
                continue;
            }
            prompts += 1.0;
            for (&lambda, (cost, quality)) in lambdas.iter().zip(&mut sums) {
                let chosen = Candidate::best(&candidates, lambda);
                *cost += chosen.cost;
                *quality += chosen.quality;
            }
        }
        let n = f64::max(prompts, 1.0);
        sums.iter().map(|(c, q)| (c / n, q / n)).collect()
    }

    /// Each candidate used for every prompt that it has a true error on.
    pub fn fixed(&self) -> Vec<Fixed> {
        let unit = self.cost_unit();
        let of = |errors: ArrayView1<f32>, costs: ArrayView1<f64>| {
            let known: Vec<f64> = errors
                .iter()
                .filter(|e| !e.is_nan())
                .map(|e| f64::from(*e))
                .collect();
            Fixed {
                quality: 1.0 - known.iter().sum::<f64>() / (known.len().max(1)) as f64,
                cost: costs.mean().unwrap_or(0.0) / unit,
            }
        };
        self.errors
            .columns()
            .into_iter()
            .zip(self.costs.columns())
            .map(|(e, c)| of(e, c))
            .collect()
    }

    /// The candidate of highest mean quality, the cheaper one if equal.
    pub fn best_fixed(&self) -> Option<Fixed> {
        let order = |a: &Fixed, b: &Fixed| {
            a.quality
                .total_cmp(&b.quality)
                .then(b.cost.total_cmp(&a.cost))
        };
        self.fixed().into_iter().max_by(order)
    }
}

impl Curve {
    /// A curve through points (cost, quality), from the cheapest on. Measured costs may decrease a
    /// little as λ falls; then the highest cost so far is kept.
    fn new(points: Vec<(f64, f64)>) -> Self {
        let mut curve = Self::default();
        let mut highest = 0.0;
        for (cost, quality) in points {
            highest = f64::max(highest, cost);
            curve.costs.push(highest);
            curve.qualities.push(quality);
        }
        curve
    }

    /// Area under the curve over costs from 0 to 1: the mean quality over all budgets, in `[0, 1]`.
    /// Between points the curve is a straight line, since a mixture of two policies reaches every
    /// point between them; below the cost of the cheapest policy and above that of the most expensive
    /// one it is flat.
    pub fn area(&self) -> f64 {
        let (Some(first), Some(last)) = (self.costs.first(), self.costs.last()) else {
            return 0.0;
        };
        let mut area = first.min(1.0) * self.qualities[0];
        for i in 1..self.costs.len() {
            let width = self.costs[i].min(1.0) - self.costs[i - 1].min(1.0);
            area += width * (self.qualities[i] + self.qualities[i - 1]) / 2.0;
        }
        area + (1.0 - last).max(0.0) * self.qualities[self.qualities.len() - 1]
    }

    /// Highest quality on the curve.
    pub fn peak(&self) -> f64 {
        self.qualities.iter().copied().fold(0.0, f64::max)
    }

    /// Quality of the most expensive policy, λ = 0.
    pub fn last(&self) -> f64 {
        self.qualities.last().copied().unwrap_or(0.0)
    }

    /// Least cost at which the curve reaches `quality`; `None` if it does not.
    pub fn cost_of(&self, quality: f64) -> Option<f64> {
        let reached = self.qualities.iter().position(|q| *q >= quality - 1e-12)?;
        if reached == 0 {
            return Some(self.costs[0]);
        }
        let (before, after) = (reached - 1, reached);
        let rise = self.qualities[after] - self.qualities[before];
        let part = if rise > 0.0 {
            (quality - self.qualities[before]) / rise
        } else {
            1.0
        };
        let step = self.costs[after] - self.costs[before];
        Some(self.costs[before] + part.clamp(0.0, 1.0) * step)
    }

    /// Quality at a cost: linear between points, flat beyond the ends.
    pub fn quality_at(&self, cost: f64) -> f64 {
        let above = self.costs.partition_point(|c| *c <= cost);
        if above == 0 {
            return self.qualities.first().copied().unwrap_or(0.0);
        }
        if above == self.costs.len() {
            return self.last();
        }
        let (a, b) = (above - 1, above);
        let part = (cost - self.costs[a]) / (self.costs[b] - self.costs[a]);
        self.qualities[a] + part * (self.qualities[b] - self.qualities[a])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// Two prompts; the cheap model is right on the first only.
    fn two(predicted: &Array2<f32>) -> Curve {
        let errors = array![[0.0f32, 0.0], [1.0, 0.0]];
        let costs = array![[1.0, 4.0], [1.0, 4.0]];
        Outcomes {
            predicted: predicted.view(),
            errors: errors.view(),
            expected_costs: &[1.0, 4.0],
            costs: costs.view(),
        }
        .curve()
    }

    #[test]
    fn the_curve_of_perfect_predictions_by_hand() {
        let curve = two(&array![[0.0, 0.0], [1.0, 0.0]]);
        // Cheapest: cost ¼, quality ½. Then only the second prompt is deferred: cost ⅝, quality 1.
        assert_eq!(curve.costs, [0.25, 0.625]);
        assert_eq!(curve.qualities, [0.5, 1.0]);
        assert!((curve.area() - (0.25 * 0.5 + 0.375 * 0.75 + 0.375)).abs() < 1e-12);
        assert_eq!(curve.cost_of(0.75), Some(0.4375));
        assert_eq!(curve.cost_of(1.1), None);
        assert_eq!(curve.quality_at(0.1), 0.5);
        assert_eq!(curve.quality_at(0.4375), 0.75);
    }

    #[test]
    fn blind_predictions_mix_two_models() {
        let curve = two(&array![[0.5, 0.0], [0.5, 0.0]]);
        assert_eq!((curve.costs[0], curve.last()), (0.25, 1.0));
        assert_eq!(curve.costs[1], 1.0);
        assert!((curve.area() - (0.25 * 0.5 + 0.75 * 0.75)).abs() < 1e-12);
    }

    #[test]
    fn a_model_without_score_is_not_a_candidate() {
        let predicted = array![[0.0f32, 0.9], [0.9, 0.0], [0.0, 0.0]];
        let errors = array![[f32::NAN, 1.0], [0.0, f32::NAN], [f32::NAN, f32::NAN]];
        let costs = Array2::from_elem((3, 2), 1.0);
        let outcomes = Outcomes {
            predicted: predicted.view(),
            errors: errors.view(),
            expected_costs: &[1.0, 1.0],
            costs: costs.view(),
        };
        assert_eq!(
            [0, 1, 2].map(|i| outcomes.choice(i, 0.0)),
            [Some(1), Some(0), None]
        );
        assert_eq!(outcomes.curve().qualities, [0.5]);
        assert_eq!(
            outcomes.best_fixed(),
            Some(Fixed {
                quality: 1.0,
                cost: 1.0
            })
        );
    }

    #[test]
    fn the_sweep_makes_the_same_choices() {
        let number = |i: usize, h: usize, m: usize| ((7 * i + 13 * h + i * h) % m) as f32;
        let predicted = Array2::from_shape_fn((40, 4), |(i, h)| number(i, h, 5) / 5.0);
        let errors = Array2::from_shape_fn((40, 4), |(i, h)| match number(i, h, 11) {
            0.0 => f32::NAN,
            e => e / 11.0,
        });
        let costs = Array2::from_shape_fn((40, 4), |(i, h)| f64::from(number(i, h, 3)) + 1.0);
        let outcomes = Outcomes {
            predicted: predicted.view(),
            errors: errors.view(),
            expected_costs: &[2.0, 1.0, 1.0, 3.0],
            costs: costs.view(),
        };
        for lambda in [0.0, 0.1, 0.2, 1.0, f64::INFINITY] {
            let chosen: Vec<_> = (0..40)
                .filter_map(|i| Some((i, outcomes.choice(i, lambda)?)))
                .collect();
            let mean = |what: &dyn Fn(&(usize, usize)) -> f64| {
                chosen.iter().map(what).sum::<f64>() / chosen.len() as f64
            };
            let cost = mean(&|&(i, h)| costs[[i, h]]);
            let quality = mean(&|&(i, h)| 1.0 - f64::from(errors[[i, h]]));
            let (c, q) = outcomes.policies(&[lambda])[0];
            assert!((c - cost).abs() < 1e-12 && (q - quality).abs() < 1e-12);
        }
    }

    #[test]
    fn equal_costs_leave_the_best_prediction() {
        let errors = array![[0.2f32, 0.6], [0.6, 0.2]];
        let costs = Array2::from_elem((2, 2), 3.0);
        let outcomes = Outcomes {
            predicted: errors.view(),
            errors: errors.view(),
            expected_costs: &[3.0, 3.0],
            costs: costs.view(),
        };
        assert!((outcomes.curve().area() - 0.8).abs() < 1e-6);
    }
}
