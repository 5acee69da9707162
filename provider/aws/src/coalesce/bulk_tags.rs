//! Tags from the tagging service, for many objects of several services in one call.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::batcher::{Batcher, Found};
use super::kept::Kept;
use crate::{Error, ErrorKind, TaggedObjects, Tags};

/// AWS takes at most a hundred ARNs in a call.
const ARNS_PER_CALL: usize = 100;

/// Where tags may come from: nowhere, so that each service is asked for its own, or the tagging service.
#[derive(Clone, Default)]
pub(crate) struct BulkTags(Option<Listed>);

/// Tags that are asked for together, and kept for some seconds.
#[derive(Clone)]
struct Listed {
    together: Batcher<String, Tags>,
    kept: Arc<Kept<String, Tags>>,
    /// The last list of objects by their tags, which has most of what is asked for.
    list: Arc<Kept<(), TaggedObjects>>,
}

impl Listed {
    /// The tags of those of `arns` that the tagging service knows.
    async fn get(&self, arns: &[String]) -> Found<String, Tags> {
        let mut all = BTreeMap::new();
        let mut missing = Vec::new();
        let list = self.list.get(&());
        for arn in arns {
            if let Some(tags) = list.as_ref().and_then(|list| list.tags(arn)) {
                all.insert(arn.clone(), tags);
            } else if let Some(tags) = self.kept.get(arn) {
                all.insert(arn.clone(), tags.as_ref().clone());
            } else {
                missing.push(arn.clone());
            }
        }
        let found = self.together.get(&missing).await?;
        self.kept.put_all(found.iter().map(|(arn, tags)| (arn.clone(), Arc::new(tags.clone()))));
        all.extend(found);
        Ok(all)
    }
}

impl BulkTags {
    /// Tags that `by_arns` gets from the tagging service, as long as the credentials may ask it.
    pub(crate) fn new<Ask, Answer>(by_arns: Ask) -> Self
    where
        Ask: Fn(Vec<String>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Found<String, Tags>> + Send + 'static,
    {
        let state = Arc::new((by_arns, AtomicBool::new(false)));
        let together = Batcher::of(ARNS_PER_CALL, &state, |state, arns: Vec<String>| async move {
            let (by_arns, is_closed) = state.as_ref();
            // One object by itself takes one call either way, and its own service knows better.
            if arns.len() < 2 || is_closed.load(Ordering::Relaxed) {
                return Ok(BTreeMap::new());
            }
            match by_arns(arns).await {
                // A caller who may read what is its own need not be allowed to ask for all; endpoints that stand in
                // for AWS may not have the service.
                Err(error) if matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::Invalid) => {
                    tracing::debug!("tags are read one by one, since they cannot be listed: {error}");
                    is_closed.store(true, Ordering::Relaxed);
                    Ok(BTreeMap::new())
                }
                answer => answer,
            }
        });
        Self(Some(Listed { together, kept: Arc::default(), list: Arc::default() }))
    }

    /// Whether any object may be found here.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Keeps tags that the tagging service has just listed.
    pub(crate) fn keep(&self, listed: &Arc<TaggedObjects>) {
        if let Some(Listed { list, .. }) = &self.0 {
            list.put_all([((), listed.clone())]);
        }
    }

    /// The tags of one object: from here where they are here, else what `alone` reads from its own service.
    pub(crate) async fn of<Reading>(&self, arn: &str, alone: Reading) -> Result<Tags, Error>
    where
        Reading: Future<Output = Result<Tags, Error>>,
    {
        let Some(listed) = &self.0 else { return alone.await };
        // The tagging service names log groups without the `:*` that theirs puts behind.
        let arn = arn.trim_end_matches(":*").to_owned();
        match listed.get(std::slice::from_ref(&arn)).await?.remove(&arn) {
            Some(tags) => Ok(tags),
            None => alone.await,
        }
    }

    /// The tags of objects whose service describes many at once: from here where they are here, else from `service`.
    pub(crate) async fn of_all(
        &self,
        service: &Batcher<String, Tags>,
        arns: &[String],
    ) -> Found<String, Tags> {
        let Some(listed) = &self.0 else { return service.get(arns).await };
        let mut all = listed.get(arns).await?;
        let missing: Vec<String> = arns.iter().filter(|arn| !all.contains_key(*arn)).cloned().collect();
        all.extend(service.get(&missing).await?);
        Ok(all)
    }
}
