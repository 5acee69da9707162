//! Values that exclude each other across arguments. The chart's templates refuse them too, but only when Helm renders.

use serde_json::{Map, Value};

use super::arguments::AppConfig;
use super::problem::Problems;

/// Owners of a load balancer.
const OWNERS: [&str; 3] = ["terraform", "controller", "none"];
/// Longest name of a `CronJob` that Kubernetes takes.
const LONGEST_CRON: usize = 52;

/// Reports values of `config` that the chart would refuse together.
pub(super) fn check(config: &AppConfig, problems: &mut Problems) {
    check_load_balancer(config, problems);
    check_workers(config, problems);
    check_variables(config, problems);
    check_mounts(config, problems);
    check_crons(config, problems);
}

fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> + use<'v> {
    value[name].as_object().into_iter().flat_map(Map::iter).filter(|(_, member)| !member.is_null())
}

fn check_load_balancer(config: &AppConfig, problems: &mut Problems) {
    let Some(balancer) = &config.aws.load_balancer else { return };
    if let Some(owner) = &balancer.owner
        && !OWNERS.contains(&owner.as_str())
    {
        problems.error(
            "load_balancer.owner",
            format!("`{owner}` is not an owner of a load balancer"),
            "Use \"terraform\", \"controller\" or \"none\".",
        );
    }
    let routes = [("ingress", "ingress"), ("http_route", "httpRoute")];
    let routes = routes.into_iter().filter(|(_, field)| config.chart[*field]["enabled"] == true);
    let most = usize::from(balancer.is_of_controller());
    for (block, _) in routes.skip(most) {
        problems.error(
            block,
            "The load balancer has two owners",
            "With `load_balancer` Terraform makes the listener rule; with `owner = \"controller\"` the app gets an Ingress, \
             or an HTTPRoute if it has an `http_route` block. Remove one of the blocks, or set the owner.",
        );
    }
}

fn check_workers(config: &AppConfig, problems: &mut Problems) {
    for (name, worker) in members(&config.chart, "workers") {
        if worker.get("replicas").is_some() && worker.get("autoscaling").is_some() {
            problems.error(
                &format!("worker[{name:?}].replicas"),
                "The number of pods has two owners",
                "The autoscaler would overwrite `replicas`. Remove `replicas` or the `autoscaling` block.",
            );
        }
    }
}

/// A variable with two sources: Kubernetes would take one of them without a message.
fn check_variables(config: &AppConfig, problems: &mut Problems) {
    let is_secret = |name: &String| config.secret.contains_key(name);
    let is_field = |name: &String| config.chart["envFields"].get(name).is_some();
    let mut report = |place: String, name: &str, other: &str| {
        problems.error(
            &place,
            format!("The environment variable `{name}` has two sources"),
            format!("`{other}` sets it too. Remove one of them."),
        );
    };
    for (name, _) in members(&config.chart, "envFields") {
        let in_env = config.env.iter().flatten().any(|(variable, _)| variable == name);
        for other in [is_secret(name).then_some("secret"), in_env.then_some("env")].into_iter().flatten() {
            report(format!("env_fields[{name:?}]"), name, other);
        }
    }
    for (kind, block) in [("workers", "worker"), ("crons", "cron")] {
        for (part, values) in members(&config.chart, kind) {
            for (name, _) in members(values, "env") {
                let others = [is_secret(name).then_some("secret"), is_field(name).then_some("env_fields")];
                for other in others.into_iter().flatten() {
                    report(format!("{block}[{part:?}].env[{name:?}]"), name, other);
                }
            }
        }
    }
}

/// The chart has the volume `tmp`, unless it is removed.
fn check_mounts(config: &AppConfig, problems: &mut Problems) {
    let volumes = &config.chart["volumes"];
    let exists = |name: &str| volumes.get(name).map_or(name == "tmp", |volume| !volume.is_null());
    for (kind, block) in [("sidecars", "sidecar"), ("initContainers", "init_container")] {
        for (container, values) in members(&config.chart, kind) {
            for (volume, _) in members(values, "mounts").filter(|(volume, _)| !exists(volume)) {
                problems.error(
                    &format!("{block}[{container:?}].mount[{volume:?}]"),
                    format!("The app has no volume `{volume}`"),
                    "Add a `volume` block of this name, or mount one that exists.",
                );
            }
        }
    }
}

fn check_crons(config: &AppConfig, problems: &mut Problems) {
    let app = config.name.as_deref().unwrap_or_default();
    for (name, _) in members(&config.chart, "crons") {
        let full = format!("{app}-{name}");
        if full.len() > LONGEST_CRON {
            problems.error(
                &format!("cron[{name:?}]"),
                format!("`{full}` is too long for a CronJob"),
                format!("Kubernetes takes {LONGEST_CRON} characters. Choose a shorter name."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(arguments: &Value, expected: &[&str]) {
        let config = AppConfig::from_json(arguments).unwrap();
        let mut problems = Problems::default();
        super::check(&config, &mut problems);
        let told: Vec<&str> = problems.0.iter().map(|problem| problem.summary.as_str()).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_load_balancer_has_one_owner() {
        let two = json!({ "load_balancer": {}, "ingress": { "host": { "": {} } } });
        check(&two, &["The load balancer has two owners"]);
        check(&json!({ "load_balancer": {}, "ingress": { "enabled": false } }), &[]);
        check(&json!({ "ingress": {} }), &[]);
        check(&json!({ "load_balancer": {}, "http_route": {} }), &["The load balancer has two owners"]);
        let controller = |block: &str| json!({ "load_balancer": { "owner": "controller" }, block: {} });
        check(&controller("ingress"), &[]);
        check(&controller("http_route"), &[]);
        check(
            &json!({ "load_balancer": { "owner": "ingress" } }),
            &["`ingress` is not an owner of a load balancer"],
        );
    }

    #[test]
    fn pods_of_a_worker_have_one_owner() {
        let two = json!({ "worker": { "a": { "replicas": 2, "autoscaling": { "min": 1 } } } });
        check(&two, &["The number of pods has two owners"]);
        check(&json!({ "worker": { "a": { "replicas": 2 }, "b": { "autoscaling": { "min": 1 } } } }), &[]);
    }

    #[test]
    fn a_variable_has_one_source() {
        let told = "The environment variable `A` has two sources";
        check(&json!({ "env": { "A": "1" }, "env_fields": { "A": "status.podIP" } }), &[told]);
        check(&json!({ "secret": { "A": {} }, "cron": { "c": { "env": { "A": "1" } } } }), &[told]);
        check(&json!({ "env": { "A": "1" }, "worker": { "w": { "env": { "A": "2" } } } }), &[]);
    }

    #[test]
    fn only_volumes_that_exist_are_mounted() {
        let mounts = |volume: &str| json!({ "proxy": { "mount": { volume: { "path": "/a" } } } });
        check(&json!({ "sidecar": mounts("tmp") }), &[]);
        check(&json!({ "sidecar": mounts("data") }), &["The app has no volume `data`"]);
        let removed = json!({ "init_container": mounts("tmp"), "volume": { "tmp": { "enabled": false } } });
        check(&removed, &["The app has no volume `tmp`"]);
    }

    #[test]
    fn a_cron_is_named_within_the_limit_of_kubernetes() {
        let name = "a".repeat(44);
        check(
            &json!({ "name": "checkout", "cron": { name.clone(): { "schedule": "@daily" } } }),
            &[&format!("`checkout-{name}` is too long for a CronJob")],
        );
    }
}
