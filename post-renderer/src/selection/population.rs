//! What a selector selects from: pods, objects of a kind, namespaces, or anything. It follows from the name of its
//! field and the object that it is in.

use manifest_patch::Identity;

/// What a selector selects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Population {
    /// Pods, by the labels of pod templates and of Pods themselves.
    Pods,
    /// Objects of these kinds.
    Kinds(&'static [&'static str]),
    /// Nothing is known of it, so it may select pods and objects of every kind.
    Anything,
}

/// Fields that select objects of certain kinds, most of them of operators for monitoring.
const KINDS: &[(&str, &[&str])] = &[
    ("alertmanagerConfigSelector", &["AlertmanagerConfig"]),
    ("clusterRoleSelectors", &["ClusterRole"]),
    ("podMonitorSelector", &["PodMonitor"]),
    ("podScrapeSelector", &["VMPodScrape"]),
    ("probeSelector", &["Probe", "VMProbe"]),
    ("ruleSelector", &["PrometheusRule", "VMRule"]),
    ("scrapeConfigSelector", &["ScrapeConfig", "VMScrapeConfig"]),
    ("serviceMonitorSelector", &["ServiceMonitor"]),
    ("serviceScrapeSelector", &["VMServiceScrape"]),
    ("serviceSelector", &["Service"]),
];

/// Native and Istio kinds whose `selector` selects pods.
const SELECT_PODS: &[(&str, &[&str])] = &[
    ("", &["Service", "ReplicationController"]),
    ("apps", &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]),
    ("argoproj.io", &["Rollout"]),
    ("batch", &["Job", "CronJob"]),
    ("monitoring.coreos.com", &["PodMonitor"]),
    ("networking.istio.io", &["Gateway", "EnvoyFilter"]),
    ("policy", &["PodDisruptionBudget"]),
    ("security.istio.io", &["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"]),
    ("telemetry.istio.io", &["Telemetry"]),
];

impl Population {
    /// What the member `field` of an object selects from, below the members `path`; `None` where it selects nothing
    /// by label.
    pub(super) fn of(field: &str, path: &[&str], identity: &Identity) -> Option<Self> {
        let is_within = |place: &str| path.contains(&place);
        // Subsets of an Istio DestinationRule are pods.
        if field == "labels" && is_within("subsets") && identity.kind == "DestinationRule" {
            return Some(Self::Pods);
        }
        let word = field.trim_end_matches('s');
        if !(word == "selector" || word.ends_with("Selector")) {
            return None;
        }
        if word.ends_with("amespaceSelector") {
            return Some(Self::Kinds(&["Namespace"]));
        }
        if let Some((_, kinds)) = KINDS.iter().find(|(name, _)| *name == field) {
            return Some(Self::Kinds(kinds));
        }
        match field {
            // Nodes, fields and metrics are not objects of a stream.
            "nodeSelector" | "fieldSelector" => None,
            "selector" if is_within("metric") => None,
            "podSelector" | "workloadSelector" | "endpointSelector" => Some(Self::Pods),
            "labelSelector" if is_within("affinity") || is_within("topologySpreadConstraints") => {
                Some(Self::Pods)
            }
            "selector" if is_within("volumeClaimTemplates") || identity.kind == "PersistentVolumeClaim" => {
                Some(Self::Kinds(&["PersistentVolume"]))
            }
            "selector" if identity.kind == "ServiceMonitor" => Some(Self::Kinds(&["Service"])),
            "selector" if selects_pods(identity) => Some(Self::Pods),
            _ => Some(Self::Anything),
        }
    }
}

fn selects_pods(identity: &Identity) -> bool {
    SELECT_PODS
        .iter()
        .any(|(group, kinds)| *group == identity.group && kinds.contains(&identity.kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_select_from_what_their_kind_says() {
        let check = |api: (&str, &str), path: &[&str], field: &str, expected: Option<Population>| {
            let identity =
                Identity { group: api.0.to_owned(), kind: api.1.to_owned(), ..Identity::default() };
            assert_eq!(Population::of(field, path, &identity), expected, "{api:?} {path:?} {field}");
        };
        let template = &["spec", "template", "spec"];
        check(("", "Service"), &["spec"], "selector", Some(Population::Pods));
        check(("policy", "PodDisruptionBudget"), &["spec"], "selector", Some(Population::Pods));
        check(("apps", "Deployment"), template, "nodeSelector", None);
        check(
            ("apps", "Deployment"),
            &["topologySpreadConstraints"],
            "labelSelector",
            Some(Population::Pods),
        );
        check(("autoscaling", "HorizontalPodAutoscaler"), &["spec", "metrics", "metric"], "selector", None);
        let monitoring = |kind| ("monitoring.coreos.com", kind);
        check(monitoring("ServiceMonitor"), &["spec"], "selector", Some(Population::Kinds(&["Service"])));
        check(
            monitoring("ServiceMonitor"),
            &["spec"],
            "namespaceSelector",
            Some(Population::Kinds(&["Namespace"])),
        );
        check(
            monitoring("Prometheus"),
            &["spec"],
            "serviceMonitorSelector",
            Some(Population::Kinds(&["ServiceMonitor"])),
        );
        check(
            ("rbac.authorization.k8s.io", "ClusterRole"),
            &["aggregationRule"],
            "clusterRoleSelectors",
            Some(Population::Kinds(&["ClusterRole"])),
        );
        check(
            ("networking.istio.io", "DestinationRule"),
            &["spec", "subsets"],
            "labels",
            Some(Population::Pods),
        );
        check(("example.com", "Group"), &["spec"], "memberSelector", Some(Population::Anything));
        check(("apps", "Deployment"), &["metadata"], "labels", None);
    }
}
