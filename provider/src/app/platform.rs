//! The defaults of the platform: the clusters, the listener, the host and the zone of an app that names none. An app
//! records in its state which of them it uses, so that a refresh or destroy after a change of the standards still looks
//! at the objects that exist.

use ipsy_post_renderer::standards_document::{Platform, member};

use super::arguments::AppConfig;
use super::explain::Explanations;
use super::standards::AppStandards;
use super::traffic::{BackendConfig, DnsConfig, LoadBalancerConfig, RangeConfig, weight_argument};

/// `config` with the defaults that it uses, and these defaults.
pub(super) fn fill(
    config: &AppConfig,
    standards: &AppStandards<'_>,
    explanations: &mut Explanations,
) -> (AppConfig, Platform) {
    let recorded: Option<Platform> =
        config.platform.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let platform = recorded.unwrap_or_else(|| standards.platform.clone());
    let mut filling = Filling { config: config.clone(), platform, used: Platform::default() };
    filling.add_clusters();
    filling.add_load_balancer();
    let Filling { config, used, .. } = filling;
    note(&used, standards, explanations);
    (config, used)
}

struct Filling {
    config: AppConfig,
    platform: Platform,
    used: Platform,
}

impl Filling {
    fn add_clusters(&mut self) {
        if !self.config.aws.backend.is_empty() || self.config.is_unknown("backend") {
            return;
        }
        for (name, cluster) in &self.platform.clusters {
            let backend = BackendConfig {
                cluster: Some(cluster.cluster.clone()),
                oidc_provider_arn: cluster.oidc_provider_arn.clone(),
                weight: Some(i64::from(cluster.weight)),
                ..BackendConfig::default()
            };
            self.config.aws.backend.insert(name.clone(), backend);
        }
        self.used.clusters.clone_from(&self.platform.clusters);
    }

    fn add_load_balancer(&mut self) {
        let Self { config, platform, used } = self;
        let has_route = ["ingress", "httpRoute"].iter().any(|name| config.chart[*name]["enabled"] == true);
        let is_reached = !config.port.is_empty() && !config.is_unknown("port") && !has_route;
        if config.is_unknown("load_balancer") {
            return;
        }
        if config.aws.load_balancer.is_none()
            && is_reached
            && platform.listener_arn.is_some()
            && platform.domain.is_some()
        {
            config.aws.load_balancer = Some(LoadBalancerConfig::default());
        }
        let Some(balancer) = config.aws.load_balancer.as_mut().filter(|balancer| balancer.is_of_terraform())
        else {
            return;
        };
        if balancer.listener_arn.is_none() {
            balancer.listener_arn.clone_from(&platform.listener_arn);
            used.listener_arn.clone_from(&platform.listener_arn);
        }
        if let (None, None, Some(range)) = (balancer.priority, &balancer.priority_range, &platform.priorities)
        {
            balancer.priority_range =
                Some(RangeConfig { from: Some(i64::from(range.from)), to: Some(i64::from(range.to)) });
            used.priorities = Some(range.clone());
        }
        let (Some(name), Some(domain)) = (&config.name, &platform.domain) else { return };
        if balancer.has_condition() {
            return;
        }
        let host = format!("{name}.{domain}");
        balancer.hosts = Some(vec![host.clone()]);
        used.domain = Some(domain.clone());
        if let Some(zone) = platform.hosted_zone_id.as_ref().filter(|_| config.aws.dns.is_empty()) {
            let record = DnsConfig { zone_id: Some(zone.clone()), ..DnsConfig::default() };
            config.aws.dns.insert(host, record);
            used.hosted_zone_id = Some(zone.clone());
        }
    }
}

fn note(used: &Platform, standards: &AppStandards<'_>, explanations: &mut Explanations) {
    for (name, cluster) in &used.clusters {
        let source = standards.field(&member("platform.clusters", name));
        explanations.note(&format!("backend[{name:?}].cluster"), cluster.cluster.as_str(), &source);
        explanations.note(&weight_argument(name), cluster.weight, &source);
    }
    let priorities = used.priorities.as_ref().map(|range| format!("{} to {}", range.from, range.to));
    for (argument, value, field) in [
        ("load_balancer.listener_arn", used.listener_arn.as_ref(), "listenerArn"),
        ("load_balancer.priority_range", priorities.as_ref(), "priorities"),
        ("load_balancer.hosts", used.domain.as_ref(), "domain"),
        ("dns.zone_id", used.hosted_zone_id.as_ref(), "hostedZoneId"),
    ] {
        if let Some(value) = value {
            explanations.note(argument, value.as_str(), &standards.field(&format!("platform.{field}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use serde_json::{Value, json};
    use time::macros::date;

    use super::*;
    use crate::app::image::Repository;
    use crate::app::problem::Problems;
    use crate::app::resolve::{App, resolve};

    const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2";

    fn document() -> StandardsDocument {
        let text = format!(
            "apiVersion: ipsy.dev/v1\nkind: Standards\nenvironments:\n  dev: {{}}\n  prod:\n    platform:\n      \
             listenerArn: {LISTENER}\n      priorities: {{from: 100, to: 200}}\n      domain: example.com\n      \
             hostedZoneId: Z0123456789ABCDEFGHIJ\n      clusters: {{blue: {{cluster: eks-blue}}}}\n"
        );
        StandardsDocument::from_yaml(&text, "standards.yaml").unwrap()
    }

    fn app(arguments: &Value) -> App {
        let config = AppConfig::from_json(arguments).unwrap();
        let mut problems = Problems::default();
        let app = resolve(&config, &document(), true, date!(2026 - 11 - 27), &mut problems);
        assert!(problems.0.is_empty(), "{problems:?}");
        app
    }

    fn small(environment: &str) -> Value {
        json!({ "name": "shop", "environment": environment, "runtime": "go", "port": { "http": { "port": 8080 } } })
    }

    #[test]
    fn an_app_needs_only_a_name_a_runtime_and_a_port() {
        let app = app(&small("prod"));
        let balancer = app.traffic.load_balancer.unwrap();
        assert_eq!(balancer.listener_arn, LISTENER);
        assert!(balancer.conditions.hosts.contains("shop.example.com"));
        assert!(balancer.priority.allows(150) && !balancer.priority.allows(99));
        assert_eq!(app.traffic.dns["shop.example.com"].zone_id, "Z0123456789ABCDEFGHIJ");
        assert_eq!(app.traffic.backends["blue"].weight, 100);
        assert_eq!(app.image.repository, Repository::Owned("shop".to_owned()));
        assert_eq!(app.platform.listener_arn.as_deref(), Some(LISTENER));
    }

    #[test]
    fn an_environment_without_a_platform_has_no_defaults() {
        let app = app(&small("dev"));
        assert!(app.traffic.load_balancer.is_none() && app.traffic.backends.is_empty());
        assert_eq!(*app.platform, Platform::default());
    }

    #[test]
    fn what_the_app_names_is_kept_and_not_recorded() {
        let mut arguments = small("prod");
        arguments["load_balancer"] = json!({ "hosts": ["pay.example.com"], "priority": 7 });
        arguments["backend"] = json!({ "green": { "cluster": "eks-green", "weight": 1 } });
        let app = app(&arguments);
        assert_eq!(app.traffic.backends.keys().collect::<Vec<_>>(), ["green"]);
        assert!(app.traffic.dns.is_empty());
        let used = Platform { listener_arn: Some(LISTENER.to_owned()), ..Platform::default() };
        assert_eq!(*app.platform, used);
    }

    #[test]
    fn recorded_defaults_win_over_the_standards() {
        let old = LISTENER.replace("shop", "old");
        let mut arguments = small("prod");
        arguments["platform"] = json!(json!({ "listenerArn": old, "domain": "old.example.com" }).to_string());
        arguments["load_balancer"] = json!({ "priority": 7 });
        arguments["backend"] = json!({ "green": { "cluster": "eks-green", "weight": 1 } });
        let app = app(&arguments);
        let balancer = app.traffic.load_balancer.unwrap();
        assert_eq!(balancer.listener_arn, old);
        assert!(balancer.conditions.hosts.contains("shop.old.example.com"));
    }

    #[test]
    fn an_app_can_have_no_load_balancer() {
        let mut arguments = small("prod");
        arguments["load_balancer"] = json!({ "owner": "none" });
        assert!(app(&arguments).traffic.load_balancer.is_none());
    }
}
