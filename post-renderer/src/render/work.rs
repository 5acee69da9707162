//! State that the stages of a rendering share: the work on a chunk's documents, and the current object.

use manifest_patch::Identity;
use yaml_edit::{Checker, Edits, NodeId};

/// State that rendering one document passes to the next.
pub(super) struct Work<'w> {
    /// Which settings matched an object so far.
    pub(super) matched: &'w mut [bool],
    /// Which exceptions were made use of so far.
    pub(super) used: &'w mut [bool],
    /// Whether an object so far carries the stamp of this configuration.
    pub(super) is_rendered: &'w mut bool,
    /// Reads edited documents again.
    pub(super) checker: &'w mut Checker,
    /// The edits of the document.
    pub(super) edits: &'w mut Edits,
    /// Whether a setting broke a standard, and only the changes, which were not collected, show which setting.
    pub(super) needs_changes: bool,
}

/// The object that a stage is for.
pub(super) struct Subject<'s> {
    pub(super) root: NodeId,
    pub(super) identity: &'s Identity,
    /// Of the document that it is in.
    pub(super) number: usize,
    pub(super) is_hook: bool,
}
