//! How often the quantised transformer selects the same model as the one in f32, in both numerics.
//!
//! ```sh
//! cat DATA/*/prompts.jsonl | cargo run --release --package native-bench --example agreement -- 10
//! ```
//!
//! uses every tenth prompt and needs `cargo xtask minilm`. The embeddings in f32 take most of the time and
//! are cached in target/minilm.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

use native_bench::{Result, transformer};
use serde::Deserialize;
use uniroute::{
    embed::{Embed, Embedded, Numerics, QuantisedMiniLm},
    pool::Pool,
    route::{Objective, Request, decide},
    router::{LoadOptions, Router},
};

/// λ, quality per US dollar: from values where only quality matters to values where mostly cost does.
const LAMBDAS: [f64; 4] = [0.0, 10.0, 100.0, 1000.0];
const BLOCK: usize = 256;

#[derive(Deserialize)]
struct Line {
    prompt: String,
    /// The prompt without the examples that many prompts share.
    query: Option<String>,
}

fn main() -> Result<()> {
    let every = std::env::args().nth(1).map_or(Ok(1), |n| n.parse())?;
    let mut texts = Vec::new();
    for line in io::stdin().lines().step_by(every) {
        let line: Line = serde_json::from_str(&line?)?;
        texts.push(line.query.unwrap_or(line.prompt));
    }
    let weights = transformer::read("minilm-int8.safetensors")?;
    let quantised = |numerics| QuantisedMiniLm::with_numerics(&weights, numerics);
    let wide = quantised(Numerics::Wide)?;
    let narrow = quantised(Numerics::Narrow)?;
    let expected = in_floats(&texts)?;

    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/minilm");
    let router = fs::read(assets.join("default.router"))?;
    let router = Router::load(
        &router,
        LoadOptions::with_embedder(Box::new(quantised(Numerics::Wide)?)),
    )?;
    let pools = ["open", "reasoning", "api"].map(|name| -> Result<Pool> {
        let json = fs::read(assets.join(format!("pools/{name}.json")))?;
        Ok(Pool::from_json(&json, &router)?)
    });
    let pools = pools.into_iter().collect::<Result<Vec<_>>>()?;

    let mut counts = [[Count::default(); LAMBDAS.len()]; 2];
    let mut cosines = [(0.0, f64::INFINITY); 2];
    for (texts, expected) in texts.chunks(BLOCK).zip(expected.chunks(BLOCK)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (which, found) in [wide.embed_batch(&texts), narrow.embed_batch(&texts)]
            .into_iter()
            .enumerate()
        {
            for ((expected, found), text) in expected.iter().zip(&found).zip(&texts) {
                let pairs = expected.iter().zip(&found.vector);
                let cosine = pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>();
                cosines[which].0 += cosine;
                cosines[which].1 = cosines[which].1.min(cosine);
                let expected = Embedded {
                    vector: expected.clone(),
                    tokens: found.tokens,
                };
                let (expected, found) = (router.place(&expected, text), router.place(found, text));
                for (lambda, count) in LAMBDAS.into_iter().zip(&mut counts[which]) {
                    let objective = Objective::Lambda(lambda);
                    let request = Request {
                        objective,
                        ..Request::default()
                    };
                    for pool in &pools {
                        let best = decide(&router, pool, &expected, &request)?;
                        let other = decide(&router, pool, &found, &request)?;
                        count.add(&best, &other);
                    }
                }
            }
        }
    }
    println!(
        "{} prompts, {} pools, against f32",
        texts.len(),
        pools.len()
    );
    for (which, name) in ["simd128 numerics", "relaxed numerics"]
        .into_iter()
        .enumerate()
    {
        let (sum, least) = cosines[which];
        println!(
            "{name}: cosine {:.5} mean, {least:.4} least",
            sum / texts.len() as f64
        );
        for (lambda, count) in LAMBDAS.iter().zip(&counts[which]) {
            let (same, lost) = count.shares();
            println!(
                "  λ {lambda:>4}: same model {:.2} %, score lost on average {lost:.6}",
                100.0 * same
            );
        }
    }
    Ok(())
}

/// The embeddings of the texts in f32, from the cache or computed.
fn in_floats(texts: &[String]) -> Result<Vec<Vec<f32>>> {
    let mut hash = DefaultHasher::new();
    texts.hash(&mut hash);
    let name = format!("f32-{:016x}.bin", hash.finish());
    let bytes = match transformer::read(&name) {
        Ok(bytes) => bytes,
        Err(_) => {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let vectors = transformer::floats()?.embed_batch(&texts);
            let values = vectors.iter().flat_map(|embedded| &embedded.vector);
            let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
            fs::write(transformer::path(&name), &bytes)?;
            bytes
        }
    };
    let values: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    let dim = values.len() / texts.len().max(1);
    Ok(values.chunks(dim.max(1)).map(<[f32]>::to_vec).collect())
}

#[derive(Clone, Copy, Default)]
struct Count {
    decisions: f64,
    same: f64,
    lost: f64,
}

impl Count {
    /// Counts whether both selected the same model, and adds the loss of the other selection by the f32
    /// scores.
    fn add(&mut self, best: &uniroute::route::Decision, other: &uniroute::route::Decision) {
        self.decisions += 1.0;
        let same = best.model == other.model;
        self.same += f64::from(u8::from(same));
        let score = |id: &Option<String>| {
            let candidate = best.candidates.iter().find(|c| Some(&c.id) == id.as_ref());
            candidate.and_then(|c| c.score).unwrap_or_default()
        };
        self.lost += score(&other.model) - score(&best.model);
    }

    fn shares(&self) -> (f64, f64) {
        (self.same / self.decisions, self.lost / self.decisions)
    }
}
