//! Pod Identity associations: when many of one cluster are looked up, the cluster is listed once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use super::batcher::{Batcher, Found};
use super::kept::Kept;
use crate::{Error, PodIdentityReference};

/// AWS lists at most a hundred associations in a call.
const ASSOCIATIONS_PER_PAGE: usize = 100;

/// As many as may wait at the same time: the list has no bound of its own.
const LOOKS_PER_BATCH: usize = usize::MAX;

/// Where an association can be: AWS allows one for each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) cluster: String,
    pub(crate) namespace: String,
    pub(crate) service_account: String,
}

/// The entry of a cluster's list for a place; a place that is not in it has no association.
#[derive(Clone)]
pub(crate) enum Look {
    /// There is one of this id; only its description names the role.
    Id(String),
    /// The list was not asked for, since it would have cost more than it saves.
    Alone,
}

/// The lists of clusters, by name.
pub(crate) type Lists = Kept<String, Vec<PodIdentityReference>>;

/// Looks for places in what `list` gives for their clusters. `kept` has lists that are still good.
pub(crate) fn looks<List, Answer>(list: List, kept: Option<Lists>) -> Batcher<Place, Look>
where
    List: Fn(String) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Vec<PodIdentityReference>, Error>> + Send + 'static,
{
    let clusters = Arc::new(Clusters { list, kept, sizes: Mutex::default() });
    Batcher::of(LOOKS_PER_BATCH, &clusters, |clusters, places: Vec<Place>| async move {
        clusters.look(places).await
    })
}

/// What is known of the clusters, to choose the cheaper way.
struct Clusters<List> {
    list: List,
    kept: Option<Lists>,
    /// The number of associations of each cluster that was listed before.
    sizes: Mutex<BTreeMap<String, usize>>,
}

impl<List, Answer> Clusters<List>
where
    List: Fn(String) -> Answer,
    Answer: Future<Output = Result<Vec<PodIdentityReference>, Error>>,
{
    /// Looks for all places, cluster by cluster.
    async fn look(&self, places: Vec<Place>) -> Found<Place, Look> {
        let mut by_cluster: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for place in places {
            by_cluster.entry(place.cluster.clone()).or_default().push(place);
        }
        let mut all = BTreeMap::new();
        for (cluster, places) in by_cluster {
            if let Some(listed) = self.kept.as_ref().and_then(|kept| kept.get(&cluster)) {
                all.extend(listed.iter().map(|found| found_at(&cluster, found)));
                continue;
            }
            if self.pages(&cluster) >= places.len() {
                all.extend(places.into_iter().map(|place| (place, Look::Alone)));
                continue;
            }
            let listed = (self.list)(cluster.clone()).await?;
            self.sizes.lock().unwrap_or_else(PoisonError::into_inner).insert(cluster.clone(), listed.len());
            all.extend(listed.iter().map(|found| found_at(&cluster, found)));
            if let Some(kept) = &self.kept {
                kept.put(cluster, listed);
            }
        }
        Ok(all)
    }

    /// How many calls the list of a cluster takes.
    fn pages(&self, cluster: &str) -> usize {
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(cluster).copied().unwrap_or(0).div_ceil(ASSOCIATIONS_PER_PAGE).max(1)
    }
}

fn found_at(cluster: &str, found: &PodIdentityReference) -> (Place, Look) {
    let PodIdentityReference { id, namespace, service_account, .. } = found;
    let place = Place {
        cluster: cluster.to_owned(),
        namespace: namespace.clone(),
        service_account: service_account.clone(),
    };
    (place, Look::Id(id.clone()))
}
