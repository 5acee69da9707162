//! Labels and annotations of a kustomization: in the object's own metadata, and in that of its templates.

use crate::configuration::KustomizeLabels;
use manifest_patch::{Failure, Identity, Problem, pod_template};
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::{Kind, NodeId, Tree};

/// Entries for `metadata.labels` or `metadata.annotations`, and which templates get them.
pub(in crate::render) struct MetadataEntries {
    /// `labels` or `annotations`
    map: &'static str,
    entries: BTreeMap<String, String>,
    include_templates: bool,
    include_volume_claim_templates: bool,
}

impl MetadataEntries {
    /// One entry of `labels`.
    pub(super) fn labels(labels: &KustomizeLabels) -> Self {
        Self {
            map: "labels",
            entries: labels.pairs.clone(),
            include_templates: labels.include_templates,
            include_volume_claim_templates: labels.include_volume_claim_templates,
        }
    }

    /// `commonAnnotations`.
    pub(super) fn annotations(annotations: &BTreeMap<String, String>) -> Self {
        Self {
            map: "annotations",
            entries: annotations.clone(),
            include_templates: true,
            include_volume_claim_templates: false,
        }
    }

    /// Writes the entries.
    pub(in crate::render) fn apply(
        &self,
        tree: &mut Tree<'_>,
        root: NodeId,
        identity: &Identity,
    ) -> Result<(), Failure> {
        self.write(tree, root, &[])?;
        if self.include_templates {
            self.write_to_templates(tree, root, identity)?;
        }
        let is_stateful_set = identity.kind == "StatefulSet" && identity.group == "apps";
        if self.include_volume_claim_templates && is_stateful_set {
            self.write_to_volume_claim_templates(tree, root)?;
        }
        Ok(())
    }

    fn write(&self, tree: &mut Tree<'_>, root: NodeId, path: &[&str]) -> Result<(), Failure> {
        let place: Vec<&str> = path.iter().copied().chain(["metadata", self.map]).collect();
        let map = tree.at(root, &place);
        let is_right = |(key, value): (&String, &String)| {
            map.and_then(|map| tree.string_at(map, key)).is_some_and(|found| found == value.as_str())
        };
        if self.entries.iter().all(is_right) {
            return Ok(());
        }
        let map = tree.mapping(root, &place)?;
        for (key, value) in &self.entries {
            tree.set(map, key, &Value::from(value.as_str()))?;
        }
        Ok(())
    }

    /// Writes to the pod template, and to the template of the jobs of a `CronJob`.
    fn write_to_templates(
        &self,
        tree: &mut Tree<'_>,
        root: NodeId,
        identity: &Identity,
    ) -> Result<(), Failure> {
        if identity.kind == "CronJob" && identity.group == "batch" {
            self.write(tree, root, &["spec", "jobTemplate"])?;
        }
        let Some(path) = pod_template(identity).filter(|path| !path.is_empty()) else { return Ok(()) };
        if self.map == "labels" {
            self.check_selector(tree, root)?;
        }
        self.write(tree, root, path)
    }

    /// A label that the object selects its own pods by keeps its value: Kubernetes refuses the object otherwise.
    fn check_selector(&self, tree: &Tree<'_>, root: NodeId) -> Result<(), Failure> {
        let Some(selector) = tree.at(root, &["spec", "selector"]) else { return Ok(()) };
        let labels = tree.get(selector, "matchLabels").unwrap_or(selector);
        for (key, value) in &self.entries {
            let selected = tree.string_at(labels, key).filter(|selected| selected != value.as_str());
            if let Some(selected) = selected {
                let message = format!(
                    "label `{key}: {value}` would hide the pods from `spec.selector`, which wants `{selected}`"
                );
                let problem = Problem::new("kustomization-labels", message).field("spec.selector").help(
                    "remove this label from the entry, or write it in an entry without `includeTemplates`",
                );
                return Err(Failure::Patch(Box::new(problem)));
            }
        }
        Ok(())
    }

    fn write_to_volume_claim_templates(&self, tree: &mut Tree<'_>, root: NodeId) -> Result<(), Failure> {
        let spec = tree.mapping(root, &["spec"])?;
        let Some(list) = tree.member(spec, "volumeClaimTemplates")? else { return Ok(()) };
        if tree.node(list).kind != Kind::Sequence {
            return Ok(());
        }
        let claims: Vec<NodeId> = tree.children(list).collect();
        for claim in claims {
            let claim = tree.enter(claim)?;
            self.write(tree, claim, &[])?;
        }
        Ok(())
    }
}
