//! The namespace that an object is deployed to: its own, the given one (`--namespace`), or none at all.

use manifest_patch::Identity;

/// Where an object is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope<'n> {
    /// Into this namespace.
    Namespace(&'n str),
    /// The object names no namespace, and none was given: only the deployer knows.
    Unknown,
    /// Objects of this kind belong to no namespace.
    Cluster,
}

impl<'n> Scope<'n> {
    /// The scope of an object. `given` is the namespace of objects that name none.
    pub(crate) fn of(identity: &'n Identity, given: Option<&'n str>) -> Self {
        match (identity.namespace.as_str(), given.filter(|given| !given.is_empty())) {
            ("", _) if is_cluster_scoped(identity) => Self::Cluster,
            ("", None) => Self::Unknown,
            ("", Some(given)) => Self::Namespace(given),
            (written, _) => Self::Namespace(written),
        }
    }

    /// Whether two objects may see each other, if namespaces separate them. An unknown namespace may be any.
    pub(crate) fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Namespace(one), Self::Namespace(other)) => one == other,
            _ => true,
        }
    }
}

/// Whether objects of this kind belong to no namespace: kinds of Kubernetes, and of projects that charts often use.
fn is_cluster_scoped(identity: &Identity) -> bool {
    let kind = identity.kind.as_str();
    match identity.group.as_str() {
        "" => matches!(kind, "Namespace" | "Node" | "PersistentVolume"),
        "rbac.authorization.k8s.io" => matches!(kind, "ClusterRole" | "ClusterRoleBinding"),
        "storage.k8s.io" => kind != "CSIStorageCapacity",
        "networking.k8s.io" => matches!(kind, "IngressClass" | "ServiceCIDR" | "IPAddress"),
        "resource.k8s.io" => matches!(kind, "DeviceClass" | "ResourceSlice"),
        "admissionregistration.k8s.io"
        | "apiextensions.k8s.io"
        | "apiregistration.k8s.io"
        | "certificates.k8s.io"
        | "flowcontrol.apiserver.k8s.io"
        | "node.k8s.io"
        | "scheduling.k8s.io" => true,
        "gateway.networking.k8s.io" => kind == "GatewayClass",
        // Projects name their kinds after this habit: ClusterIssuer, ClusterSecretStore, ClusterPolicy.
        "cert-manager.io" | "external-secrets.io" | "kyverno.io" => kind.starts_with("Cluster"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(group: &str, kind: &str, namespace: &str) -> Identity {
        Identity {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            ..Identity::default()
        }
    }

    #[test]
    fn a_written_namespace_wins_over_the_given_one() {
        let (written, open) = (identity("apps", "Deployment", "a"), identity("apps", "Deployment", ""));
        assert_eq!(Scope::of(&written, Some("b")), Scope::Namespace("a"));
        assert_eq!(Scope::of(&open, Some("b")), Scope::Namespace("b"));
        assert_eq!(Scope::of(&open, None), Scope::Unknown);
    }

    #[test]
    fn cluster_scoped_kinds_have_no_namespace() {
        let role = identity("rbac.authorization.k8s.io", "ClusterRole", "");
        assert_eq!(Scope::of(&role, Some("b")), Scope::Cluster);
        let role = identity("rbac.authorization.k8s.io", "Role", "");
        assert_eq!(Scope::of(&role, Some("b")), Scope::Namespace("b"));
    }

    #[test]
    fn an_unknown_namespace_may_be_any() {
        assert!(Scope::Unknown.meets(Scope::Namespace("a")));
        assert!(!Scope::Namespace("b").meets(Scope::Namespace("a")));
    }
}
