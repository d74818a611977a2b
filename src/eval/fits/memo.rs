//! Values that are made once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

/// Values by their key, made on first use.
pub(super) struct Memo<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Memo<K, V> {
    /// The value of `key`, made by `make` if there is none. The map is not locked meanwhile, as
    /// `make` may wait for other threads.
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
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
