//! The standards on one object: all of them, and again until nothing changes any more.

use super::Change;
use super::broken_standards::Restored;
use super::immutable::ImmutableInStandards;
use super::notes::{Notes, drain, of_fault};
use super::plan::Plan;
use super::work::{Subject, Work};
use crate::finding::Severity;
use crate::object::{Object, Remark};
use std::collections::BTreeMap;
use yaml_edit::{Fault, Tree};

/// Findings and used exceptions of one application of all standards.
#[derive(Default)]
pub(super) struct Pass {
    pub(super) remarks: Vec<Remark>,
    /// Exceptions that were made use of: reasons by rule.
    pub(super) waived: BTreeMap<String, String>,
}

impl Pass {
    pub(super) fn has_error(&self) -> bool {
        self.remarks.iter().any(|remark| remark.finding.severity == Severity::Error)
    }
}

/// How often standards are applied to an object with aliases until nothing changes any more.
const MOST_PASSES: usize = 8;

/// Applies the standards to one object. Two places of it may be one node, through an alias; the first change tears them
/// apart, so that only another application sees the second place as it is.
pub(super) fn standards(
    tree: &mut Tree<'_>,
    subject: &Subject<'_>,
    plan: &Plan<'_>,
    work: &mut Work<'_>,
    notes: &mut Notes,
    mut immutable: Option<&mut ImmutableInStandards>,
) -> Result<Pass, Box<Remark>> {
    let size = |tree: &Tree<'_>| (tree.nodes.len(), tree.values.len());
    let mut done = Pass::default();
    for _ in 0..MOST_PASSES {
        let before = size(tree);
        let mut pass = standards_once(tree, subject, plan, work, notes, immutable.as_deref_mut())?;
        // What this pass found is what is still so.
        done.remarks.retain(|remark| remark.finding.severity == Severity::Note);
        done.remarks.append(&mut pass.remarks);
        done.waived.append(&mut pass.waived);
        if !tree.aliased || size(tree) == before {
            return Ok(done);
        }
    }
    let fault = Fault::new(0, "the aliases of the object are too entangled; write them out");
    Err(Box::new(of_fault(&fault, subject.identity, "standards")))
}

fn standards_once(
    tree: &mut Tree<'_>,
    subject: &Subject<'_>,
    plan: &Plan<'_>,
    work: &mut Work<'_>,
    notes: &mut Notes,
    mut immutable: Option<&mut ImmutableInStandards>,
) -> Result<Pass, Box<Remark>> {
    let Subject { root, identity, number, .. } = *subject;
    let mut object = Object::new(tree, root, identity, &plan.context);
    let mut failed = None;
    for standard in &plan.standards {
        let rule = standard.rule();
        if let Err(fault) = standard.apply(&mut object, &plan.context) {
            failed = Some(of_fault(&fault, identity, rule.id));
        }
        if let Some(immutable) = &mut immutable {
            immutable.note(object.tree, root, rule.id);
        }
        drain(object.tree, identity, number, rule.id, rule.source, &mut notes.changes);
    }
    for index in object.used {
        if let Some(used) = work.used.get_mut(index) {
            *used = true;
        }
    }
    match failed {
        None => Ok(Pass { remarks: object.remarks, waived: object.waived }),
        Some(remark) => {
            notes.remarks.append(&mut object.remarks);
            Err(Box::new(remark))
        }
    }
}

/// The standard that made a change, for a change after settings.
pub(super) fn restored_by(change: &Change, plan: &Plan<'_>) -> Option<Restored> {
    let standard = plan.standards.iter().find(|standard| standard.rule().id == change.rule)?;
    let mode = standard.mode(plan.context.configuration);
    let was_missing = change.before.is_none();
    Some(Restored { rule: standard.rule().id, mode, field: change.field.clone(), was_missing })
}
