//! # What it does
//! Takes `spec.replicas` out where a `HorizontalPodAutoscaler` or `ScaledObject` of the stream owns it.
//! # Why
//! A written number resets what the autoscaler chose at every deploy: pods are killed under load.
//! # Before
//! `spec: {replicas: 3}` with an autoscaler for the workload
//! # After
//! `spec: {}`
//! # How to opt out
//! `standards: {replicasOwner: {mode: off}}`, or an exception for `replicas_owner`.

use super::Standard;
use crate::configuration::{Configuration, Mode};
use crate::manifest::{Identity, objects};
use crate::object::{Context, Object};
use crate::yaml::{Fault, Tree};
use std::collections::BTreeSet;

/// The standard `replicas_owner`.
pub(super) struct ReplicasOwner;

impl Standard for ReplicasOwner {
    fn id(&self) -> &'static str {
        "replicas_owner"
    }

    fn summary(&self) -> &'static str {
        "An autoscaler alone sets the number of replicas."
    }

    fn why(&self) -> &'static str {
        "A written number resets what the autoscaler chose at every deploy: pods are killed under load."
    }

    fn source(&self) -> &'static str {
        "standards.replicasOwner"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.standards.replicas_owner.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let mode = context.configuration.standards.replicas_owner.mode;
        if !context.owners.own(object.identity, context.namespace) {
            return Ok(());
        }
        let Some(found) = object.tree.at(object.root, &["spec", "replicas"]) else { return Ok(()) };
        if object.is_waived(context, self.id(), "") {
            return Ok(());
        }
        if mode == Mode::Warn {
            let help = "leave `spec.replicas` out, so that the autoscaler alone sets it";
            object.breach(self.id(), mode, found, "spec.replicas", "an autoscaler owns it".to_owned(), help);
            return Ok(());
        }
        let spec = object.tree.mapping(object.root, &["spec"])?;
        if let Some(replicas) = object.tree.member(spec, "replicas")? {
            object.tree.remove(replicas)?;
        }
        Ok(())
    }
}

/// The workloads whose replicas an autoscaler owns: kind, namespace, name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    owned: BTreeSet<(String, String, String)>,
}

impl Owners {
    /// Whether the object is owned. A namespace that is not written is the one that is deployed to.
    pub(crate) fn own(&self, identity: &Identity, namespace: Option<&str>) -> bool {
        let written = |text: &str| {
            if text.is_empty() { namespace.unwrap_or_default().to_owned() } else { text.to_owned() }
        };
        self.owned.iter().any(|(kind, within, name)| {
            *kind == identity.kind && *name == identity.name && {
                let (left, right) = (written(within), written(&identity.namespace));
                left == right || left.is_empty() || right.is_empty()
            }
        })
    }

    /// The kinds of what is owned.
    pub(crate) fn kinds(&self) -> BTreeSet<String> {
        self.owned.iter().map(|(kind, _, _)| kind.clone()).collect()
    }
}

/// Adds what the autoscalers of a document own.
pub(crate) fn owners(tree: &Tree<'_>, found: &mut Owners) {
    for id in objects(tree).unwrap_or_default() {
        let identity = Identity::of(tree, id);
        let default = match (identity.kind.as_str(), identity.group.as_str()) {
            ("HorizontalPodAutoscaler", "autoscaling") => None,
            // KEDA takes a Deployment where no kind is given.
            ("ScaledObject", "keda.sh") => Some("Deployment"),
            _ => continue,
        };
        let Some(target) = tree.at(id, &["spec", "scaleTargetRef"]) else { continue };
        let kind = tree
            .string_at(target, "kind")
            .map(std::borrow::Cow::into_owned)
            .or(default.map(ToOwned::to_owned));
        let name = tree.string_at(target, "name").map(std::borrow::Cow::into_owned);
        if let (Some(kind), Some(name)) = (kind, name) {
            found.owned.insert((kind, identity.namespace, name));
        }
    }
}
