//! The standards about who reaches an app: the scheme of its load balancer, and the networks that it lets in.

use ipsy_post_renderer::standards_document::{ALLOWED_INGRESS, EXPOSURE, Exposure, Network};
use serde_json::{Value, json};

use super::arguments::AppConfig;
use super::exceptions::Exceptions;
use super::problem::Problems;
use super::release::Release;
use super::standards::{AppStandards, Breach};
use super::traffic::LoadBalancerConfig;

/// The annotation with which the AWS Load Balancer Controller takes the scheme.
const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";

/// Gives the Ingress of an app whose load balancer the controller owns the scheme of the standards.
pub(super) fn default_scheme(config: &AppConfig, standards: &AppStandards<'_>, chart: &mut Value) {
    let is_of_controller =
        config.aws.load_balancer.as_ref().is_some_and(LoadBalancerConfig::is_of_controller);
    let Some(exposure) = standards.exposure.filter(|_| is_of_controller) else { return };
    if chart["ingress"]["enabled"] == true && chart["ingress"]["annotations"][SCHEME].is_null() {
        chart["ingress"]["annotations"][SCHEME] = json!(exposure.scheme());
    }
}

/// Reports networks that the listener rule lets in and the standards do not.
pub(super) fn check(
    config: &AppConfig,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let sources = config.aws.load_balancer.as_ref().and_then(|balancer| balancer.source_ips.as_ref());
    let sources = sources.into_iter().flatten().map(String::as_str);
    check_networks(sources, "load_balancer.source_ips", standards, exceptions, problems);
}

/// Reports a wrong scheme of the Ingress, and networks that pods let in and the standards do not.
pub(super) fn check_release(
    release: &Release<'_>,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let values = &*release.values;
    if let Some(scheme) = values["ingress"]["annotations"][SCHEME].as_str() {
        let place = release.argument(&["ingress", "annotations", SCHEME]);
        check_scheme(scheme, &place, standards, exceptions, problems);
    }
    for (name, peer) in values["networkPolicy"]["ingress"].as_object().into_iter().flatten() {
        let networks = peer["cidrs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let place = release.argument(&["networkPolicy", "ingress", name, "cidrs"]);
        check_networks(networks, &place, standards, exceptions, problems);
    }
}

/// Reports a load balancer whose scheme is not that of the standards.
pub(crate) fn check_scheme(
    scheme: &str,
    place: &str,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let Some(wanted) = standards.exposure.map(Exposure::scheme) else { return };
    if scheme == wanted || exceptions.waives(EXPOSURE.id) {
        return;
    }
    problems.breach(
        standards.mode,
        Breach {
            rule: EXPOSURE.id,
            place,
            summary: format!("The load balancer is {scheme}"),
            wanted: format!("{} ask for one that is {wanted}", standards.source(EXPOSURE.source)),
            fix: "Use another load balancer".to_owned(),
        },
    );
}

fn check_networks<'n>(
    networks: impl Iterator<Item = &'n str>,
    place: &str,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    if standards.allowed_ingress.is_empty() || exceptions.waives(ALLOWED_INGRESS.id) {
        return;
    }
    let allowed: Vec<Network> =
        standards.allowed_ingress.iter().filter_map(|text| Network::parse(text)).collect();
    let is_allowed = |network: &Network| allowed.iter().any(|allowed| allowed.contains(network));
    for text in networks {
        // What is not a network is reported by the check of the argument.
        if Network::parse(text).is_none_or(|network| is_allowed(&network)) {
            continue;
        }
        problems.breach(
            standards.mode,
            Breach {
                rule: ALLOWED_INGRESS.id,
                place,
                summary: format!("The network {text} is not allowed"),
                wanted: format!(
                    "{} allow {}",
                    standards.source(ALLOWED_INGRESS.source),
                    standards.allowed_ingress.join(", ")
                ),
                fix: "Name a network within these".to_owned(),
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use time::macros::date;

    use super::*;
    use crate::app::problem::place_text;
    use crate::app::resolve::{App, resolve};

    fn judged(more: &Value) -> (App, Vec<String>) {
        let document =
            "apiVersion: ipsy.dev/v1\nkind: Standards\nexposure: internal\nallowedIngress: [10.0.0.0/8]\n";
        let document = StandardsDocument::from_yaml(document, "standards.yaml").unwrap();
        let mut arguments = json!({
            "name": "shop",
            "environment": "prod",
            "port": { "http": { "port": 8080 } },
            "load_balancer": { "owner": "controller", "hosts": ["shop.example.com"] },
        });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = AppConfig::from_json(&arguments).unwrap();
        let mut problems = Problems::default();
        let app = resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        let told = problems.0.iter().map(|problem| {
            assert!(problem.detail.contains("standards.yaml, line"), "{problem:?}");
            format!("{} {}", place_text(&problem.place), problem.summary)
        });
        (app, told.collect())
    }

    #[test]
    fn an_ingress_has_the_scheme_of_the_standards() {
        let (app, told) = judged(&json!({}));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(app.chart["ingress"]["annotations"][SCHEME], "internal");
        let (_, told) = judged(&json!({ "ingress": { "annotations": { SCHEME: "internet-facing" } } }));
        assert_eq!(told, [format!("ingress.annotations[{SCHEME:?}] The load balancer is internet-facing")]);
    }

    #[test]
    fn only_allowed_networks_are_let_in() {
        let policy =
            |network: &str| json!({ "network_policy": { "ingress": { "office": { "cidrs": [network] } } } });
        assert_eq!(judged(&policy("10.1.0.0/16")).1, Vec::<String>::new());
        assert_eq!(
            judged(&policy("0.0.0.0/0")).1,
            ["network_policy.ingress[\"office\"].cidrs The network 0.0.0.0/0 is not allowed"]
        );
    }
}
