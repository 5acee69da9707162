//! The settings on one object: those that match it, each with a look at what it may not change.

use super::action::Action;
use super::immutable::Immutable;
use super::notes::{Notes, drain, of_fault, remark};
use super::plan::{Origin, Plan};
use super::protected::Protected;
use super::work::{Subject, Work};
use crate::configuration::HookSettings;
use crate::finding::{Finding, Severity};
use crate::object::Remark;
use crate::secrets::without_quotations;
use manifest_patch::{Failure, Outcome};
use yaml_edit::{Fault, Tree};

/// Applies the settings of one origin that match the object.
pub(super) fn settings(
    tree: &mut Tree<'_>,
    subject: &Subject<'_>,
    origin: Origin,
    plan: &Plan<'_>,
    work: &mut Work<'_>,
    notes: &mut Notes,
    has_matched: &mut bool,
) -> Result<Outcome, Box<Remark>> {
    let Subject { root, identity, number, is_hook } = *subject;
    let hooks = plan.context.configuration.hooks.settings;
    let mut protected = None;
    let mut immutable = None;
    let mut first_failure = None;
    for (setting, matched) in plan.settings.iter().zip(work.matched.iter_mut()) {
        let is_allowed = !is_hook
            || match (&setting.action, hooks) {
                (Action::Patch(_), HookSettings::All) => true,
                (Action::Patch(_), HookSettings::Targeted) => setting.matcher.names_hooks(),
                (Action::Patch(_), HookSettings::None) => false,
                // The labels, images and values of a kustomization are for hooks what standards are.
                _ => plan.context.configuration.hooks.standards,
            };
        if setting.origin != origin
            || !is_allowed
            || !setting.matcher.matches(identity, plan.context.namespace, tree, root)
        {
            continue;
        }
        *matched = true;
        *has_matched = true;
        // Helm recreates hooks at every upgrade.
        if !is_hook {
            immutable.get_or_insert_with(|| Immutable::of(tree, root, identity));
        }
        if setting.reaches_identity {
            protected.get_or_insert_with(|| Protected::of(tree, root));
        }
        match setting.action.apply(tree, root, identity, plan) {
            Ok(Outcome::Deleted) => return Ok(Outcome::Deleted),
            Ok(Outcome::Stays) => {
                let before = protected.as_ref().filter(|_| setting.reaches_identity);
                for (finding, offset) in before.map_or_else(Vec::new, |before| before.check(tree, root)) {
                    let message = format!("{}: {}", setting.source, finding.message);
                    let finding = Finding { message, ..finding }.object(identity.label());
                    first_failure.get_or_insert(remark(finding, offset));
                }
                let immutable = immutable.as_mut();
                let found = immutable.map_or_else(Vec::new, |held| held.check(tree, root, &setting.source));
                for (finding, offset) in found {
                    notes.remarks.push(remark(finding.object(identity.label()), offset));
                }
            }
            Err(Failure::Patch(finding)) => {
                // Messages of a patch may quote values of the object.
                let said = if identity.kind == "Secret" {
                    without_quotations(&finding.message)
                } else {
                    finding.message.clone()
                };
                let message = format!("{}: {said}", setting.source);
                let offset = finding.offset.or_else(|| tree.offset_of(root));
                let finding = Finding { message, ..(*finding).into() }.object(identity.label());
                notes.remarks.push(remark(finding, offset));
            }
            Err(Failure::Document(fault)) => {
                let fault = Fault { message: format!("{}: {}", setting.source, fault.message), ..fault };
                notes.remarks.push(of_fault(&fault, identity, "setting"));
            }
        }
        drain(tree, identity, number, "setting", &setting.source, &mut notes.changes);
    }
    first_failure.map_or(Ok(Outcome::Stays), |remark| Err(Box::new(remark)))
}

/// Marks the settings that match an object to which they were applied before.
pub(super) fn mark_matched(tree: &Tree<'_>, subject: &Subject<'_>, plan: &Plan<'_>, work: &mut Work<'_>) {
    for (setting, matched) in plan.settings.iter().zip(work.matched.iter_mut()) {
        let namespace = plan.context.namespace;
        *matched |= setting.matcher.matches(subject.identity, namespace, tree, subject.root);
    }
}

/// Reports that the settings were applied before.
pub(super) fn already_set(tree: &Tree<'_>, subject: &Subject<'_>) -> Remark {
    let message = "settings are not applied again: the object is as this configuration's settings left it";
    let finding = Finding::new("already-rendered", Severity::Note, message)
        .object(subject.identity.label())
        .help("remove the annotation `ipsy.dev/settings-hash` to have them applied again");
    remark(finding, tree.offset_of(subject.root))
}
