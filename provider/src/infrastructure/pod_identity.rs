//! The EKS Pod Identity association that gives the app's pods in one cluster their role.

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, NewPodIdentity, PodIdentityChange, Tags};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::names::hexadecimal;

/// The association of an app in one cluster.
#[derive(Clone)]
pub(crate) struct PodIdentity {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) backend: String,
    pub(crate) cluster: String,
    pub(crate) namespace: String,
    pub(crate) service_account: String,
    /// The ARN that the app's role has or will have.
    pub(crate) role_arn: String,
}

impl PodIdentity {
    /// The same for every try of one holder at the same association, so that a retry after a lost reply makes no second one.
    fn client_request_token(&self) -> String {
        let whole = format!(
            "{}\n{}\n{}\n{}",
            self.identity(),
            self.role_arn,
            self.ownership.identity().id(),
            self.ownership.holder_id()
        );
        hexadecimal(&Sha256::digest(whole.as_bytes())).chars().take(32).collect()
    }
}

#[async_trait]
impl Component for PodIdentity {
    fn key(&self) -> ComponentKey {
        // The app's own; a job before it, such as a migration, runs as a service account of its own.
        if self.service_account == self.ownership.identity().app {
            ComponentKey::named(Kind::PodIdentity, self.backend.as_str())
        } else {
            ComponentKey::named(Kind::PodIdentity, format!("{}/{}", self.backend, self.service_account))
        }
    }

    fn identity(&self) -> String {
        format!("{}/{}/{}", self.cluster, self.namespace, self.service_account)
    }

    fn title(&self) -> String {
        format!(
            "Pod Identity association of service account `{}/{}` in cluster `{}`",
            self.namespace, self.service_account, self.cluster
        )
    }

    fn stage(&self) -> Stage {
        Stage::Identity
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        json!({
            "cluster": self.cluster,
            "namespace": self.namespace,
            "role_arn": self.role_arn,
            "service_account": self.service_account,
            "tags": self.ownership.shown(),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let found =
            self.aws.pod_identities.find(&self.cluster, &self.namespace, &self.service_account).await?;
        Ok(found.map(|association| Observed {
            properties: json!({
                "cluster": association.cluster,
                "namespace": association.namespace,
                "role_arn": association.role_arn,
                "service_account": association.service_account,
                "tags": self.ownership.observed(&association.tags),
            }),
            arn: association.arn,
            tags: association.tags,
            value: None,
        }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&self.key());
        let created = self
            .aws
            .pod_identities
            .create(&NewPodIdentity {
                cluster: self.cluster.clone(),
                namespace: self.namespace.clone(),
                service_account: self.service_account.clone(),
                role_arn: self.role_arn.clone(),
                target_role_arn: None,
                disable_session_tags: false,
                client_request_token: self.client_request_token(),
                tags: tags.clone(),
            })
            .await?;
        Ok(Observed { arn: created.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let associations = &self.aws.pod_identities;
        if differs(&observed.properties, &self.desired(), "role_arn") {
            let change = PodIdentityChange {
                role_arn: self.role_arn.clone(),
                target_role_arn: None,
                disable_session_tags: false,
            };
            associations.update(&self.cluster, id_of(&observed.arn), &change).await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.pod_identities.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.pod_identities.untag(&observed.arn, keys).await
    }

    async fn delete(&self, observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.pod_identities.delete(&self.cluster, id_of(&observed.arn)).await
    }
}

/// An association's id is the last part of its ARN (`podidentityassociation/CLUSTER/ID`).
fn id_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
