//! The forward pass: token ids to a unit vector, over slices that are allocated once.

use super::{
    attention::{Heads, Projected},
    floats::Floats,
    kernels::{Kernel, ROWS},
    linear::{Codes, Linear},
    math::{self, Norm},
    scheme::{Scheme, Wide},
    table::Table,
};
use crate::embed::normalise;

/// Rows that pass through the feed-forward layers together, so that their 1,536 intermediate
/// values stay in the second-level cache.
const CHUNK: usize = 64;

/// One transformer layer.
pub struct Layer<S: Scheme> {
    /// Queries, keys and values in one.
    pub project: Linear<S>,
    pub output: Linear<S>,
    pub attention_norm: Norm,
    pub up: Linear<S>,
    pub down: Linear<S>,
    pub output_norm: Norm,
}

/// The model without its tokenizer.
pub struct Model<S: Scheme> {
    pub words: Table,
    /// `(positions, width)`; the embedding of the first segment is included.
    pub positions: Vec<f32>,
    pub embedding_norm: Norm,
    pub layers: Vec<Layer<S>>,
}

impl<S: Scheme> Model<S> {
    /// Length of the vectors.
    pub fn width(&self) -> usize {
        self.embedding_norm.gain.len()
    }

    /// Largest number of ids of a text.
    pub fn max_tokens(&self) -> usize {
        self.positions.len() / self.width()
    }
}

/// Buffers of one forward pass; they grow to the longest text and are kept.
pub struct Scratch<S: Scheme> {
    /// The residual stream, `(rows, width)`.
    stream: Vec<f32>,
    projected: Vec<f32>,
    context: Vec<f32>,
    intermediate: Vec<f32>,
    addend: Vec<f32>,
    codes: Codes<S>,
    heads: Heads,
}

impl<S: Scheme> Scratch<S> {
    /// Empty buffers.
    pub fn new() -> Self {
        Scratch {
            stream: Vec::new(),
            projected: Vec::new(),
            context: Vec::new(),
            intermediate: Vec::new(),
            addend: Vec::new(),
            codes: Codes::new(),
            heads: Heads::default(),
        }
    }
}

/// One of the linear layers of a transformer layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Queries, keys and values.
    Project,
    /// The output of attention.
    Output,
    /// The first feed-forward layer.
    Up,
    /// The second feed-forward layer.
    Down,
}

/// Called with a layer's number, one of its parts, and the input rows of that part.
pub type Observer<'a> = dyn FnMut(usize, Part, &[f32]) + 'a;

/// One text to embed.
pub struct Job<'a, S: Scheme> {
    pub model: &'a Model<S>,
    /// Ids below the vocabulary's length; the first [`Model::max_tokens`] count.
    pub ids: &'a [u32],
    pub scratch: &'a mut Scratch<S>,
    /// The result, of the model's width.
    pub vector: &'a mut [f32],
    /// For calibration; `None` in normal use.
    pub observer: Option<&'a mut Observer<'a>>,
}

/// Runs the model with the kernels `K`: mean of the last layer's rows, scaled to length one.
#[inline(always)]
pub fn forward<S: Scheme, K: Kernel<S> + Kernel<Wide>>(job: Job<'_, S>) {
    let Job {
        model,
        ids,
        scratch,
        vector,
        mut observer,
    } = job;
    let width = model.width();
    let ids = &ids[..ids.len().min(model.max_tokens())];
    let rows = ids.len().next_multiple_of(ROWS);
    let Scratch {
        stream,
        projected,
        context,
        intermediate,
        addend,
        codes,
        heads,
    } = scratch;
    let stream = fit(stream, rows * width);
    let projected = fit(projected, rows * 3 * width);
    let context = fit(context, rows * width);
    look_up::<S, K::Floats>(model, ids, stream);
    let mut observe = |layer, part, rows: &[f32]| {
        if let Some(observer) = &mut observer {
            observer(layer, part, rows);
        }
    };
    for (number, layer) in model.layers.iter().enumerate() {
        let chunks = stream
            .chunks(CHUNK * width)
            .zip(projected.chunks_mut(CHUNK * 3 * width));
        for (rows, projected) in chunks {
            observe(number, Part::Project, rows);
            layer.project.apply::<K>(rows, codes, projected);
        }
        let text = Projected {
            values: projected,
            width,
            tokens: ids.len(),
        };
        heads.attend::<K>(&text, context);
        for (rows, context) in stream
            .chunks_mut(CHUNK * width)
            .zip(context.chunks(CHUNK * width))
        {
            let addend = fit(addend, rows.len());
            observe(number, Part::Output, context);
            layer.output.apply::<K>(context, codes, addend);
            add_and_norm::<K::Floats>(&layer.attention_norm, rows, addend);
            let intermediate = fit(intermediate, rows.len() / width * layer.up.outputs());
            observe(number, Part::Up, rows);
            layer.up.apply::<K>(rows, codes, intermediate);
            math::gelu::<K::Floats>(intermediate);
            observe(number, Part::Down, intermediate);
            layer.down.apply::<K>(intermediate, codes, addend);
            add_and_norm::<K::Floats>(&layer.output_norm, rows, addend);
        }
    }
    vector.fill(0.0);
    for row in stream.chunks_exact(width).take(ids.len()) {
        for (mean, value) in vector.iter_mut().zip(row) {
            *mean += value;
        }
    }
    normalise(vector);
}

/// The embedding layer; rows without a token become zeros.
#[inline(always)]
fn look_up<S: Scheme, F: Floats>(model: &Model<S>, ids: &[u32], stream: &mut [f32]) {
    let width = model.width();
    let (tokens, filling) = stream.split_at_mut(ids.len() * width);
    let positions = model.positions.chunks_exact(width);
    for ((row, &id), position) in tokens.chunks_exact_mut(width).zip(ids).zip(positions) {
        model.words.copy_row(id as usize, row);
        model.embedding_norm.add_and_apply::<F>(row, position);
    }
    filling.fill(0.0);
}

#[inline(always)]
fn add_and_norm<F: Floats>(norm: &Norm, rows: &mut [f32], addend: &[f32]) {
    let width = norm.gain.len();
    for (row, addend) in rows.chunks_exact_mut(width).zip(addend.chunks_exact(width)) {
        norm.add_and_apply::<F>(row, addend);
    }
}

#[inline(always)]
fn fit(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
