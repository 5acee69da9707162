//! The standard `unknown-pod-kinds`: containers are where the standards find them.

use super::{Parts, Rule, STANDARDS, Standard};
use crate::configuration::{Configuration, Mode, UnknownPodKinds as Answer};
use crate::object::{Context, Object};
use crate::pods::{CONTAINER_LISTS, Step, field};
use manifest_patch::is_native_workload_group;
use yaml_edit::{Fault, Kind, NodeId, Tree};

/// The rule.
const RULE: Rule = Rule {
    id: "unknown-pod-kinds",
    summary: "Containers are where the standards find them.",
    effect: "Reports custom resources with containers in places that neither the post-renderer nor `podTemplatePaths` knows.",
    why: "A controller makes pods of them, and no standard reads them: whatever limits and images they have, they pass.",
    source: "unknownPodKinds",
    before: "`apiVersion: example.com/v1`, `kind: Runner`, `spec: {pod: {spec: {containers: […]}}}`",
    after: "The same, and a warning or error. With `podTemplatePaths: [{group: example.com, kind: Runner, path: spec.pod}]`, the standards apply to it.",
    exempt: "`unknownPodKinds: ignore`, or an exception for `unknown-pod-kinds`.",
    parts: Parts::None,
};

/// The standard `unknown-pod-kinds`.
pub(super) struct UnknownPodKinds;

impl Standard for UnknownPodKinds {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        match configuration.unknown_pod_kinds {
            _ if !is_needed(configuration) => Mode::Off,
            Answer::Error => Mode::Enforce,
            Answer::Warn => Mode::Warn,
            Answer::Ignore => Mode::Off,
        }
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        if is_native_workload_group(&object.identity.group) {
            return Ok(());
        }
        let known: Vec<Vec<Step>> = object.places().iter().map(|place| place.steps.clone()).collect();
        let mut search = Search {
            tree: object.tree,
            is_argo: object.identity.group == "argoproj.io",
            trail: Vec::new(),
            found: Vec::new(),
        };
        search.visit(object.root);
        let found = search.found;
        let mode = self.mode(context.configuration);
        for (node, steps) in found {
            // The last steps are the member that holds the container and, in a list, its index.
            let holder = steps.iter().rposition(|step| matches!(step, Step::Member(_))).unwrap_or(0);
            let is_known =
                steps.get(..holder).is_some_and(|holder| known.iter().any(|known| known == holder));
            if is_known || object.is_waived(context, RULE.id, "") {
                continue;
            }
            let message = "no standard reads the container here".to_owned();
            let help = "add the place of the pod template to `podTemplatePaths`";
            object.breach(RULE.id, mode, node, &field(&steps), message, help);
        }
        Ok(())
    }
}

/// Whether a standard that applies reads containers.
fn is_needed(configuration: &Configuration) -> bool {
    let mut reading = STANDARDS.iter().filter(|standard| standard.reads_containers());
    reading.any(|standard| standard.mode(configuration) != Mode::Off)
}

/// A search through an object for the first container of every list.
struct Search<'t, 'a> {
    tree: &'t Tree<'a>,
    is_argo: bool,
    trail: Vec<Trail>,
    found: Vec<(NodeId, Vec<Step>)>,
}

/// One step of the way to a node.
#[derive(Clone, Copy)]
enum Trail {
    Member(NodeId),
    Element(usize),
}

impl Search<'_, '_> {
    fn steps(&self) -> Vec<Step> {
        let step = |trail: &Trail| match *trail {
            Trail::Member(child) => Step::Member(self.tree.key(child).into_owned().into()),
            Trail::Element(index) => Step::Element(index),
        };
        self.trail.iter().map(step).collect()
    }

    fn visit(&mut self, node: NodeId) {
        let node = self.tree.follow(node);
        match self.tree.node(node).kind {
            Kind::Mapping => self.visit_members(node),
            Kind::Sequence => {
                for (index, item) in self.tree.children(node).enumerate() {
                    self.trail.push(Trail::Element(index));
                    self.visit(item);
                    self.trail.pop();
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }

    fn visit_members(&mut self, mapping: NodeId) {
        for child in self.tree.children(mapping) {
            let below = self.tree.follow(child);
            if self.tree.is_merge(child) {
                match self.tree.node(below).kind {
                    Kind::Sequence => self.tree.children(below).for_each(|source| self.visit(source)),
                    _ => self.visit(below),
                }
                continue;
            }
            if !matches!(self.tree.node(below).kind, Kind::Mapping | Kind::Sequence) {
                continue;
            }
            let key = self.tree.key(child);
            let holds_list = CONTAINER_LISTS.contains(&key.as_ref()) || self.is_argo && key == "sidecars";
            let holds_one = self.is_argo && matches!(key.as_ref(), "container" | "script");
            self.trail.push(Trail::Member(child));
            if holds_list && self.tree.node(below).kind == Kind::Sequence {
                let first = self.tree.children(below).enumerate().find(|(_, item)| self.is_container(*item));
                if let Some((index, item)) = first {
                    let steps = self.steps().into_iter().chain([Step::Element(index)]).collect();
                    self.found.push((self.tree.follow(item), steps));
                }
            } else if holds_one && self.is_container(below) {
                self.found.push((below, self.steps()));
            }
            self.visit(below);
            self.trail.pop();
        }
    }

    /// Whether a node has what the standards are about.
    fn is_container(&self, node: NodeId) -> bool {
        self.tree.string_at(node, "image").is_some_and(|image| !image.is_empty())
            || self.tree.get(node, "resources").is_some()
    }
}
