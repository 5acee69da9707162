//! Patches for objects: strategic merge and JSON 6902, compiled once and applied to the tree of a document.

mod compile;
mod identity;
mod json6902;
mod merge_keys;
mod nearest;
mod pods;
mod pointer;
mod problem;
pub mod selector;
mod strategic;

pub use compile::compile;
pub use identity::Identity;
pub use merge_keys::ListKeys;
pub use nearest::nearest;
pub use pods::{is_native_workload_group, pod_places, pod_template};
pub use problem::Problem;

use serde_json::{Map, Value};
use yaml_edit::{Fault, NodeId, Tree};

/// How a patch is applied, besides what it says itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatchOptions {
    /// Whether a merge patch may create list elements.
    pub create: bool,
    /// Whether patched and new list elements come first, in the order of the patch, as in kustomize.
    pub prepend: bool,
    /// Whether JSON 6902 may do what kustomize allows beyond the RFC.
    pub lenient: bool,
}

/// A patch ready to apply.
#[derive(Clone, Debug)]
pub struct Patch {
    /// What it does.
    pub body: Body,
    /// How it is applied.
    pub options: PatchOptions,
}

/// What kind of patch it is, decided by its shape.
#[derive(Clone, Debug)]
pub enum Body {
    /// A mapping: strategic merge, which is JSON merge where a kind has no merge keys.
    Merge(Map<String, Value>),
    /// A sequence: JSON 6902.
    Operations(Vec<json6902::Operation>),
}

/// Why a patch could not be applied to an object.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The patch does not fit the object; the problem's field is that of the object.
    Patch(Box<Problem>),
    /// The document cannot be edited at that place.
    Document(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Document(fault)
    }
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is still there.
    Stays,
    /// `$patch: delete` for the whole object.
    Deleted,
}

impl Patch {
    /// The patch without what names its object, once that is known.
    #[must_use]
    pub fn anonymous(self) -> Self {
        let body = match self.body {
            Body::Merge(members) => Body::Merge(strategic::anonymous(members)),
            operations @ Body::Operations(_) => operations,
        };
        Self { body, ..self }
    }

    /// Whether the patch reaches for what names an object: its kind, or anything in its metadata.
    pub fn reaches_identity(&self) -> bool {
        let names = |key: &str| matches!(key, "apiVersion" | "kind" | "metadata") || key.starts_with('$');
        match &self.body {
            Body::Merge(members) => members.keys().any(|key| names(key)),
            Body::Operations(operations) => operations
                .iter()
                .flat_map(json6902::Operation::pointers)
                .any(|pointer| pointer.parts.first().is_none_or(|first| names(first))),
        }
    }

    /// Applies the patch to the object at a node.
    pub fn apply(
        &self,
        tree: &mut Tree<'_>,
        id: NodeId,
        identity: &Identity,
        keys: &ListKeys,
    ) -> Result<Outcome, Failure> {
        match &self.body {
            Body::Merge(patch) => strategic::apply(self, patch, tree, id, identity, keys),
            Body::Operations(operations) => {
                json6902::apply(operations, self.options.lenient, tree, id)?;
                Ok(Outcome::Stays)
            }
        }
    }
}

#[cfg(test)]
mod tests;
