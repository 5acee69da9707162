//! A load balancer that the controller of the cluster owns: `load_balancer` becomes an Ingress of the chart, or an
//! `HTTPRoute` where the app has an `http_route` block.

use serde_json::{Map, Value, json};

use super::arguments::AppConfig;
use super::chart::merge;
use super::problem::Problems;
use super::traffic::HealthCheck;
use super::traffic::LoadBalancerConfig;

/// The ingress class of the AWS Load Balancer Controller.
const CLASS: &str = "alb";

/// Adds the Ingress or route to `chart`; arguments of the block `ingress` or `http_route` win.
pub(super) fn add(config: &AppConfig, health: &HealthCheck, chart: &mut Value, problems: &mut Problems) {
    let Some(balancer) = config.aws.load_balancer.as_ref().filter(|balancer| balancer.is_of_controller())
    else {
        return;
    };
    report_arguments_of_terraform(config, problems);
    let is_route = chart["httpRoute"]["enabled"] == true;
    let own = if is_route {
        json!({ "httpRoute": route(balancer, problems) })
    } else {
        json!({ "ingress": ingress(balancer, health) })
    };
    let mut all = own;
    merge(&mut all, chart.take());
    *chart = all;
}

fn ingress(balancer: &LoadBalancerConfig, health: &HealthCheck) -> Value {
    let port = balancer.port.as_ref();
    let target = |path: &str| {
        let is_pattern = path.contains(['*', '?']);
        let mut target = json!({ "type": if is_pattern { "ImplementationSpecific" } else { "Exact" } });
        if let Some(port) = port {
            target["port"] = json!(port);
        }
        target
    };
    let mut paths: Map<String, Value> =
        balancer.paths.iter().flatten().map(|path| (path.clone(), target(path))).collect();
    if paths.is_empty() {
        let mut all = json!({ "type": "Prefix" });
        if let Some(port) = port {
            all["port"] = json!(port);
        }
        paths.insert("/".to_owned(), all);
    }
    let everywhere = vec![String::new()];
    let hosts = balancer.hosts.as_ref().filter(|hosts| !hosts.is_empty()).unwrap_or(&everywhere);
    let hosts: Map<String, Value> =
        hosts.iter().map(|host| (host.clone(), json!({ "paths": paths }))).collect();
    let mut annotations = json!({ "alb.ingress.kubernetes.io/target-type": "ip" });
    if let Some(path) = &health.path {
        annotations["alb.ingress.kubernetes.io/healthcheck-path"] = json!(path);
    }
    json!({ "enabled": true, "className": CLASS, "annotations": annotations, "hosts": hosts })
}

/// Paths of a route are beginnings: `/api/*` is `/api`.
fn route(balancer: &LoadBalancerConfig, problems: &mut Problems) -> Value {
    let mut paths = Vec::new();
    for path in balancer.paths.iter().flatten() {
        let start = path.strip_suffix('*').unwrap_or(path);
        if start.contains(['*', '?']) {
            problems.error(
                "load_balancer.paths",
                format!("`{path}` is not a path of an HTTPRoute"),
                "An HTTPRoute takes beginnings of paths: end the pattern with its only `*`, such as `/api/*`.",
            );
        }
        let start = start.strip_suffix('/').filter(|start| !start.is_empty()).unwrap_or(start);
        paths.push(if start.is_empty() { "/" } else { start });
    }
    let mut route = json!({ "enabled": true });
    for (name, list) in [
        ("hostnames", balancer.hosts.as_deref().map(|hosts| json!(hosts))),
        ("paths", (!paths.is_empty()).then(|| json!(paths))),
    ] {
        if let Some(list) = list {
            route[name] = list;
        }
    }
    if let Some(port) = &balancer.port {
        route["port"] = json!(port);
    }
    route
}

/// Arguments of the listener rule have no effect on what the controller makes.
fn report_arguments_of_terraform(config: &AppConfig, problems: &mut Problems) {
    const SHARED: [&str; 4] = ["owner", "hosts", "paths", "port"];
    let arguments = config.arguments["load_balancer"].as_object().into_iter().flatten();
    let is_set = |value: &Value| !value.is_null() && *value != json!({});
    for (name, _) in arguments.filter(|(name, value)| is_set(value) && !SHARED.contains(&name.as_str())) {
        problems.error(
            &format!("load_balancer.{name}"),
            format!("`{name}` needs `owner = \"terraform\"`"),
            "The controller of the cluster owns the load balancer. Remove the argument, and use annotations in an \
             `ingress` block instead.",
        );
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use time::macros::date;

    use super::*;
    use crate::app::contract;
    use crate::app::resolve::resolve;
    use crate::app::values::values;

    fn resolved(more: &Value) -> (Value, Vec<String>) {
        let mut arguments = json!({
            "name": "shop",
            "environment": "prod",
            "image": { "repository": "shop" },
            "port": { "http": { "port": 8080 } },
            "health_check": { "path": "/healthz" },
            "backend": { "blue": { "cluster": "eks-blue" } },
        });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = AppConfig::from_json(&arguments).unwrap();
        let mut problems = Problems::default();
        let app = resolve(&config, &StandardsDocument::default(), true, date!(2026 - 11 - 27), &mut problems);
        assert!(app.traffic.load_balancer.is_none());
        let values = values(&app, &app.image.initial_reference("shop"), None, Some("blue"));
        assert_eq!(contract::problems(&values), Vec::<String>::new());
        (values, problems.0.into_iter().map(|problem| problem.summary).collect())
    }

    #[test]
    fn the_controller_gets_an_ingress_instead_of_a_binding() {
        let balancer =
            json!({ "owner": "controller", "hosts": ["shop.example.com"], "paths": ["/api/*", "/"] });
        let internal = json!({ "alb.ingress.kubernetes.io/scheme": "internal" });
        let (values, told) =
            resolved(&json!({ "load_balancer": balancer, "ingress": { "annotations": internal } }));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(values["targetGroups"], json!({}));
        assert_eq!(values["httpRoute"], Value::Null);
        assert_eq!(
            values["ingress"],
            json!({
                "annotations": {
                    "alb.ingress.kubernetes.io/healthcheck-path": "/healthz",
                    "alb.ingress.kubernetes.io/scheme": "internal",
                    "alb.ingress.kubernetes.io/target-type": "ip",
                },
                "className": "alb",
                "enabled": true,
                "hosts": { "shop.example.com": { "paths": {
                    "/": { "type": "Exact" },
                    "/api/*": { "type": "ImplementationSpecific" },
                } } },
            })
        );
    }

    #[test]
    fn with_a_gateway_it_is_a_route_and_no_ingress() {
        let balancer = json!({ "owner": "controller", "hosts": ["shop.example.com"], "paths": ["/api/*"] });
        let route = json!({ "parent": { "public": { "namespace": "gateways" } } });
        let (values, told) = resolved(&json!({ "load_balancer": balancer, "http_route": route }));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(values["ingress"], Value::Null);
        assert_eq!(values["httpRoute"]["hostnames"], json!(["shop.example.com"]));
        assert_eq!(values["httpRoute"]["paths"], json!(["/api"]));
        assert_eq!(values["httpRoute"]["parents"]["public"]["namespace"], "gateways");
    }

    #[test]
    fn arguments_of_the_listener_rule_are_refused() {
        let balancer = json!({ "owner": "controller", "priority": 7, "listener_arn": "arn" });
        let (_, told) = resolved(&json!({ "load_balancer": balancer }));
        assert_eq!(
            told,
            ["`priority` needs `owner = \"terraform\"`", "`listener_arn` needs `owner = \"terraform\"`"]
        );
    }
}
