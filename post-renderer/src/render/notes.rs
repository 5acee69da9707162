//! What rendering one document found and changed.

use super::Change;
use crate::finding::Finding;
use crate::object::Remark;
use crate::secrets::mask_field;
use manifest_patch::Identity;
use serde_json::Value;
use yaml_edit::{Fault, Tree};

/// What was found and done on the way.
#[derive(Default)]
pub(super) struct Notes {
    /// The document is invalid; a standard or setting failed, or only has something to say.
    pub(super) remarks: Vec<Remark>,
    pub(super) changes: Vec<Change>,
    /// The objects, if the caller asked for changes.
    pub(super) objects: Vec<Seen>,
}

/// An object that was rendered.
pub(super) struct Seen {
    /// As `Deployment/web`.
    pub(super) label: String,
    /// Where in the document it begins.
    pub(super) offset: Option<usize>,
    /// Whether rendering changes or deletes it.
    pub(super) is_changed: bool,
}

impl Notes {
    pub(super) fn invalid(&mut self, finding: Finding, offset: Option<usize>) {
        self.remarks.push(Remark { finding, offset, invalid: true });
    }
}

/// Moves the tree's log into the list of changes.
pub(super) fn drain(
    tree: &mut Tree<'_>,
    identity: &Identity,
    document: usize,
    rule: &str,
    source: &str,
    changes: &mut Vec<Change>,
) {
    let Some(log) = &mut tree.log else { return };
    let is_secret = identity.kind == "Secret";
    for touch in log.drain(..) {
        let shown = |value: Option<Value>| {
            value.map(|value| if is_secret { mask_field(&touch.field, value) } else { value })
        };
        let (before, after) = (shown(touch.before), shown(touch.after));
        changes.push(Change {
            document,
            object: identity.label(),
            field: touch.field,
            rule: rule.to_owned(),
            source: source.to_owned(),
            before,
            after,
        });
    }
}

/// A finding at a place in the document.
pub(super) fn remark(finding: Finding, offset: Option<usize>) -> Remark {
    Remark { finding, offset, invalid: false }
}

/// What a fault of the tree means to the object.
pub(super) fn of_fault(fault: &Fault, identity: &Identity, rule: &str) -> Remark {
    let id = if fault.invalid { "invalid-object" } else { "edit-impossible" };
    let finding = Finding::error(id, format!("{}: {}", rule, fault.message)).object(identity.label());
    Remark { finding, offset: Some(fault.offset), invalid: fault.invalid }
}
