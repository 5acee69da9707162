//! What each part of the rule warns about, and what it accepts.

use std::collections::BTreeSet;

use ipsy_post_renderer::standards_document::StandardsDocument;
use serde_json::{Value, json};
use time::macros::date;

use super::*;
use crate::app::resolve::resolve;

/// The parts and places that are warned about, and the texts.
fn warned(more: &Value, standards: &str) -> (Vec<String>, String) {
    let document = format!("apiVersion: ipsy.dev/v1\nkind: Standards\n{standards}");
    let document = StandardsDocument::from_yaml(&document, "standards.yaml").unwrap();
    let mut arguments = json!({
        "name": "shop",
        "environment": "prod",
        "runtime": "java",
        "port": { "http": { "port": 8080 } },
        "replicas": 3,
    });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut config = AppConfig::from_json(&arguments).unwrap();
    for name in more["unknown"].as_array().into_iter().flatten() {
        config.unknown.insert(name.as_str().unwrap().to_owned());
    }
    let mut problems = Problems::default();
    resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
    assert!(problems.0.iter().all(|problem| problem.warning), "{problems:?}");
    let part = |problem: &Problem| {
        let part = problem.detail.split("(rule `").nth(1).and_then(|rest| rest.split('`').next());
        format!("{} {}", part.unwrap_or_default(), place_text(&problem.place))
    };
    (problems.0.iter().map(part).collect(), format!("{problems:?}"))
}

fn parts(more: &Value) -> Vec<String> {
    warned(more, "").0
}

/// What each part is warned about.
fn misfits() -> Vec<(Value, &'static str)> {
    let claim = |modes: &Value| json!({ "data": { "mount_path": "/d", "claim": { "size": "1Gi", "access_modes": modes } } });
    vec![
        (json!({ "env": { "DB": "10.0.3.7:5432" } }), "fit/fixed-address env[\"DB\"]"),
        (json!({ "args": ["--db", "10.0.3.7", "10.0.3.8"] }), "fit/fixed-address args"),
        (
            json!({ "worker": { "mail": { "env": { "SMTP": "ip-10-0-3-7.ec2.internal" } } } }),
            "fit/fixed-address worker[\"mail\"].env[\"SMTP\"]",
        ),
        (
            json!({ "file": { "/etc/app.conf": { "content": "db: 192.168.1.1" } } }),
            "fit/fixed-address file[\"/etc/app.conf\"].content",
        ),
        (json!({ "env": { "M": "http://169.254.169.254/" } }), "fit/instance-metadata env[\"M\"]"),
        (
            json!({ "security": { "read_only_root_filesystem": false } }),
            "fit/local-files security.read_only_root_filesystem",
        ),
        (
            json!({ "extra_values": json!({ "security": { "readOnlyRootFilesystem": false } }).to_string() }),
            "fit/local-files extra_values",
        ),
        (json!({ "volume": claim(&json!(["ReadWriteOnce"])) }), "fit/local-volume volume[\"data\"].claim"),
        (json!({ "volume": claim(&Value::Null) }), "fit/local-volume volume[\"data\"].claim"),
        (
            json!({ "placement": { "spot_percent": 50 }, "termination": { "drain_seconds": 300 } }),
            "fit/long-shutdown termination.drain_seconds",
        ),
        (json!({ "replicas": 1 }), "fit/single-pod replicas"),
        (
            json!({ "replicas": null, "autoscaling": { "min": 1, "max": 1 } }),
            "fit/single-pod autoscaling.max",
        ),
        (
            json!({ "probes": { "startup": { "failure_threshold": 5, "period_seconds": 2 } } }),
            "fit/slow-start probes.startup",
        ),
        (json!({ "probes": { "startup": { "enabled": false } } }), "fit/slow-start probes.liveness"),
        (json!({ "probes": { "startup": { "failure_threshold": 120 } } }), "fit/slow-start probes.startup"),
        (
            json!({
                "load_balancer": {
                    "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
                    "hosts": ["shop.example.com"],
                    "priority": 7,
                    "stickiness_seconds": 600,
                },
                "backend": { "blue": { "cluster": "eks-blue", "weight": 100 } },
            }),
            "fit/sticky-sessions load_balancer.stickiness_seconds",
        ),
        (
            json!({
                "load_balancer": {
                    "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
                    "hosts": ["shop.example.com"],
                    "priority": 7,
                    "session": { "seconds": 600 },
                },
                "backend": { "blue": { "cluster": "eks-blue", "weight": 100 } },
            }),
            "fit/sticky-sessions load_balancer.session",
        ),
    ]
}

#[test]
fn each_misfit_is_one_warning_at_its_argument() {
    assert_eq!(parts(&json!({})), Vec::<String>::new());
    let mut seen = BTreeSet::new();
    for (more, expected) in misfits() {
        assert_eq!(parts(&more), [expected], "{more}");
        seen.insert(expected.split(' ').next().unwrap());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), PARTS);
}

#[test]
fn an_exception_silences_a_part_or_the_whole_rule() {
    let exception = json!({ "reason": "moves in May", "owner": "shop", "expires": "2027-05-31" });
    for rule in ["fit/single-pod", "fit"] {
        let more = json!({ "replicas": 1, "exception": { rule: exception } });
        assert_eq!(parts(&more), Vec::<String>::new());
    }
    let more = json!({ "replicas": 1, "exception": { "fit/slow-start": exception } });
    assert_eq!(parts(&more), ["fit/single-pod replicas"]);
}

#[test]
fn a_single_pod_is_accepted_where_the_standards_allow_one() {
    let single = json!({ "replicas": 1 });
    let (allowed, _) = warned(&single, "environments: {prod: {minimumReplicas: 1}}\n");
    assert_eq!(allowed, Vec::<String>::new());
    assert_eq!(parts(&json!({ "replicas": 1, "port": {} })), Vec::<String>::new());
}

#[test]
fn volumes_for_several_nodes_or_one_recreated_pod_fit() {
    let volume = |modes: &[&str]| json!({ "data": { "mount_path": "/d", "claim": { "size": "1Gi", "access_modes": modes } } });
    assert_eq!(parts(&json!({ "volume": volume(&["ReadWriteMany"]) })), Vec::<String>::new());
    let one = json!({
        "replicas": 1,
        "volume": volume(&["ReadWriteOnce"]),
        "strategy": { "type": "Recreate" },
        "exception": { "fit/single-pod": { "reason": "r", "owner": "o", "expires": "2027-05-31" } },
    });
    assert_eq!(parts(&one), Vec::<String>::new());
}

#[test]
fn unknown_arguments_are_not_judged_and_texts_not_shown() {
    let more = json!({ "replicas": 1, "unknown": ["autoscaling"] });
    assert_eq!(parts(&more), Vec::<String>::new());
    let (_, told) = warned(&json!({ "env": { "DB": "postgres://shop:hunter2@10.0.3.7/" } }), "");
    assert!(told.contains("fit/fixed-address") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_misfit_of_one_cluster_is_told_at_its_backend() {
    let own = json!({ "replicas": 1 }).to_string();
    let more = json!({
        "backend": {
            "blue": { "cluster": "eks-blue", "weight": 100 },
            "green": { "cluster": "eks-green", "weight": 0, "extra_values": own },
        },
        "load_balancer": {
            "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
            "hosts": ["shop.example.com"],
            "priority": 7,
        },
    });
    assert_eq!(parts(&more), ["fit/single-pod backend[\"green\"].extra_values"]);
}
