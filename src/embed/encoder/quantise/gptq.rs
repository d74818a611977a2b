//! Rounding with compensation of its errors (GPTQ, arXiv 2210.17323).

use crate::parallel;

/// Statistics of the input rows of a layer: largest magnitudes and sums of products of inputs.
#[derive(Default)]
pub struct Correlation {
    magnitudes: Vec<f32>,
    /// `(inputs, inputs)`
    products: Vec<f32>,
}

impl Correlation {
    /// Adds rows of `width` inputs.
    pub fn add(&mut self, rows: &[f32], width: usize) {
        self.magnitudes.resize(width, 0.0);
        self.products.resize(width * width, 0.0);
        for row in rows.chunks_exact(width) {
            for (magnitude, value) in self.magnitudes.iter_mut().zip(row) {
                *magnitude = magnitude.max(value.abs());
            }
            for (products, &a) in self.products.chunks_exact_mut(width).zip(row) {
                for (product, b) in products.iter_mut().zip(row) {
                    *product += a * b;
                }
            }
        }
    }

    /// Largest magnitude of each input.
    pub fn magnitudes(&self) -> &[f32] {
        &self.magnitudes
    }

    /// Share of an input's rounding error that each later input compensates, when every input is
    /// multiplied by its factor: `U` with `UᵀU` the inverse of the damped correlation.
    pub fn compensation(&self, factors: &[f32]) -> Upper {
        let n = factors.len();
        let mut matrix: Vec<f64> = self.products.iter().map(|&p| p.into()).collect();
        for (row, a) in matrix.chunks_exact_mut(n).zip(factors) {
            for (value, b) in row.iter_mut().zip(factors) {
                *value *= f64::from(a * b);
            }
        }
        let trace: f64 = (0..n).map(|i| matrix[i * n + i]).sum();
        let damping = (DAMPING * trace / n as f64).max(1e-12);
        (0..n).for_each(|i| matrix[i * n + i] += damping);
        Upper::factor(matrix, n).inverse()
    }
}

/// Share of the mean diagonal that is added to the diagonal, as in the paper.
const DAMPING: f64 = 0.01;

/// An upper triangular matrix.
pub struct Upper {
    n: usize,
    values: Vec<f64>,
}

impl Upper {
    /// `R` with `R·Rᵀ` the given matrix, symmetric and positive definite.
    fn factor(mut matrix: Vec<f64>, n: usize) -> Self {
        for j in (0..n).rev() {
            let (above, rest) = matrix.split_at_mut(j * n);
            let row = &mut rest[..n];
            let pivot = (row[j] - dot(&row[j + 1..], &row[j + 1..]))
                .max(f64::MIN_POSITIVE)
                .sqrt();
            row[j] = pivot;
            row[..j].fill(0.0);
            for other in above.chunks_exact_mut(n) {
                other[j] = (other[j] - dot(&other[j + 1..], &row[j + 1..])) / pivot;
            }
        }
        Upper { n, values: matrix }
    }

    fn inverse(mut self) -> Self {
        let n = self.n;
        let mut inverse = vec![0.0; n * n];
        for i in (0..n).rev() {
            let row = &mut self.values[i * n..][..n];
            let (above, below) = inverse.split_at_mut((i + 1) * n);
            let result = &mut above[i * n..];
            let pivot = row[i];
            result[i] = 1.0 / pivot;
            for (k, below) in below.chunks_exact(n).enumerate() {
                let factor = row[i + 1 + k] / pivot;
                for (result, value) in result[i + 1 + k..].iter_mut().zip(&below[i + 1 + k..]) {
                    *result -= factor * value;
                }
            }
        }
        Upper { n, values: inverse }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n..][..self.n]
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_left), (b, b_left)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let left: f64 = a_left.iter().zip(b_left).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + left
}

/// The nearest code of a value in units of its scale.
pub fn code(value: f32) -> i8 {
    value.round_ties_even().clamp(-127.0, 127.0) as i8
}

/// Codes of weights `(outputs, inputs)`, each output with its scale.
pub fn round(weights: &[f32], scales: &[f32], compensation: &Upper) -> Vec<u8> {
    let inputs = compensation.n;
    let rows = parallel::map(scales.len(), |output| {
        let scale = f64::from(scales[output]);
        let mut row: Vec<f64> = weights[output * inputs..][..inputs]
            .iter()
            .map(|&w| w.into())
            .collect();
        let mut codes = Vec::with_capacity(inputs);
        for input in 0..inputs {
            let rounded = code((row[input] / scale) as f32);
            codes.push(rounded as u8);
            let compensation = &compensation.row(input)[input..];
            let error = (row[input] - f64::from(rounded) * scale) / compensation[0];
            for (weight, share) in row[input..].iter_mut().zip(compensation) {
                *weight -= error * share;
            }
        }
        codes
    });
    rows.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: &mut u32) -> f32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*seed >> 8) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Rows whose inputs all follow a few common causes.
    fn correlated_rows(rows: usize, width: usize) -> Vec<f32> {
        let mut seed = 7;
        let causes: Vec<f32> = (0..4 * width).map(|_| noise(&mut seed)).collect();
        let mut values = Vec::new();
        for _ in 0..rows {
            let strength: [f32; 4] = std::array::from_fn(|_| noise(&mut seed));
            values.extend((0..width).map(|i| {
                let common: f32 = (0..4).map(|c| strength[c] * causes[c * width + i]).sum();
                common + 0.1 * noise(&mut seed)
            }));
        }
        values
    }

    #[test]
    fn the_factors_multiply_back() {
        let rows = correlated_rows(100, 16);
        let mut correlation = Correlation::default();
        correlation.add(&rows, 16);
        let upper = correlation.compensation(&[1.0; 16]);
        // (UᵀU)⁻¹ is the correlation, so U·C·Uᵀ is the identity except for the damping.
        let c = |i: usize, j: usize| f64::from(correlation.products[i * 16 + j]);
        for i in 0..16 {
            let quadratic: f64 = (0..16)
                .flat_map(|a| (0..16).map(move |b| (a, b)))
                .map(|(a, b)| upper.row(i)[a] * c(a, b) * upper.row(i)[b])
                .sum();
            assert!(quadratic > 0.0 && quadratic < 1.001, "{i}: {quadratic}");
        }
    }

    #[test]
    fn rounding_with_compensation_errs_less_on_what_was_seen() {
        let (width, outputs) = (32, 8);
        let rows = correlated_rows(400, width);
        let mut seed = 3;
        let weights: Vec<f32> = (0..outputs * width).map(|_| noise(&mut seed)).collect();
        let scales = vec![0.1; outputs];
        let mut correlation = Correlation::default();
        correlation.add(&rows, width);
        let factors = vec![1.0; width];
        let error = |codes: &[u8]| -> f32 {
            let mut error = 0.0;
            for row in rows.chunks_exact(width) {
                for output in 0..outputs {
                    let difference: f32 = (0..width)
                        .map(|i| {
                            let at = output * width + i;
                            row[i] * (weights[at] - f32::from(codes[at] as i8) * 0.1)
                        })
                        .sum();
                    error += difference * difference;
                }
            }
            error
        };
        let plain: Vec<u8> = weights.iter().map(|w| code(w / 0.1) as u8).collect();
        let compensated = round(&weights, &scales, &correlation.compensation(&factors));
        assert!(
            error(&compensated) < 0.3 * error(&plain),
            "{} {}",
            error(&compensated),
            error(&plain)
        );
    }
}
