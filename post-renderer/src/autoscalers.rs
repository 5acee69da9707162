//! Which workloads the autoscalers of a stream own.

use crate::manifest::objects;
use crate::namespace::Scope;
use manifest_patch::Identity;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use yaml_edit::Tree;

/// The workloads whose replicas an autoscaler owns, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    owned: BTreeMap<String, BTreeSet<Workload>>,
}

/// A workload, but for its name. The API version does not matter: one object has several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Workload {
    group: String,
    kind: String,
    /// Empty where the autoscaler names none.
    namespace: String,
}

impl Owners {
    /// Whether the object is owned. `namespace` is the namespace of objects that name none.
    pub(crate) fn own(&self, identity: &Identity, namespace: Option<&str>) -> bool {
        let scope = Scope::of(identity, namespace);
        self.owned.get(&identity.name).into_iter().flatten().any(|workload| {
            workload.kind == identity.kind
                && workload.group == identity.group
                && match (workload.namespace.as_str(), namespace) {
                    ("", None) => true,
                    ("", Some(namespace)) | (namespace, _) => Scope::Namespace(namespace).meets(scope),
                }
        })
    }

    /// API groups and kinds of what is owned.
    pub(crate) fn kinds(&self) -> BTreeSet<(String, String)> {
        let workloads = self.owned.values().flatten();
        workloads.map(|workload| (workload.group.clone(), workload.kind.clone())).collect()
    }
}

/// Adds what the autoscalers of a document own.
pub(crate) fn owners(tree: &Tree<'_>, found: &mut Owners) {
    for id in objects(tree).unwrap_or_default() {
        let identity = Identity::of(tree, id);
        // KEDA takes an `apps/v1` Deployment where nothing else is written; without `apiVersion`, an HPA looks in the
        // core group.
        let (default_version, default_kind) = match (identity.kind.as_str(), identity.group.as_str()) {
            ("HorizontalPodAutoscaler", "autoscaling") => ("v1", ""),
            ("ScaledObject", "keda.sh") => ("apps/v1", "Deployment"),
            _ => continue,
        };
        let Some(target) = tree.at(id, &["spec", "scaleTargetRef"]) else { continue };
        let text = |key: &str, default: &'static str| {
            let written = tree.string_at(target, key).filter(|text| !text.is_empty());
            written.unwrap_or(Cow::Borrowed(default)).into_owned()
        };
        let version = text("apiVersion", default_version);
        let workload = Workload {
            group: version.split_once('/').map_or("", |(group, _)| group).to_owned(),
            kind: text("kind", default_kind),
            namespace: identity.namespace,
        };
        found.owned.entry(text("name", "")).or_default().insert(workload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(autoscaler: &str, namespace: Option<&str>, owned: &str, expected: bool) {
        let mut found = Owners::default();
        owners(&yaml_edit::read(autoscaler, Tree::default()).unwrap(), &mut found);
        let tree = yaml_edit::read(owned, Tree::default()).unwrap();
        assert_eq!(
            found.own(&Identity::of(&tree, tree.root()), namespace),
            expected,
            "{autoscaler}\n{owned}"
        );
    }

    fn workload(version: &str, kind: &str) -> String {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web}}")
    }

    #[test]
    fn api_groups_are_compared() {
        let of = |reference: &str| {
            format!(
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {{scaleTargetRef: {reference}}}"
            )
        };
        let native = of("{apiVersion: apps/v1, kind: StatefulSet, name: web}");
        check(&native, None, &workload("apps/v1", "StatefulSet"), true);
        check(&native, None, &workload("apps/v1beta2", "StatefulSet"), true);
        check(&native, None, &workload("apps.kruise.io/v1beta1", "StatefulSet"), false);
        let kruise = of("{apiVersion: apps.kruise.io/v1beta1, kind: StatefulSet, name: web}");
        check(&kruise, None, &workload("apps/v1", "StatefulSet"), false);
        check(&kruise, None, &workload("apps.kruise.io/v1beta1", "StatefulSet"), true);
        let core = of("{kind: ReplicationController, name: web}");
        check(&core, None, &workload("v1", "ReplicationController"), true);
    }

    #[test]
    fn keda_scales_a_deployment_unless_told_otherwise() {
        let of = |reference: &str| {
            format!("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {{scaleTargetRef: {reference}}}")
        };
        check(&of("{name: web}"), None, &workload("apps/v1", "Deployment"), true);
        check(&of("{name: web}"), None, &workload("apps/v1", "StatefulSet"), false);
        check(&of("{kind: StatefulSet, name: web}"), None, &workload("apps/v1", "StatefulSet"), true);
        check(&of("{name: web}"), None, &workload("apps.kruise.io/v1", "Deployment"), false);
    }

    #[test]
    fn namespaces_are_compared() {
        let scaled = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {namespace: blue}\nspec: {scaleTargetRef: {name: web}}";
        let open = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {scaleTargetRef: {name: web}}";
        let green = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: green}";
        check(scaled, None, green, false);
        check(open, None, green, true);
        check(open, Some("blue"), green, false);
        check(scaled, Some("blue"), &workload("apps/v1", "Deployment"), true);
        check(scaled, Some("green"), &workload("apps/v1", "Deployment"), false);
    }
}
