//! Patches for objects: strategic merge and JSON 6902, compiled once and applied to the tree of a document.

mod compile;
mod json6902;
mod merge_keys;
mod pointer;
mod strategic;

use crate::finding::Finding;
use crate::manifest::Identity;
use crate::yaml::{Fault, NodeId, Tree};
use serde_json::{Map, Value};

pub(crate) use compile::compile;
pub(crate) use merge_keys::ListKeys;

/// A patch ready to apply.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    pub(crate) body: Body,
    pub(crate) create: bool,
    pub(crate) prepend: bool,
    pub(crate) lenient: bool,
}

/// What kind of patch it is, decided by its shape.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// A mapping: strategic merge, which is JSON merge where a kind has no merge keys.
    Merge(Map<String, Value>),
    /// A sequence: JSON 6902.
    Operations(Vec<json6902::Operation>),
}

/// Why a patch could not be applied to an object.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The patch does not fit the object; the finding's field is that of the object.
    Patch(Box<Finding>),
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
pub(crate) enum Outcome {
    Stays,
    /// `$patch: delete` for the whole object.
    Deleted,
}

impl Patch {
    /// The patch without what names its object, once that is known.
    pub(crate) fn anonymous(self) -> Self {
        let body = match self.body {
            Body::Merge(members) => Body::Merge(strategic::anonymous(members)),
            operations @ Body::Operations(_) => operations,
        };
        Self { body, ..self }
    }

    /// Whether the patch reaches for what names an object: its kind, or anything in its metadata.
    pub(crate) fn reaches_identity(&self) -> bool {
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
    pub(crate) fn apply(
        &self,
        tree: &mut Tree<'_>,
        id: NodeId,
        identity: &Identity,
        keys: &ListKeys,
    ) -> Result<Outcome, Failure> {
        match &self.body {
            Body::Merge(patch) => strategic::apply(self, patch, tree, id, identity, keys),
            Body::Operations(operations) => {
                json6902::apply(operations, self.lenient, tree, id)?;
                Ok(Outcome::Stays)
            }
        }
    }
}

#[cfg(test)]
mod tests;
