//! Reads that arrive at the same time go to AWS in one call. Terraform refreshes many apps at once, each by
//! itself; AWS describes up to a hundred objects in a call. Changes are
//! never held up, but for priorities of rules that are taken. Nothing is remembered from
//! one call to the next, but for a refresh, for some seconds.

mod batcher;
mod bulk_tags;
mod clusters;
mod instances;
mod kept;
mod listener_rules;
mod load_balancers;
mod log_groups;
mod parameters;
mod pod_identities;
mod repositories;
mod resource_tags;
mod roles;
mod swaps;
mod target_groups;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::Aws;

/// The same AWS, with reads in as few calls as AWS allows, and still fewer for a refresh.
pub(crate) fn coalesced(aws: Aws) -> Aws {
    let repositories = repositories::Coalesced::new(aws.repositories);
    let roles = roles::Coalesced::new(aws.roles);
    let clusters = clusters::Coalesced::new(&aws.clusters);
    let instances = instances::Coalesced::new(aws.instances);
    let pod_identities = pod_identities::Coalesced::new(aws.pod_identities);
    let load_balancers = load_balancers::Coalesced::new(aws.load_balancers);
    let log_groups = log_groups::Coalesced::new(aws.log_groups);
    let parameters = parameters::Coalesced::new(aws.parameters, aws.account.clone());
    let target_groups = target_groups::Coalesced::new(aws.target_groups);
    let listener_rules = listener_rules::Coalesced::new(aws.listener_rules);
    let bulk_tags = bulk_tags::BulkTags::from_service(aws.resource_tags.clone());
    let exact = Aws {
        repositories: Arc::new(repositories.clone()),
        roles: Arc::new(roles.clone()),
        pod_identities: Arc::new(pod_identities.clone()),
        log_groups: Arc::new(log_groups.clone()),
        load_balancers: Arc::new(load_balancers.clone()),
        clusters: Arc::new(clusters.clone()),
        instances: Arc::new(instances.clone()),
        target_groups: Arc::new(target_groups.clone()),
        listener_rules: Arc::new(listener_rules.clone()),
        parameters: Arc::new(parameters.clone()),
        ..aws
    };
    let refreshing = Aws {
        repositories: Arc::new(repositories.refreshing(bulk_tags.clone())),
        roles: Arc::new(roles.refreshing()),
        pod_identities: Arc::new(pod_identities.refreshing()),
        log_groups: Arc::new(log_groups.refreshing(bulk_tags.clone())),
        load_balancers: Arc::new(load_balancers.refreshing()),
        clusters: Arc::new(clusters.refreshing()),
        instances: Arc::new(instances.refreshing()),
        target_groups: Arc::new(target_groups.refreshing(bulk_tags.clone())),
        listener_rules: Arc::new(listener_rules.refreshing(bulk_tags.clone())),
        parameters: Arc::new(parameters.refreshing(bulk_tags.clone())),
        resource_tags: Arc::new(resource_tags::Coalesced::new(exact.resource_tags.clone(), bulk_tags)),
        ..exact.clone()
    };
    Aws { refreshing: Some(Arc::new(refreshing)), ..exact }
}
