//! One document: rules applied to its objects, edits written, the result read again and compared.

use super::action::Action;
use super::broken_standards::{self, Restored};
use super::immutable::{Immutable, ImmutableInStandards};
use super::kapp::is_config;
use super::notes::{Notes, Seen, drain, of_fault, remark};
use super::plan::{Origin, Plan};
use super::protected::Protected;
use super::stamps::{self, Done};
use super::stream_configuration::is_stream_configuration;
use super::{Change, RenderOptions};
use crate::configuration::HookSettings;
use crate::finding::{Finding, Severity};
use crate::manifest::{HOOK, objects, write_out_items};
use crate::object::{Object, Remark};
use crate::secrets::without_quotations;
use manifest_patch::Identity;
use manifest_patch::{Failure, Outcome};
use std::collections::BTreeMap;
use yaml_edit::{Checker, Edits, Fault, NodeId, Tree};

/// What a document came to.
pub(super) enum Written {
    /// It stays as it is.
    Same,
    /// Parts of it are written anew, by the edits that are left in the work.
    Edited,
    /// It is removed: a patch deleted it, or it was a configuration.
    Removed,
}

/// What rendering one document leaves to the next.
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

/// Applies everything to one object: settings of the stream, standards, settings of the configuration and, where there
/// were any, the standards once more.
fn object(
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
        // What a setting mended is no longer broken.
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

/// What one application of all standards found.
#[derive(Default)]
struct Pass {
    remarks: Vec<Remark>,
    waived: BTreeMap<String, String>,
}

impl Pass {
    fn has_error(&self) -> bool {
        self.remarks.iter().any(|remark| remark.finding.severity == Severity::Error)
    }
}

/// How often standards are applied to an object with aliases until nothing changes any more.
const MOST_PASSES: usize = 8;

/// Applies the standards to one object. Two places of it may be one node, through an alias; the first change tears them
/// apart, so that only another application sees the second place as it is.
fn standards(
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
fn restored_by(change: &Change, plan: &Plan<'_>) -> Option<Restored> {
    let standard = plan.standards.iter().find(|standard| standard.rule().id == change.rule)?;
    let mode = standard.mode(plan.context.configuration);
    let was_missing = change.before.is_none();
    Some(Restored { rule: standard.rule().id, mode, field: change.field.clone(), was_missing })
}

/// Marks the settings that match an object to which they were applied before.
fn mark_matched(tree: &Tree<'_>, subject: &Subject<'_>, plan: &Plan<'_>, work: &mut Work<'_>) {
    for (setting, matched) in plan.settings.iter().zip(work.matched.iter_mut()) {
        let namespace = plan.context.namespace;
        *matched |= setting.matcher.matches(subject.identity, namespace, tree, subject.root);
    }
}

fn already_set(tree: &Tree<'_>, subject: &Subject<'_>) -> Remark {
    let message = "settings are not applied again: the object is as this configuration's settings left it";
    let finding = Finding::new("already-rendered", Severity::Note, message)
        .object(subject.identity.label())
        .help("remove the annotation `ipsy.dev/settings-hash` to have them applied again");
    remark(finding, tree.offset_of(subject.root))
}

/// The object that settings are for.
struct Subject<'s> {
    root: NodeId,
    identity: &'s Identity,
    /// Of the document that it is in.
    number: usize,
    is_hook: bool,
}

fn settings(
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
                // What a patch says of an object may quote its values.
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
