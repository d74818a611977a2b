//! Quantises the float model: writes the weights file with its weights as codes.
//!
//! Two published methods keep the codes accurate. Both are calibrated on texts that run through a
//! first version of the model with plain rounding:
//!
//! * *SmoothQuant* (arXiv 2211.10438): inputs with large values are divided by a factor that
//!   multiplies their weights instead, so that a few outliers do not make all codes of a row coarse;
//! * *GPTQ* (arXiv 2210.17323): weights are rounded one input after the other, and each rounding
//!   error is compensated by the inputs that follow, by the correlations in the texts ([`gptq`]).

mod gptq;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use safetensors::tensor::{Dtype, TensorView, serialize};
use sha2::{Digest, Sha256};

use super::{
    MINILM_ID, Numerics, Part, QuantisedMiniLm,
    table::{Coarse, Fine, GROUP},
    weights,
};
use crate::embed::{EmbedError, Metadata};
use crate::parallel;
use gptq::Correlation;
use source::{Dense, Source};

/// Share of an input's range that SmoothQuant moves into the weights. The best value is 0.65 for
/// seven-bit and 0.5 for sixteen-bit activations; one file is used for both.
const MIGRATION: f32 = 0.6;

/// Number of positions in the file: all-MiniLM-L6-v2 was tuned on texts of up to 256 tokens.
const POSITIONS: usize = 256;

/// Tokens with eight-bit embeddings: they cover 90 % of English text, and more would not fit in
/// twenty megabytes.
const FINE_ROWS: usize = 9000;

const PARTS: [(Part, &str); 4] = [
    (Part::Project, "project"),
    (Part::Output, "output"),
    (Part::Up, "up"),
    (Part::Down, "down"),
];

/// The weights file for `model`, a BERT in safetensors with float32 tensors, and its vocabulary,
/// one token per line; calibrated on `texts`.
pub fn quantise(model: &[u8], vocabulary: &[u8], texts: &[&str]) -> Result<Vec<u8>, EmbedError> {
    let source = Source::read(model)?;
    let plain = write(&source, vocabulary, |_, _, dense| Coded::plain(dense))?;
    let seen = Seen::collect(
        &QuantisedMiniLm::with_numerics(&plain, Numerics::Wide)?,
        texts,
    );
    write(&source, vocabulary, |layer, part, dense| {
        match seen.0.get(&(layer, part)) {
            Some(correlation) => Coded::calibrated(dense, correlation),
            None => Coded::plain(dense),
        }
    })
}

/// Statistics of the inputs of each linear layer.
struct Seen(BTreeMap<(usize, Part), Correlation>);

impl Seen {
    fn collect(model: &QuantisedMiniLm, texts: &[&str]) -> Self {
        let each = parallel::map(texts.len(), |i| {
            let mut rows: BTreeMap<_, Vec<f32>> = BTreeMap::new();
            let (ids, _) = model.ids(texts[i]);
            model.observe(&ids, &mut |layer, part, inputs| {
                rows.entry((layer, part)).or_default().extend(inputs);
            });
            (ids.len(), rows)
        });
        let keys: BTreeSet<_> = each
            .iter()
            .flat_map(|(_, rows)| rows.keys())
            .copied()
            .collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let correlations = parallel::map(keys.len(), |k| {
            let mut correlation = Correlation::default();
            for (tokens, rows) in &each {
                // The last rows of a text may be padding of a block of four.
                if let Some(inputs) = rows.get(&keys[k]) {
                    let width = inputs.len() / tokens.next_multiple_of(super::kernels::ROWS);
                    correlation.add(&inputs[..tokens * width], width);
                }
            }
            correlation
        });
        Seen(keys.into_iter().zip(correlations).collect())
    }
}

/// A linear layer in codes.
struct Coded {
    codes: Vec<u8>,
    scales: Vec<f32>,
    factors: Vec<f32>,
}

impl Coded {
    /// Each weight to its nearest code.
    fn plain(dense: &Dense) -> Self {
        let scales = row_scales(&dense.weights, dense.inputs);
        let rows = dense.weights.chunks_exact(dense.inputs).zip(&scales);
        let codes =
            rows.flat_map(|(row, scale)| row.iter().map(move |w| gptq::code(w / scale) as u8));
        Coded {
            codes: codes.collect(),
            factors: vec![1.0; dense.inputs],
            scales,
        }
    }

    fn calibrated(dense: &Dense, seen: &Correlation) -> Self {
        let magnitudes = column_magnitudes(&dense.weights, dense.inputs);
        let smooth = |(input, weight): (&f32, &f32)| {
            input.max(1e-5).powf(MIGRATION) / weight.max(1e-5).powf(1.0 - MIGRATION)
        };
        let smoothing: Vec<f32> = seen
            .magnitudes()
            .iter()
            .zip(&magnitudes)
            .map(smooth)
            .collect();
        let smoothed = dense.weights.chunks_exact(dense.inputs);
        let smoothed = smoothed.flat_map(|row| row.iter().zip(&smoothing).map(|(w, s)| w * s));
        let smoothed: Vec<f32> = smoothed.collect();
        let scales = row_scales(&smoothed, dense.inputs);
        let factors: Vec<f32> = smoothing.iter().map(|s| 1.0 / s).collect();
        let codes = gptq::round(&smoothed, &scales, &seen.compensation(&factors));
        Coded {
            codes,
            scales,
            factors,
        }
    }
}

fn row_scales(weights: &[f32], inputs: usize) -> Vec<f32> {
    let greatest = |row: &[f32]| row.iter().fold(1e-12f32, |m, w| m.max(w.abs()));
    weights
        .chunks_exact(inputs)
        .map(|row| greatest(row) / 127.0)
        .collect()
}

fn column_magnitudes(weights: &[f32], inputs: usize) -> Vec<f32> {
    let mut magnitudes = vec![0.0f32; inputs];
    for row in weights.chunks_exact(inputs) {
        for (magnitude, weight) in magnitudes.iter_mut().zip(row) {
            *magnitude = magnitude.max(weight.abs());
        }
    }
    magnitudes
}

/// Serialises the model with its linear layers as `encode` gives them.
fn write(
    source: &Source,
    vocabulary: &[u8],
    encode: impl Fn(usize, Part, &Dense) -> Coded + Sync,
) -> Result<Vec<u8>, EmbedError> {
    let mut file = FileParts::default();
    file.bytes("vocabulary", vec![vocabulary.len()], vocabulary.to_vec());
    let width = source.width;
    let (mut fine, mut coarse) = (Fine::default(), Coarse::default());
    for (id, row) in source.words.chunks_exact(width).enumerate() {
        if id < FINE_ROWS {
            fine.push(row)
        } else {
            coarse.push(row)
        }
    }
    file.bytes("frequent.codes", vec![fine.scales.len(), width], fine.codes);
    file.floats("frequent.scales", vec![fine.scales.len()], &fine.scales);
    let rare = coarse.scales.len();
    file.bytes("rare.codes", vec![rare, width / 2], coarse.codes);
    file.bytes("rare.groups", vec![rare, width / GROUP], coarse.groups);
    file.floats("rare.scales", vec![rare], &coarse.scales);
    let positions = (source.positions.len() / width).min(POSITIONS);
    file.floats(
        "positions",
        vec![positions, width],
        &source.positions[..positions * width],
    );
    file.norm("norm", &source.norm);
    let coded = parallel::map(source.layers.len() * PARTS.len(), |i| {
        let (layer, (part, _)) = (i / PARTS.len(), PARTS[i % PARTS.len()]);
        encode(layer, part, source.layers[layer].dense(part))
    });
    for (i, coded) in coded.into_iter().enumerate() {
        let (layer, (part, name)) = (i / PARTS.len(), PARTS[i % PARTS.len()]);
        let dense = source.layers[layer].dense(part);
        let outputs = dense.biases.len();
        let name = |end: &str| format!("layers.{layer}.{name}.{end}");
        file.bytes(&name("codes"), vec![outputs, dense.inputs], coded.codes);
        file.floats(&name("scales"), vec![outputs], &coded.scales);
        file.floats(&name("biases"), vec![outputs], &dense.biases);
        file.floats(&name("factors"), vec![dense.inputs], &coded.factors);
    }
    for (number, layer) in source.layers.iter().enumerate() {
        file.norm(
            &format!("layers.{number}.attention_norm"),
            &layer.attention_norm,
        );
        file.norm(&format!("layers.{number}.output_norm"), &layer.output_norm);
    }
    file.finish()
}

/// Tensors to be written to a file.
#[derive(Default)]
struct FileParts(Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl FileParts {
    fn bytes(&mut self, name: &str, shape: Vec<usize>, bytes: Vec<u8>) {
        self.0.push((name.to_owned(), Dtype::U8, shape, bytes));
    }

    fn floats(&mut self, name: &str, shape: Vec<usize>, values: &[f32]) {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.0.push((name.to_owned(), Dtype::F32, shape, bytes));
    }

    fn norm(&mut self, name: &str, norm: &super::math::Norm) {
        self.floats(&format!("{name}.gain"), vec![norm.gain.len()], &norm.gain);
        self.floats(&format!("{name}.bias"), vec![norm.bias.len()], &norm.bias);
    }

    fn finish(self) -> Result<Vec<u8>, EmbedError> {
        let unwritable = |e: safetensors::SafeTensorError| EmbedError::Safetensors(e.to_string());
        let hash = |bytes: &[u8]| crate::embed::hex(&Sha256::digest(bytes));
        let metadata = Metadata {
            schema_version: weights::SCHEMA_VERSION,
            embedder: MINILM_ID.to_owned(),
            provenance: "sentence-transformers/all-MiniLM-L6-v2; linear layers in 8 bits \
                (SmoothQuant, GPTQ), vocabulary in 8 and 4"
                .to_owned(),
            licence: "Apache-2.0".to_owned(),
            sha256: self
                .0
                .iter()
                .map(|(name, .., bytes)| (name.clone(), hash(bytes)))
                .collect(),
        };
        let json =
            serde_json::to_string(&metadata).map_err(|e| EmbedError::Metadata(e.to_string()))?;
        let mut views = Vec::with_capacity(self.0.len());
        for (name, dtype, shape, bytes) in &self.0 {
            let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(unwritable)?;
            views.push((name.as_str(), view));
        }
        serialize(views, Some([("uniroute".to_owned(), json)].into())).map_err(unwritable)
    }
}
