//! One document: rules applied to its objects, edits written, the result read again and compared.

use super::in_stream::is_carrier;
use super::kapp::is_config;
use super::plan::Plan;
use super::protected::Protected;
use super::{Change, RenderOptions};
use crate::configuration::{HookSettings, Stamp};
use crate::finding::Finding;
use crate::manifest::{HOOK, Identity, objects};
use crate::object::{Object, Remark};
use crate::patch::{Body, Failure, Outcome};
use crate::yaml::{self, Fault, NodeId, Tree};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a document came to.
pub(super) enum Written {
    /// It stays as it is.
    Same,
    /// It is rewritten; the text is appended to the output.
    Edited,
    /// It goes: a patch deleted it, or it was a configuration.
    Gone,
}

/// What was found and done on the way.
#[derive(Default)]
pub(super) struct Notes {
    /// The document cannot be read or is no object.
    pub(super) invalid: Vec<Remark>,
    /// A standard or setting failed, or only has something to say.
    pub(super) remarks: Vec<Remark>,
    pub(super) changes: Vec<Change>,
}

/// Renders one document's body into `output`. Gives the two trees' memory back for the next one.
pub(super) fn render<'a>(
    body: &'a str,
    number: usize,
    plan: &mut Plan<'_>,
    options: &RenderOptions,
    memory: Tree<'a>,
    output: &mut Vec<u8>,
    notes: &mut Notes,
) -> (Written, Tree<'a>) {
    let mut tree = match yaml::read(body, memory) {
        Ok(tree) => tree,
        Err(fault) => {
            notes.invalid.push(remark(Finding::error("invalid-yaml", fault.message), Some(fault.offset)));
            return (Written::Same, Tree::default());
        }
    };
    if options.collect_changes && tree.log.is_none() {
        tree.log = Some(Vec::new());
    }
    let roots = match objects(&tree) {
        Ok(roots) => roots,
        Err((id, message)) => {
            notes.invalid.push(remark(Finding::error("no-object", message), tree.offset_of(id)));
            return (Written::Same, tree);
        }
    };
    if roots.len() == 1 && roots.first() == Some(&tree.root()) && is_carrier(&tree, tree.root()) {
        return (Written::Gone, tree);
    }
    let errors = notes.remarks.len();
    for root in roots {
        let identity = Identity::of(&tree, root);
        if is_config(&identity) {
            continue;
        }
        let outcome = object(&mut tree, root, &identity, number, plan, notes);
        match outcome {
            Ok(Outcome::Stays) => {}
            Ok(Outcome::Deleted) if root == tree.root() => return (Written::Gone, tree),
            Ok(Outcome::Deleted) => {
                if let Err(fault) = tree.remove(root) {
                    notes.remarks.push(of_fault(&fault, &identity, "setting"));
                }
            }
            Err(remark) => notes.remarks.push(*remark),
        }
    }
    let failed =
        notes.remarks.iter().skip(errors).any(|remark| remark.finding.severity == crate::Severity::Error);
    if failed || !tree.node(tree.root()).dirty {
        return (Written::Same, tree);
    }
    let edits = match yaml::edits(&tree) {
        Ok(edits) => edits,
        Err(fault) => {
            notes.remarks.push(of_fault(&fault, &Identity::of(&tree, tree.root()), "edit"));
            return (Written::Same, tree);
        }
    };
    if edits.is_empty() {
        return (Written::Same, tree);
    }
    let start = output.len();
    yaml::splice(body, &edits, output);
    if !is_confirmed(&tree, output.get(start..).unwrap_or_default(), &mut plan.memory) {
        output.truncate(start);
        let message = "the edited document does not read as what was meant, so nothing is written".to_owned();
        let finding = Finding::error("edit-unconfirmed", message)
            .object(Identity::of(&tree, tree.root()).label())
            .help("please report this, with the document: it is a defect of the renderer");
        notes.remarks.push(remark(finding, Some(0)));
        return (Written::Same, tree);
    }
    (Written::Edited, tree)
}

/// Gives the memory of the second tree back, too.
fn is_confirmed(intended: &Tree<'_>, written: &[u8], memory: &mut Tree<'static>) -> bool {
    let Ok(text) = std::str::from_utf8(written) else { return false };
    match yaml::read(text, std::mem::take(memory).recycle()) {
        Ok(tree) => {
            let confirmed = yaml::confirms(intended, &tree);
            *memory = tree.recycle();
            confirmed
        }
        Err(_) => false,
    }
}

/// Applies everything to one object.
fn object(
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    number: usize,
    plan: &mut Plan<'_>,
    notes: &mut Notes,
) -> Result<Outcome, Box<Remark>> {
    let configuration = plan.context.configuration;
    let is_hook =
        tree.at(root, &["metadata", "annotations"]).is_some_and(|map| tree.get(map, HOOK).is_some());
    let was_dirty = tree.node(root).dirty;
    let mut waived = BTreeMap::new();
    if !is_hook || configuration.hooks.standards {
        let mut object = Object { tree, root, identity, remarks: Vec::new(), waived };
        let mut failed = None;
        for standard in &plan.standards {
            if let Err(fault) = standard.apply(&mut object, &plan.context) {
                failed = Some(of_fault(&fault, identity, standard.id()));
            }
            drain(object.tree, identity, number, standard.id(), standard.source(), &mut notes.changes);
        }
        notes.remarks.append(&mut object.remarks);
        waived = object.waived;
        if let Some(remark) = failed {
            return Err(Box::new(remark));
        }
    }
    if settings(tree, root, identity, is_hook, number, plan, notes)? == Outcome::Deleted {
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

fn settings(
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    is_hook: bool,
    number: usize,
    plan: &mut Plan<'_>,
    notes: &mut Notes,
) -> Result<Outcome, Box<Remark>> {
    let hooks = plan.context.configuration.hooks.settings;
    let mut protected = None;
    let mut first_failure = None;
    let is_rendered = bears_this_stamp(tree, root, plan);
    for setting in &mut plan.settings {
        let is_allowed = !is_hook
            || match hooks {
                HookSettings::All => true,
                HookSettings::Targeted => setting.matcher.names_hooks(),
                HookSettings::None => false,
            };
        if !is_allowed || !setting.matcher.matches(identity, tree, root) {
            continue;
        }
        setting.matched = true;
        // JSON 6902 does not hold twice (`remove`, `add` to a list): where the stamp says that this very
        // configuration was applied, it was. Standards and merges hold twice, and are applied again.
        if is_rendered && matches!(setting.patch.body, Body::Operations(_)) {
            continue;
        }
        let before = protected.get_or_insert_with(|| Protected::of(tree, root));
        match setting.patch.apply(tree, root, identity, &plan.list_keys) {
            Ok(Outcome::Deleted) => return Ok(Outcome::Deleted),
            Ok(Outcome::Stays) => {
                for finding in before.check(tree, root) {
                    let message = format!("{}: {}", setting.source, finding.message);
                    let finding = Finding { message, ..finding }.object(identity.label());
                    first_failure.get_or_insert(remark(finding, tree.offset_of(root)));
                }
            }
            Err(Failure::Patch(finding)) => {
                let message = format!("{}: {}", setting.source, finding.message);
                let finding = Finding { message, ..*finding }.object(identity.label());
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

fn bears_this_stamp(tree: &Tree<'_>, root: NodeId, plan: &Plan<'_>) -> bool {
    let annotations = tree.at(root, &["metadata", "annotations"]);
    let bears = |(key, value): &(&str, Value)| {
        annotations.and_then(|map| tree.get(map, key)).is_some_and(|found| tree.is(found, value))
    };
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
    let mut wanted: Vec<(String, Value)> = waived
        .iter()
        .map(|(rule, text)| (format!("exception.ipsy.dev/{rule}"), Value::String(text.clone())))
        .collect();
    if changed || bears || always || !wanted.is_empty() {
        wanted.extend(plan.stamps.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    }
    let is_right = |(key, value): &(String, Value)| {
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
    for touch in log.drain(..) {
        changes.push(Change {
            document,
            object: identity.label(),
            field: touch.field,
            rule: rule.to_owned(),
            source: source.to_owned(),
            before: touch.before,
            after: touch.after,
        });
    }
}

fn remark(finding: Finding, offset: Option<usize>) -> Remark {
    Remark { finding, offset }
}

fn of_fault(fault: &Fault, identity: &Identity, rule: &str) -> Remark {
    let finding =
        Finding::error("edit-impossible", format!("{}: {}", rule, fault.message)).object(identity.label());
    Remark { finding, offset: Some(fault.offset) }
}
