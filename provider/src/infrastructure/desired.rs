//! Which AWS objects an app needs.

use ipsy_aws::Aws;

use super::Component;
use super::image_parameter::ImageParameter;
use super::listener_rule::ListenerRule;
use super::log_group::LogGroup;
use super::ownership::{Ownership, TagPolicy};
use super::pod_identity::PodIdentity;
use super::repository::Repository;
use super::role::Role;
use super::target_group::TargetGroup;
use super::trust::trust_policy;
use crate::app::image::{self, Source};
use crate::app::resolve::App;

/// What follows from the account and region alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) partition: String,
    pub(crate) dns_suffix: String,
}

impl Account {
    /// The account that `aws` acts in. Asks AWS once in the life of the provider.
    pub(crate) async fn of(aws: &Aws) -> Result<Self, ipsy_aws::Error> {
        Ok(Self {
            id: aws.account.id().await?.to_owned(),
            region: aws.account.region().to_owned(),
            partition: aws.account.partition().to_owned(),
            dns_suffix: aws.account.dns_suffix().to_owned(),
        })
    }

    /// Where images of `app` are pushed to and pulled from.
    pub(crate) fn repository_url(&self, app: &App) -> String {
        match &app.image.repository {
            image::Repository::Foreign(url) => url.clone(),
            image::Repository::Owned(name) => {
                format!("{}.dkr.ecr.{}.{}/{name}", self.id, self.region, self.dns_suffix)
            }
        }
    }

    /// The ARN that the role of `app` has or will have.
    pub(crate) fn role_arn(&self, app: &App) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.id, app.iam.path, app.iam.role_name)
    }
}

/// The components of `app`. `image` is what its pointer is to hold where it has to be made.
pub(crate) fn components(
    app: &App,
    aws: &Aws,
    account: &Account,
    policy: &TagPolicy,
    image: &str,
) -> Vec<Box<dyn Component>> {
    let ownership = Ownership::new(app.identity.clone(), policy.clone(), app.tags.clone());
    let mut components: Vec<Box<dyn Component>> = vec![
        Box::new(LogGroup { aws: aws.clone(), ownership: ownership.clone(), logs: app.logs.clone() }),
        Box::new(Role {
            aws: aws.clone(),
            ownership: ownership.clone(),
            iam: app.iam.clone(),
            trust_policy: trust_policy(app),
        }),
    ];
    // Right after an import the repository may not be known yet.
    if let image::Repository::Owned(name) = &app.image.repository
        && !name.is_empty()
    {
        components.push(Box::new(Repository {
            aws: aws.clone(),
            ownership: ownership.clone(),
            name: name.clone(),
            storage: app.image.storage.clone(),
        }));
    }
    if matches!(app.image.source, Source::Pointer { .. }) {
        components.push(Box::new(ImageParameter {
            aws: aws.clone(),
            ownership: ownership.clone(),
            name: app.image.parameter.clone(),
            initial: image.to_owned(),
        }));
    }
    for (backend, cluster, target_group_name) in app.traffic.clusters() {
        let by_agent =
            app.traffic.oidc_providers().any(|(name, provider)| name == backend && provider.is_none());
        // Nor the cluster.
        if !cluster.is_empty() && by_agent {
            for service_account in app.service_accounts() {
                components.push(Box::new(PodIdentity {
                    aws: aws.clone(),
                    ownership: ownership.clone(),
                    backend: backend.to_owned(),
                    cluster: cluster.to_owned(),
                    namespace: app.namespace.clone(),
                    service_account,
                    role_arn: account.role_arn(app),
                }));
            }
        }
        if let Some(load_balancer) = &app.traffic.load_balancer {
            components.push(Box::new(TargetGroup {
                aws: aws.clone(),
                ownership: ownership.clone(),
                backend: backend.to_owned(),
                name: target_group_name.to_owned(),
                port: app.ports.get(&load_balancer.port).map_or(0, |port| port.number),
                load_balancer: load_balancer.clone(),
                health_check: app.traffic.health_check.clone(),
            }));
        }
    }
    if let Some(load_balancer) = &app.traffic.load_balancer {
        components.push(Box::new(ListenerRule {
            aws: aws.clone(),
            ownership,
            rollout: app.rollout.clone(),
            load_balancer: load_balancer.clone(),
            backends: app.traffic.backends.clone(),
        }));
    }
    components
}
