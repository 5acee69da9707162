//! One document: rules applied to its objects, edits written, the result read again and compared.

use super::immutable::Immutable;
use super::kapp::is_config;
use super::plan::{Origin, Plan};
use super::protected::Protected;
use super::stream_configuration::is_stream_configuration;
use super::{Change, RenderOptions};
use crate::configuration::{HookSettings, Stamp};
use crate::finding::{Finding, Severity};
use crate::manifest::{HOOK, objects};
use crate::object::{Object, Remark};
use crate::secrets::{mask_field, without_quotations};
use manifest_patch::Identity;
use manifest_patch::{Failure, Outcome};
use serde_json::Value;
use std::borrow::Cow;
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
    fn invalid(&mut self, finding: Finding, offset: Option<usize>) {
        self.remarks.push(Remark { finding, offset, invalid: true });
    }
}

/// What rendering one document leaves to the next.
pub(super) struct Work<'w> {
    /// Which settings matched an object so far.
    pub(super) matched: &'w mut [bool],
    /// Whether an object so far bore the stamp of this very configuration.
    pub(super) is_rendered: &'w mut bool,
    /// Reads edited documents again.
    pub(super) checker: &'w mut Checker,
    /// The edits of the document.
    pub(super) edits: &'w mut Edits,
}

/// Renders one document's body. Gives the tree's memory back for the next one.
pub(super) fn render<'a>(
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
    if options.collect_changes && tree.log.is_none() {
        tree.log = Some(Vec::new());
    }
    let roots = match objects(&tree) {
        Ok(roots) => roots,
        Err((id, message)) => {
            notes.invalid(Finding::error("no-object", message), tree.offset_of(id));
            return (Written::Same, tree);
        }
    };
    if roots == [tree.root()] && is_stream_configuration(&tree, tree.root()) {
        // It was read, and allowed, before rendering began.
        return (Written::Removed, tree);
    }
    let errors = notes.remarks.len();
    for root in roots {
        let identity = Identity::of(&tree, root);
        if is_config(&identity) {
            continue;
        }
        let changes = notes.changes.len();
        let outcome = object(&mut tree, root, &identity, number, plan, work, notes);
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
    if failed || !tree.node(tree.root()).dirty {
        return (Written::Same, tree);
    }
    let edits = match yaml_edit::edits(&tree, std::mem::take(work.edits)) {
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

/// Applies everything to one object.
fn object(
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    number: usize,
    plan: &Plan<'_>,
    work: &mut Work<'_>,
    notes: &mut Notes,
) -> Result<Outcome, Box<Remark>> {
    let configuration = plan.context.configuration;
    let annotations = tree.at(root, &["metadata", "annotations"]);
    let is_hook = annotations.is_some_and(|map| tree.get(map, HOOK).is_some());
    let was_dirty = tree.node(root).dirty;
    let mut waived = BTreeMap::new();
    // Settings have the last word over standards, and many do not hold twice (`remove`, `add` to a list): what bears
    // the stamp of this very configuration has been through both, and is done.
    let is_done = annotations.is_some_and(|map| bears_this_stamp(tree, map, plan));
    *work.is_rendered |= is_done;
    if is_done {
        let finding = Finding::new(
            "already-rendered",
            Severity::Note,
            "left as it is: it bears this configuration's stamp",
        );
        let finding = finding
            .object(identity.label())
            .help("take `ipsy.dev/config-hash` out to have it rendered again");
        notes.remarks.push(remark(finding, tree.offset_of(root)));
    }
    let subject = Subject { root, identity, number, is_hook };
    if settings(tree, &subject, Origin::Stream, plan, work, notes)? == Outcome::Deleted {
        return Ok(Outcome::Deleted);
    }
    if !is_done && (!is_hook || configuration.hooks.standards) {
        let mut object = Object { tree, root, identity, remarks: Vec::new(), waived };
        let mut failed = None;
        for standard in &plan.standards {
            if let Err(fault) = standard.apply(&mut object, &plan.context) {
                failed = Some(of_fault(&fault, identity, standard.rule().id));
            }
            drain(
                object.tree,
                identity,
                number,
                standard.rule().id,
                standard.rule().source,
                &mut notes.changes,
            );
        }
        notes.remarks.append(&mut object.remarks);
        waived = object.waived;
        if let Some(remark) = failed {
            return Err(Box::new(remark));
        }
    }
    if !is_done && settings(tree, &subject, Origin::Configuration, plan, work, notes)? == Outcome::Deleted {
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
    let changed = tree.node(root).dirty && !was_dirty || root != tree.root() && tree.node(root).dirty;
    stamp(tree, root, plan, changed, &waived)
        .map_err(|fault| Box::new(of_fault(&fault, identity, "stamp")))?;
    drain(tree, identity, number, "stamp", "stamp", &mut notes.changes);
    Ok(Outcome::Stays)
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
) -> Result<Outcome, Box<Remark>> {
    let Subject { root, identity, number, is_hook } = *subject;
    let hooks = plan.context.configuration.hooks.settings;
    let mut protected = None;
    let mut immutable = None;
    let mut first_failure = None;
    for (setting, matched) in plan.settings.iter().zip(work.matched.iter_mut()) {
        let is_allowed = !is_hook
            || match hooks {
                HookSettings::All => true,
                HookSettings::Targeted => setting.matcher.names_hooks(),
                HookSettings::None => false,
            };
        if setting.origin != origin || !is_allowed || !setting.matcher.matches(identity, tree, root) {
            continue;
        }
        *matched = true;
        // Helm makes hooks anew at every upgrade.
        if !is_hook {
            immutable.get_or_insert_with(|| Immutable::of(tree, root, identity));
        }
        if setting.reaches_identity {
            protected.get_or_insert_with(|| Protected::of(tree, root));
        }
        match setting.patch.apply(tree, root, identity, &plan.list_keys) {
            Ok(Outcome::Deleted) => return Ok(Outcome::Deleted),
            Ok(Outcome::Stays) => {
                let before = protected.as_ref().filter(|_| setting.reaches_identity);
                for finding in before.map_or_else(Vec::new, |before| before.check(tree, root)) {
                    let message = format!("{}: {}", setting.source, finding.message);
                    let finding = Finding { message, ..finding }.object(identity.label());
                    first_failure.get_or_insert(remark(finding, tree.offset_of(root)));
                }
                let immutable = immutable.as_mut();
                for finding in immutable.map_or_else(Vec::new, |held| held.check(tree, root, &setting.source))
                {
                    notes.remarks.push(remark(finding.object(identity.label()), tree.offset_of(root)));
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
                let finding = Finding { message, ..(*finding).into() }.object(identity.label());
                notes.remarks.push(remark(finding, tree.offset_of(root)));
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

fn bears_this_stamp(tree: &Tree<'_>, annotations: NodeId, plan: &Plan<'_>) -> bool {
    let bears =
        |(key, value): &(&str, Value)| tree.get(annotations, key).is_some_and(|found| tree.is(found, value));
    !plan.stamps.is_empty() && plan.stamps.iter().all(bears)
}

/// Stamps what was changed, or what bears a stamp that has to be renewed.
fn stamp(
    tree: &mut Tree<'_>,
    root: NodeId,
    plan: &Plan<'_>,
    changed: bool,
    waived: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    let annotations = tree.at(root, &["metadata", "annotations"]);
    let bears =
        annotations.is_some_and(|map| plan.stamps.iter().any(|(key, _)| tree.get(map, key).is_some()));
    let always = plan.context.configuration.stamp == Stamp::Always;
    let mut wanted: Vec<(Cow<'_, str>, Cow<'_, Value>)> = waived
        .iter()
        .map(|(rule, text)| {
            (format!("exception.ipsy.dev/{rule}").into(), Cow::Owned(Value::String(text.clone())))
        })
        .collect();
    if changed || bears || always || !wanted.is_empty() {
        wanted.extend(plan.stamps.iter().map(|(key, value)| (Cow::Borrowed(*key), Cow::Borrowed(value))));
    }
    let is_right = |(key, value): &(Cow<'_, str>, Cow<'_, Value>)| {
        annotations.and_then(|map| tree.get(map, key)).is_some_and(|found| tree.is(found, value))
    };
    if wanted.iter().all(is_right) {
        return Ok(());
    }
    let map = tree.mapping(root, &["metadata", "annotations"])?;
    for (key, value) in &wanted {
        tree.set(map, key, value)?;
    }
    Ok(())
}

/// Moves the tree's log into the list of changes.
fn drain(
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

fn remark(finding: Finding, offset: Option<usize>) -> Remark {
    Remark { finding, offset, invalid: false }
}

fn of_fault(fault: &Fault, identity: &Identity, rule: &str) -> Remark {
    let id = if fault.invalid { "invalid-object" } else { "edit-impossible" };
    let finding = Finding::error(id, format!("{}: {}", rule, fault.message)).object(identity.label());
    Remark { finding, offset: Some(fault.offset), invalid: fault.invalid }
}
