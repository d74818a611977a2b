//! A linear layer: eight-bit weights packed for the kernels, and the loop over its tiles.

use super::{
    floats::Floats,
    kernels::{COLUMNS, Kernel, ROWS, Tile},
    scheme::{Affine, Scheme},
};

/// `y = W·x + b` with W in codes of eight bits and one scale for each output.
pub struct Linear<S: Scheme> {
    inputs: usize,
    outputs: usize,
    /// Panels of eight outputs, each `inputs / GROUP` steps long.
    panels: Vec<S::Columns>,
    /// Scale of each output's codes.
    scales: Vec<f32>,
    biases: Vec<f32>,
    /// Sum of each output's weights, which multiplies the offset of a row's coding.
    sums: Vec<f32>,
    /// Factor of each input, applied before it is coded (SmoothQuant: the weights hold the
    /// reciprocal).
    factors: Vec<f32>,
}

/// The parts of a layer as the file stores them.
pub struct Parts<'a> {
    /// Eight-bit codes in two's complement, `(outputs, inputs)`.
    pub codes: &'a [u8],
    /// One for each output.
    pub scales: Vec<f32>,
    /// One for each output.
    pub biases: Vec<f32>,
    /// One for each input.
    pub factors: Vec<f32>,
}

impl<S: Scheme> Linear<S> {
    /// Packs the weights. The parts must agree in size; the number of outputs must be a multiple of
    /// eight, the number of inputs a multiple of sixteen and at most [`Scheme::MAX_INPUTS`].
    pub fn pack(parts: Parts<'_>) -> Self {
        let (inputs, outputs) = (parts.factors.len(), parts.scales.len());
        assert_eq!(parts.codes.len(), inputs * outputs);
        assert_eq!(parts.biases.len(), outputs);
        assert!(inputs % 16 == 0 && outputs % COLUMNS == 0 && inputs <= S::MAX_INPUTS);
        let steps = inputs / S::GROUP;
        let mut panels = vec![S::NO_COLUMNS; outputs / COLUMNS * steps];
        let mut sums = Vec::with_capacity(outputs);
        for (output, codes) in parts.codes.chunks_exact(inputs.max(1)).enumerate() {
            let panel = &mut panels[output / COLUMNS * steps..][..steps];
            let mut sum = 0;
            for (input, &code) in codes.iter().enumerate() {
                let code = code as i8;
                sum += i32::from(code);
                let step = &mut panel[input / S::GROUP];
                S::place(step, output % COLUMNS, input % S::GROUP, code);
            }
            sums.push(sum as f32 * parts.scales[output]);
        }
        Linear {
            inputs,
            outputs,
            panels,
            scales: parts.scales,
            biases: parts.biases,
            sums,
            factors: parts.factors,
        }
    }

    /// Number of values of an input row.
    #[cfg(all(feature = "bench", target_arch = "wasm32"))]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of values of an output row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Applies the layer to rows of `inputs` values; their number is a multiple of four.
    /// `results` is `(rows, outputs)`.
    #[inline(always)]
    pub fn apply<K: Kernel<S>>(&self, rows: &[f32], codes: &mut Codes<S>, results: &mut [f32]) {
        let steps = self.inputs / S::GROUP;
        let blocks = rows.len() / (ROWS * self.inputs);
        assert_eq!(rows.len(), blocks * ROWS * self.inputs);
        assert_eq!(results.len(), blocks * ROWS * self.outputs);
        let (codes, coding) = codes.fit(blocks, steps);
        let inputs = rows.chunks_exact(ROWS * self.inputs);
        for ((rows, codes), coding) in inputs.zip(codes.chunks_exact_mut(steps)).zip(&mut *coding) {
            let (a, rows) = rows.split_at(self.inputs);
            let (b, rows) = rows.split_at(self.inputs);
            let (c, d) = rows.split_at(self.inputs);
            *coding = S::quantise::<K::Floats>([a, b, c, d], &self.factors, codes);
        }
        // The outer loop is over panels: one panel stays in the first-level cache for all rows.
        for (panel, columns) in self.panels.chunks_exact(steps).enumerate() {
            let first = panel * COLUMNS;
            let out = Outputs::<K::Floats> {
                scales: lanes(&self.scales, first),
                biases: lanes(&self.biases, first),
                sums: lanes(&self.sums, first),
            };
            let results = results.chunks_exact_mut(ROWS * self.outputs);
            for ((codes, coding), results) in codes.chunks_exact(steps).zip(&*coding).zip(results) {
                let mut tile = Tile::default();
                K::multiply(codes, columns, &mut tile);
                for (row, sums) in tile.iter().enumerate() {
                    let at = row * self.outputs + first;
                    out.scale(sums, coding[row], &mut results[at..]);
                }
            }
        }
    }
}

/// Converts the integer sums of eight outputs into values.
#[derive(Clone, Copy)]
struct Outputs<F> {
    scales: F,
    biases: F,
    sums: F,
}

impl<F: Floats> Outputs<F> {
    #[inline(always)]
    fn scale(self, sums: &[i32; COLUMNS], row: Affine, results: &mut [f32]) {
        if let Some(results) = results.first_chunk_mut() {
            let base = F::splat(row.offset).mul(self.sums).add(self.biases);
            let scale = F::splat(row.scale).mul(self.scales);
            F::from_integers(sums).mul(scale).add(base).store(results);
        }
    }
}

#[inline(always)]
fn lanes<F: Floats>(values: &[f32], first: usize) -> F {
    F::load(values[first..].first_chunk().unwrap_or(&[0.0; COLUMNS]))
}

/// Buffer for the coded activations of a layer; it grows to the largest size and is kept.
pub struct Codes<S: Scheme> {
    steps: Vec<S::Rows>,
    coding: Vec<[Affine; ROWS]>,
}

impl<S: Scheme> Codes<S> {
    /// An empty buffer.
    pub fn new() -> Self {
        Codes {
            steps: Vec::new(),
            coding: Vec::new(),
        }
    }

    fn fit(&mut self, blocks: usize, steps: usize) -> (&mut [S::Rows], &mut [[Affine; ROWS]]) {
        let needed = blocks * steps;
        if self.steps.len() < needed {
            self.steps.resize(needed, S::NO_ROWS);
        }
        if self.coding.len() < blocks {
            self.coding.resize(blocks, Default::default());
        }
        (&mut self.steps[..needed], &mut self.coding[..blocks])
    }
}
