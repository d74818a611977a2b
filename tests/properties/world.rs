//! Random routers, pools, prompts and requests.

use ndarray::{Array1, Array2};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use uniroute::Router;
use uniroute::benchmark::Benchmarks;
use uniroute::cluster::{Calibration, Clusters};
use uniroute::embed::{Embed, Embedded};
use uniroute::pool::Pool;
use uniroute::prior::Prior;
use uniroute::route::{InputTokens, Objective, Request};
use uniroute::router::{Parts, Provenance};

/// Length of an embedding.
const DIM: usize = 3;
/// Tokens that each request counts and expects, so that costs follow from prices alone.
pub const INPUT: f64 = 1000.0;
pub const OUTPUT: f64 = 500.0;

/// A prompt is the numbers of its vector, separated by spaces.
pub struct Numbers;

impl Embed for Numbers {
    fn id(&self) -> &str {
        "numbers"
    }

    fn dim(&self) -> usize {
        DIM
    }

    fn embed(&self, text: &str) -> Embedded {
        let mut vector: Vec<f32> = text.split(' ').map(|n| n.parse().unwrap_or(0.0)).collect();
        vector.resize(DIM, 0.0);
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector
            .iter_mut()
            .for_each(|x| *x /= length.max(f32::MIN_POSITIVE));
        Embedded { vector, tokens: 20 }
    }
}

/// A router of one to five clusters.
pub fn router() -> impl Strategy<Value = Router> {
    let clusters = (1..=5usize).prop_flat_map(|k| {
        let centroids = vec(-1.0..1.0f32, k * DIM);
        (
            centroids,
            vec(0.05..1.0f32, k),
            vec(0.3..0.7f64, k),
            0.01..0.5f32,
            0.3..1.0f64,
        )
    });
    clusters.prop_map(|(centroids, shares, means, temperature, noise)| {
        let k = shares.len();
        let whole: f32 = shares.iter().sum();
        let shares = shares.into_iter().map(|share| share / whole).collect();
        let centroids = Array2::from_shape_vec((k, DIM), centroids).unwrap();
        let names = (0..k).map(|k| format!("cluster {k}")).collect();
        let covariance = Array2::from_shape_fn((k, k), |(i, j)| if i == j { 0.05 } else { 0.03 });
        let mean_error = means.iter().sum::<f64>() / k as f64;
        let prior = Prior::try_new(Array1::from(means), covariance, noise, mean_error, 3);
        let parts = Parts {
            id: "random".into(),
            embedder: Box::new(Numbers),
            embedder_file: None,
            clusters: Clusters::try_new(centroids, temperature, shares, names).unwrap(),
            prior: prior.unwrap(),
            benchmarks: Benchmarks::none(k),
            fields: Vec::new(),
            topics: Vec::new(),
            calibration: Calibration::try_new(vec![0.0, 0.1, 0.5, 1.0]).unwrap(),
            provenance: Provenance::default(),
        };
        Router::new(parts).unwrap()
    })
}

/// A prompt anywhere; with zeros only, it belongs to each cluster by its share.
pub fn prompt() -> impl Strategy<Value = String> {
    let number = prop_oneof![Just(0.0f32), -1.0..1.0f32];
    vec(number, DIM).prop_map(|numbers| {
        numbers
            .iter()
            .map(f32::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    })
}

/// A model before it has an id. `errors` are as many as the largest router has clusters.
#[derive(Clone, Debug)]
pub struct Draft {
    pub errors: Vec<f64>,
    pub accuracy: Option<f64>,
    pub prices: Option<(f64, f64)>,
    pub capable: bool,
}

impl Draft {
    /// The model as JSON, for a router of `k` clusters.
    pub fn model(&self, id: &str, k: usize) -> Value {
        let mut model = json!({"id": id, "output_tokens": OUTPUT, "tokenizer": "o200k"});
        match self.accuracy {
            Some(accuracy) => model["accuracy"] = accuracy.into(),
            None => model["errors"] = json!({"mean": self.errors[..k]}),
        }
        if let Some((input, output)) = self.prices {
            model["cost"] = json!({"input": input, "output": output});
        }
        if self.capable {
            model["capabilities"] = json!(["tools"]);
        }
        model
    }
}

/// One to eight models; some are equal but for the id, some have no price.
pub fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let price = prop_oneof![Just(0.0), 0.01..20.0f64, Just(3.0)];
    let prices = prop::option::weighted(0.85, (price.clone(), price));
    let error = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64];
    let draft = (
        vec(error, 5),
        prop::option::weighted(0.3, 0.0..1.0f64),
        prices,
        any::<bool>(),
    );
    let draft = draft.prop_map(|(errors, accuracy, prices, capable)| Draft {
        errors,
        accuracy,
        prices,
        capable,
    });
    (vec(draft, 1..8), any::<bool>()).prop_map(|(mut drafts, twin)| {
        if twin {
            drafts.push(drafts[0].clone());
        }
        drafts
    })
}

/// The models with ids in an order of their own: the first is not the least.
pub fn models(drafts: &[Draft], k: usize) -> Vec<Value> {
    let id = |at: usize| format!("model-{}", (at * 5 + 3) % 8 + 8 * (at / 8));
    drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| draft.model(&id(at), k))
        .collect()
}

/// A pool of these models.
pub fn pool(models: &[Value], router: &Router) -> Pool {
    let json = json!({"models": models}).to_string();
    Pool::from_json(json.as_bytes(), router).unwrap()
}

/// λ, a budget or a floor, over all the range that matters.
pub fn objective() -> impl Strategy<Value = Objective> {
    prop_oneof![
        lambda().prop_map(Objective::Lambda),
        prop_oneof![Just(0.0), (-6.0..0.0f64).prop_map(|e| 10f64.powf(e))]
            .prop_map(Objective::MaxCost),
        (0.0..=1.0f64).prop_map(Objective::MinQuality),
    ]
}

/// λ in quality per US dollar.
pub fn lambda() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), (-2.0..8.0f64).prop_map(|e| 10f64.powf(e))]
}

/// A request with counted tokens.
pub fn request() -> impl Strategy<Value = Request> {
    (objective(), any::<bool>(), any::<bool>()).prop_map(|(objective, allow_unpriced, tools)| {
        Request {
            allow_unpriced,
            need: if tools {
                vec!["tools".into()]
            } else {
                Vec::new()
            },
            ..with_tokens(objective)
        }
    })
}

/// A request of this objective with counted tokens and nothing else.
pub fn with_tokens(objective: Objective) -> Request {
    Request {
        objective,
        expected_output_tokens: Some(OUTPUT),
        input_tokens: InputTokens::Counted(INPUT),
        ..Request::default()
    }
}

/// Router, drafts of models, and a prompt.
pub fn scene() -> impl Strategy<Value = (Router, Vec<Draft>, String)> {
    (router(), drafts(), prompt())
}
