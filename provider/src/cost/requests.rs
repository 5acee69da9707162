//! What an app's pods request, by its Helm values: the app itself, workers, crons and the migration, each with its
//! sidecars. The sums are those of Kubernetes' scheduler for what the standard chart renders.

use std::collections::BTreeMap;
use std::ops::{Add, Mul};

use bigdecimal::BigDecimal;
use ipsy_post_renderer::Quantity;
use serde_json::{Map, Value};

/// Processor time and memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// Cores.
    pub(crate) cpu: BigDecimal,
    /// Bytes.
    pub(crate) memory: BigDecimal,
}

impl Requests {
    fn at_least(self, other: &Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu.clone()), memory: self.memory.max(other.memory.clone()) }
    }
}

impl Add<&Self> for Requests {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        Self { cpu: self.cpu + &other.cpu, memory: self.memory + &other.memory }
    }
}

impl Mul<u64> for &Requests {
    type Output = Requests;

    fn mul(self, pods: u64) -> Requests {
        let pods = BigDecimal::from(pods);
        Requests { cpu: &self.cpu * &pods, memory: &self.memory * &pods }
    }
}

/// Pods that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// What one pod requests.
    pub(crate) pod: Requests,
    /// The minimum number of pods.
    pub(crate) minimum: u64,
    /// The maximum number of pods.
    pub(crate) maximum: u64,
}

/// The parts of the app by name: `web`, `worker/NAME`, `cron/NAME` and `migration`. The values must be valid by the
/// chart's schema.
pub(crate) fn parts(values: &Value) -> Result<BTreeMap<String, Part>, String> {
    let mut parts = BTreeMap::new();
    let (minimum, maximum) = web_replicas(values);
    parts.insert("web".to_owned(), Part { pod: pod(values, values, Pod::Service)?, minimum, maximum });
    for (name, worker) in entries(&values["workers"]) {
        let (minimum, maximum) = worker_replicas(worker);
        let pod = pod(values, worker, Pod::Service)?;
        parts.insert(format!("worker/{name}"), Part { pod, minimum, maximum });
    }
    for (name, cron) in entries(&values["crons"]) {
        let maximum = u64::from(cron["suspend"] != true);
        let pod = pod(values, cron, Pod::Job)?;
        parts.insert(format!("cron/{name}"), Part { pod, minimum: 0, maximum });
    }
    if values["migration"]["enabled"] == true {
        let pod = pod(values, &values["migration"], Pod::Job)?;
        parts.insert("migration".to_owned(), Part { pod, minimum: 0, maximum: 1 });
    }
    Ok(parts)
}

/// The pods and requests of all parts together, with the number of pods that `count` chooses.
pub(crate) fn total(parts: &BTreeMap<String, Part>, count: fn(&Part) -> u64) -> (u64, Requests) {
    parts.values().fold((0, Requests::default()), |(pods, sum), part| {
        (pods.saturating_add(count(part)), sum + &(&part.pod * count(part)))
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Pod {
    /// Runs on, with all sidecars.
    Service,
    /// Ends by itself. The chart gives it no plain sidecar, since that would keep it alive.
    Job,
}

/// As Kubernetes sums a pod up: containers and native sidecars side by side, or an init container beside the native
/// sidecars before it, whichever is more.
fn pod(values: &Value, workload: &Value, kind: Pod) -> Result<Requests, String> {
    let has_own = workload["resources"].as_object().is_some_and(|own| !own.is_empty());
    let mut running = container(if has_own { workload } else { values })?;
    let is_native = |sidecar: &Value| sidecar["native"] != false;
    let mut starting = Vec::new();
    for (name, sidecar) in entries(&values["sidecars"]) {
        if is_native(sidecar) {
            starting.push((order(sidecar, 100), 0, name, sidecar));
        } else if kind == Pod::Service {
            running = running + &container(sidecar)?;
        }
    }
    for (name, init) in entries(&values["initContainers"]) {
        starting.push((order(init, 200), 1, name, init));
    }
    starting.sort_by_key(|(order, group, name, _)| (*order, *group, *name));
    let mut sidecars = Requests::default();
    let mut most = Requests::default();
    for (_, group, _, described) in starting {
        let requests = container(described)?;
        if group == 0 {
            sidecars = sidecars + &requests;
            most = most.at_least(&sidecars);
        } else {
            most = most.at_least(&(requests + &sidecars));
        }
    }
    Ok(most.at_least(&(running + &sidecars)))
}

/// The requests of a container with the chart's defaults: the limit, else 100m and 256Mi.
fn container(described: &Value) -> Result<Requests, String> {
    let request = |name: &str, default: &str| {
        let given = |kind: &str| Some(&described["resources"][kind][name]).filter(|given| is_set(given));
        let text = match given("requests").or_else(|| given("limits")) {
            Some(Value::String(text)) => text.clone(),
            Some(number) => number.to_string(),
            None => default.to_owned(),
        };
        quantity(&text)
    };
    Ok(Requests { cpu: request("cpu", "100m")?, memory: request("memory", "256Mi")? })
}

/// As Helm's templates judge it: not empty and not 0.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// A quantity in its base unit.
pub(crate) fn quantity(text: &str) -> Result<BigDecimal, String> {
    let quantity = Quantity::parse(text).map_err(|error| error.to_string())?;
    Ok((BigDecimal::from(quantity.nano()) / BigDecimal::from(1_000_000_000)).normalized())
}

fn web_replicas(values: &Value) -> (u64, u64) {
    match values["replicas"].as_u64() {
        Some(replicas) => (replicas, replicas),
        None => autoscaled(&values["autoscaling"]),
    }
}

fn worker_replicas(worker: &Value) -> (u64, u64) {
    match worker["replicas"].as_u64() {
        Some(replicas) => (replicas, replicas),
        None if worker["autoscaling"].as_object().is_none_or(Map::is_empty) => (1, 1),
        None => autoscaled(&worker["autoscaling"]),
    }
}

/// The bounds of an autoscaler with the chart's defaults.
fn autoscaled(autoscaling: &Value) -> (u64, u64) {
    let minimum = autoscaling["min"].as_u64().unwrap_or(2);
    (minimum, autoscaling["max"].as_u64().unwrap_or_else(|| minimum.max(10)))
}

fn order(container: &Value, default: u64) -> u64 {
    container["order"].as_u64().unwrap_or(default)
}

/// The entries of a map of the values; `null` removes one, as in Helm.
fn entries(map: &Value) -> impl Iterator<Item = (&String, &Value)> {
    map.as_object().into_iter().flatten().filter(|(_, entry)| !entry.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn requests(cpu: &str, memory: &str) -> Requests {
        Requests { cpu: quantity(cpu).unwrap(), memory: quantity(memory).unwrap() }
    }

    fn resources(cpu: &str, memory: &str) -> Value {
        json!({ "requests": { "cpu": cpu, "memory": memory } })
    }

    #[test]
    fn an_app_without_numbers_has_those_of_the_chart() {
        let parts = parts(&json!({})).unwrap();
        assert_eq!(parts["web"], Part { pod: requests("100m", "256Mi"), minimum: 2, maximum: 10 });
        assert_eq!(parts.len(), 1);
    }

    #[test]
    fn workers_crons_and_the_migration_are_parts() {
        let values = json!({
            "replicas": 3,
            "resources": resources("500m", "1Gi"),
            "workers": {
                "events": { "autoscaling": { "min": 0, "max": 20 }, "resources": resources("1", "2Gi") },
                "mails": {},
                "removed": null,
            },
            "crons": { "cleanup": { "schedule": "@daily" }, "paused": { "schedule": "@daily", "suspend": true } },
            "migration": { "enabled": true, "resources": resources("2", "512Mi") },
        });
        let parts = parts(&values).unwrap();
        let counts: Vec<_> =
            parts.iter().map(|(name, part)| (name.as_str(), part.minimum, part.maximum)).collect();
        assert_eq!(
            counts,
            [
                ("cron/cleanup", 0, 1),
                ("cron/paused", 0, 0),
                ("migration", 0, 1),
                ("web", 3, 3),
                ("worker/events", 0, 20),
                ("worker/mails", 1, 1),
            ]
        );
        assert_eq!(total(&parts, |part| part.minimum), (4, requests("2", "4Gi")));
        // 3 and 1 pods of 500m, 20 workers of 1, the cron of 500m, the migration of 2.
        assert_eq!(total(&parts, |part| part.maximum), (26, requests("24.5", "46592Mi")));
    }

    #[test]
    fn a_pod_is_summed_up_as_by_the_scheduler() {
        let values = json!({
            "resources": resources("500m", "512Mi"),
            "sidecars": {
                "late": { "order": 300, "resources": resources("30m", "30Mi") },
                "proxy": { "resources": resources("100m", "64Mi") },
                "logs": { "native": false, "resources": resources("50m", "64Mi") },
            },
            "initContainers": { "warm-up": { "resources": resources("200m", "2Gi") } },
            "crons": { "cleanup": { "schedule": "@daily" } },
        });
        let parts = parts(&values).unwrap();
        // The processor: 500 + 50 + 100 + 30. The memory: the warm-up beside the proxy, which started before it.
        assert_eq!(parts["web"].pod, requests("680m", "2112Mi"));
        assert_eq!(parts["cron/cleanup"].pod, requests("630m", "2112Mi"));
    }

    #[test]
    fn a_limit_without_a_request_is_the_request() {
        let values = json!({ "resources": { "limits": { "cpu": 2, "memory": "1Gi" } } });
        assert_eq!(parts(&values).unwrap()["web"].pod, requests("2", "1Gi"));
        assert!(parts(&json!({ "resources": resources("1 core", "1Gi") })).unwrap_err().contains("`1 core`"));
    }
}
