//! The float parts: exponential, GELU, layer norm.

use super::floats::{Floats, LANES, ROUNDER};

/// Minimum and maximum product of two slices, element by element; (∞, −∞) when they are empty.
#[inline(always)]
pub fn range_of_products<F: Floats>(values: &[f32], factors: &[f32]) -> (f32, f32) {
    let mut least = F::splat(f32::INFINITY);
    let mut greatest = F::splat(f32::NEG_INFINITY);
    let factors = factors.as_chunks().0;
    for (values, factors) in values.as_chunks().0.iter().zip(factors) {
        let product = F::load(values).mul(F::load(factors));
        least = product.lesser(least);
        greatest = product.greater(greatest);
    }
    let least = least.lanes().into_iter().fold(f32::INFINITY, f32::min);
    (
        least,
        greatest
            .lanes()
            .into_iter()
            .fold(f32::NEG_INFINITY, f32::max),
    )
}

/// 2ˣ for x ≤ 0, relative error below 4·10⁻⁶; values below 2⁻¹²⁶ give 2⁻¹²⁶.
#[inline(always)]
pub fn exp2_of_negative<F: Floats>(x: F) -> F {
    let x = x.greater(F::splat(-126.0));
    let rounded = x.add(F::splat(ROUNDER));
    let rest = x.sub(rounded.sub(F::splat(ROUNDER)));
    let series = polynomial(
        rest,
        [9.582_853e-3, 5.590_643e-2, 2.402_41e-1, 6.931_242e-1, 1.0],
    );
    series.mul(rounded.power_of_two())
}

/// The Gaussian error linear unit x·Φ(x), in place.
///
/// Φ(x) − ½ is an odd polynomial of degree 13 on [−4, 4] and constant beyond: minimax fit of the
/// product, absolute error below 2·10⁻⁴, a tenth of what quantising the result adds.
#[inline(always)]
pub fn gelu<F: Floats>(values: &mut [f32]) {
    const ODD: [f32; 7] = [
        2.278_033_4e-8,
        -1.598_542e-6,
        4.795_423e-5,
        -8.140_02e-4,
        8.772_317e-3,
        -6.457_294e-2,
        3.978_832e-1,
    ];
    for values in values.as_chunks_mut().0 {
        let x = F::load(values);
        let near = x.greater(F::splat(-4.0)).lesser(F::splat(4.0));
        let odd = polynomial(near.mul(near), ODD);
        x.mul(near.mul(odd).add(F::splat(0.5))).store(values);
    }
}

/// Horner's rule, highest power first.
#[inline(always)]
fn polynomial<F: Floats, const N: usize>(x: F, coefficients: [f32; N]) -> F {
    let mut sum = F::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = sum.mul(x).add(F::splat(coefficient));
    }
    sum
}

/// Gain and bias of a layer norm, each of the model's width.
#[derive(Clone, Debug)]
pub struct Norm {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
}

/// `layer_norm_eps` of the model.
const EPSILON: f32 = 1e-12;

impl Norm {
    /// `x ← norm(x + addend)`, a row.
    #[inline(always)]
    pub fn add_and_apply<F: Floats>(&self, x: &mut [f32], addend: &[f32]) {
        let x = x.as_chunks_mut::<LANES>().0;
        let mut sum = F::splat(0.0);
        for (x, addend) in x.iter_mut().zip(addend.as_chunks().0) {
            let value = F::load(x).add(F::load(addend));
            value.store(x);
            sum = sum.add(value);
        }
        let width = self.gain.len() as f32;
        let mean = F::splat(sum.sum() / width);
        let mut squares = F::splat(0.0);
        for x in &*x {
            let centred = F::load(x).sub(mean);
            squares = squares.add(centred.mul(centred));
        }
        let scale = F::splat(1.0 / (squares.sum() / width + EPSILON).sqrt());
        let (gain, bias) = (self.gain.as_chunks().0, self.bias.as_chunks().0);
        for ((x, gain), bias) in x.iter_mut().zip(gain).zip(bias) {
            let value = F::load(x).sub(mean).mul(scale);
            value.mul(F::load(gain)).add(F::load(bias)).store(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Eight = [f32; LANES];

    #[test]
    fn powers_of_two_are_exact_to_six_digits() {
        for i in 0..10_000 {
            let x = -(i as f32) * 0.0126;
            let expected = f64::from(x).exp2();
            let found = f64::from(exp2_of_negative::<Eight>([x; LANES])[3]);
            assert!((found / expected - 1.0).abs() < 4e-6, "2^{x}: {found}");
        }
        let far = exp2_of_negative::<Eight>([-1e9; LANES])[0];
        assert!(far > 0.0 && far < 1e-37);
    }

    #[test]
    fn gelu_follows_its_definition_and_its_tails() {
        // x·Φ(x) from tables of the normal distribution.
        let known = [
            (0.0, 0.0),
            (1.0, 0.841_345),
            (-1.0, -0.158_655),
            (2.0, 1.954_5),
            (-3.0, -0.004_05),
        ];
        for (x, expected) in known {
            let mut values = [x; LANES];
            gelu::<Eight>(&mut values);
            assert!(
                (values[0] - expected).abs() < 2e-4,
                "gelu({x}) = {}",
                values[0]
            );
        }
        let mut far = [60.0, -60.0, 9.0, -9.0, 5.0, -5.0, 4.5, -4.5];
        gelu::<Eight>(&mut far);
        for (found, expected) in far.iter().zip([60.0, 0.0, 9.0, 0.0, 5.0, 0.0, 4.5, 0.0]) {
            assert!((found - expected).abs() < 2e-3, "{found} {expected}");
        }
    }

    #[test]
    fn a_normed_row_has_the_norms_mean_and_spread() {
        let norm = Norm {
            gain: vec![2.0; 32],
            bias: vec![1.0; 32],
        };
        let mut x: Vec<f32> = (0..32).map(|i| (i * i) as f32).collect();
        norm.add_and_apply::<Eight>(&mut x, &[3.0; 32]);
        let mean = x.iter().sum::<f32>() / 32.0;
        let spread = x.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 32.0;
        assert!(
            (mean - 1.0).abs() < 1e-5 && (spread - 4.0).abs() < 1e-3,
            "{mean} {spread}"
        );
    }
}
