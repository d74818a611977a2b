//! Distances between embeddings.

use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Squared distances from each row of `a` `(n, dim)` to each row of `b` `(m, dim)`, `(n, m)`.
pub(super) fn squared_distances(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Array2<f32> {
    let norms = |m: ArrayView2<f32>| {
        m.rows()
            .into_iter()
            .map(|r| r.dot(&r))
            .collect::<Array1<_>>()
    };
    let mut d = a.dot(&b.t()) * -2.0;
    d += &norms(a).insert_axis(Axis(1));
    d += &norms(b);
    d
}
