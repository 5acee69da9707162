//! Reads that arrive at the same time go to AWS in one call. Terraform refreshes many apps at once, each by
//! itself; AWS describes up to a hundred objects in a call. Changes are never held up, and nothing is
//! remembered from one call to the next.

mod batcher;
mod listener_rules;
mod load_balancers;
mod log_groups;
mod parameters;
mod pod_identities;
mod repositories;
mod roles;
mod target_groups;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::Aws;

/// The same AWS, with reads in as few calls as AWS allows.
pub(crate) fn coalesced(aws: Aws) -> Aws {
    Aws {
        repositories: Arc::new(repositories::Coalesced::new(aws.repositories)),
        roles: Arc::new(roles::Coalesced::new(aws.roles)),
        pod_identities: Arc::new(pod_identities::Coalesced::new(aws.pod_identities)),
        log_groups: Arc::new(log_groups::Coalesced::new(aws.log_groups)),
        load_balancers: Arc::new(load_balancers::Coalesced::new(aws.load_balancers)),
        target_groups: Arc::new(target_groups::Coalesced::new(aws.target_groups)),
        listener_rules: Arc::new(listener_rules::Coalesced::new(aws.listener_rules)),
        parameters: Arc::new(parameters::Coalesced::new(aws.parameters)),
        account: aws.account,
        accounts: aws.accounts,
        clusters: aws.clusters,
        alarms: aws.alarms,
        records: aws.records,
        pressure: aws.pressure,
    }
}
