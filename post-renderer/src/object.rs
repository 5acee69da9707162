//! One Kubernetes object under the hands of a rule: its tree, its pods and containers, and what is said of it.

use crate::autoscalers::Owners;
use crate::configuration::{Configuration, Exception, Mode};
use crate::finding::{Finding, Severity};
use crate::selection::Selection;
use crate::target::Matcher;
use manifest_patch::{Identity, pod_template};
use std::collections::BTreeMap;
use yaml_edit::{Fault, Kind, NodeId, Tree};

/// What all objects of a rendering share.
pub(crate) struct Context<'c> {
    pub(crate) configuration: &'c Configuration,
    pub(crate) exceptions: Vec<Waiver<'c>>,
    /// Which workloads an autoscaler of the stream owns.
    pub(crate) owners: Owners,
    /// Which labels the selectors of the stream read.
    pub(crate) selection: Selection,
    pub(crate) namespace: Option<&'c str>,
}

/// An exception that is in force.
pub(crate) struct Waiver<'c> {
    pub(crate) exception: &'c Exception,
    pub(crate) matcher: Matcher,
}

/// A finding and where in the document it is.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) finding: Finding,
    pub(crate) offset: Option<usize>,
    /// Whether it says that the document is invalid.
    pub(crate) invalid: bool,
}

/// One object.
pub(crate) struct Object<'o, 'a> {
    pub(crate) tree: &'o mut Tree<'a>,
    pub(crate) root: NodeId,
    pub(crate) identity: &'o Identity,
    pub(crate) remarks: Vec<Remark>,
    /// Exceptions that were made use of, by rule.
    pub(crate) waived: BTreeMap<String, String>,
}

/// A container, found by its list and index, so that it can be found again for a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container {
    pub(crate) node: NodeId,
    pub(crate) role: Role,
    list: &'static str,
    index: usize,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Main,
    Init,
    /// An init container that keeps running (`restartPolicy: Always`).
    Sidecar,
}

impl Object<'_, '_> {
    /// The path of the pod's own fields, such as `["spec", "template"]`, where the object has a pod.
    pub(crate) fn pod_template(&self) -> Option<&'static [&'static str]> {
        let path = pod_template(self.identity)?;
        let template = self.tree.at(self.root, path)?;
        self.tree.get(template, "spec").map(|_| path)
    }

    /// The pod's `spec` for reading.
    pub(crate) fn pod_spec(&self) -> Option<NodeId> {
        let template = self.tree.at(self.root, pod_template(self.identity)?)?;
        self.tree.get(template, "spec")
    }

    /// The pod's `spec` for changing.
    pub(crate) fn pod_spec_for_change(&mut self) -> Result<Option<NodeId>, Fault> {
        let Some(path) = self.pod_template() else { return Ok(None) };
        let template = self.tree.mapping(self.root, path)?;
        self.tree.mapping(template, &["spec"]).map(Some)
    }

    /// Containers, init containers and native sidecars.
    pub(crate) fn containers(&self) -> Vec<Container> {
        let Some(spec) = self.pod_spec() else { return Vec::new() };
        let mut found = Vec::new();
        for list in ["initContainers", "containers"] {
            let Some(items) = self.tree.get(spec, list) else { continue };
            let items = self.tree.follow(items);
            if self.tree.node(items).kind != Kind::Sequence {
                continue;
            }
            for (index, item) in self.tree.children(items).enumerate() {
                let node = self.tree.follow(item);
                if self.tree.node(node).kind != Kind::Mapping {
                    continue;
                }
                let restarts =
                    self.tree.string_at(node, "restartPolicy").is_some_and(|policy| policy == "Always");
                let role = match (list, restarts) {
                    ("containers", _) => Role::Main,
                    (_, true) => Role::Sidecar,
                    (_, false) => Role::Init,
                };
                found.push(Container { node, role, list, index });
            }
        }
        found
    }

    /// The container ready to be changed.
    pub(crate) fn for_change(&mut self, container: &Container) -> Result<NodeId, Fault> {
        if !self.tree.aliased {
            return Ok(container.node);
        }
        let missing = || Fault::new(0, "a container is gone while it is changed");
        let spec = self.pod_spec_for_change()?.ok_or_else(missing)?;
        let list = self.tree.member(spec, container.list)?.ok_or_else(missing)?;
        let item = self.tree.children(list).nth(container.index).ok_or_else(missing)?;
        self.tree.enter(item)
    }

    /// `spec.template.spec.containers[0]`, for messages.
    pub(crate) fn field_of(&self, container: &Container) -> String {
        let mut path: Vec<&str> = pod_template(self.identity).unwrap_or_default().to_vec();
        path.push("spec");
        format!("{}.{}[{}]", path.join("."), container.list, container.index)
    }

    /// Whether a breach of a rule is waived by an exception, which is then noted for the stamp. `part` narrows
    /// the rule, as `memory` of `resource-maximum/memory`.
    pub(crate) fn is_waived(&mut self, context: &Context<'_>, rule: &str, part: &str) -> bool {
        let waiver = context.exceptions.iter().find(|waiver| {
            let (id, narrow) = waiver.exception.rule.split_once('/').unwrap_or((&waiver.exception.rule, ""));
            id == rule
                && (narrow.is_empty() || narrow == part)
                && waiver.matcher.matches(self.identity, context.namespace, self.tree, self.root)
        });
        let Some(waiver) = waiver else { return false };
        let exception = waiver.exception;
        let until = exception.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
        let text = format!("{} ({}{until})", exception.reason, exception.owner);
        self.waived.insert(exception.rule.replace('/', "."), text);
        true
    }

    /// Says that a standard is broken: as an error where it is enforced, else as a warning.
    pub(crate) fn breach(
        &mut self,
        rule: &str,
        mode: Mode,
        node: NodeId,
        field: &str,
        message: String,
        help: &str,
    ) {
        let severity = if mode == Mode::Enforce { Severity::Error } else { Severity::Warning };
        self.remark(rule, severity, node, field, message, help);
    }

    /// Says that a standard was broken and is mended.
    pub(crate) fn mended(&mut self, rule: &str, node: NodeId, field: &str, message: String) {
        self.remark(rule, Severity::Note, node, field, message, "");
    }

    /// Adds a finding about a field.
    pub(crate) fn remark(
        &mut self,
        rule: &str,
        severity: Severity,
        node: NodeId,
        field: &str,
        message: String,
        help: &str,
    ) {
        let mut finding = Finding::new(rule, severity, message).object(self.identity.label()).field(field);
        if !help.is_empty() {
            finding = finding.help(help);
        }
        self.remarks.push(Remark { finding, offset: self.tree.offset_of(node), invalid: false });
    }
}
