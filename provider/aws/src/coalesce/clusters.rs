//! EKS clusters: those who ask at the same time share an answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::Answers;
use crate::{Cluster, Clusters, Error};

/// AWS describes one cluster in a call.
const CLUSTERS_PER_CALL: usize = 1;

#[derive(Clone)]
pub(super) struct Coalesced {
    by_name: Batcher<String, Cluster>,
    clusters: Answers<String, Option<Cluster>>,
    together: Batcher<(), Vec<String>>,
    names: Answers<(), Vec<String>>,
}

impl Coalesced {
    pub(super) fn new(inner: &Arc<dyn Clusters>) -> Self {
        let by_name = Batcher::of(CLUSTERS_PER_CALL, inner, |clusters, names: Vec<String>| async move {
            let mut all = BTreeMap::new();
            for name in names {
                if let Some(found) = clusters.describe(&name).await? {
                    all.insert(name, found);
                }
            }
            Ok(all)
        });
        let together =
            Batcher::of(
                1,
                inner,
                |clusters, _| async move { Ok(BTreeMap::from([((), clusters.list().await?)])) },
            );
        Self { by_name, clusters: Answers::exact(), together, names: Answers::exact() }
    }

    /// The same from answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self { clusters: Answers::kept(), names: Answers::kept(), ..self.clone() }
    }
}

#[async_trait]
impl Clusters for Coalesced {
    async fn describe(&self, name: &str) -> Result<Option<Cluster>, Error> {
        self.clusters.read(name.to_owned(), self.by_name.get_one(name.to_owned())).await
    }

    async fn list(&self) -> Result<Vec<String>, Error> {
        let together = async { Ok(self.together.get_one(()).await?.unwrap_or_default()) };
        self.names.read((), together).await
    }
}
