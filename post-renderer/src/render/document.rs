//! One document: rules applied to its objects, edits written, the result read again and compared.

use super::RenderOptions;
use super::kapp::is_config;
use super::notes::{Notes, Seen, of_fault, remark};
use super::object::object;
use super::plan::Plan;
use super::stream_configuration::is_stream_configuration;
use super::work::Work;
use crate::finding::{Finding, Severity};
use crate::manifest::{objects, write_out_items};
use manifest_patch::{Identity, Outcome};
use yaml_edit::Tree;

/// What a document came to.
pub(super) enum Written {
    /// It stays as it is.
    Same,
    /// Parts of it are rewritten, by the edits that are left in the work.
    Edited,
    /// It is removed: a patch deleted it, or it was a configuration.
    Removed,
}

/// Renders one document's body. Gives the tree's memory back for the next one.
///
/// Collecting changes costs more than rendering. If only a setting that broke a standard needs them, the document is
/// rendered again.
pub(super) fn render<'a>(
    body: &'a str,
    number: usize,
    plan: &Plan<'_>,
    options: &RenderOptions,
    memory: Tree<'a>,
    work: &mut Work<'_>,
) -> (Written, Tree<'a>, Notes) {
    let mut notes = Notes::default();
    let memory = Tree { log: options.collect_changes.then(Vec::new), ..memory };
    let (written, tree) = render_once(body, number, plan, options, memory, work, &mut notes);
    if !std::mem::take(&mut work.needs_changes) {
        return (written, tree, notes);
    }
    let mut notes = Notes::default();
    let memory = Tree { log: Some(Vec::new()), ..tree.recycle() };
    let (written, tree) = render_once(body, number, plan, options, memory, work, &mut notes);
    notes.changes.clear();
    (written, tree, notes)
}

fn render_once<'a>(
    body: &'a str,
    number: usize,
    plan: &Plan<'_>,
    options: &RenderOptions,
    memory: Tree<'a>,
    work: &mut Work<'_>,
    notes: &mut Notes,
) -> (Written, Tree<'a>) {
    let mut tree = match yaml_edit::read(body, memory) {
        Ok(tree) => tree,
        Err(fault) => {
            notes.invalid(Finding::error("invalid-yaml", fault.message), Some(fault.offset));
            return (Written::Same, Tree::default());
        }
    };
    let roots = match objects(&tree) {
        Ok(roots) => roots,
        Err((id, message)) => {
            notes.invalid(Finding::error("no-object", message), tree.offset_of(id));
            return (Written::Same, tree);
        }
    };
    if let Err(fault) = write_out_items(&mut tree) {
        notes.invalid(Finding::error("not-an-object", fault.message), Some(fault.offset));
        return (Written::Same, tree);
    }
    let is_written_out = tree.node(tree.root()).dirty;
    let roots = objects(&tree).unwrap_or(roots);
    if roots == [tree.root()] && is_stream_configuration(&tree, tree.root()) {
        // It was read, and allowed, before rendering began.
        return (Written::Removed, tree);
    }
    let errors = notes.remarks.len();
    let mut is_changed = !is_written_out;
    for root in roots {
        let identity = Identity::of(&tree, root);
        if is_config(&identity) {
            continue;
        }
        let changes = notes.changes.len();
        let outcome = object(&mut tree, root, &identity, number, plan, work, notes);
        if work.needs_changes {
            return (Written::Same, tree);
        }
        is_changed |= tree.node(root).dirty || matches!(outcome, Ok(Outcome::Deleted));
        if options.collect_changes {
            let is_changed = notes.changes.len() > changes || matches!(outcome, Ok(Outcome::Deleted));
            notes.objects.push(Seen { label: identity.label(), offset: tree.offset_of(root), is_changed });
        }
        match outcome {
            Ok(Outcome::Stays) => {}
            Ok(Outcome::Deleted) if root == tree.root() => return (Written::Removed, tree),
            Ok(Outcome::Deleted) => {
                if let Err(fault) = tree.remove(root) {
                    notes.remarks.push(of_fault(&fault, &identity, "setting"));
                }
            }
            Err(remark) => notes.remarks.push(*remark),
        }
    }
    let failed = notes.remarks.iter().skip(errors).any(|remark| remark.finding.severity == Severity::Error);
    // Items that were only written out are not a change.
    if failed || !is_changed || !tree.node(tree.root()).dirty {
        return (Written::Same, tree);
    }
    let edits = match yaml_edit::edits(&mut tree, std::mem::take(work.edits)) {
        Ok(edits) => edits,
        Err(fault) => {
            notes.remarks.push(of_fault(&fault, &Identity::of(&tree, tree.root()), "edit"));
            return (Written::Same, tree);
        }
    };
    if edits.is_empty() {
        return (Written::Same, tree);
    }
    let is_confirmed = work.checker.confirms(&tree, &edits);
    *work.edits = edits;
    if !is_confirmed {
        let message = "the edited document does not read as what was meant, so nothing is written".to_owned();
        let finding = Finding::error("edit-unconfirmed", message)
            .object(Identity::of(&tree, tree.root()).label())
            .help("please report this, with the document: it is a defect of the renderer");
        notes.remarks.push(remark(finding, Some(0)));
        return (Written::Same, tree);
    }
    (Written::Edited, tree)
}
