//! Pod Identity associations: when many of one cluster are looked up, the cluster is listed once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::batcher::{Batcher, Found};
use super::reads::Reads;
use crate::PodIdentityReference;

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

impl Place {
    fn is_of(&self, reference: &PodIdentityReference) -> bool {
        self.namespace == reference.namespace && self.service_account == reference.service_account
    }
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
pub(crate) type Lists = Reads<String, Arc<Vec<PodIdentityReference>>>;

/// Looks for places in the lists of their clusters.
pub(crate) fn looks(lists: Lists) -> Batcher<Place, Look> {
    let clusters = Arc::new(Clusters { lists, sizes: Mutex::default() });
    Batcher::of(LOOKS_PER_BATCH, &clusters, |clusters, places: Vec<Place>| async move {
        clusters.look(places).await
    })
}

/// What is known of the clusters, to choose the cheaper way.
struct Clusters {
    lists: Lists,
    /// The number of associations of each cluster that was listed before.
    sizes: Mutex<BTreeMap<String, usize>>,
}

impl Clusters {
    /// Looks for all places, cluster by cluster.
    async fn look(&self, places: Vec<Place>) -> Found<Place, Look> {
        let mut by_cluster: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for place in places {
            by_cluster.entry(place.cluster.clone()).or_default().push(place);
        }
        let mut all = BTreeMap::new();
        for (cluster, places) in by_cluster {
            let listed = match self.lists.fresh(&cluster) {
                Some(listed) => listed.as_ref().clone().unwrap_or_default(),
                None if self.pages(&cluster) >= places.len() => {
                    all.extend(places.into_iter().map(|place| (place, Look::Alone)));
                    continue;
                }
                None => {
                    let listed = self.lists.one(cluster.clone()).await?.unwrap_or_default();
                    let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
                    sizes.insert(cluster, listed.len());
                    listed
                }
            };
            all.extend(places.into_iter().filter_map(|place| {
                let found = listed.iter().find(|reference| place.is_of(reference))?;
                Some((place, Look::Id(found.id.clone())))
            }));
        }
        Ok(all)
    }

    /// How many calls the list of a cluster takes.
    fn pages(&self, cluster: &str) -> usize {
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(cluster).copied().unwrap_or(0).div_ceil(ASSOCIATIONS_PER_PAGE).max(1)
    }
}
