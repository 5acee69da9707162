//! Lists that are kept for some seconds, for whoever only wants to know that nothing has changed: Terraform
//! refreshes ten apps at a time, and a list is as good for the next ten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// About as long as AWS' own lists are behind.
const FRESH: Duration = Duration::from_secs(10);

/// The last list of each kind.
pub(super) struct Kept<Key, List>(Mutex<BTreeMap<Key, (Instant, Arc<List>)>>);

impl<Key: Ord, List> Kept<Key, List> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The list, if it is fresh.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<List>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(time, _)| time.elapsed() < FRESH).map(|(_, list)| list.clone())
    }

    /// Keeps a list that has just come.
    pub(super) fn put(&self, key: Key, list: List) -> Arc<List> {
        let list = Arc::new(list);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, (Instant::now(), list.clone()));
        list
    }
}
