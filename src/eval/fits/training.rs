//! Fits to the training prompts and the seen models.

use std::sync::{Arc, OnceLock};

use ndarray::{Array2, ArrayView2};

use super::cluster_map::ClusterMap;
use super::memo::Memo;
use crate::cluster::{KMeans, KMeansParams, kmeans};
use crate::eval::trial::Training;
use crate::fit::{Fitted, fit_clusters, usual_clusters};

/// Iterations of K-means at most.
const MAX_ITERATIONS: usize = 50;

/// Fits to the training prompts and the seen models, whatever the labels are; each is made on first
/// use, then shared by methods and label budgets.
pub struct TrainingFits {
    training: Arc<Training>,
    clusterings: Memo<usize, KMeans>,
    /// By number of clusters and the rows that trained the map.
    maps: Memo<(usize, Vec<usize>), ClusterMap>,
    fitted: OnceLock<Option<Fitted>>,
}

impl TrainingFits {
    /// No fits yet.
    pub fn new(training: Arc<Training>) -> Self {
        Self {
            training,
            clusterings: Memo::default(),
            maps: Memo::default(),
            fitted: OnceLock::new(),
        }
    }

    /// What is fitted to.
    pub fn training(&self) -> &Arc<Training> {
        &self.training
    }

    /// K-means clusters of the training prompts; a single cluster if there are no `k`.
    pub fn kmeans(&self, k: usize) -> Arc<KMeans> {
        let points = &self.training.points;
        let params = KMeansParams {
            seed: self.training.seed,
            starts: 1,
            max_iterations: MAX_ITERATIONS,
            ..Default::default()
        };
        let find = || {
            kmeans(points.view(), k, &params).unwrap_or_else(|_| KMeans {
                centroids: Array2::zeros((1, points.ncols())),
                assignments: vec![0; points.nrows()],
                inertia: 0.0,
            })
        };
        self.clusterings.get(k, find)
    }

    /// The learned map that starts at the `k` clusters of [`TrainingFits::kmeans`], trained on the
    /// training prompts `rows`.
    pub(in crate::eval) fn cluster_map(&self, k: usize, rows: &[usize]) -> Arc<ClusterMap> {
        let train = || ClusterMap::train(&self.training, &self.kmeans(k), rows);
        self.maps.get((k, rows.to_vec()), train)
    }

    /// Soft clusters and prior of this crate, from the training prompts and the seen models; `None`
    /// if they cannot be fitted.
    pub fn fitted(&self) -> Option<&Fitted> {
        let fit = || self.fit(self.training.errors.view());
        self.fitted.get_or_init(fit).as_ref()
    }

    /// The same from the training prompts and these errors on them, `(n, models)`; not remembered.
    pub fn fit(&self, errors: ArrayView2<f32>) -> Option<Fitted> {
        let points = self.training.points.view();
        let found = self.kmeans(usual_clusters(points.nrows()));
        fit_clusters(points, errors, &found, self.training.seed).ok()
    }
}
