//! One Kubernetes object under the hands of a rule: its tree, its pods and containers, and what is said of it.

use crate::autoscalers::Owners;
use crate::configuration::{Configuration, Exception, Mode};
use crate::finding::{Finding, Severity};
use crate::pods::{CONTAINER_LISTS, Place, Step, field, follow, follow_for_change, places};
use crate::scan_report::ScanReport;
use crate::selection::Selection;
use crate::target::Matcher;
use manifest_patch::{Identity, pod_template};
use std::collections::{BTreeMap, BTreeSet};
use yaml_edit::{Fault, Kind, NodeId, Tree};

/// Lists of containers in mappings that are not a pod's `spec`: templates of Argo Workflows have `sidecars`.
const ARGO_LISTS: [&str; 4] = ["initContainers", "containers", "sidecars", "ephemeralContainers"];
/// Members of templates of Argo Workflows that are one container.
const SINGLE_CONTAINERS: [&str; 2] = ["container", "script"];

/// What all objects of a rendering share.
pub(crate) struct Context<'c> {
    pub(crate) configuration: &'c Configuration,
    pub(crate) exceptions: Vec<Waiver<'c>>,
    /// Which workloads an autoscaler of the stream owns.
    pub(crate) owners: Owners,
    /// Which labels the selectors of the stream read.
    pub(crate) selection: Selection,
    pub(crate) namespace: Option<&'c str>,
    /// Date used to evaluate what ends on a day.
    pub(crate) as_of: Option<&'c str>,
    /// Reports of a scanner about images.
    pub(crate) scan_reports: &'c [ScanReport],
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
    /// Whether it reports an invalid document.
    pub(crate) invalid: bool,
}

/// One object.
pub(crate) struct Object<'o, 'a> {
    pub(crate) tree: &'o mut Tree<'a>,
    pub(crate) root: NodeId,
    pub(crate) identity: &'o Identity,
    places: Vec<Place>,
    pub(crate) remarks: Vec<Remark>,
    /// Exceptions that were made use of, by rule.
    pub(crate) waived: BTreeMap<String, String>,
    /// Indices of the exceptions that were made use of.
    pub(crate) used: BTreeSet<usize>,
}

/// A pod: the `spec` of a pod template or of a Pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pod {
    pub(crate) spec: NodeId,
    place: usize,
}

/// A container and the way to it, so that it can be found again for a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container {
    pub(crate) node: NodeId,
    pub(crate) role: Role,
    place: usize,
    member: &'static str,
    /// Index in the list; absent where the member is one container.
    index: Option<usize>,
}

/// An image that an object names.
pub(crate) struct ImageUse {
    pub(crate) node: NodeId,
    /// As `spec.template.spec.containers[0].image`.
    pub(crate) field: String,
    pub(crate) text: String,
}

/// Purpose of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Main,
    Init,
    /// An init container that keeps running (`restartPolicy: Always`), or a sidecar of an Argo Workflow.
    Sidecar,
    /// A container for debugging, which cannot have resources.
    Ephemeral,
}

impl<'o, 'a> Object<'o, 'a> {
    pub(crate) fn new(
        tree: &'o mut Tree<'a>,
        root: NodeId,
        identity: &'o Identity,
        context: &Context<'_>,
    ) -> Self {
        let places = places(tree, root, identity, &context.configuration.pod_template_paths);
        Self {
            tree,
            root,
            identity,
            places,
            remarks: Vec::new(),
            waived: BTreeMap::new(),
            used: BTreeSet::new(),
        }
    }

    /// The path of the pod template, such as `["spec", "template"]`, where the kind has exactly one.
    pub(crate) fn pod_template(&self) -> Option<&'static [&'static str]> {
        let path = pod_template(self.identity)?;
        let template = self.tree.at(self.root, path)?;
        self.tree.get(template, "spec").map(|_| path)
    }

    /// The mappings of the object that hold containers.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// The pods of the object.
    pub(crate) fn pods(&self) -> Vec<Pod> {
        let pod = |(place, at): (usize, &Place)| {
            Some(Pod { spec: follow(self.tree, self.root, &at.steps)?, place })
        };
        self.places.iter().enumerate().filter(|(_, at)| at.is_pod).filter_map(pod).collect()
    }

    /// The pod's `spec` as it is now.
    pub(crate) fn spec_of(&self, pod: &Pod) -> Option<NodeId> {
        follow(self.tree, self.root, &self.places.get(pod.place)?.steps)
    }

    /// The pod's `spec`, ready to be changed.
    pub(crate) fn spec_for_change(&mut self, pod: &Pod) -> Result<NodeId, Fault> {
        let steps = self.places.get(pod.place).map_or(&[][..], |place| &place.steps);
        follow_for_change(self.tree, self.root, steps)
    }

    /// `spec.template.spec`, for messages.
    pub(crate) fn field_of_pod(&self, pod: &Pod) -> String {
        self.places.get(pod.place).map(|place| field(&place.steps)).unwrap_or_default()
    }

    /// All containers: init containers, sidecars and ephemeral containers as well.
    pub(crate) fn containers(&self) -> Vec<Container> {
        (0..self.places.len()).flat_map(|place| self.containers_at(place)).collect()
    }

    /// The containers of a pod.
    pub(crate) fn containers_of(&self, pod: &Pod) -> Vec<Container> {
        self.containers_at(pod.place)
    }

    /// The pod that a container belongs to.
    pub(crate) fn pod_of(&self, container: &Container) -> Option<Pod> {
        let at = self.places.get(container.place).filter(|at| at.is_pod)?;
        Some(Pod { spec: follow(self.tree, self.root, &at.steps)?, place: container.place })
    }

    fn containers_at(&self, place: usize) -> Vec<Container> {
        let mut found = Vec::new();
        let Some(at) = self.places.get(place) else { return found };
        let Some(holder) = follow(self.tree, self.root, &at.steps) else { return found };
        let lists: &[&str] = if at.is_pod { &CONTAINER_LISTS } else { &ARGO_LISTS };
        for member in lists {
            let Some(list) = self.tree.get(holder, member).map(|list| self.tree.follow(list)) else {
                continue;
            };
            if self.tree.node(list).kind != Kind::Sequence {
                continue;
            }
            for (index, item) in self.tree.children(list).enumerate() {
                found.extend(self.container(item, place, member, Some(index)));
            }
        }
        for member in SINGLE_CONTAINERS.iter().filter(|_| !at.is_pod) {
            let node = self.tree.get(holder, member);
            found.extend(node.and_then(|node| self.container(node, place, member, None)));
        }
        found
    }

    fn container(
        &self,
        node: NodeId,
        place: usize,
        member: &'static str,
        index: Option<usize>,
    ) -> Option<Container> {
        let node = self.tree.follow(node);
        if self.tree.node(node).kind != Kind::Mapping {
            return None;
        }
        let restarts = || self.tree.string_at(node, "restartPolicy").is_some_and(|policy| policy == "Always");
        let role = match member {
            "sidecars" => Role::Sidecar,
            "ephemeralContainers" => Role::Ephemeral,
            "initContainers" if restarts() => Role::Sidecar,
            "initContainers" => Role::Init,
            _ => Role::Main,
        };
        Some(Container { node, role, place, member, index })
    }

    /// The images of all containers and of image volumes.
    pub(crate) fn images(&self) -> Vec<ImageUse> {
        let in_containers = self.containers().into_iter().filter_map(|container| {
            let node = self.tree.get(container.node, "image")?;
            Some((node, format!("{}.image", self.field_of(&container))))
        });
        let in_volumes = self.pods().into_iter().flat_map(|pod| {
            let volumes = self.tree.get(pod.spec, "volumes").map(|list| self.tree.follow(list));
            let volumes = volumes.filter(|list| self.tree.node(*list).kind == Kind::Sequence);
            let items = volumes.into_iter().flat_map(|list| self.tree.children(list)).enumerate();
            let field = self.field_of_pod(&pod);
            let references = items.filter_map(|(index, volume)| {
                let node = self.tree.at(volume, &["image", "reference"])?;
                Some((node, format!("{field}.volumes[{index}].image.reference")))
            });
            references.collect::<Vec<_>>()
        });
        let text = |(node, field)| Some(ImageUse { node, field, text: self.tree.string(node)?.into_owned() });
        in_containers.chain(in_volumes).filter_map(text).collect()
    }

    /// The container, ready to be changed.
    pub(crate) fn for_change(&mut self, container: &Container) -> Result<NodeId, Fault> {
        if !self.tree.aliased {
            return Ok(container.node);
        }
        let steps = self.steps_to(container);
        follow_for_change(self.tree, self.root, &steps)
    }

    /// `spec.template.spec.containers[0]`, for messages.
    pub(crate) fn field_of(&self, container: &Container) -> String {
        field(&self.steps_to(container))
    }

    fn steps_to(&self, container: &Container) -> Vec<Step> {
        let mut steps = self.places.get(container.place).map(|place| place.steps.clone()).unwrap_or_default();
        steps.push(Step::Member(container.member.into()));
        steps.extend(container.index.map(Step::Element));
        steps
    }

    /// Whether a breach of a rule is waived by an exception, which is then noted for the stamp. `part` narrows
    /// the rule, as `memory` of `resource-maximum/memory`.
    pub(crate) fn is_waived(&mut self, context: &Context<'_>, rule: &str, part: &str) -> bool {
        let matches = |waiver: &Waiver<'_>| {
            let (id, narrow) = waiver.exception.rule.split_once('/').unwrap_or((&waiver.exception.rule, ""));
            // `generateName` is only the beginning of the name that the object gets.
            let names = waiver.exception.target.as_ref().is_some_and(|target| target.name.is_some());
            id == rule
                && (narrow.is_empty() || narrow == part)
                && (!names || self.has_name())
                && waiver.matcher.matches(self.identity, context.namespace, self.tree, self.root)
        };
        let waivers = context.exceptions.iter().enumerate();
        let matching: Vec<(usize, &Waiver<'_>)> = waivers.filter(|(_, waiver)| matches(waiver)).collect();
        let Some((_, Waiver { exception, .. })) = matching.first() else { return false };
        // Another exception for the same breach is used as well: removing either changes nothing.
        self.used.extend(matching.iter().map(|(index, _)| index));
        let until = exception.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
        let text = format!("{} ({}{until})", exception.reason, exception.owner);
        self.waived.insert(exception.rule.replace('/', "."), text);
        true
    }

    fn has_name(&self) -> bool {
        let name = self.tree.at(self.root, &["metadata", "name"]);
        name.and_then(|name| self.tree.string(name)).is_some_and(|name| !name.is_empty())
    }

    /// Reports a violated standard: as an error where it is enforced, else as a warning.
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

    /// Reports a violated standard that the renderer corrects.
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
        // Several standards read the same quantity, and each reports one that is invalid.
        let is_known = |known: &Remark| {
            known.finding.location.field == finding.location.field && known.finding.message == finding.message
        };
        if severity == Severity::Error && self.remarks.iter().any(is_known) {
            return;
        }
        if !help.is_empty() {
            finding = finding.help(help);
        }
        // What is not in the text is shown at its object.
        let offset = self.tree.offset_of(node).or_else(|| self.tree.offset_of(self.root));
        self.remarks.push(Remark { finding, offset, invalid: false });
    }
}
