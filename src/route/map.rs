//! The clusters as a map for people, with the expected quality of each model in them.

use super::Placed;
use crate::cluster::layout;
use crate::pool::Pool;
use crate::router::Router;
use serde::Serialize;

/// A cluster on the map.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct MapCluster {
    /// Index of the cluster.
    pub id: usize,
    /// Its name: what people ask there, or distinctive words of its prompts.
    pub label: String,
    /// The field it belongs to; `null` for a router without fields.
    pub field: Option<String>,
    /// Prompts that lie in it; none for a router without fields.
    pub examples: Vec<String>,
    /// Share of the training prompts in it.
    pub share: f32,
    /// Place in the unit disk.
    pub at: [f64; 2],
}

/// Expected quality of one model in each cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ClusterQualities {
    /// The model's id.
    pub id: String,
    /// K expected qualities in [0, 1].
    pub qualities: Vec<f32>,
}

/// The map: where each cluster lies, how large it is, and how good each model is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ClusterMap {
    /// All clusters, by index.
    pub clusters: Vec<MapCluster>,
    /// All models of the pool, in its order.
    pub models: Vec<ClusterQualities>,
}

/// The places of a router's clusters. Making it takes some milliseconds, so make it once.
#[derive(Clone, Debug)]
pub struct Map {
    places: Vec<[f64; 2]>,
}

impl Map {
    /// Computes the places of a router's clusters.
    pub fn new(router: &Router) -> Self {
        Self {
            places: layout(router.clusters()),
        }
    }

    /// The map with the expected quality of each model of the pool in each cluster.
    pub fn with_pool(&self, router: &Router, pool: &Pool) -> ClusterMap {
        let clusters = router.clusters();
        let described = self
            .places
            .iter()
            .zip(clusters.names())
            .zip(clusters.shares());
        ClusterMap {
            clusters: described
                .enumerate()
                .map(|(id, ((at, label), share))| MapCluster {
                    id,
                    label: label.clone(),
                    field: router.field(id).map(str::to_owned),
                    examples: router.examples(id).to_vec(),
                    share: *share,
                    at: *at,
                })
                .collect(),
            models: pool
                .models()
                .iter()
                .map(|model| ClusterQualities {
                    id: model.id.clone(),
                    qualities: model
                        .profile
                        .mean
                        .iter()
                        .map(|e| (1.0 - e).clamp(0.0, 1.0))
                        .collect(),
                })
                .collect(),
        }
    }

    /// Where a prompt lies: the mean of the places, weighted by its membership.
    pub fn locate(&self, placed: &Placed) -> [f64; 2] {
        let weighted = |i: usize| {
            self.places
                .iter()
                .zip(&placed.membership)
                .map(|(p, w)| p[i] * f64::from(*w))
                .sum()
        };
        [weighted(0), weighted(1)]
    }
}
