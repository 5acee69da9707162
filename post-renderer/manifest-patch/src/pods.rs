//! Where pods are in the kinds that hold pod templates.

use crate::Identity;

/// Where the pod template of this kind is: the path of what holds `metadata` and `spec` of the pod.
pub fn pod_template(identity: &Identity) -> Option<&'static [&'static str]> {
    let native = matches!(identity.group.as_str(), "" | "apps" | "batch" | "extensions");
    Some(match (identity.kind.as_str(), identity.group.as_str()) {
        ("Pod", "") => &[],
        ("PodTemplate", "") => &["template"],
        ("Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job", _)
            if native =>
        {
            &["spec", "template"]
        }
        ("CronJob", "batch") => &["spec", "jobTemplate", "spec", "template"],
        ("Rollout", "argoproj.io") | ("Service", "serving.knative.dev") => &["spec", "template"],
        ("ScaledJob", "keda.sh") => &["spec", "jobTargetRef", "template"],
        _ => return None,
    })
}
