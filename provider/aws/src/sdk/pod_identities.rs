//! EKS Pod Identity associations on the SDK: when many of one cluster are looked up, the cluster is listed once.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_eks::types::PodIdentityAssociation;

use super::channel::PROPAGATION;
use super::clusters::Eks;
use super::failure::if_there;
use super::tags::{from_pairs, to_map};
use crate::coalesce::batcher::Batcher;
use crate::coalesce::kept::Answers;
use crate::coalesce::pod_identity_list::{Lists, Look, Place, looks};
use crate::coalesce::reads::Reads;
use crate::{
    Error, ErrorKind, NewPodIdentity, PodIdentities, PodIdentity, PodIdentityChange, PodIdentityReference,
    Service, Tags, batches,
};

impl Eks {
    /// The associations of a cluster, of one service account if it is given.
    async fn references(
        &self,
        cluster: &str,
        service_account: Option<(&str, &str)>,
    ) -> Result<Vec<PodIdentityReference>, Error> {
        let object = match service_account {
            Some((namespace, name)) => format!("{cluster}/{namespace}/{name}"),
            None => cluster.to_owned(),
        };
        let summaries = batches::pages(|page| {
            let request = self
                .client
                .list_pod_identity_associations()
                .cluster_name(cluster)
                .set_namespace(service_account.map(|(namespace, _)| namespace.to_owned()))
                .set_service_account(service_account.map(|(_, name)| name.to_owned()))
                .max_results(100)
                .set_next_token(page);
            let object = object.as_str();
            async move {
                let operation = "ListPodIdentityAssociations";
                let answer = self.call(operation, object, || request.clone().send()).await?;
                Ok((answer.associations.unwrap_or_default(), answer.next_token))
            }
        });
        let found = if_there(summaries.await)?.unwrap_or_default();
        let references = found.into_iter().map(|summary| PodIdentityReference {
            id: summary.association_id.unwrap_or_default(),
            arn: summary.association_arn.unwrap_or_default(),
            namespace: summary.namespace.unwrap_or_default(),
            service_account: summary.service_account.unwrap_or_default(),
        });
        Ok(references.collect())
    }

    async fn association(&self, cluster: &str, id: &str) -> Result<Option<PodIdentity>, Error> {
        let operation = "DescribePodIdentityAssociation";
        let object = format!("{cluster}/{id}");
        let request =
            self.client.describe_pod_identity_association().cluster_name(cluster).association_id(id);
        let answer = self.call(operation, &object, || request.clone().send()).await;
        if_there(answer)?.map(|answer| association(answer.association, operation, &object)).transpose()
    }
}

#[derive(Clone)]
pub(super) struct SdkPodIdentities {
    channel: Arc<Eks>,
    looks: Batcher<Place, Look>,
    lists: Lists,
    associations: Answers<(String, String), Option<PodIdentity>>,
}

impl SdkPodIdentities {
    pub(super) fn new(channel: Arc<Eks>) -> Self {
        let lists = Batcher::single(&channel, |channel, cluster: String| async move {
            Ok(Some(Arc::new(channel.references(&cluster, None).await?)))
        });
        let lists = Reads::new(lists);
        Self { channel, looks: looks(lists.clone()), lists, associations: Answers::exact() }
    }

    /// With answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        let lists = self.lists.refreshing();
        let associations = Answers::kept();
        Self { looks: looks(lists.clone()), lists, associations, channel: self.channel.clone() }
    }
}

#[async_trait]
impl PodIdentities for SdkPodIdentities {
    async fn create(&self, new: &NewPodIdentity) -> Result<PodIdentity, Error> {
        let operation = "CreatePodIdentityAssociation";
        let object = format!("{}/{}/{}", new.cluster, new.namespace, new.service_account);
        let request = self
            .channel
            .client
            .create_pod_identity_association()
            .cluster_name(&new.cluster)
            .namespace(&new.namespace)
            .service_account(&new.service_account)
            .role_arn(&new.role_arn)
            .set_target_role_arn(new.target_role_arn.clone())
            .set_disable_session_tags(new.disable_session_tags.then_some(true))
            .client_request_token(&new.client_request_token)
            .set_tags(to_map(&new.tags));
        let answer =
            self.channel.call_patiently(PROPAGATION, operation, &object, || request.clone().send()).await?;
        association(answer.association, operation, &object)
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
        let id = match self.looks.get_one(place).await? {
            None => return Ok(None),
            Some(Look::Id(id)) => id,
            Some(Look::Alone) => {
                let found = self.channel.references(cluster, Some((namespace, service_account))).await?;
                // The filter is AWS's, but an emulator may ignore it.
                let exact = found.into_iter().find(|reference| {
                    reference.namespace == namespace && reference.service_account == service_account
                });
                let Some(reference) = exact else { return Ok(None) };
                reference.id
            }
        };
        self.get(cluster, &id).await
    }

    async fn get(&self, cluster: &str, id: &str) -> Result<Option<PodIdentity>, Error> {
        let key = (cluster.to_owned(), id.to_owned());
        self.associations.read(key, self.channel.association(cluster, id)).await
    }

    async fn list(&self, cluster: &str) -> Result<Arc<Vec<PodIdentityReference>>, Error> {
        Ok(self.lists.one(cluster.to_owned()).await?.unwrap_or_default())
    }

    async fn update(
        &self,
        cluster: &str,
        id: &str,
        change: &PodIdentityChange,
    ) -> Result<PodIdentity, Error> {
        let operation = "UpdatePodIdentityAssociation";
        let object = format!("{cluster}/{id}");
        let request = self
            .channel
            .client
            .update_pod_identity_association()
            .cluster_name(cluster)
            .association_id(id)
            .role_arn(&change.role_arn)
            // AWS takes an empty text for "no target role", and leaves it as it is if nothing is said.
            .target_role_arn(change.target_role_arn.as_deref().unwrap_or_default())
            .disable_session_tags(change.disable_session_tags);
        let answer =
            self.channel.call_patiently(PROPAGATION, operation, &object, || request.clone().send()).await?;
        association(answer.association, operation, &object)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let request = self.channel.client.tag_resource().resource_arn(arn).set_tags(to_map(tags));
        self.channel.call("TagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request =
            self.channel.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, cluster: &str, id: &str) -> Result<(), Error> {
        let operation = "DeletePodIdentityAssociation";
        let request =
            self.channel.client.delete_pod_identity_association().cluster_name(cluster).association_id(id);
        let object = format!("{cluster}/{id}");
        if_there(self.channel.call(operation, &object, || request.clone().send()).await).map(drop)
    }
}

fn association(
    found: Option<PodIdentityAssociation>,
    operation: &'static str,
    object: &str,
) -> Result<PodIdentity, Error> {
    let found = found.ok_or_else(|| {
        let message = "AWS answered without the association";
        Error::new(ErrorKind::Other, Service::Eks, operation, object, message)
    })?;
    let tags = found.tags.unwrap_or_default();
    Ok(PodIdentity {
        id: found.association_id.unwrap_or_default(),
        arn: found.association_arn.unwrap_or_default(),
        cluster: found.cluster_name.unwrap_or_default(),
        namespace: found.namespace.unwrap_or_default(),
        service_account: found.service_account.unwrap_or_default(),
        role_arn: found.role_arn.unwrap_or_default(),
        target_role_arn: found.target_role_arn.filter(|arn| !arn.is_empty()),
        disable_session_tags: found.disable_session_tags.unwrap_or(false),
        external_id: found.external_id,
        owner_arn: found.owner_arn,
        tags: from_pairs(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
    })
}
