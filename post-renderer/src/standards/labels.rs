//! The standard `labels`: every object carries the configured labels.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::finding::Severity;
use crate::namespace::Scope;
use crate::object::{Context, Object};
use crate::selection::{Held, Subject};
use manifest_patch::pod_template;
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::{Fault, NodeId, Scalar, Tree};

/// The rule.
const RULE: Rule = Rule {
    id: "labels",
    summary: "Every object carries the configured labels.",
    effect: "Adds the configured labels to `metadata.labels` of every object, and to pod templates if `podTemplates.labels` is set. Labels that are there keep their value, unless the mode is `enforce`. A label stays as it is where a selector of the stream would select other objects.",
    why: "Cost, ownership and policy tools find objects by labels, and no chart sets all of them.",
    source: "labels",
    before: "`metadata: {name: web}`",
    after: "`metadata: {name: web, labels: {team: payments}}`",
    exempt: "`standards: {labels: {mode: off}}`, or an exception for the rule `labels`.",
    parts: Parts::Named("a label's key"),
};

/// The standard `labels`.
pub(super) struct Labels;

impl Standard for Labels {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.labels.is_empty() { Mode::Off } else { configuration.standards.labels.mode }
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        write(object, context, &[])?;
        match object.pod_template().filter(|path| !path.is_empty()) {
            Some(path) if context.configuration.pod_templates.labels => write(object, context, path),
            _ => Ok(()),
        }
    }
}

/// Writes the labels of the object, or of the pod template at `path`.
fn write(object: &mut Object<'_, '_>, context: &Context<'_>, path: &[&str]) -> Result<(), Fault> {
    let configuration = context.configuration;
    let mode = configuration.standards.labels.mode;
    let place: Vec<&str> = path.iter().copied().chain(["metadata", "labels"]).collect();
    let found = object.tree.at(object.root, &place);
    let (mut wanted, mut kept) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in &configuration.labels {
        let present = found.and_then(|found| object.tree.get(found, key));
        let present = present.filter(|present| object.tree.scalar(*present) != Some(Scalar::Null));
        let text = present.and_then(|present| object.tree.string(present));
        let is_right = text.is_some_and(|text| text == value.as_str());
        if is_right || object.is_waived(context, RULE.id, key) {
            continue;
        }
        if mode == Mode::Warn {
            let message = format!("`{key}` should be `{value}`");
            let node = present.unwrap_or(object.root);
            object.breach(RULE.id, mode, node, &place.join("."), message, "");
        } else if present.is_some() && mode == Mode::Default {
            kept.insert(key.clone(), value.clone());
        } else {
            wanted.insert(key.clone(), value.clone());
        }
    }
    if !kept.is_empty() || !(wanted.is_empty() || context.selection.is_empty()) {
        let is_pod = !path.is_empty() || pod_template(object.identity).is_some_and(<[_]>::is_empty);
        hold(object, context, &place, is_pod, &mut wanted, kept);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let target = object.tree.mapping(object.root, &place)?;
    for (key, value) in wanted {
        object.tree.set(target, &key, &Value::String(value))?;
    }
    Ok(())
}

/// Takes the labels out of `wanted` that would change what a selector of the stream selects, and reports them with
/// those that are `kept` in any case.
fn hold(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    place: &[&str],
    is_pod: bool,
    wanted: &mut BTreeMap<String, String>,
    mut kept: BTreeMap<String, String>,
) {
    let selection = &context.selection;
    let found = object.tree.at(object.root, place);
    let labels = texts(object.tree, found);
    let field = place.join(".");
    let node = |object: &Object<'_, '_>, key: &str| {
        found.map_or(object.root, |found| object.tree.get(found, key).unwrap_or(found))
    };
    if !selection.is_empty() {
        let subject = Subject {
            identity: object.identity,
            scope: Scope::of(object.identity, context.namespace),
            is_pod,
        };
        let mut held = selection.hold(&subject, &labels, wanted);
        held.extend(selection.hold(&subject, &labels, &mut kept));
        for Held { key, selecting, matches } in held {
            let change = match (matches, labels.get(&key)) {
                (true, Some(value)) => format!("`{key}` stays `{value}`: `{selecting}` selects by it"),
                (false, Some(value)) => {
                    format!("`{key}` stays `{value}`: otherwise `{selecting}` would also select this")
                }
                (true, None) => format!("`{key}` is not added: `{selecting}` would no longer select this"),
                (false, None) => format!("`{key}` is not added: `{selecting}` would also select this"),
            };
            let advice =
                format!("change the selector in the chart, or add an exception for `{}/{key}`", RULE.id);
            object.remark(RULE.id, Severity::Warning, node(object, &key), &field, change, &advice);
        }
    }
    for (key, value) in kept {
        let present = labels.get(&key).map(String::as_str).unwrap_or_default();
        let message = format!("`{key}` stays `{present}`; the standard's value is `{value}`");
        let help = "`standards: {labels: {mode: enforce}}` overwrites labels that are there";
        object.remark(RULE.id, Severity::Note, node(object, &key), &field, message, help);
    }
}

/// The labels that are there.
fn texts(tree: &Tree<'_>, labels: Option<NodeId>) -> BTreeMap<String, String> {
    let value = labels.and_then(|labels| tree.value(labels).ok());
    let Some(Value::Object(members)) = value else { return BTreeMap::new() };
    members.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}
