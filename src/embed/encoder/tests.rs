//! The whole encoder on a small random BERT: against the scalar twin, against floats, against
//! damaged files.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::forward::forward;
use super::kernels::scalar::Scalar;
use super::*;

const WIDTH: usize = 64;
const HEADS: usize = 2;
const INNER: usize = 128;
const LAYERS: usize = 2;
const POSITIONS: usize = 80;
const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\nf\n##a\n##b\n.\n";
const TEXTS: [&str; 6] = [
    "",
    "a",
    "b a ba",
    "c d e f . a b",
    "fab fab. ab ab",
    "a b c d e f a b c d e f a b c",
];

type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn noise(seed: &mut u32) -> f32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 8) as f32 / (1 << 23) as f32 - 1.0
}

/// A BERT of random weights.
fn bert() -> Tensors {
    let mut seed = 1;
    let mut tensors = Tensors::new();
    let mut add = |name: String, shape: &[usize], centre: f32, spread: f32| {
        let values = (0..shape.iter().product()).map(|_| centre + spread * noise(&mut seed));
        tensors.insert(name, (shape.to_vec(), values.collect()));
    };
    let rows = VOCABULARY.lines().count();
    for (table, rows) in [("word", rows), ("position", POSITIONS), ("token_type", 2)] {
        add(
            format!("embeddings.{table}_embeddings.weight"),
            &[rows, WIDTH],
            0.0,
            0.5,
        );
    }
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for layer in 0..LAYERS {
        let at = |part: &str| format!("encoder.layer.{layer}.{part}");
        for (part, outputs, inputs) in [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH),
            ("output.dense", WIDTH, INNER),
        ] {
            add(at(&format!("{part}.weight")), &[outputs, inputs], 0.0, 0.25);
            add(at(&format!("{part}.bias")), &[outputs], 0.0, 0.1);
        }
        norms.extend([at("attention.output.LayerNorm"), at("output.LayerNorm")]);
    }
    for norm in norms {
        add(format!("{norm}.weight"), &[WIDTH], 1.0, 0.3);
        add(format!("{norm}.bias"), &[WIDTH], 0.0, 0.1);
    }
    tensors
}

fn weights_file() -> Vec<u8> {
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = bert()
        .into_iter()
        .map(|(name, (shape, values))| {
            (
                name,
                shape,
                values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            )
        })
        .collect();
    let view = |(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape, bytes).unwrap());
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| view((name, shape.clone(), bytes)));
    let model = serialize(views, None).unwrap();
    quantise(&model, VOCABULARY.as_bytes(), &TEXTS).unwrap()
}

fn ids(length: usize) -> Vec<u32> {
    let rows = VOCABULARY.lines().count() as u32;
    (0..length as u32).map(|i| i * i * 7 % rows).collect()
}

/// The model in floats, one number after the other.
struct Plain(Tensors);

impl Plain {
    fn get(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }

    fn norm(&self, x: &[f32], name: &str) -> Vec<f32> {
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        let spread = x.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / x.len() as f32;
        let affine = self
            .get(&format!("{name}.weight"))
            .iter()
            .zip(self.get(&format!("{name}.bias")));
        x.iter()
            .zip(affine)
            .map(|(v, (gain, bias))| (v - mean) / spread.sqrt() * gain + bias)
            .collect()
    }

    fn linear(&self, x: &[f32], name: &str) -> Vec<f32> {
        let rows = self.get(&format!("{name}.weight")).chunks_exact(x.len());
        let dot = |row: &[f32]| row.iter().zip(x).map(|(a, b)| a * b).sum::<f32>();
        rows.zip(self.get(&format!("{name}.bias")))
            .map(|(row, bias)| dot(row) + bias)
            .collect()
    }

    fn attend(&self, rows: &[Vec<f32>], at: &dyn Fn(&str) -> String) -> Vec<Vec<f32>> {
        let project = |part: &str| -> Vec<Vec<f32>> {
            rows.iter()
                .map(|row| self.linear(row, &at(&format!("attention.self.{part}"))))
                .collect()
        };
        let (queries, keys, values) = (project("query"), project("key"), project("value"));
        let mut context = vec![vec![0.0; WIDTH]; rows.len()];
        for head in 0..HEADS {
            let dims = head * 32..head * 32 + 32;
            for (query, context) in queries.iter().zip(&mut context) {
                let score =
                    |key: &Vec<f32>| -> f32 { dims.clone().map(|d| query[d] * key[d]).sum() };
                let powers: Vec<f32> = keys
                    .iter()
                    .map(|k| (score(k) / 32f32.sqrt()).exp())
                    .collect();
                let sum: f32 = powers.iter().sum();
                for (power, value) in powers.iter().zip(&values) {
                    dims.clone()
                        .for_each(|d| context[d] += power / sum * value[d]);
                }
            }
        }
        context
    }

    fn embed(&self, ids: &[u32]) -> Vec<f32> {
        let row = |table: &str, i: usize| {
            &self.get(&format!("embeddings.{table}_embeddings.weight"))[i * WIDTH..][..WIDTH]
        };
        let mut rows: Vec<Vec<f32>> = Vec::new();
        for (position, &id) in ids.iter().enumerate() {
            let parts = [
                row("word", id as usize),
                row("position", position),
                row("token_type", 0),
            ];
            let sum: Vec<f32> = (0..WIDTH)
                .map(|d| parts.iter().map(|part| part[d]).sum())
                .collect();
            rows.push(self.norm(&sum, "embeddings.LayerNorm"));
        }
        let add =
            |a: &[f32], b: &[f32]| -> Vec<f32> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
        for layer in 0..LAYERS {
            let at = |part: &str| format!("encoder.layer.{layer}.{part}");
            let context = self.attend(&rows, &at);
            for (row, context) in rows.iter_mut().zip(&context) {
                let output = self.linear(context, &at("attention.output.dense"));
                *row = self.norm(&add(row, &output), &at("attention.output.LayerNorm"));
                let mut inner = self.linear(row, &at("intermediate.dense"));
                inner
                    .iter_mut()
                    .for_each(|x| *x *= 0.5 * (1.0 + erf(*x / 2f32.sqrt())));
                let output = self.linear(&inner, &at("output.dense"));
                *row = self.norm(&add(row, &output), &at("output.LayerNorm"));
            }
        }
        let mut mean = rows
            .iter()
            .fold(vec![0.0; WIDTH], |sum, row| add(&sum, row));
        crate::embed::normalise(&mut mean);
        mean
    }
}

/// The error function by its series; its arguments here are small.
fn erf(x: f32) -> f32 {
    let x = f64::from(x.clamp(-4.0, 4.0));
    let (mut term, mut sum) = (x, x);
    for n in 1..80 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    (sum * 2.0 / std::f64::consts::PI.sqrt()) as f32
}

#[test]
fn every_path_equals_the_scalar_twin_to_the_bit() {
    let file = weights_file();
    fn check<S: Run>(file: &[u8])
    where
        Scalar: kernels::Kernel<S>,
    {
        let encoder = Encoder::<S>::from_bytes(file).unwrap().0;
        for length in [1, 2, 3, 4, 5, 8, 9, 31, 32, 65, 80] {
            let ids = ids(length);
            let mut twin = vec![0.0; WIDTH];
            forward::<S, Scalar>(Job {
                model: &encoder.model,
                ids: &ids,
                scratch: &mut Scratch::new(),
                vector: &mut twin,
                observer: None,
            });
            assert_eq!(encoder.embed(&ids, None), twin, "{length} tokens");
        }
    }
    check::<Wide>(&file);
    check::<Narrow>(&file);
}

#[test]
fn vectors_follow_the_float_model() {
    let (file, plain) = (weights_file(), Plain(bert()));
    for (numerics, least) in [(Numerics::Wide, 0.999), (Numerics::Narrow, 0.995)] {
        let model = QuantisedMiniLm::with_numerics(&file, numerics).unwrap();
        for length in [1, 2, 7, 40, 80] {
            let ids = ids(length);
            let (found, expected) = (model.embed_ids(&ids), plain.embed(&ids));
            let cosine: f32 = found.iter().zip(&expected).map(|(a, b)| a * b).sum();
            assert!(cosine > least, "{numerics:?}, {length} tokens: {cosine}");
        }
    }
}

#[test]
fn a_batch_gives_what_single_texts_give_in_any_order() {
    let model = QuantisedMiniLm::from_bytes(&weights_file()).unwrap();
    let batch = model.embed_batch(&TEXTS);
    for (text, embedded) in TEXTS.iter().zip(&batch).rev() {
        assert_eq!(model.embed(text), *embedded, "{text:?}");
    }
    assert_eq!(batch[3].tokens, 7);
}

#[test]
fn long_texts_are_cut_but_counted_whole() {
    let model = QuantisedMiniLm::from_bytes(&weights_file()).unwrap();
    let long = "a b ".repeat(500);
    assert_eq!(model.embed(&long).tokens, 1000);
    assert_eq!(model.ids(&long).0.len(), POSITIONS);
    assert_eq!(
        model.embed(&long).vector,
        model.embed(&"a b ".repeat(400)).vector
    );
    assert_eq!(model.embed_ids(&[]), vec![0.0; WIDTH]);
    assert_eq!(model.embed_ids(&[u32::MAX]).len(), WIDTH);
}

#[test]
fn a_damaged_file_is_refused() {
    let file = weights_file();
    for cut in (0..50).map(|i| file.len() * i / 50) {
        assert!(
            QuantisedMiniLm::from_bytes(&file[..cut]).is_err(),
            "cut to {cut}"
        );
    }
    for at in (0..100).map(|i| file.len() * i / 100) {
        let mut flipped = file.clone();
        flipped[at] ^= 0x10;
        assert!(
            QuantisedMiniLm::from_bytes(&flipped).is_err(),
            "byte {at} flipped"
        );
    }
}

/// The weights file with one tensor changed and its hash put right.
fn with(name: &str, change: impl Fn(&mut Vec<usize>, &mut Vec<u8>)) -> Vec<u8> {
    let file = weights_file();
    let (_, header) = SafeTensors::read_metadata(&file).unwrap();
    let json = &header.metadata().as_ref().unwrap()["uniroute"];
    let mut metadata: crate::embed::Metadata = serde_json::from_str(json).unwrap();
    let mut tensors = Vec::new();
    for (other, view) in SafeTensors::deserialize(&file).unwrap().iter() {
        let (mut shape, mut bytes) = (view.shape().to_vec(), view.data().to_vec());
        if other == name {
            change(&mut shape, &mut bytes);
            use sha2::Digest;
            metadata.sha256.insert(
                name.to_owned(),
                crate::embed::hex(&sha2::Sha256::digest(&bytes)),
            );
        }
        tensors.push((other.to_owned(), view.dtype(), shape, bytes));
    }
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    let json = serde_json::to_string(&metadata).unwrap();
    serialize(views, Some([("uniroute".to_owned(), json)].into())).unwrap()
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let halve = |shape: &mut Vec<usize>, bytes: &mut Vec<u8>| {
        shape[0] /= 2;
        bytes.truncate(bytes.len() / 2);
    };
    for name in [
        "positions",
        "norm.gain",
        "frequent.scales",
        "layers.0.project.codes",
        "layers.0.up.biases",
        "layers.1.down.factors",
        "layers.1.output_norm.bias",
    ] {
        let file = with(name, halve);
        // Fewer positions are another model, not a broken one.
        let Err(error) = QuantisedMiniLm::from_bytes(&file) else {
            assert_eq!(name, "positions");
            continue;
        };
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    for bad in [f32::NAN, f32::INFINITY, -1e9] {
        let file = with("layers.0.up.scales", |_, bytes| {
            bytes[..4].copy_from_slice(&bad.to_le_bytes())
        });
        let error = QuantisedMiniLm::from_bytes(&file)
            .err()
            .expect("refused")
            .to_string();
        assert!(error.contains("layers.0.up.scales"), "{error}");
    }
}
