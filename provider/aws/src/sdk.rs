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

/// A client of one service. The SDK's crates have no trait in common, hence a macro.
macro_rules! client {
    ($settings:expr, $pressure:expr, $sdk:ident, $service:expr) => {{
        let mut builder = $sdk::config::Builder::from($settings.shared())
            .retry_partition(settings::retry_partition($service))
            .retry_classifier(quota::QuotaClassifier)
            .interceptor(throttling::ThrottlingCounter { service: $service, pressure: $pressure.clone() });
        if let Some(url) = $settings.endpoint($service) {
            builder = builder.endpoint_url(url);
        }
        $sdk::Client::from_conf(builder.build())
    }};
}

pub(crate) async fn connect(configuration: &Configuration) -> Result<Aws, Error> {
    let settings = Settings::load(configuration).await?;
    let pressure = Arc::new(Pressure::default());
    let accounts = Arc::new(accounts::SdkAccounts {
        client: client!(settings, pressure, aws_sdk_sts, Service::Sts),
        channel: Channel::new(Service::Sts, 4),
        shared: settings.shared().clone(),
        region: settings.region().to_owned(),
    });
    // Load balancers, target groups and rules share AWS's budget of calls, so they share ours.
    let elb = client!(settings, pressure, aws_sdk_elasticloadbalancingv2, Service::Elb);
    let elb_channel = Arc::new(Channel::new(Service::Elb, 4));
    let cloudwatch = client!(settings, pressure, aws_sdk_cloudwatch, Service::CloudWatch);
    let iam = client!(settings, pressure, aws_sdk_iam, Service::Iam);
    let eks = client!(settings, pressure, aws_sdk_eks, Service::Eks);
    let eks_channel = Arc::new(Channel::new(Service::Eks, 4));
    Ok(Aws {
        account: Arc::new(Account::new(settings.region(), accounts.clone())),
        accounts,
        repositories: Arc::new(repositories::SdkRepositories {
            client: client!(settings, pressure, aws_sdk_ecr, Service::Ecr),
            channel: Channel::new(Service::Ecr, 8),
        }),
        roles: Arc::new(roles::SdkRoles { client: iam.clone(), channel: Channel::new(Service::Iam, 4) }),
        instances: Arc::new(instances::SdkInstances {
            auto_scaling: query::Query::new(&settings, Service::AutoScaling, "2011-01-01"),
            ec2: query::Query::new(&settings, Service::Ec2, "2016-11-15"),
            iam,
            iam_channel: Channel::new(Service::Iam, 2),
        }),
        pod_identities: Arc::new(pod_identities::SdkPodIdentities {
            client: eks.clone(),
            channel: eks_channel.clone(),
        }),
        clusters: Arc::new(clusters::SdkClusters { client: eks, channel: eks_channel }),
        log_groups: Arc::new(log_groups::SdkLogGroups {
            client: client!(settings, pressure, aws_sdk_cloudwatchlogs, Service::Logs),
            channel: Channel::new(Service::Logs, 4),
        }),
        load_balancers: Arc::new(load_balancers::SdkLoadBalancers {
            client: elb.clone(),
            channel: elb_channel.clone(),
        }),
        target_groups: Arc::new(target_groups::SdkTargetGroups {
            client: elb.clone(),
            channel: elb_channel.clone(),
        }),
        listener_rules: Arc::new(listener_rules::SdkListenerRules { client: elb, channel: elb_channel }),
        parameters: Arc::new(parameters::SdkParameters {
            client: client!(settings, pressure, aws_sdk_ssm, Service::Ssm),
            channel: Channel::new(Service::Ssm, 4),
        }),
        alarms: Arc::new(alarms::SdkAlarms {
            client: cloudwatch.clone(),
            channel: Channel::new(Service::CloudWatch, 4),
        }),
        metrics: Arc::new(metrics::SdkMetrics {
            client: cloudwatch,
            channel: Channel::new(Service::CloudWatch, 4),
        }),
        // An account has five requests in a second.
        records: Arc::new(records::SdkRecords {
            client: client!(settings, pressure, aws_sdk_route53, Service::Route53),
            channel: Channel::new(Service::Route53, 2),
        }),
        resource_tags: Arc::new(resource_tags::SdkResourceTags {
            client: client!(settings, pressure, aws_sdk_resourcegroupstagging, Service::Tagging),
            channel: Channel::new(Service::Tagging, 4),
        }),
        refreshing: None,
        pressure,
    })
}
