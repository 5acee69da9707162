//! Pod Identity associations: when many of one cluster are looked up, the cluster is listed once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::{Answers, Kept};
use crate::{
    Error, NewPodIdentity, PodIdentities, PodIdentity, PodIdentityChange, PodIdentityReference, Tags,
};

/// AWS lists at most a hundred associations in a call.
const ASSOCIATIONS_PER_PAGE: usize = 100;

/// As many as may wait at the same time: the list has no bound of its own.
const LOOKS_PER_BATCH: usize = usize::MAX;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn PodIdentities>,
    looks: Batcher<Place, Look>,
    together: Batcher<String, Vec<PodIdentityReference>>,
    lists: Answers<String, Vec<PodIdentityReference>>,
    associations: Answers<(String, String), Option<PodIdentity>>,
}

/// Where an association can be: AWS allows one for each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    cluster: String,
    namespace: String,
    service_account: String,
}

/// The entry of a cluster's list for a place; a place that is not in it has no association.
#[derive(Clone)]
enum Look {
    /// There is one of this id; only its description names the role.
    Id(String),
    /// The list was not asked for, since it would have cost more than it saves.
    Alone,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn PodIdentities>) -> Self {
        let looks = looks(&inner, None);
        let together = Batcher::of(1, &inner, |inner, clusters: Vec<String>| async move {
            let mut all = BTreeMap::new();
            for cluster in clusters {
                let found = inner.list(&cluster).await?;
                all.insert(cluster, found);
            }
            Ok(all)
        });
        Self { inner, looks, together, lists: Answers::exact(), associations: Answers::exact() }
    }

    /// The same from answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self {
            looks: looks(&self.inner, Some(Kept::new())),
            lists: Answers::kept(),
            associations: Answers::kept(),
            ..self.clone()
        }
    }
}

/// The lists of clusters, by name.
type Lists = Kept<String, Vec<PodIdentityReference>>;

fn looks(inner: &Arc<dyn PodIdentities>, kept: Option<Lists>) -> Batcher<Place, Look> {
    let known = Arc::new((Mutex::new(BTreeMap::new()), kept));
    Batcher::of(LOOKS_PER_BATCH, inner, move |inner, places: Vec<Place>| {
        let known = known.clone();
        async move { look(inner.as_ref(), &known.0, known.1.as_ref(), places).await }
    })
}

/// Looks for all places, cluster by cluster. `sizes` has the number of associations of each cluster that was
/// listed before, to choose the cheaper way.
async fn look(
    inner: &dyn PodIdentities,
    sizes: &Mutex<BTreeMap<String, usize>>,
    kept: Option<&Lists>,
    places: Vec<Place>,
) -> Result<BTreeMap<Place, Look>, Error> {
    let mut by_cluster: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for place in places {
        by_cluster.entry(place.cluster.clone()).or_default().push(place);
    }
    let mut all = BTreeMap::new();
    for (cluster, places) in by_cluster {
        if let Some(listed) = kept.and_then(|kept| kept.get(&cluster)) {
            all.extend(listed.iter().map(|found| found_at(&cluster, found)));
            continue;
        }
        let size = sizes.lock().unwrap_or_else(PoisonError::into_inner).get(&cluster).copied().unwrap_or(0);
        if size.div_ceil(ASSOCIATIONS_PER_PAGE).max(1) >= places.len() {
            all.extend(places.into_iter().map(|place| (place, Look::Alone)));
            continue;
        }
        let listed = inner.list(&cluster).await?;
        sizes.lock().unwrap_or_else(PoisonError::into_inner).insert(cluster.clone(), listed.len());
        all.extend(listed.iter().map(|found| found_at(&cluster, found)));
        if let Some(kept) = kept {
            kept.put(cluster, listed);
        }
    }
    Ok(all)
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

#[async_trait]
impl PodIdentities for Coalesced {
    async fn create(&self, association: &NewPodIdentity) -> Result<PodIdentity, Error> {
        self.inner.create(association).await
    }

    async fn find(
        &self,
        cluster: &str,
        namespace: &str,
        service_account: &str,
    ) -> Result<Option<PodIdentity>, Error> {
        let place = Place {
            cluster: cluster.to_owned(),
            namespace: namespace.to_owned(),
            service_account: service_account.to_owned(),
        };
        match self.looks.get_one(place).await? {
            Some(Look::Id(id)) => self.get(cluster, &id).await,
            Some(Look::Alone) => self.inner.find(cluster, namespace, service_account).await,
            None => Ok(None),
        }
    }

    async fn get(&self, cluster: &str, id: &str) -> Result<Option<PodIdentity>, Error> {
        let key = (cluster.to_owned(), id.to_owned());
        self.associations.read(key, self.inner.get(cluster, id)).await
    }

    async fn list(&self, cluster: &str) -> Result<Vec<PodIdentityReference>, Error> {
        let together = async { Ok(self.together.get_one(cluster.to_owned()).await?.unwrap_or_default()) };
        self.lists.read(cluster.to_owned(), together).await
    }

    async fn update(
        &self,
        cluster: &str,
        id: &str,
        change: &PodIdentityChange,
    ) -> Result<PodIdentity, Error> {
        self.inner.update(cluster, id, change).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(arn, keys).await
    }

    async fn delete(&self, cluster: &str, id: &str) -> Result<(), Error> {
        self.inner.delete(cluster, id).await
    }
}
