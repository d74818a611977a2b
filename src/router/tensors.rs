//! The tensors of a router file: one list by which they are written and read.

use super::error::RouterError;
use super::meta::{Meta, PriorMeta};
use crate::benchmark::Benchmarks;
use crate::cluster::{Calibration, Clusters};
use crate::prior::Prior;
use half::f16;
use ndarray::{Array2, ArrayView2};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::borrow::Cow;

/// The tensors as they are in the file, not yet checked against each other.
#[derive(Default)]
pub(super) struct Tensors<'a> {
    /// Lower triangle by rows; empty without benchmarks.
    benchmark_effects: Numbers,
    /// Empty without benchmarks.
    benchmark_rows: Numbers,
    calibration_distance: Numbers,
    cluster_centroids: Numbers,
    cluster_shares: Numbers,
    pub(super) static_embedder: Option<Cow<'a, [u8]>>,
    /// Lower triangle by rows.
    prior_covariance: Numbers,
    prior_mean: Numbers,
}

/// A tensor of numbers.
#[derive(Default)]
struct Numbers {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// Where a tensor is kept in memory, and its type in the file.
enum Field<'t, 'a> {
    F32(&'t mut Numbers),
    /// Half precision for what fills the file: 11 bits are finer than the numbers are known.
    F16(&'t mut Numbers),
    /// The same where a file need not have it.
    OptionalF16(&'t mut Numbers),
    /// Bytes that a file need not have.
    Bytes(&'t mut Option<Cow<'a, [u8]>>),
}

/// One tensor ready to be written.
pub(super) struct Encoded<'a> {
    name: &'static str,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Tensors<'a> {
    /// Every tensor of a router file but its hash. A new tensor is a field and an entry here.
    fn list(&mut self) -> [(&'static str, Field<'_, 'a>); 8] {
        [
            (
                "benchmarks.effects",
                Field::OptionalF16(&mut self.benchmark_effects),
            ),
            (
                "benchmarks.rows",
                Field::OptionalF16(&mut self.benchmark_rows),
            ),
            (
                "calibration.distance",
                Field::F32(&mut self.calibration_distance),
            ),
            (
                "clusters.centroids",
                Field::F16(&mut self.cluster_centroids),
            ),
            ("clusters.shares", Field::F32(&mut self.cluster_shares)),
            ("embedder.static", Field::Bytes(&mut self.static_embedder)),
            ("prior.covariance", Field::F16(&mut self.prior_covariance)),
            ("prior.mean", Field::F32(&mut self.prior_mean)),
        ]
    }

    pub(super) fn of(
        clusters: &Clusters,
        calibration: &Calibration,
        prior: &Prior,
        benchmarks: &Benchmarks,
        static_embedder: Option<&'a [u8]>,
    ) -> Self {
        let rows = benchmarks.weights();
        Self {
            benchmark_effects: Numbers::vector(pack_symmetric(benchmarks.effects())),
            benchmark_rows: Numbers {
                shape: vec![rows.nrows(), rows.ncols()],
                values: rows.iter().map(|v| *v as f32).collect(),
            },
            calibration_distance: Numbers::vector(calibration.quantiles().iter().copied()),
            cluster_centroids: Numbers {
                shape: vec![clusters.len(), clusters.dim()],
                values: clusters.centroids().iter().copied().collect(),
            },
            cluster_shares: Numbers::vector(clusters.shares().iter().copied()),
            static_embedder: static_embedder.map(Cow::Borrowed),
            prior_covariance: Numbers::vector(pack_symmetric(prior.covariance())),
            prior_mean: Numbers::vector(prior.mean().iter().map(|v| *v as f32)),
        }
    }

    /// The tensors with their bytes, in the order of their names.
    pub(super) fn encode(mut self) -> Vec<Encoded<'a>> {
        let mut encoded: Vec<Encoded> = self
            .list()
            .into_iter()
            .filter_map(|(name, field)| Encoded::new(name, field))
            .collect();
        encoded.sort_by_key(|tensor| tensor.name);
        encoded
    }

    /// # Errors
    /// [`RouterError::Value`] for a tensor that is missing, of another type or not finite.
    pub(super) fn read(file: &SafeTensors<'a>) -> Result<Self, RouterError> {
        let mut tensors = Self::default();
        for (name, field) in tensors.list() {
            match field {
                Field::F32(numbers) | Field::F16(numbers) => *numbers = Numbers::read(file, name)?,
                Field::OptionalF16(numbers) => {
                    if file.names().contains(&name) {
                        *numbers = Numbers::read(file, name)?;
                    }
                }
                Field::Bytes(bytes) => {
                    *bytes = file.tensor(name).ok().map(|t| Cow::Borrowed(t.data()));
                }
            }
        }
        Ok(tensors)
    }

    pub(super) fn clusters(&mut self, meta: &Meta) -> Result<Clusters, RouterError> {
        let Numbers { shape, values } = std::mem::take(&mut self.cluster_centroids);
        let [k, d] = shape[..] else {
            return Err(value(
                "clusters.centroids",
                format!("shape {shape:?} is not (K, d)"),
            ));
        };
        let centroids = Array2::from_shape_vec((k, d), values)
            .map_err(|e| value("clusters.centroids", e.to_string()))?;
        let shares = std::mem::take(&mut self.cluster_shares.values);
        let names = meta.cluster_names.clone();
        Clusters::try_new(centroids, meta.temperature, shares, names)
            .map_err(|e| value("clusters", e.to_string()))
    }

    pub(super) fn calibration(&mut self) -> Result<Calibration, RouterError> {
        Calibration::try_new(std::mem::take(&mut self.calibration_distance.values))
            .map_err(|e| value("calibration.distance", e.to_string()))
    }

    /// The benchmarks over `k` clusters.
    pub(super) fn benchmarks(&mut self, meta: &Meta, k: usize) -> Result<Benchmarks, RouterError> {
        let list = meta.benchmarks.clone();
        if list.is_empty() {
            return Ok(Benchmarks::none(k));
        }
        let Numbers { shape, values } = std::mem::take(&mut self.benchmark_rows);
        let problem = |name, found: String| {
            value(
                name,
                format!("{found} for {} benchmarks, K = {k}", list.len()),
            )
        };
        let rows = Array2::from_shape_vec((list.len(), k), values)
            .map_err(|_| problem("benchmarks.rows", format!("shape {shape:?}")))?;
        let packed = &self.benchmark_effects.values;
        let effects = unpack_symmetric(packed, list.len())
            .ok_or_else(|| problem("benchmarks.effects", format!("{} values", packed.len())))?;
        let noise = meta.score_noise.unwrap_or_default();
        Benchmarks::try_new(list, rows.mapv(f64::from), effects, noise)
            .map_err(|e| value("benchmarks", e.to_string()))
    }

    /// The prior over `k` clusters.
    pub(super) fn prior(&self, meta: &PriorMeta, k: usize) -> Result<Prior, RouterError> {
        let packed = &self.prior_covariance.values;
        let covariance = unpack_symmetric(packed, k).ok_or_else(|| {
            value(
                "prior.covariance",
                format!("{} values for K = {k}", packed.len()),
            )
        })?;
        let mean = self.prior_mean.values.iter().map(|v| f64::from(*v));
        Prior::try_new(
            mean.collect(),
            covariance,
            meta.noise_ratio,
            meta.mean_error,
            meta.training_models,
        )
        .map_err(|e| value("prior", e.to_string()))
    }
}

impl Numbers {
    fn vector(values: impl Iterator<Item = f32>) -> Self {
        let values: Vec<f32> = values.collect();
        Self {
            shape: vec![values.len()],
            values,
        }
    }

    fn read(file: &SafeTensors, name: &str) -> Result<Self, RouterError> {
        let tensor = file.tensor(name).map_err(|e| value(name, e.to_string()))?;
        let values: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => tensor
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|c| f32::from_le_bytes(*c))
                .collect(),
            Dtype::F16 => tensor
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|c| f16::from_le_bytes(*c).to_f32())
                .collect(),
            other => {
                return Err(value(
                    name,
                    format!("type {other:?} where F32 or F16 is expected"),
                ));
            }
        };
        match values.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(value(name, format!("value {at} is not finite"))),
            None => Ok(Self {
                shape: tensor.shape().to_vec(),
                values,
            }),
        }
    }
}

impl<'a> Encoded<'a> {
    /// `None` for bytes that this router does not have.
    fn new(name: &'static str, field: Field<'_, 'a>) -> Option<Self> {
        let (dtype, shape, bytes) = match field {
            Field::F32(Numbers { shape, values }) => {
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                (Dtype::F32, std::mem::take(shape), Cow::Owned(bytes))
            }
            Field::OptionalF16(numbers) if numbers.values.is_empty() => return None,
            Field::F16(Numbers { shape, values })
            | Field::OptionalF16(Numbers { shape, values }) => {
                let halves = values.iter().map(|v| f16::from_f32(*v));
                let bytes = halves.flat_map(f16::to_le_bytes).collect();
                (Dtype::F16, std::mem::take(shape), Cow::Owned(bytes))
            }
            Field::Bytes(bytes) => {
                let bytes = bytes.take()?;
                (Dtype::U8, vec![bytes.len()], bytes)
            }
        };
        Some(Self {
            name,
            dtype,
            shape,
            bytes,
        })
    }

    /// Name and view of the tensor.
    pub(super) fn view(&self) -> Result<(&'static str, TensorView<'_>), RouterError> {
        match TensorView::new(self.dtype, self.shape.clone(), &self.bytes) {
            Ok(view) => Ok((self.name, view)),
            Err(e) => Err(RouterError::Format {
                problem: e.to_string(),
            }),
        }
    }
}

pub(super) fn value(name: &str, problem: String) -> RouterError {
    RouterError::Value {
        name: name.to_owned(),
        problem,
    }
}

/// Bits of a covariance's fraction that are not written: it is known to a few per cent, and zeros
/// compress well.
const UNWRITTEN_BITS: u32 = 13 + 3;

/// The lower triangle of a covariance by rows. The covariances of two different variables are rounded
/// to seven bits of fraction.
fn pack_symmetric(matrix: ArrayView2<'_, f64>) -> impl Iterator<Item = f32> {
    let entry = move |i: usize, j: usize| match i == j {
        true => matrix[[i, j]] as f32,
        false => rounded(matrix[[i, j]] as f32),
    };
    (0..matrix.nrows()).flat_map(move |i| (0..=i).map(move |j| entry(i, j)))
}

/// The number without its last bits, to the nearest.
fn rounded(value: f32) -> f32 {
    let half = 1 << (UNWRITTEN_BITS - 1);
    let rounded = (value.to_bits().saturating_add(half) >> UNWRITTEN_BITS) << UNWRITTEN_BITS;
    f32::from_bits(rounded)
}

fn unpack_symmetric(lower: &[f32], k: usize) -> Option<Array2<f64>> {
    if lower.len() != k * (k + 1) / 2 {
        return None;
    }
    Some(Array2::from_shape_fn((k, k), |(i, j)| {
        let (row, column) = (i.max(j), i.min(j));
        f64::from(lower[row * (row + 1) / 2 + column])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symmetric_matrix_is_packed_by_its_lower_triangle() {
        let matrix = ndarray::array![[1.0, 2.0, 4.0], [2.0, 3.0, 5.0], [4.0, 5.0, 6.0]];
        let packed: Vec<f32> = pack_symmetric(matrix.view()).collect();
        assert_eq!(packed, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(unpack_symmetric(&packed, 3), Some(matrix));
        assert_eq!(unpack_symmetric(&packed, 2), None);
    }

    #[test]
    fn rounding_changes_a_number_by_at_most_half_of_its_last_bit_and_only_once() {
        for value in [0.0, 1.0, -1.0, 0.012_345, -3.9e-4, 6.1e-5, 0.999_9] {
            let once = rounded(value);
            assert!(
                (once - value).abs() <= value.abs() / 256.0,
                "{value} {once}"
            );
            assert_eq!(rounded(once), once);
        }
    }
}
