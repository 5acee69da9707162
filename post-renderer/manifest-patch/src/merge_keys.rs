//! Which lists are merged by which keys: Kubernetes' struct tags as data, the custom resources everyone uses,
//! and what the configuration declares. Every list that is not here is atomic.

use crate::identity::Identity;

/// How a strategic merge treats a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListRule<'k> {
    /// Replaced as a whole.
    Atomic,
    /// Primitive values: the union.
    Primitive,
    /// Elements are the same when these members are.
    Keyed(&'k [&'k str]),
    /// The same where the elements of the patch have the members, else atomic: the key is optional there.
    KeyedIfNamed(&'k [&'k str]),
    /// Keys that the configuration declares.
    Declared(&'k [String]),
}

/// The list keys that the configuration declares for custom resources.
#[derive(Clone, Debug, Default)]
pub struct ListKeys {
    declared: Vec<Declared>,
}

#[derive(Clone, Debug)]
struct Declared {
    group: String,
    kind: String,
    path: Vec<String>,
    keys: Vec<String>,
}

impl ListKeys {
    /// Declares the merge keys of a list. An empty group or kind means any. The path is that of the list, as
    /// `spec.triggers`; a list within a list is `spec.jobs[].steps`.
    pub fn declare(&mut self, group: &str, kind: &str, path: &str, keys: &[String]) {
        self.declared.push(Declared {
            group: group.to_owned(),
            kind: kind.to_owned(),
            path: path.split('.').map(|part| part.trim_end_matches("[]").to_owned()).collect(),
            keys: keys.to_vec(),
        });
    }

    /// The rule for the list at a path of member names (indices left out) in objects of this identity.
    pub fn rule(&self, identity: &Identity, path: &[&str]) -> ListRule<'_> {
        let declared = self.declared.iter().find(|one| {
            (one.group.is_empty() || one.group == identity.group)
                && (one.kind.is_empty() || one.kind == identity.kind)
                && one.path.iter().map(String::as_str).eq(path.iter().copied())
        });
        if let Some(one) = declared {
            return ListRule::Declared(&one.keys);
        }
        if let Some(rule) = metadata_rule(path) {
            return rule;
        }
        if let Some(template) = crate::pods::pod_template(identity)
            && let Some(within) = path.strip_prefix(template)
            && let Some(rule) =
                within.strip_prefix(&["spec"]).and_then(pod_rule).or_else(|| metadata_rule(within))
        {
            return rule;
        }
        if !identity.is_native() {
            return custom_rule(identity, path);
        }
        // Objects within native objects, such as volume claim templates, have the same metadata.
        let nested = path.iter().rposition(|name| *name == "metadata").and_then(|start| path.get(start..));
        nested.and_then(metadata_rule).unwrap_or_else(|| native_rule(identity, path))
    }
}

const NAME: ListRule<'static> = ListRule::Keyed(&["name"]);

fn metadata_rule(path: &[&str]) -> Option<ListRule<'static>> {
    match path {
        ["metadata", "finalizers"] => Some(ListRule::Primitive),
        ["metadata", "ownerReferences"] => Some(ListRule::Keyed(&["uid"])),
        _ => None,
    }
}

/// Lists of `PodSpec`.
fn pod_rule(path: &[&str]) -> Option<ListRule<'static>> {
    Some(match path {
        [
            "containers"
            | "initContainers"
            | "ephemeralContainers"
            | "volumes"
            | "imagePullSecrets"
            | "schedulingGates"
            | "resourceClaims"
            | "evictionResponders",
        ]
        | ["containers" | "initContainers" | "ephemeralContainers", "env"] => NAME,
        ["containers" | "initContainers" | "ephemeralContainers", "ports"] => {
            ListRule::Keyed(&["containerPort", "protocol"])
        }
        ["containers" | "initContainers" | "ephemeralContainers", "volumeMounts"] => {
            ListRule::Keyed(&["mountPath"])
        }
        ["containers" | "initContainers" | "ephemeralContainers", "volumeDevices"] => {
            ListRule::Keyed(&["devicePath"])
        }
        ["hostAliases"] => ListRule::Keyed(&["ip"]),
        ["topologySpreadConstraints"] => ListRule::Keyed(&["topologyKey", "whenUnsatisfiable"]),
        _ => return None,
    })
}

/// Lists outside of metadata and pod specs. Kubernetes gives a few lists of conditions no merge key.
fn native_rule(identity: &Identity, path: &[&str]) -> ListRule<'static> {
    match (identity.kind.as_str(), path) {
        ("ServiceAccount", ["secrets"])
        | (
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
            ["webhooks"] | ["webhooks", "matchConditions"],
        )
        | ("ValidatingAdmissionPolicy", ["spec", "variables" | "matchConditions"])
        | ("MutatingAdmissionPolicy", ["spec", "matchConditions"])
        | ("CSINode", ["spec", "drivers"])
        | ("PodGroup", ["spec", "resourceClaims"] | ["status", "resourceClaimStatuses"])
        | ("Workload", ["spec", "podGroupTemplates", "resourceClaims"])
        | (
            "Pod",
            ["status", "resourceClaimStatuses"]
            | [
                "status",
                "containerStatuses" | "initContainerStatuses" | "ephemeralContainerStatuses",
                "allocatedResourcesStatus",
            ],
        ) => NAME,
        ("Service", ["spec", "ports"]) => ListRule::Keyed(&["port", "protocol"]),
        ("Node", ["spec", "podCIDRs"]) => ListRule::Primitive,
        (
            "ValidatingAdmissionPolicy" | "CertificateSigningRequest" | "StorageVersion",
            ["status", "conditions"],
        ) => ListRule::Atomic,
        (_, ["status", "conditions"])
        | ("ComponentStatus", ["conditions"])
        | ("StatefulSet", ["spec", "volumeClaimTemplates", "status", "conditions"])
        | ("Node", ["status", "addresses"]) => ListRule::Keyed(&["type"]),
        ("Pod", ["status", "podIPs" | "hostIPs"]) => ListRule::Keyed(&["ip"]),
        (
            "Pod",
            [
                "status",
                "containerStatuses" | "initContainerStatuses" | "ephemeralContainerStatuses",
                "volumeMounts",
            ],
        ) => ListRule::Keyed(&["mountPath"]),
        ("ResourceClaim", ["status", "reservedFor"]) => ListRule::Keyed(&["uid"]),
        _ => ListRule::Atomic,
    }
}

/// Custom resources that most clusters have. Where the key is optional in their schema, so it is here.
fn custom_rule(identity: &Identity, path: &[&str]) -> ListRule<'static> {
    match (identity.group.as_str(), identity.kind.as_str(), path) {
        ("external-secrets.io", "ExternalSecret", ["spec", "data"]) => ListRule::Keyed(&["secretKey"]),
        ("external-secrets.io", "ClusterExternalSecret", ["spec", "externalSecretSpec", "data"]) => {
            ListRule::Keyed(&["secretKey"])
        }
        ("keda.sh", "ScaledObject" | "ScaledJob", ["spec", "triggers"])
        | ("networking.istio.io", "VirtualService", ["spec", "http"]) => ListRule::KeyedIfNamed(&["name"]),
        ("networking.istio.io", "DestinationRule", ["spec", "subsets"])
        | (
            "argoproj.io",
            "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate",
            ["spec", "templates"],
        )
        | ("argoproj.io", "AnalysisTemplate" | "ClusterAnalysisTemplate", ["spec", "metrics" | "args"])
        | ("tekton.dev", "Task" | "ClusterTask", ["spec", "steps" | "params" | "workspaces" | "results"])
        | ("tekton.dev", "Pipeline", ["spec", "tasks" | "params" | "workspaces" | "results"])
        | ("monitoring.coreos.com", "PrometheusRule", ["spec", "groups"])
        | (
            "monitoring.coreos.com",
            "Prometheus" | "Alertmanager",
            ["spec", "containers" | "initContainers" | "volumes"],
        ) => NAME,
        ("serving.knative.dev", "Service", ["spec", "traffic"]) => ListRule::KeyedIfNamed(&["tag"]),
        _ => ListRule::Atomic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(group: &str, kind: &str, path: &str, rule: ListRule<'_>) {
        let identity = Identity { group: group.into(), kind: kind.into(), ..Identity::default() };
        let path: Vec<&str> = path.split('.').collect();
        assert_eq!(ListKeys::default().rule(&identity, &path), rule, "{kind} {path:?}");
    }

    #[test]
    fn pod_specs_are_found_wherever_they_are() {
        check("apps", "Deployment", "spec.template.spec.containers", NAME);
        check("batch", "CronJob", "spec.jobTemplate.spec.template.spec.initContainers.env", NAME);
        check("", "Pod", "spec.containers.ports", ListRule::Keyed(&["containerPort", "protocol"]));
        check("argoproj.io", "Rollout", "spec.template.spec.volumes", NAME);
        check("keda.sh", "ScaledJob", "spec.jobTargetRef.template.spec.containers", NAME);
        check("apps", "StatefulSet", "spec.template.metadata.finalizers", ListRule::Primitive);
        check("apps", "StatefulSet", "spec.volumeClaimTemplates.metadata.finalizers", ListRule::Primitive);
        check("batch", "CronJob", "spec.jobTemplate.metadata.ownerReferences", ListRule::Keyed(&["uid"]));
        check("apps", "Deployment", "spec.template.spec.tolerations", ListRule::Atomic);
        check("example.com", "Deployment", "spec.template.spec.containers", ListRule::Atomic);
    }

    #[test]
    fn lists_outside_of_pods_have_the_keys_of_their_types() {
        check("", "Service", "spec.ports", ListRule::Keyed(&["port", "protocol"]));
        check("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "spec.variables", NAME);
        check("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "spec.variables", ListRule::Atomic);
        check("networking.k8s.io", "Ingress", "spec.rules", ListRule::Atomic);
        check("certificates.k8s.io", "CertificateSigningRequest", "status.conditions", ListRule::Atomic);
        check("batch", "Job", "status.conditions", ListRule::Keyed(&["type"]));
    }

    #[test]
    fn declared_keys_come_first() {
        let mut keys = ListKeys::default();
        keys.declare("example.com", "", "spec.jobs[].steps", &["id".to_owned()]);
        let identity = Identity { group: "example.com".into(), kind: "Any".into(), ..Identity::default() };
        assert_eq!(keys.rule(&identity, &["spec", "jobs", "steps"]), ListRule::Declared(&["id".to_owned()]));
    }
}
