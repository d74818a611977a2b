//! Means and paired gains over trials.

use serde_json::{Map, Value, json};

use super::estimate::Estimate;
use super::methods::ZERO_ROUTER;
use super::result::{Score, TrialResult};

/// Smallest loss of area against [`BASELINE`] that is counted.
pub const NOTABLE_LOSS: f64 = 0.005;
/// The method that gains are measured against.
pub const BASELINE: &str = ZERO_ROUTER;

/// One method over all trials.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodSummary {
    /// Its name.
    pub name: String,
    /// Area under the deferral curve.
    pub area: Estimate,
    /// Area less the baseline's in the same trial; `None` without the baseline.
    pub gain: Option<Estimate>,
    /// Share of trials whose area is more than [`NOTABLE_LOSS`] below the baseline's.
    pub losses: Option<f64>,
    /// Median quality-neutral cost; infinite if most trials never reach that quality.
    pub qnc: f64,
    /// Median cost of 99 % of the best single model's quality, as a share of its cost.
    pub cost_of_99: f64,
    /// Highest quality on the curve.
    pub peak: Estimate,
}

/// One summary for each method; the scores of each trial are in the order of `names`.
pub fn summarise(names: &[&str], results: &[TrialResult]) -> Vec<MethodSummary> {
    let column = |m: usize, what: &dyn Fn(&Score) -> f64| -> Vec<f64> {
        results.iter().map(|r| what(&r.scores[m])).collect()
    };
    let baseline = names
        .iter()
        .position(|n| *n == BASELINE)
        .map(|m| column(m, &|s| s.area));
    let one = |(m, name): (usize, &&str)| {
        let areas = column(m, &|s| s.area);
        let gains: Option<Vec<f64>> = baseline
            .as_ref()
            .map(|b| areas.iter().zip(b).map(|(a, b)| a - b).collect());
        let lost = |g: &Vec<f64>| {
            g.iter().filter(|g| **g < -NOTABLE_LOSS).count() as f64 / g.len().max(1) as f64
        };
        MethodSummary {
            name: (*name).to_owned(),
            area: Estimate::of(&areas),
            losses: gains.as_ref().map(lost),
            gain: gains.as_deref().map(Estimate::of),
            qnc: median(column(m, &|s| s.qnc)),
            cost_of_99: median(column(m, &|s| s.cost_of_99)),
            peak: Estimate::of(&column(m, &|s| s.peak)),
        }
    };
    names.iter().enumerate().map(one).collect()
}

/// The summaries as the `methods` object of `eval --json`. A quality that is never
/// reached (an infinite cost) is null.
pub fn to_json(summaries: &[MethodSummary]) -> Value {
    let finite = |v: f64| if v.is_finite() { json!(v) } else { Value::Null };
    let one = |s: &MethodSummary| {
        let value = json!({
            "area": s.area.to_json(),
            "area_gain": s.gain.map(Estimate::to_json),
            "qnc": { "median": finite(s.qnc) },
            "peak": { "mean": s.peak.mean },
            "cost_at_99": { "median": finite(s.cost_of_99) },
            "losses": s.losses,
        });
        (s.name.clone(), value)
    };
    Value::Object(summaries.iter().map(one).collect::<Map<_, _>>())
}

/// The summaries as a Markdown table; gains in units of 10⁻⁴.
pub fn to_markdown(summaries: &[MethodSummary]) -> String {
    let mut table = String::from(
        "| method | area | gain ×10⁻⁴ | loses > .005 | QNC | cost of 99 % | peak |\n|---|---|---|---|---|---|---|\n",
    );
    let finite = |v: f64| {
        if v.is_finite() {
            format!("{v:.2}")
        } else {
            "never".into()
        }
    };
    for s in summaries {
        let gain = s.gain.map_or("–".into(), |g| {
            format!("{:+.0} ± {:.0}", 1e4 * g.mean, 1e4 * g.se)
        });
        let losses = s
            .losses
            .map_or("–".into(), |l| format!("{:.0} %", 100.0 * l));
        table.push_str(&format!(
            "| {} | {:.4} ± {:.4} | {gain} | {losses} | {} | {} | {:.4} |\n",
            s.name,
            s.area.mean,
            s.area.se,
            finite(s.qnc),
            finite(s.cost_of_99),
            s.peak.mean,
        ));
    }
    table
}

/// Median; the mean of the two middle values if their number is even.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::INFINITY,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::curve::Curve;
    use super::*;

    fn trial(areas: [f64; 2], qnc: f64) -> TrialResult {
        let score = |area| Score {
            curve: Curve::default(),
            area,
            peak: area,
            qnc,
            cost_of_99: 0.5,
        };
        TrialResult {
            scores: areas.map(score).to_vec(),
            guarantee: None,
        }
    }

    #[test]
    fn gains_are_paired() {
        let results = [
            trial([0.5, 0.52], 0.8),
            trial([0.7, 0.69], f64::INFINITY),
            trial([0.6, 0.62], 0.9),
        ];
        let [zero, uniroute] = &summarise(&["zero_router", "uniroute"], &results)[..] else {
            panic!()
        };
        assert_eq!(zero.gain, Some(Estimate { mean: 0.0, se: 0.0 }));
        let gain = uniroute.gain.unwrap();
        assert!((gain.mean - 0.01).abs() < 1e-12);
        // Deviations .01, −.02, .01: variance 3e-4, over three trials.
        assert!((gain.se - (3e-4f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!((uniroute.losses, uniroute.qnc), (Some(1.0 / 3.0), 0.9));
        let json = to_json(&summarise(&["uniroute"], &results[1..2]));
        assert!(
            json["uniroute"]["qnc"]["median"].is_null() && json["uniroute"]["area_gain"].is_null()
        );
    }

    #[test]
    fn medians_of_even_numbers_and_of_infinities() {
        assert_eq!(median(vec![3.0, 1.0, 2.0, 10.0]), 2.5);
        assert_eq!(
            median(vec![1.0, f64::INFINITY, f64::INFINITY]),
            f64::INFINITY
        );
    }
}
