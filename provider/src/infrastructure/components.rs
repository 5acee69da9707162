//! The AWS objects of an app as components: those that it needs, and those that are found by their ARNs.

use std::collections::BTreeSet;

use ipsy_aws::Aws;
use serde_json::Value;

use super::Component;
use super::account::Account;
use super::alarm::GroupAlarm;
use super::dns_record::records;
use super::image_parameter::ImageParameter;
use super::listener_rule::ListenerRule;
use super::log_group::LogGroup;
use super::ownership::{Holder, Ownership, TagPolicy};
use super::pod_identity::PodIdentity;
use super::previous_group::{self, PreviousGroup};
use super::repository::Repository;
use super::role::Role;
use super::target_group::{self, TargetGroup};
use super::trust::trust_policy;
use crate::app::image::{self, Source};
use crate::app::resolve::App;
use crate::app::rollout::Rollout;
use crate::app::traffic::{Previous, previous_name};

/// The components of `app`, as `holder` holds them. `image` is what its pointer is to hold where it has to be made.
pub(crate) fn components(
    app: &App,
    aws: &Aws,
    account: &Account,
    policy: &TagPolicy,
    holder: &Holder,
    image: &str,
) -> Vec<Box<dyn Component>> {
    let ownership = ownership(app, policy, holder);
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
    let pod_identities = |backend: &str, cluster: &str| {
        let identity = PodIdentity {
            aws: aws.clone(),
            ownership: ownership.clone(),
            backend: backend.to_owned(),
            cluster: cluster.to_owned(),
            namespace: app.namespace.clone(),
            service_account: String::new(),
            role_arn: account.role_arn(app),
        };
        let accounts = app.service_accounts().into_iter();
        accounts.map(move |service_account| PodIdentity { service_account, ..identity.clone() })
    };
    for (backend, cluster, target_group_name) in app.traffic.clusters() {
        let by_agent =
            app.traffic.oidc_providers().any(|(name, provider)| name == backend && provider.is_none());
        // Nor the cluster.
        if !cluster.is_empty() && by_agent {
            components.extend(pod_identities(backend, cluster).map(boxed));
        }
        if let Some(load_balancer) = &app.traffic.load_balancer {
            components.push(Box::new(TargetGroup {
                aws: aws.clone(),
                ownership: ownership.clone(),
                backend: backend.to_owned(),
                name: target_group_name.to_owned(),
                port: app.ports.get(&load_balancer.port).map_or(0, |port| port.number),
                health_port: app.ports.get(&app.traffic.health_check.port).map(|port| port.number),
                load_balancer: load_balancer.clone(),
                health_check: app.traffic.health_check.clone(),
            }));
        }
    }
    for (backend, cluster) in app.traffic.previous_clusters() {
        if cluster.oidc_provider_arn.is_none() {
            components.extend(pod_identities(&previous_name(backend), &cluster.name).map(boxed));
        }
    }
    for (backend, previous) in app.traffic.previous.iter().filter(|(_, previous)| previous.serves) {
        components.push(Box::new(PreviousGroup {
            aws: aws.clone(),
            ownership: ownership.clone(),
            backend: backend.clone(),
            previous: previous.clone(),
        }));
    }
    if let Some(load_balancer) = &app.traffic.load_balancer {
        let listener_arn = &load_balancer.listener_arn;
        let alarms = alarms(app, aws, &ownership, listener_arn);
        let mut rollout = app.rollout.clone();
        if rollout.waits_for_targets {
            // The app's own alarms also guard its rollouts.
            rollout.alarms.extend(alarms.iter().map(GroupAlarm::name));
        }
        components.extend(alarms.into_iter().map(boxed));
        components.extend(records(aws, &ownership, &app.traffic.dns, listener_arn).map(boxed));
        let mut tags = app.tags.clone();
        tags.extend(ListenerRule::tags(load_balancer));
        components.push(Box::new(ListenerRule {
            aws: aws.clone(),
            ownership: Ownership::new(app.identity.clone(), policy.clone(), tags, holder.clone()),
            rollout,
            load_balancer: load_balancer.clone(),
            backends: app.traffic.backends.clone(),
            previous: app.traffic.previous.clone(),
            leaving: app.traffic.leaving.clone(),
            planned_weights: app.traffic.planned_weights.clone(),
        }));
    }
    components
}

/// What the objects of `app` carry as tags, those of the listener rule apart.
pub(crate) fn ownership(app: &App, policy: &TagPolicy, holder: &Holder) -> Ownership {
    Ownership::new(app.identity.clone(), policy.clone(), app.tags.clone(), holder.clone())
}

/// The alarms on the target group of each cluster: on the one that gets its requests.
fn alarms(app: &App, aws: &Aws, ownership: &Ownership, listener_arn: &str) -> Vec<GroupAlarm> {
    let mut alarms = Vec::new();
    for (backend, _, own) in app.traffic.clusters() {
        let previous = app.traffic.previous.get(backend).filter(|previous| previous.serves);
        let (target_group_name, target_group) = match previous {
            Some(previous) => (previous.target_group_name.as_str(), previous_group::key(backend)),
            None => (own, target_group::key(backend)),
        };
        alarms.extend(app.traffic.alarms.iter().map(|(label, alarm)| GroupAlarm {
            aws: aws.clone(),
            ownership: ownership.clone(),
            label: label.clone(),
            backend: backend.to_owned(),
            target_group_name: target_group_name.to_owned(),
            target_group: target_group.clone(),
            alarm: alarm.clone(),
            listener_arn: listener_arn.to_owned(),
        }));
    }
    alarms
}

/// The component that an ARN is, as far as it is of a kind that can be left behind.
pub(super) async fn of_arn(
    aws: &Aws,
    app: &App,
    ownership: &Ownership,
    arn: &str,
) -> Option<Box<dyn Component>> {
    let mut fields = arn.splitn(6, ':');
    let (service, resource) = (fields.nth(2)?, fields.nth(2)?);
    let (kind, name) = resource.split_once(['/', ':'])?;
    let (aws, ownership) = (aws.clone(), ownership.clone());
    Some(match (service, kind) {
        ("elasticloadbalancing", "targetgroup") => {
            let target_group_name = name.split('/').next()?.to_owned();
            let previous =
                Previous { target_group_name, serves: false, properties: Value::Null, cluster: None };
            let backend = previous.target_group_name.clone();
            Box::new(PreviousGroup { aws, ownership, backend, previous })
        }
        ("elasticloadbalancing", "listener-rule") => {
            let mut load_balancer = app.traffic.load_balancer.clone()?;
            let (listener, _) = arn.rsplit_once('/')?;
            load_balancer.listener_arn = listener.replacen(":listener-rule/", ":listener/", 1);
            let (backends, previous) = (app.traffic.backends.clone(), app.traffic.previous.clone());
            Box::new(ListenerRule {
                aws,
                ownership,
                load_balancer,
                backends,
                previous,
                leaving: BTreeSet::new(),
                rollout: Rollout::guarded(),
                planned_weights: None,
            })
        }
        ("eks", "podidentityassociation") => {
            let (cluster, id) = name.split_once('/')?;
            let found = aws.pod_identities.get(cluster, id).await.ok()??;
            association(&aws, &ownership, found)
        }
        ("logs", "log-group") => {
            let mut logs = app.logs.clone();
            name.trim_end_matches(":*").clone_into(&mut logs.group_name);
            Box::new(LogGroup { aws, ownership, logs })
        }
        ("ecr", "repository") => {
            let storage = app.image.storage.clone();
            Box::new(Repository { aws, ownership, name: name.to_owned(), storage })
        }
        ("ssm", "parameter") => {
            // The ARN leaves out the slash that names of several levels begin with.
            let name = if name.contains('/') { format!("/{name}") } else { name.to_owned() };
            Box::new(ImageParameter { aws, ownership, name, initial: String::new() })
        }
        _ => return None,
    })
}

/// A Pod Identity association as AWS has it.
pub(super) fn association(
    aws: &Aws,
    ownership: &Ownership,
    found: ipsy_aws::PodIdentity,
) -> Box<dyn Component> {
    Box::new(PodIdentity {
        aws: aws.clone(),
        ownership: ownership.clone(),
        backend: found.cluster.clone(),
        cluster: found.cluster,
        namespace: found.namespace,
        service_account: found.service_account,
        role_arn: found.role_arn,
    })
}

fn boxed(component: impl Component + 'static) -> Box<dyn Component> {
    Box::new(component)
}
