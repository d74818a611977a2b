//! How well published scores that were left out are predicted from the others.

use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::means::mean;
use crate::benchmark::Benchmarks;
use crate::cluster::Clusters;
use crate::fit::{BenchmarkKnowledge, FitError, Known};
use crate::linalg::Cholesky;
use crate::parallel;
use crate::prior::{Prior, score_variance};
use crate::profile::Z90;

/// Share of the scores that are left out together.
const LEFT_OUT: f64 = 0.15;
/// Fewest models with a score on a benchmark whose order of models is compared.
const FEWEST_RANKED: usize = 12;
/// Fewest other scores of such a model.
const FEWEST_OTHERS: usize = 3;

/// How well scores that were left out are predicted.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct LeftOutScores {
    /// Number of scores.
    pub scores: usize,
    /// Mean absolute error of the predictions.
    pub error: f64,
    /// The same of a model's mean plus a benchmark's mean.
    pub additive_error: f64,
    /// Share of the scores inside their 90 % interval.
    pub coverage: f64,
}

/// How well the models are ordered on a benchmark of which no score is known.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LeftOutBenchmark {
    /// Its title.
    pub title: String,
    /// The field of its prompts.
    pub field: String,
    /// Number of models with a score on it.
    pub models: usize,
    /// Spearman's rank correlation of predicted and published scores.
    pub correlation: f64,
    /// The same for the mean of a model's other scores, each less its benchmark's mean.
    pub additive_correlation: f64,
}

/// Leaves out 15 % of the scores, drawn with `seed`, and predicts them.
///
/// # Errors
/// Those of [`BenchmarkKnowledge::learn`].
pub fn left_out_scores(
    knowledge: &BenchmarkKnowledge,
    known: &Known,
    clusters: &Clusters,
    seed: u64,
) -> Result<LeftOutScores, FitError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut kept, mut left_out) = (known.clone(), Vec::new());
    for (model, scores) in kept.models.iter_mut().enumerate() {
        scores.retain(|score| {
            let out = rng.random::<f64>() < LEFT_OUT;
            if out {
                left_out.push((model, *score));
            }
            !out
        });
    }
    let (prior, benchmarks) = knowledge.learn(&kept, clusters, None)?;
    let predictor = Predictor::new(&prior, &benchmarks);
    let additive = Additive::new(&kept.models, benchmarks.len());
    let (mut error, mut additive_error, mut inside) = (0.0, 0.0, 0usize);
    let predicted = parallel::map(left_out.len(), |i| {
        let (model, (benchmark, truth)) = left_out[i];
        let (predicted, sd) = predictor.predict(&kept.models[model], Target::Score(benchmark));
        let additive = additive.predict(model, benchmark);
        (predicted - truth, sd, additive - truth)
    });
    for (difference, sd, of_additive) in &predicted {
        error += difference.abs();
        additive_error += of_additive.abs();
        inside += usize::from(difference.abs() <= Z90 * sd);
    }
    let n = predicted.len().max(1) as f64;
    Ok(LeftOutScores {
        scores: predicted.len(),
        error: error / n,
        additive_error: additive_error / n,
        coverage: inside as f64 / n,
    })
}

/// Leaves out each benchmark in turn that has enough models, and orders the models by what the
/// clusters of its prompts let expect. With `fields`, all benchmarks of the same field are left out
/// together.
///
/// # Errors
/// Those of [`BenchmarkKnowledge::learn`].
pub fn left_out_benchmarks(
    knowledge: &BenchmarkKnowledge,
    known: &Known,
    clusters: &Clusters,
    fields: bool,
    progress: impl Fn() + Sync + Send,
) -> Result<Vec<LeftOutBenchmark>, FitError> {
    let entry = |b: usize| &knowledge.catalogue.benchmarks[known.entries[b]];
    let of = |b: usize| {
        known
            .models
            .iter()
            .filter(move |m| m.iter().any(|s| s.0 == b))
    };
    let candidates: Vec<usize> = (0..known.entries.len())
        .filter(|&b| of(b).count() >= FEWEST_RANKED)
        .collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &b in &candidates {
        let same = |group: &&mut Vec<usize>| fields && entry(group[0]).field == entry(b).field;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(b),
            None => groups.push(vec![b]),
        }
    }
    let results = parallel::map(groups.len(), |g| {
        let found = left_out_group(knowledge, known, clusters, &groups[g]);
        progress();
        found
    });
    let mut all = Vec::new();
    for result in results {
        all.extend(result?);
    }
    Ok(all)
}

fn left_out_group(
    knowledge: &BenchmarkKnowledge,
    known: &Known,
    clusters: &Clusters,
    group: &[usize],
) -> Result<Vec<LeftOutBenchmark>, FitError> {
    let mut kept = known.clone();
    for scores in &mut kept.models {
        scores.retain(|(b, _)| !group.contains(b));
    }
    let (prior, benchmarks) = knowledge.learn(&kept, clusters, None)?;
    let predictor = Predictor::new(&prior, &benchmarks);
    let additive = Additive::new(&kept.models, benchmarks.len());
    let measure = |&b: &usize| {
        let (mut predicted, mut plain, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        for (model, scores) in known.models.iter().enumerate() {
            let Some((_, error)) = scores.iter().find(|s| s.0 == b) else {
                continue;
            };
            if kept.models[model].len() >= FEWEST_OTHERS {
                predicted.push(
                    predictor
                        .predict(&kept.models[model], Target::Clusters(b))
                        .0,
                );
                plain.push(additive.models[model]);
                truth.push(*error);
            }
        }
        let entry = &knowledge.catalogue.benchmarks[known.entries[b]];
        (truth.len() >= FEWEST_RANKED).then(|| LeftOutBenchmark {
            title: entry.title.clone(),
            field: entry.field.clone(),
            models: truth.len(),
            correlation: rank_correlation(&predicted, &truth),
            additive_correlation: rank_correlation(&plain, &truth),
        })
    };
    Ok(group.iter().filter_map(measure).collect())
}

/// What leaving out published scores shows.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PublishedReport {
    /// Number of models and modes.
    pub models: usize,
    /// Number of benchmarks.
    pub benchmarks: usize,
    /// Scores left out, once for each seed.
    pub scores: Vec<LeftOutScores>,
    /// Benchmarks left out one by one.
    pub each: Vec<LeftOutBenchmark>,
    /// Benchmarks left out with all others of their field.
    pub fields: Vec<LeftOutBenchmark>,
}

impl PublishedReport {
    /// The report as Markdown.
    pub fn to_markdown(&self) -> String {
        let spread = |of: &dyn Fn(&LeftOutScores) -> f64| {
            let values: Vec<f64> = self.scores.iter().map(of).collect();
            let middle = average(&values);
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            format!(
                "{:.2} ({:.2} to {:.2})",
                100.0 * middle,
                100.0 * low,
                100.0 * high
            )
        };
        let mut text = format!(
            "### {} models and modes, {} benchmarks\n\n\
             | 15 % of the scores left out, {} seeds | points |\n|---|---|\n\
             | mean absolute error | {} |\n| model mean + benchmark mean | {} |\n\
             | share inside the 90 % interval, % | {} |\n\n",
            self.models,
            self.benchmarks,
            self.scores.len(),
            spread(&|s| s.error),
            spread(&|s| s.additive_error),
            spread(&|s| s.coverage),
        );
        for (title, results) in [
            ("each benchmark left out", &self.each),
            ("all benchmarks of its field left out", &self.fields),
        ] {
            let of = |f: &dyn Fn(&LeftOutBenchmark) -> f64| {
                average(&results.iter().map(f).collect::<Vec<_>>())
            };
            text += &format!(
                "| {title} | models | rank correlation | of model means |\n|---|---|---|---|\n\
                 | **mean of {}** | | **{:.3}** | {:.3} |\n",
                results.len(),
                of(&|r| r.correlation),
                of(&|r| r.additive_correlation),
            );
            for r in results {
                text += &format!(
                    "| {} ({}) | {} | {:.3} | {:.3} |\n",
                    r.title, r.field, r.models, r.correlation, r.additive_correlation
                );
            }
            text.push('\n');
        }
        text
    }
}

fn average(values: &[f64]) -> f64 {
    mean(values.iter().copied()).unwrap_or(0.0)
}

/// What is predicted of a benchmark.
enum Target {
    /// A score on it.
    Score(usize),
    /// What the clusters of its prompts let expect, where no score on it is known.
    Clusters(usize),
}

/// Predicts scores of a model from others.
struct Predictor<'a> {
    benchmarks: &'a Benchmarks,
    /// Mean error on each benchmark.
    expected: Array1<f64>,
    /// The same without the effects of benchmarks.
    of_clusters: Array1<f64>,
    /// RΣRᵀ.
    clusters: Array2<f64>,
    /// Covariance of errors on benchmarks.
    joint: Array2<f64>,
}

impl<'a> Predictor<'a> {
    fn new(prior: &Prior, benchmarks: &'a Benchmarks) -> Self {
        let rows = benchmarks.weights();
        let of_clusters = rows.dot(&prior.mean());
        let effects: Array1<f64> = benchmarks.list().iter().map(|b| b.mean_effect).collect();
        let clusters = rows.dot(&prior.covariance()).dot(&rows.t());
        let shared = benchmarks.noise().shared.powi(2);
        Self {
            benchmarks,
            expected: &of_clusters + &effects,
            joint: &clusters + &benchmarks.effects() + shared,
            of_clusters,
            clusters,
        }
    }

    fn noise(&self, benchmark: usize) -> f64 {
        let prompts = self.benchmarks.list()[benchmark].prompts;
        score_variance(prompts, self.benchmarks.noise().score)
    }

    /// Mean and standard deviation of the error on a benchmark.
    fn predict(&self, scores: &[(usize, f64)], target: Target) -> (f64, f64) {
        let n = scores.len();
        let (target, prior, variance, with) = match target {
            Target::Score(b) => {
                let variance = self.joint[[b, b]] + self.noise(b);
                (b, self.expected[b], variance, &self.joint)
            }
            Target::Clusters(b) => {
                let variance = self.clusters[[b, b]];
                (b, self.of_clusters[b], variance, &self.clusters)
            }
        };
        let gram = Array2::from_shape_fn((n, n), |(i, j)| {
            let own = if i == j { self.noise(scores[i].0) } else { 0.0 };
            self.joint[[scores[i].0, scores[j].0]] + own
        });
        let cross: Array1<f64> = scores.iter().map(|(b, _)| with[[target, *b]]).collect();
        let away: Array1<f64> = scores.iter().map(|(b, e)| e - self.expected[*b]).collect();
        let Some(factor) = Cholesky::new(gram.view()) else {
            return (prior, variance.sqrt());
        };
        let gain = factor.solve_vector(&cross);
        let variance = (variance - gain.dot(&cross)).max(0.0);
        ((prior + gain.dot(&away)).clamp(0.0, 1.0), variance.sqrt())
    }
}

/// The mean of a model plus the mean of a benchmark.
struct Additive {
    overall: f64,
    models: Vec<f64>,
    benchmarks: Vec<f64>,
}

impl Additive {
    fn new(models: &[Vec<(usize, f64)>], count: usize) -> Self {
        const ROUNDS: usize = 20;
        let all: Vec<f64> = models.iter().flatten().map(|s| s.1).collect();
        let overall = average(&all);
        let mut found = Self {
            overall,
            models: vec![0.0; models.len()],
            benchmarks: vec![0.0; count],
        };
        for _ in 0..ROUNDS {
            let (mut sums, mut counts) = (vec![0.0; count], vec![0usize; count]);
            for (scores, own) in models.iter().zip(&found.models) {
                for (b, error) in scores {
                    sums[*b] += error - overall - own;
                    counts[*b] += 1;
                }
            }
            let means = sums.iter().zip(&counts);
            found.benchmarks = means.map(|(s, n)| s / (*n).max(1) as f64).collect();
            for (scores, own) in models.iter().zip(&mut found.models) {
                let away = |(b, error): &(usize, f64)| error - overall - found.benchmarks[*b];
                *own = scores.iter().map(away).sum::<f64>() / (scores.len() + 1) as f64;
            }
        }
        found
    }

    fn predict(&self, model: usize, benchmark: usize) -> f64 {
        self.overall + self.models[model] + self.benchmarks[benchmark]
    }
}

/// Spearman's rank correlation; ties share their mean rank.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let (ma, mb) = (average(&a), average(&b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(&b).map(|(x, y)| f(x - ma, y - mb)).sum()
    };
    let norm = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    if norm > 0.0 {
        sum(&|x, y| x * y) / norm
    } else {
        0.0
    }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let same = |&&i: &&usize| values[i] == values[order[start]];
        let count = order[start..].iter().take_while(same).count();
        for &i in &order[start..start + count] {
            ranks[i] = start as f64 + (count - 1) as f64 / 2.0;
        }
        start += count;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation_by_hand() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[10.0, 20.0, 90.0]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 2.0, 1.0]), -1.0);
        assert_eq!(ranks(&[0.5, 0.1, 0.5]), [1.5, 0.0, 1.5]);
        assert_eq!(rank_correlation(&[1.0, 1.0], &[0.0, 1.0]), 0.0);
    }

    #[test]
    fn an_additive_table_is_predicted_without_error() {
        // Shrunk by one score, so not exactly.
        let score = |m: usize, b: usize| 0.3 + 0.1 * m as f64 + 0.05 * b as f64;
        let models: Vec<Vec<_>> = (0..3)
            .map(|m| {
                (0..40)
                    .filter(|b| (m + b) % 5 != 0)
                    .map(|b| (b, score(m, b)))
                    .collect()
            })
            .collect();
        let additive = Additive::new(&models, 40);
        assert!((additive.predict(0, 0) - score(0, 0)).abs() < 0.01);
    }
}
