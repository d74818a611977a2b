//! What probes say of simulated models, without a server: grades are drawn.

use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::sync::OnceLock;
use uniroute::Router;
use uniroute::profile::Posterior;
use uniroute_probe::choose::{Plan, memberships};
use uniroute_probe::families::{FAMILIES, probes};
use uniroute_probe::{Difficulty, Probe};

fn router() -> &'static Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    ROUTER.get_or_init(|| Router::bundled().unwrap())
}

/// Many questions of every family, with their fields: what the truth of a simulated model is taken over.
fn world() -> &'static (Vec<Probe>, Array2<f32>, Vec<usize>) {
    static WORLD: OnceLock<(Vec<Probe>, Array2<f32>, Vec<usize>)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let all = probes(999, 4);
        let phi = memberships(router(), all.iter().map(|p| p.query.as_str()));
        let fields: Vec<&String> = router().meta().fields.iter().collect();
        let field = |row: ndarray::ArrayView1<f32>| {
            let mut shares = vec![0.0; fields.len()];
            for (cluster, share) in row.iter().enumerate() {
                let name = router().field(cluster).unwrap();
                shares[fields.iter().position(|f| *f == name).unwrap()] += share;
            }
            (0..shares.len())
                .max_by(|a, b| shares[*a].total_cmp(&shares[*b]))
                .unwrap()
        };
        let of_field = phi.outer_iter().map(field).collect();
        (all, phi, of_field)
    })
}

/// A model that is right with a known probability for each family and difficulty.
struct Simulated {
    of: HashMap<(&'static str, Difficulty), f64>,
}

impl Simulated {
    /// `accuracy` overall, families within ±`spread` of it, easy ones better and hard ones worse.
    fn new(accuracy: f64, spread: f64, rng: &mut ChaCha8Rng) -> Self {
        let mut of = HashMap::new();
        for family in &FAMILIES {
            let own = accuracy + spread * (2.0 * rng.random::<f64>() - 1.0);
            for (difficulty, step) in Difficulty::ALL.into_iter().zip([0.1, 0.0, -0.1]) {
                of.insert((family.name, difficulty), (own + step).clamp(0.02, 0.98));
            }
        }
        Self { of }
    }

    fn chance(&self, probe: &Probe) -> f64 {
        self.of[&(probe.family, probe.difficulty)]
    }

    /// Scores of the first `count` questions of a plan.
    fn scores(&self, plan: &Plan, count: usize, rng: &mut ChaCha8Rng) -> Vec<(usize, f32)> {
        let draw = |(at, probe): (usize, &Probe)| {
            (
                at,
                f32::from(u8::from(rng.random::<f64>() < self.chance(probe))),
            )
        };
        plan.probes
            .iter()
            .take(count)
            .enumerate()
            .map(draw)
            .collect()
    }
}

/// Mean error and mean membership over the questions of the world that are chosen.
fn truth(model: &Simulated, chosen: impl Fn(usize) -> bool) -> (f64, Vec<f32>) {
    let (all, phi, _) = world();
    let rows: Vec<usize> = (0..all.len()).filter(|i| chosen(*i)).collect();
    let error = rows
        .iter()
        .map(|i| 1.0 - model.chance(&all[*i]))
        .sum::<f64>()
        / rows.len() as f64;
    let mut mean = Array1::<f32>::zeros(phi.ncols());
    rows.iter().for_each(|i| mean += &phi.row(*i));
    mean /= rows.len() as f32;
    (error, mean.to_vec())
}

#[test]
fn intervals_hold_the_truth_in_nine_of_ten_runs() {
    let plans: Vec<Plan> = (1..=4)
        .map(|seed| Plan::new(router(), seed, 120).unwrap())
        .collect();
    let (_, _, of_field) = world();
    let (mut overall, mut held, mut all) = (0, 0, 0);
    let runs = 200;
    for (run, plan) in (0..runs).zip(plans.iter().cycle()) {
        let mut rng = ChaCha8Rng::seed_from_u64(run);
        let accuracy = 0.3 + 0.6 * rng.random::<f64>();
        let model = Simulated::new(accuracy, 0.1, &mut rng);
        let scores = model.scores(plan, 120, &mut rng);
        let posterior =
            Posterior::new(router().prior(), &plan.observations(&scores).unwrap()).unwrap();
        let holds = |(error, mean): (f64, Vec<f32>)| {
            let [low, high] = posterior.predict(&mean).interval().map(f64::from);
            (low..=high).contains(&error)
        };
        overall += u32::from(holds(truth(&model, |_| true)));
        for field in 0..router().meta().fields.len() {
            if of_field.contains(&field) {
                all += 1;
                held += u32::from(holds(truth(&model, |i| of_field[i] == field)));
            }
        }
    }
    let (overall, fields) = (
        f64::from(overall) / runs as f64,
        f64::from(held) / f64::from(all),
    );
    println!("overall {overall:.3}, fields {fields:.3}");
    assert!((0.85..=0.95).contains(&overall), "overall {overall}");
    assert!((0.85..=0.95).contains(&fields), "fields {fields}");
}

#[test]
fn sixty_probes_rank_ten_models() {
    let plan = Plan::new(router(), 1, 60).unwrap();
    let mut sum = 0.0;
    let runs = 20;
    for run in 0..runs {
        let mut rng = ChaCha8Rng::seed_from_u64(1000 + run);
        let (mut true_errors, mut found) = (Vec::new(), Vec::new());
        for i in 0..10 {
            let model = Simulated::new(0.3 + 0.6 * f64::from(i) / 9.0, 0.1, &mut rng);
            let scores = model.scores(&plan, 60, &mut rng);
            let posterior =
                Posterior::new(router().prior(), &plan.observations(&scores).unwrap()).unwrap();
            let (error, mean) = truth(&model, |_| true);
            true_errors.push(error);
            found.push(f64::from(posterior.predict(&mean).mean));
        }
        sum += rank_correlation(&true_errors, &found);
    }
    let mean = sum / runs as f64;
    println!("mean rank correlation {mean:.3}");
    assert!(mean >= 0.9, "{mean}");
}

/// Spearman's: 1 − 6Σd²/(n³ − n) without ties.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |v: &[f64]| -> Vec<f64> {
        v.iter()
            .map(|x| v.iter().filter(|y| *y < x).count() as f64)
            .collect()
    };
    let (a, b) = (ranks(a), ranks(b));
    let n = a.len() as f64;
    let d: f64 = a.iter().zip(&b).map(|(x, y)| (x - y).powi(2)).sum();
    1.0 - 6.0 * d / (n * n * n - n)
}
