//! The capabilities on the AWS SDK: one client for each service over one HTTP client and one set of credentials.

mod accounts;
mod alarms;
mod channel;
mod cluster_token;
mod clusters;
mod credentials;
mod elb_tags;
mod failure;
mod http;
mod instances;
mod listener_rules;
mod load_balancers;
mod log_groups;
mod metrics;
mod parameters;
mod pod_identities;
mod query;
mod quota;
mod records;
mod repositories;
mod repository_form;
mod resource_tags;
mod roles;
mod rule_form;
mod settings;
mod tags;
mod target_groups;
mod throttling;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{Account, Aws, Configuration, Error, Pressure, Service};
use channel::Channel;
use settings::Settings;

/// The way to one service, with at most this many calls at the same time. The SDK's crates have no trait in common, hence a
/// macro.
macro_rules! channel {
    ($settings:expr, $pressure:expr, $sdk:ident, $service:expr, $at_once:expr) => {{
        let mut builder = $sdk::config::Builder::from($settings.shared())
            .retry_partition(settings::retry_partition($service))
            .retry_classifier(quota::QuotaClassifier)
            .interceptor(throttling::ThrottlingCounter { service: $service, pressure: $pressure.clone() });
        if let Some(url) = $settings.endpoint($service) {
            builder = builder.endpoint_url(url);
        }
        Channel::new($service, $at_once, $sdk::Client::from_conf(builder.build()))
    }};
}

impl Aws {
    /// Prepares the way to AWS. Nothing is sent before the first call, and credentials are looked for only then;
    /// files (shared configuration, certificates) are read here. Fails if no region is configured, or if what is
    /// configured cannot be.
    pub async fn connect(configuration: &Configuration) -> Result<Self, Error> {
        Ok(connected(&Settings::load(configuration).await?))
    }
}

/// All capabilities: exact, and for a refresh with answers that are kept for some seconds.
fn connected(settings: &Settings) -> Aws {
    let pressure = Arc::new(Pressure::default());
    let accounts = Arc::new(accounts::SdkAccounts {
        channel: channel!(settings, pressure, aws_sdk_sts, Service::Sts, 4),
        shared: settings.shared().clone(),
        region: settings.region().to_owned(),
    });
    let account = Arc::new(Account::new(settings.region(), accounts.clone()));
    let iam = channel!(settings, pressure, aws_sdk_iam, Service::Iam, 4);
    let eks = Arc::new(channel!(settings, pressure, aws_sdk_eks, Service::Eks, 4));
    let elb = Arc::new(channel!(settings, pressure, aws_sdk_elasticloadbalancingv2, Service::Elb, 4));
    let ecr = channel!(settings, pressure, aws_sdk_ecr, Service::Ecr, 8);
    let logs = channel!(settings, pressure, aws_sdk_cloudwatchlogs, Service::Logs, 4);
    let ssm = channel!(settings, pressure, aws_sdk_ssm, Service::Ssm, 4);
    let tagging = channel!(settings, pressure, aws_sdk_resourcegroupstagging, Service::Tagging, 4);
    let alarms = channel!(settings, pressure, aws_sdk_cloudwatch, Service::CloudWatch, 4);
    let metrics = Channel::new(Service::CloudWatch, 4, alarms.client.clone());
    // An account has five requests in a second.
    let records = channel!(settings, pressure, aws_sdk_route53, Service::Route53, 2);
    let instances = instances::SdkInstances::new(
        query::Query::new(settings, Service::AutoScaling, "2011-01-01"),
        query::Query::new(settings, Service::Ec2, "2016-11-15"),
        Channel::new(Service::Iam, 2, iam.client.clone()),
    );
    let roles = roles::SdkRoles::new(Arc::new(iam));
    let clusters = clusters::SdkClusters::new(&eks);
    let pod_identities = pod_identities::SdkPodIdentities::new(eks);
    let load_balancers = load_balancers::SdkLoadBalancers::new(elb.clone());
    let target_groups = target_groups::SdkTargetGroups::new(elb.clone());
    let listener_rules = listener_rules::SdkListenerRules::new(elb);
    let repositories = repositories::SdkRepositories::new(Arc::new(ecr));
    let log_groups = log_groups::SdkLogGroups::new(Arc::new(logs));
    let parameters = parameters::SdkParameters::new(Arc::new(ssm), account.clone());
    let resource_tags = resource_tags::SdkResourceTags::new(Arc::new(tagging));
    let bulk_tags = resource_tags.bulk_tags();
    let exact = Aws {
        account,
        accounts,
        repositories: Arc::new(repositories.clone()),
        roles: Arc::new(roles.clone()),
        instances: Arc::new(instances.clone()),
        pod_identities: Arc::new(pod_identities.clone()),
        clusters: Arc::new(clusters.clone()),
        log_groups: Arc::new(log_groups.clone()),
        load_balancers: Arc::new(load_balancers.clone()),
        target_groups: Arc::new(target_groups.clone()),
        listener_rules: Arc::new(listener_rules.clone()),
        parameters: Arc::new(parameters.clone()),
        alarms: Arc::new(alarms::SdkAlarms { channel: alarms }),
        metrics: Arc::new(metrics::SdkMetrics { channel: metrics }),
        records: Arc::new(records::SdkRecords { channel: records }),
        resource_tags: Arc::new(resource_tags.clone()),
        refreshing: None,
        pressure,
    };
    let refreshing = Aws {
        repositories: Arc::new(repositories.refreshing(bulk_tags.clone())),
        roles: Arc::new(roles.refreshing()),
        instances: Arc::new(instances.refreshing()),
        pod_identities: Arc::new(pod_identities.refreshing()),
        clusters: Arc::new(clusters.refreshing()),
        log_groups: Arc::new(log_groups.refreshing(bulk_tags.clone())),
        load_balancers: Arc::new(load_balancers.refreshing()),
        target_groups: Arc::new(target_groups.refreshing(bulk_tags.clone())),
        listener_rules: Arc::new(listener_rules.refreshing(bulk_tags.clone())),
        parameters: Arc::new(parameters.refreshing(bulk_tags.clone())),
        resource_tags: Arc::new(resource_tags.refreshing(bulk_tags)),
        ..exact.clone()
    };
    Aws { refreshing: Some(Arc::new(refreshing)), ..exact }
}
