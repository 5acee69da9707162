//! Pod Identity associations of the AWS in memory.

use std::sync::Arc;

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::{State, World, arn};
use crate::{
    Error, NewPodIdentity, PodIdentities, PodIdentity, PodIdentityChange, PodIdentityReference, Service, Tags,
};

const INVALID: &str = "InvalidParameterException";

fn check_role(state: &State, role_arn: &str) -> Result<(), Refusal> {
    if state.roles.values().any(|role| role.arn == role_arn) {
        return Ok(());
    }
    Err(Refusal::invalid(INVALID, "Role provided in the request does not exist."))
}

fn find<'a>(state: &'a mut State, cluster: &str, id: &str) -> Option<&'a mut PodIdentity> {
    state
        .pod_identities
        .values_mut()
        .map(|(_, association)| association)
        .find(|association| association.cluster == cluster && association.id == id)
}

fn by_arn<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut PodIdentity, Refusal> {
    state.pod_identities.get_mut(arn).map(|(_, association)| association).ok_or_else(|| missing(arn))
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found("ResourceNotFoundException", &format!("association {id}"))
}

#[async_trait]
impl PodIdentities for World {
    async fn create(&self, new: &NewPodIdentity) -> Result<PodIdentity, Error> {
        self.call(Service::Eks, "CreatePodIdentityAssociation", &object(new), |state| {
            if !state.clusters.contains_key(&new.cluster) {
                let what = format!("cluster {}", new.cluster);
                return Err(Refusal::not_found("ResourceNotFoundException", &what));
            }
            let same_token =
                state.pod_identities.values().find(|(token, _)| *token == new.client_request_token);
            if let Some((_, association)) = same_token {
                return Ok(association.clone());
            }
            let taken =
                state.pod_identities.values().map(|(_, association)| association).find(|association| {
                    association.cluster == new.cluster
                        && association.namespace == new.namespace
                        && association.service_account == new.service_account
                });
            if let Some(association) = taken {
                let what = format!("association {}", association.id);
                return Err(Refusal::exists("ResourceInUseException", &what));
            }
            check_role(state, &new.role_arn)?;
            let id = format!("a-{}", state.next_id());
            let association = PodIdentity {
                arn: arn("eks", &format!("podidentityassociation/{}/{id}", new.cluster)),
                id,
                cluster: new.cluster.clone(),
                namespace: new.namespace.clone(),
                service_account: new.service_account.clone(),
                role_arn: new.role_arn.clone(),
                target_role_arn: new.target_role_arn.clone(),
                disable_session_tags: new.disable_session_tags,
                external_id: new.target_role_arn.as_ref().map(|_| "external".to_owned()),
                owner_arn: None,
                tags: new.tags.clone(),
            };
            let stored = (new.client_request_token.clone(), association.clone());
            state.pod_identities.insert(association.arn.clone(), stored);
            Ok(association)
        })
    }

    async fn find(
        &self,
        cluster: &str,
        namespace: &str,
        service_account: &str,
    ) -> Result<Option<PodIdentity>, Error> {
        let object = format!("{cluster}/{namespace}/{service_account}");
        let found = self.call(Service::Eks, "ListPodIdentityAssociations", &object, |state| {
            Ok(state
                .pod_identities
                .values()
                .map(|(_, association)| association)
                .find(|association| {
                    association.cluster == cluster
                        && association.namespace == namespace
                        && association.service_account == service_account
                })
                .map(|association| association.id.clone()))
        })?;
        match found {
            Some(id) => PodIdentities::get(self, cluster, &id).await,
            None => Ok(None),
        }
    }

    async fn get(&self, cluster: &str, id: &str) -> Result<Option<PodIdentity>, Error> {
        self.call(Service::Eks, "DescribePodIdentityAssociation", &format!("{cluster}/{id}"), |state| {
            Ok(find(state, cluster, id).cloned())
        })
    }

    async fn list(&self, cluster: &str) -> Result<Arc<Vec<PodIdentityReference>>, Error> {
        self.call(Service::Eks, "ListPodIdentityAssociations", cluster, |state| {
            let all = state.pod_identities.values().map(|(_, association)| association);
            let references = all.filter(|association| association.cluster == cluster).map(|association| {
                PodIdentityReference {
                    id: association.id.clone(),
                    arn: association.arn.clone(),
                    namespace: association.namespace.clone(),
                    service_account: association.service_account.clone(),
                }
            });
            Ok(Arc::new(references.collect()))
        })
    }

    async fn update(
        &self,
        cluster: &str,
        id: &str,
        change: &PodIdentityChange,
    ) -> Result<PodIdentity, Error> {
        self.call(Service::Eks, "UpdatePodIdentityAssociation", &format!("{cluster}/{id}"), |state| {
            if find(state, cluster, id).is_none() {
                return Err(missing(id));
            }
            check_role(state, &change.role_arn)?;
            let association = find(state, cluster, id).ok_or_else(|| missing(id))?;
            association.role_arn.clone_from(&change.role_arn);
            association.target_role_arn.clone_from(&change.target_role_arn);
            association.disable_session_tags = change.disable_session_tags;
            Ok(association.clone())
        })
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.call(Service::Eks, "TagResource", arn, |state| {
            by_arn(state, arn)?.tags.extend(tags.clone());
            Ok(())
        })
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.call(Service::Eks, "UntagResource", arn, |state| {
            by_arn(state, arn)?.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    async fn delete(&self, cluster: &str, id: &str) -> Result<(), Error> {
        self.call(Service::Eks, "DeletePodIdentityAssociation", &format!("{cluster}/{id}"), |state| {
            state.pod_identities.retain(|_, (_, found)| found.cluster != cluster || found.id != id);
            Ok(())
        })
    }
}

fn object(new: &NewPodIdentity) -> String {
    format!("{}/{}/{}", new.cluster, new.namespace, new.service_account)
}
