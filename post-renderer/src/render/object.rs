//! One object: settings and standards applied in their order, then kapp's needs and the stamps.

use super::broken_standards::{self, Restored};
use super::immutable::ImmutableInStandards;
use super::notes::{Notes, drain, of_fault, remark};
use super::object_settings::{already_set, mark_matched, settings};
use super::object_standards::{Pass, restored_by, standards};
use super::plan::{Origin, Plan};
use super::stamps::{self, Done};
use super::work::{Subject, Work};
use crate::finding::Severity;
use crate::manifest::HOOK;
use crate::object::Remark;
use manifest_patch::{Identity, Outcome};
use std::collections::BTreeMap;
use yaml_edit::{NodeId, Tree};

/// Applies everything to one object: settings of the stream, standards, settings of the configuration and, where there
/// were any, the standards once more.
pub(super) fn object(
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    number: usize,
    plan: &Plan<'_>,
    work: &mut Work<'_>,
    notes: &mut Notes,
) -> Result<Outcome, Box<Remark>> {
    let annotations = tree.at(root, &["metadata", "annotations"]);
    let is_hook = annotations.is_some_and(|map| tree.get(map, HOOK).is_some());
    let was_dirty = tree.node(root).dirty;
    let is_settled = stamps::is_settled(tree, root, plan);
    *work.is_rendered |= is_settled || stamps::bears_configuration(tree, root, plan);
    let subject = Subject { root, identity, number, is_hook };
    let mut is_set = is_settled;
    if is_settled {
        mark_matched(tree, &subject, plan, work);
        notes.remarks.push(already_set(tree, &subject));
    } else if settings(tree, &subject, Origin::Stream, plan, work, notes, &mut is_set)? == Outcome::Deleted
        || settings(tree, &subject, Origin::Kustomization, plan, work, notes, &mut is_set)?
            == Outcome::Deleted
    {
        return Ok(Outcome::Deleted);
    }
    let mut waived = BTreeMap::new();
    let has_standards = !is_hook || plan.context.configuration.hooks.standards;
    let mut first = Pass::default();
    if has_standards {
        // Helm recreates hooks at every upgrade.
        let mut immutable = (!is_hook).then(|| ImmutableInStandards::of(tree, root, identity));
        first = standards(tree, &subject, plan, work, notes, immutable.as_mut())?;
        if let Some(finding) = immutable.and_then(ImmutableInStandards::finding) {
            notes.remarks.push(remark(finding.object(identity.label()), tree.offset_of(root)));
        }
        waived.append(&mut first.waived);
    }
    let before_settings = notes.changes.len();
    let mut matched = false;
    let outcome = if is_settled {
        Ok(Outcome::Stays)
    } else {
        settings(tree, &subject, Origin::Configuration, plan, work, notes, &mut matched)
    };
    is_set |= matched;
    let after_settings = notes.changes.len();
    if has_standards && matched && matches!(outcome, Ok(Outcome::Stays)) {
        let collects_changes = tree.log.is_some();
        tree.log.get_or_insert_default();
        let second = standards(tree, &subject, plan, work, notes, None);
        if !collects_changes {
            tree.log = None;
            work.needs_changes =
                notes.changes.drain(after_settings..).len() > 0 || second.as_ref().is_ok_and(Pass::has_error);
            if work.needs_changes {
                return Ok(Outcome::Stays);
            }
        }
        let mut second = second?;
        waived.append(&mut second.waived);
        let set = notes.changes.get(before_settings..after_settings).unwrap_or_default();
        let restored = notes.changes.get(after_settings..).unwrap_or_default();
        let restored: Vec<Restored> =
            restored.iter().filter_map(|change| restored_by(change, plan)).collect();
        let offset = tree.offset_of(root);
        let broken =
            broken_standards::findings(&first.remarks, second.remarks, &restored, set, identity, offset);
        // A setting may have corrected a breach that the first pass found.
        first.remarks.retain(|remark| remark.finding.severity == Severity::Note);
        first.remarks.extend(broken);
    }
    notes.remarks.append(&mut first.remarks);
    if outcome? == Outcome::Deleted {
        return Ok(Outcome::Deleted);
    }
    if let Some(kapp) = &plan.kapp {
        let left_out =
            kapp.apply(tree, root, identity).map_err(|fault| Box::new(of_fault(&fault, identity, "kapp")))?;
        drain(tree, identity, number, "kapp", "kapp", &mut notes.changes);
        if let Some(finding) = left_out {
            notes.remarks.push(remark(finding, tree.offset_of(root)));
            return Ok(Outcome::Deleted);
        }
    }
    let is_changed = tree.node(root).dirty && !was_dirty || root != tree.root() && tree.node(root).dirty;
    let done = Done { is_changed, is_set, waived: &waived };
    let forged = stamps::stamp(tree, root, plan, &done)
        .map_err(|fault| Box::new(of_fault(&fault, identity, "stamp")))?;
    let at = tree.offset_of(root);
    notes.remarks.extend(forged.into_iter().map(|finding| remark(finding.object(identity.label()), at)));
    drain(tree, identity, number, "stamp", "stamp", &mut notes.changes);
    Ok(Outcome::Stays)
}
