//! What a trial fits to its training prompts and seen language models, whatever the labels are.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock};

use super::methods::Map;
use crate::cluster::KMeans;
use crate::fit::Fitted;

/// Fitted when first asked for, then shared by methods and label budgets.
#[derive(Default)]
pub(crate) struct Fits {
    /// K-means clusters by their number.
    pub(crate) clusterings: Memo<usize, KMeans>,
    /// Learned maps by number of clusters and whether all prompts trained them.
    pub(crate) maps: Memo<(usize, bool), Map>,
    /// Our clusters and prior.
    pub(crate) router: OnceLock<Option<Fitted>>,
}

/// Values that are made once.
pub(crate) struct Memo<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Memo<K, V> {
    /// The value of `key`, made by `make` if there is none. The map is not locked meanwhile, as
    /// `make` may wait for other threads.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let found = self.0.lock().ok().and_then(|map| map.get(&key).cloned());
        found.unwrap_or_else(|| {
            let made = Arc::new(make());
            if let Ok(mut map) = self.0.lock() {
                map.insert(key, made.clone());
            }
            made
        })
    }
}
