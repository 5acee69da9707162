//! Fields that an API server refuses in some pods, so that no standard writes them: settings of Linux in Windows pods,
//! settings of Windows in Linux pods, and what Knative leaves to its operators.

use crate::object::{Object, Pod};

/// Members of a security context that are only for Linux, as the validation of Pods has it.
const LINUX_ONLY: &[&str] = &[
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "fsGroup",
    "fsGroupChangePolicy",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

/// Members of a container's security context that Knative takes, as its field masks have it.
const KNATIVE_CONTEXT: &[&str] = &[
    "allowPrivilegeEscalation",
    "capabilities",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
];

/// Members of a pod's `spec` that Knative takes without being configured to.
const KNATIVE_POD: &[&str] = &[
    "automountServiceAccountToken",
    "containers",
    "enableServiceLinks",
    "imagePullSecrets",
    "serviceAccountName",
    "volumes",
];

/// What a pod runs on, as far as it decides which fields it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Linux,
    Windows,
    Knative,
    /// No field decides: the usual case, which runs on Linux.
    Unsaid,
}

impl Platform {
    /// The platform of a pod of an object, or of containers without a pod.
    pub(crate) fn of(object: &Object<'_, '_>, pod: Option<&Pod>) -> Self {
        if object.identity.group == "serving.knative.dev" {
            return Self::Knative;
        }
        let text = |path: &[&str]| {
            let spec = object.spec_of(pod?)?;
            object.tree.string(object.tree.at(spec, path)?)
        };
        let system = text(&["os", "name"])
            .or_else(|| text(&["nodeSelector", "kubernetes.io/os"]))
            .or_else(|| text(&["nodeSelector", "beta.kubernetes.io/os"]));
        match system.as_deref() {
            Some("windows") => Self::Windows,
            Some("linux") => Self::Linux,
            _ => Self::Unsaid,
        }
    }

    /// Whether a pod's `spec` may have this member.
    pub(crate) fn takes_in_pod(self, member: &str) -> bool {
        self != Self::Knative || KNATIVE_POD.contains(&member)
    }

    /// Whether the security context of a pod may have this member.
    pub(crate) fn takes_in_pod_context(self, member: &str) -> bool {
        self.takes_in_pod("securityContext") && self.takes_in_container_context(member)
    }

    /// Whether the security context of a container may have this member.
    pub(crate) fn takes_in_container_context(self, member: &str) -> bool {
        match self {
            Self::Windows => !LINUX_ONLY.contains(&member),
            Self::Linux => member != "windowsOptions",
            Self::Knative => KNATIVE_CONTEXT.contains(&member),
            Self::Unsaid => true,
        }
    }
}
