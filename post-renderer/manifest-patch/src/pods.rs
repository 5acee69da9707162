//! Where well-known kinds hold their pod templates.

use crate::Identity;

/// One kind or several of an API group, and where they hold pod templates. A path leads to the mapping that holds
/// `metadata` and `spec` of the pod, or to one that holds `containers` itself; `[]` stands for every element of a list,
/// `*` for every member of a mapping.
struct Places {
    group: &'static str,
    kinds: &'static [&'static str],
    paths: &'static [&'static [&'static str]],
}

const fn places(
    group: &'static str,
    kinds: &'static [&'static str],
    paths: &'static [&'static [&'static str]],
) -> Places {
    Places { group, kinds, paths }
}

const TEMPLATE: &[&[&str]] = &[&["spec", "template"]];

/// Workloads of Kubernetes itself, which several groups served over time.
const NATIVE: &[Places] = &[
    places("", &["Pod"], &[&[]]),
    places("", &["PodTemplate"], &[&["template"]]),
    places(
        "",
        &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"],
        TEMPLATE,
    ),
    places("batch", &["CronJob"], &[&["spec", "jobTemplate", "spec", "template"]]),
];

/// Workloads of others, as of their custom resource definitions.
const CUSTOM: &[Places] = &[
    places("actions.github.com", &["AutoscalingRunnerSet", "EphemeralRunnerSet"], TEMPLATE),
    places("agones.dev", &["GameServer"], TEMPLATE),
    places("agones.dev", &["Fleet", "GameServerSet"], &[&["spec", "template", "spec", "template"]]),
    places("apps.kruise.io", &["CloneSet", "StatefulSet", "DaemonSet", "BroadcastJob"], TEMPLATE),
    places("apps.kruise.io", &["SidecarSet"], &[&["spec"]]),
    places(
        "apps.kruise.io",
        &["AdvancedCronJob"],
        &[
            &["spec", "template", "jobTemplate", "spec", "template"],
            &["spec", "template", "broadcastJobTemplate", "spec", "template"],
        ],
    ),
    places("apps.kruise.io", &["UnitedDeployment"], &[&["spec", "template", "*", "spec", "template"]]),
    places("apps.openshift.io", &["DeploymentConfig"], TEMPLATE),
    places("argoproj.io", &["Rollout"], TEMPLATE),
    places(
        "argoproj.io",
        &["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"],
        &[
            &["spec", "templates", "[]"],
            &["spec", "templates", "[]", "containerSet"],
            &["spec", "templateDefaults"],
            &["spec", "templateDefaults", "containerSet"],
        ],
    ),
    places(
        "argoproj.io",
        &["CronWorkflow"],
        &[
            &["spec", "workflowSpec", "templates", "[]"],
            &["spec", "workflowSpec", "templates", "[]", "containerSet"],
            &["spec", "workflowSpec", "templateDefaults"],
            &["spec", "workflowSpec", "templateDefaults", "containerSet"],
        ],
    ),
    places("batch.volcano.sh", &["Job"], &[&["spec", "tasks", "[]", "template"]]),
    places(
        "jobset.x-k8s.io",
        &["JobSet"],
        &[&["spec", "replicatedJobs", "[]", "template", "spec", "template"]],
    ),
    places("keda.sh", &["ScaledJob"], &[&["spec", "jobTargetRef", "template"]]),
    places(
        "kubeflow.org",
        &["MPIJob", "MXJob", "PaddleJob", "PyTorchJob", "TFJob", "XGBoostJob"],
        &[&["spec", "*", "*", "template"]],
    ),
    places(
        "leaderworkerset.x-k8s.io",
        &["LeaderWorkerSet"],
        &[
            &["spec", "leaderWorkerTemplate", "leaderTemplate"],
            &["spec", "leaderWorkerTemplate", "workerTemplate"],
        ],
    ),
    places(
        "ray.io",
        &["RayCluster"],
        &[&["spec", "headGroupSpec", "template"], &["spec", "workerGroupSpecs", "[]", "template"]],
    ),
    places("serving.knative.dev", &["Service", "Configuration"], TEMPLATE),
    places("serving.knative.dev", &["Revision"], &[&[]]),
];

/// Whether the API server itself defines this group's workloads. It drops fields that it does not know, so their
/// containers are nowhere else.
pub fn is_native_workload_group(group: &str) -> bool {
    matches!(group, "" | "apps" | "batch" | "extensions")
}

/// Where objects of this kind hold pod templates; empty if that is not known.
pub fn pod_places(identity: &Identity) -> &'static [&'static [&'static str]] {
    let has_kind = |places: &&Places| places.kinds.contains(&identity.kind.as_str());
    let found = if is_native_workload_group(&identity.group) {
        NATIVE.iter().find(|places| {
            let needs_group = matches!(identity.kind.as_str(), "Pod" | "PodTemplate" | "CronJob");
            has_kind(places) && (!needs_group || places.group == identity.group)
        })
    } else {
        CUSTOM.iter().find(|places| places.group == identity.group && has_kind(places))
    };
    found.map_or(&[], |places| places.paths)
}

/// Where objects of this kind hold their pod template, if there is exactly one place: the path of the mapping that
/// holds `metadata` and `spec` of the pod.
pub fn pod_template(identity: &Identity) -> Option<&'static [&'static str]> {
    match pod_places(identity) {
        [path] if path.iter().all(|step| !matches!(*step, "[]" | "*")) => Some(path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(group: &str, kind: &str) -> Identity {
        Identity { group: group.to_owned(), kind: kind.to_owned(), ..Identity::default() }
    }

    #[test]
    fn a_kind_is_known_by_its_group() {
        assert_eq!(pod_template(&identity("apps", "Deployment")), Some(&["spec", "template"][..]));
        assert_eq!(pod_template(&identity("extensions", "Deployment")), Some(&["spec", "template"][..]));
        assert_eq!(pod_template(&identity("", "Pod")), Some(&[][..]));
        assert_eq!(pod_template(&identity("apps", "Pod")), None);
        assert_eq!(pod_template(&identity("example.com", "Deployment")), None);
        assert_eq!(pod_template(&identity("apps.kruise.io", "CloneSet")), Some(&["spec", "template"][..]));
    }

    #[test]
    fn a_kind_may_hold_several_templates() {
        assert_eq!(pod_template(&identity("argoproj.io", "Workflow")), None);
        assert_eq!(pod_places(&identity("argoproj.io", "Workflow")).len(), 4);
    }
}
