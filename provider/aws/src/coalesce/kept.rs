//! Lists and other answers that are kept for some seconds, for callers that only want to know that nothing has changed: Terraform
//! refreshes ten apps at a time, and a list is as good for the next ten. An import is followed by a refresh, which reads the
//! same objects.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

/// About as long as AWS' own lists are behind.
const FRESH: Duration = Duration::from_secs(10);

/// The last list of each kind.
pub(crate) struct Kept<Key, List>(Mutex<BTreeMap<Key, (Instant, Arc<List>)>>);

impl<Key, List> Default for Kept<Key, List> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Key: Ord, List> Kept<Key, List> {
    /// The list, if it is fresh. One that is not is dropped, so that it takes no memory while the next one comes.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<List>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (time, list) = kept.get(key)?;
        if time.elapsed() < FRESH {
            return Some(list.clone());
        }
        kept.remove(key);
        None
    }

    /// Keeps a list that has just come.
    pub(crate) fn put(&self, key: Key, list: List) -> Arc<List> {
        let list = Arc::new(list);
        self.put_all([(key, list.clone())]);
        list
    }

    /// Keeps lists that have just come.
    pub(crate) fn put_all(&self, lists: impl IntoIterator<Item = (Key, Arc<List>)>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        kept.retain(|_, (time, _)| now.duration_since(*time) < FRESH);
        kept.extend(lists.into_iter().map(|(key, list)| (key, (now, list))));
    }
}

/// The answers of one operation: kept where being some seconds behind does no harm, else asked for each time.
pub(crate) struct Answers<Key, Answer>(Option<Arc<Kept<Key, Answer>>>);

/// Another handle of the same answers.
impl<Key, Answer> Clone for Answers<Key, Answer> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Key: Ord, Answer: Clone> Answers<Key, Answer> {
    /// Keeps none.
    pub(crate) fn exact() -> Self {
        Self(None)
    }

    /// Keeps each for some seconds.
    pub(crate) fn kept() -> Self {
        Self(Some(Arc::new(Kept::default())))
    }

    /// The answer for `key`, if one is fresh.
    pub(crate) fn fresh(&self, key: &Key) -> Option<Arc<Answer>> {
        self.0.as_ref()?.get(key)
    }

    /// Keeps an answer that another question has given.
    pub(crate) fn keep(&self, key: Key, answer: Answer) {
        if let Some(kept) = &self.0 {
            kept.put(key, answer);
        }
    }

    /// The answer for `key`: one that is fresh, or what `read` gives.
    pub(crate) async fn read<Reading>(&self, key: Key, read: Reading) -> Result<Answer, Error>
    where
        Reading: Future<Output = Result<Answer, Error>>,
    {
        let Some(kept) = &self.0 else { return read.await };
        if let Some(answer) = kept.get(&key) {
            return Ok(answer.as_ref().clone());
        }
        Ok(kept.put(key, read.await?).as_ref().clone())
    }
}
