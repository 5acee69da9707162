//! Reads of one kind: in batches, and for a refresh from answers that are kept for some seconds.

use std::sync::Arc;

use super::batcher::Batcher;
use super::kept::Answers;
use crate::Error;

/// Reads of values by key.
pub(crate) struct Reads<Key, Value> {
    batches: Batcher<Key, Value>,
    answers: Answers<Key, Option<Value>>,
}

/// Another handle of the same reads.
impl<Key, Value> Clone for Reads<Key, Value> {
    fn clone(&self) -> Self {
        Self { batches: self.batches.clone(), answers: self.answers.clone() }
    }
}

impl<Key, Value> Reads<Key, Value>
where
    Key: Clone + Ord + Send + Sync + 'static,
    Value: Clone + Send + Sync + 'static,
{
    /// Each read is part of a batch.
    pub(crate) fn new(batches: Batcher<Key, Value>) -> Self {
        Self { batches, answers: Answers::exact() }
    }

    /// These batches, with answers that are kept for some seconds.
    pub(crate) fn refreshing(&self) -> Self {
        Self { batches: self.batches.clone(), answers: Answers::kept() }
    }

    /// Returns the kept answer for `key`, if it is fresh. `None` inside the `Arc` means that AWS does not have the value.
    pub(crate) fn fresh(&self, key: &Key) -> Option<Arc<Option<Value>>> {
        self.answers.fresh(key)
    }

    /// The value of one key.
    pub(crate) async fn one(&self, key: Key) -> Result<Option<Value>, Error> {
        self.answers.read(key.clone(), self.batches.get_one(key)).await
    }

    /// The values that are found under these keys.
    pub(crate) async fn all(&self, keys: &[Key]) -> Result<Vec<Value>, Error> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for key in keys {
            match self.answers.fresh(key) {
                Some(value) => found.extend(value.as_ref().clone()),
                None => missing.push(key.clone()),
            }
        }
        let mut read = self.batches.get(&missing).await?;
        for key in missing {
            let value = read.remove(&key);
            self.answers.keep(key, value.clone());
            found.extend(value);
        }
        Ok(found)
    }
}
