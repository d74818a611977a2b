use super::*;
use crate::observation::Source;
use ndarray::array;

fn benchmark(name: &str, title: &str, aliases: &[&str]) -> Benchmark {
    Benchmark {
        name: name.into(),
        title: title.into(),
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
        prompts: 200.0,
        mean_effect: 0.1,
        ..Benchmark::default()
    }
}

fn two() -> Vec<Benchmark> {
    vec![
        benchmark("gpqa_diamond", "GPQA Diamond", &["GPQA"]),
        benchmark("mbpp", "MBPP", &[]),
    ]
}

const NOISE: ScoreNoise = ScoreNoise {
    score: 0.03,
    shared: 0.05,
};

fn known() -> Benchmarks {
    let weights = array![[0.75, 0.25], [0.0, 1.0]];
    Benchmarks::try_new(two(), weights, array![[0.01, 0.004], [0.004, 0.04]], NOISE).unwrap()
}

#[test]
fn a_name_is_found_however_it_is_spelled() {
    let known = known();
    for name in [
        "gpqa_diamond",
        "GPQA Diamond",
        "gpqa-diamond",
        "Gpqa",
        "GPQA.DIAMOND",
    ] {
        assert_eq!(known.find(name), Some(0), "{name}");
    }
    assert_eq!(known.find("MBPP+"), None);
    assert_eq!(known.find(""), None);
    assert_eq!(known.nearest("GPQA-Diamnd", 1), ["GPQA Diamond"]);
    assert_eq!(known.nearest(&"x".repeat(100_000), 9).len(), 2);
}

#[test]
fn scores_are_errors_beyond_the_benchmarks_own_with_the_covariance_of_their_effects() {
    let known = known();
    let scores = [(1, 0.6), (0, 0.9), (1, 0.5)];
    let observed = known.observations(&scores).unwrap();
    assert_eq!(observed.sources(), [1, 0, 1].map(Source::Benchmark));
    let expected = [0.3, 0.0, 0.4];
    let values = observed.values().to_vec();
    assert!(
        values
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-12)
    );
    assert_eq!(
        observed.weights(),
        array![[0.0, 1.0], [0.75, 0.25], [0.0, 1.0]]
    );
    let covariance = observed.loadings().dot(&observed.loadings().t());
    let s = 0.05 * 0.05;
    let expected = array![
        [0.04 + s, 0.004 + s, 0.04 + s],
        [0.004 + s, 0.01 + s, 0.004 + s],
        [0.04 + s, 0.004 + s, 0.04 + s]
    ];
    assert!((covariance - expected).iter().all(|d| d.abs() < 1e-12));
    assert!(known.observations(&[(0, 85.7)]).is_err());
    assert!(known.observations(&[]).unwrap().is_empty());
}

#[test]
fn parts_that_do_not_fit_are_rejected_by_name() {
    let new = |list: Vec<Benchmark>, weights, effects, noise| {
        Benchmarks::try_new(list, weights, effects, noise)
            .unwrap_err()
            .to_string()
    };
    let weights = || array![[0.75, 0.25], [0.0, 1.0]];
    let effects = || array![[0.01, 0.0], [0.0, 0.04]];
    let twice = vec![two()[0].clone(), benchmark("GPQA-Diamond", "x", &[])];
    let text = new(twice, weights(), effects(), NOISE);
    assert!(
        text.contains("two benchmarks are named \"GPQA-Diamond\""),
        "{text}"
    );
    let text = new(two(), array![[1.0, 0.0]], effects(), NOISE);
    assert!(text.contains("shape (1, 2), expected (2, 2)"), "{text}");
    let text = new(two(), array![[0.75, 0.25], [0.1, 0.1]], effects(), NOISE);
    assert!(text.contains("sum of the weights of \"mbpp\""), "{text}");
    let text = new(two(), weights(), array![[0.01, 0.1], [0.1, 0.04]], NOISE);
    assert!(text.contains("positive definite"), "{text}");
    let wrong = ScoreNoise {
        score: f64::NAN,
        ..NOISE
    };
    let text = new(two(), weights(), effects(), wrong);
    assert!(text.contains("score noise"), "{text}");
    let mut list = two();
    list[1].mean_effect = 2.0;
    let text = new(list, weights(), effects(), NOISE);
    assert!(text.contains("mean_effect of \"mbpp\" is 2"), "{text}");
}

#[test]
fn a_selection_has_the_rows_and_effects_of_its_benchmarks() {
    let known = known();
    let swapped = known.select(&[1, 0]).unwrap();
    assert_eq!(swapped.find("gpqa_diamond"), Some(1));
    assert_eq!(swapped.weights(), array![[0.0, 1.0], [0.75, 0.25]]);
    assert_eq!(swapped.effects(), array![[0.04, 0.004], [0.004, 0.01]]);
    assert_eq!(known.select(&[]).unwrap().len(), 0);
    assert!(known.select(&[0, 0]).is_err());
}

#[test]
fn a_catalogue_that_is_not_json_is_rejected_without_control_characters() {
    let json = "{\"benchmarks\": [], \"\\u001b[31m\" 5}";
    let message = Catalogue::parse(json.as_bytes()).unwrap_err().to_string();
    assert!(!message.contains(char::is_control), "{message:?}");
}
