//! Patches for objects: strategic merge and JSON 6902, compiled once and applied to the tree of a document.

mod compile;
mod identity;
mod json6902;
mod label_text;
mod merge_keys;
mod nearest;
mod pods;
mod pointer;
mod problem;
pub mod selector;
mod strategic;
mod structure;
mod unknown_fields;

pub use compile::compile;
pub use identity::Identity;
pub use label_text::keep_written_text;
pub use merge_keys::ListKeys;
pub use nearest::nearest;
pub use pods::{is_native_workload_group, pod_places, pod_template};
pub use problem::Problem;
pub use structure::{Kind, built_in_kinds};
pub use unknown_fields::PossibleKinds;

use serde_json::{Map, Value};
use yaml_edit::{Fault, NodeId, Tree};

/// Options of applying a patch.
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
    /// The object type that a merge patch names.
    written_for: Option<WrittenFor>,
}

/// The type of object that a merge patch is written for.
#[derive(Clone, Debug)]
struct WrittenFor {
    api_version: Option<String>,
    kind: Option<String>,
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
    /// The object that a merge patch names by its `apiVersion`, `kind` and `metadata`. What it does not name is empty.
    pub fn named_object(&self) -> Identity {
        let Body::Merge(members) = &self.body else { return Identity::default() };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = members.get("metadata");
        let within = |name: &str| text(metadata.and_then(|metadata| metadata.get(name)));
        let api_version = text(members.get("apiVersion"));
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        Identity {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: text(members.get("kind")),
            namespace: within("namespace"),
            name: within("name"),
        }
    }

    /// The patch without what names its object, once that is known. The type of the object is kept, to be compared.
    #[must_use]
    pub fn anonymous(self) -> Self {
        let Body::Merge(mut members) = self.body else { return self };
        let mut text = |name: &str| match members.shift_remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let written_for = WrittenFor { api_version: text("apiVersion"), kind: text("kind") };
        if let Some(metadata) = members.get_mut("metadata").and_then(Value::as_object_mut) {
            for name in ["name", "namespace"] {
                metadata.shift_remove(name);
            }
            if metadata.is_empty() {
                members.shift_remove("metadata");
            }
        }
        Self { body: Body::Merge(members), written_for: Some(written_for), ..self }
    }

    /// Whether the patch has nothing to do: it has no text, no members or no operations.
    pub fn is_empty(&self) -> bool {
        match &self.body {
            Body::Merge(members) => members.is_empty(),
            Body::Operations(operations) => operations.is_empty(),
        }
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
        self.check_type(tree, id)?;
        match &self.body {
            Body::Merge(patch) => strategic::apply(self, patch, tree, id, identity, keys),
            Body::Operations(operations) => {
                json6902::apply(operations, self.options.lenient, tree, id)?;
                Ok(Outcome::Stays)
            }
        }
    }

    /// A patch that names another type of object than it meets is a mistake of its target.
    fn check_type(&self, tree: &Tree<'_>, id: NodeId) -> Result<(), Failure> {
        let Some(WrittenFor { api_version, kind }) = &self.written_for else { return Ok(()) };
        let text = |name: &str| tree.string_at(id, name).unwrap_or_default();
        let differs = |name: &str, wanted: &Option<String>| {
            wanted.as_ref().is_some_and(|wanted| text(name) != wanted.as_str())
        };
        if !differs("apiVersion", api_version) && !differs("kind", kind) {
            return Ok(());
        }
        let wanted: Vec<&str> = [api_version, kind].into_iter().flatten().map(String::as_str).collect();
        let message = format!(
            "the patch is for `{}`, but the object is `{} {}`",
            wanted.join(" "),
            text("apiVersion"),
            text("kind")
        );
        let problem = Problem::new("patch-type", message)
            .at(tree, tree.get(id, "kind").unwrap_or(id))
            .help("narrow the target, or remove `apiVersion` and `kind` from the patch if it fits all of its objects");
        Err(Failure::Patch(Box::new(problem)))
    }
}

/// The example in the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests;
