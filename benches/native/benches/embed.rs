//! Embedding throughput of the quantised transformer, of the same model in f32 through candle, and
//! of the static table, on all cores. The transformer needs `cargo xtask minilm`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use native_bench::{Result, transformer};
use uniroute::embed::{Embed, QuantisedMiniLm, STATIC_FILE, StaticEmbedder};

/// Tokens in one call.
const TOKENS: usize = 1024;

/// A text in which each word is one token; two special tokens are added.
fn text(tokens: usize) -> String {
    let words = ["river", "stone", "why", "seven"].iter().cycle();
    words
        .take(tokens - 2)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

fn transformers() -> Result<[(&'static str, Box<dyn Embed>); 2]> {
    let weights = transformer::read("minilm-int8.safetensors")?;
    let quantised = QuantisedMiniLm::from_bytes(&weights)?;
    Ok([
        ("transformer, int8", Box::new(quantised)),
        (
            "transformer, f32 through candle",
            Box::new(transformer::floats()?),
        ),
    ])
}

fn embed(c: &mut Criterion) {
    let table = StaticEmbedder::from_bytes(STATIC_FILE).expect("the bundled table is valid");
    let mut embedders: Vec<(&str, Box<dyn Embed>)> = vec![("static", Box::new(table))];
    match transformers() {
        Ok(both) => embedders.extend(both),
        Err(error) => eprintln!("without the transformer: {error}"),
    }
    let mut group = c.benchmark_group("embedding, by tokens a prompt");
    group.sample_size(10);
    group.throughput(Throughput::Elements(TOKENS as u64));
    for tokens in [16, 64, 256] {
        let text = text(tokens);
        let texts = vec![text.as_str(); TOKENS / tokens];
        for (name, embedder) in &embedders {
            group.bench_with_input(BenchmarkId::new(*name, tokens), &texts, |b, texts| {
                b.iter(|| embedder.embed_batch(black_box(texts)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
