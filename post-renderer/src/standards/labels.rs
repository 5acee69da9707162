//! The standard `labels`: every object carries the configured labels.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "labels",
    summary: "Every object carries the configured labels.",
    effect: "Writes the configured labels into `metadata.labels` of every object, and into pod templates if asked to.",
    why: "Cost, ownership and policy tools find things by labels, and no chart sets all of them.",
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
        let configuration = context.configuration;
        let mode = configuration.standards.labels.mode;
        write_map(RULE.id, "labels", &configuration.labels, mode, object, context, &[])?;
        if !configuration.pod_templates.labels {
            return Ok(());
        }
        let Some(path) = object.pod_template().filter(|path| !path.is_empty()) else { return Ok(()) };
        // A selector that names one of the labels must go on matching the pods: its value is not ours to change.
        let selector = object.tree.at(object.root, &["spec", "selector"]);
        let selector =
            selector.and_then(|selector| object.tree.get(selector, "matchLabels").or(Some(selector)));
        let free: BTreeMap<String, String> = configuration
            .labels
            .iter()
            .filter(|(key, _)| selector.is_none_or(|selector| object.tree.get(selector, key).is_none()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        write_map(RULE.id, "labels", &free, mode, object, context, path)
    }
}

/// Writes entries into the labels or annotations under `path`.
pub(super) fn write_map(
    rule: &str,
    map: &str,
    entries: &BTreeMap<String, String>,
    mode: Mode,
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    path: &[&str],
) -> Result<(), Fault> {
    let place: Vec<&str> = path.iter().copied().chain(["metadata", map]).collect();
    let found = object.tree.at(object.root, &place);
    let mut target = None;
    for (key, value) in entries {
        let present = found.and_then(|found| object.tree.get(found, key));
        let is_right = present
            .and_then(|present| object.tree.string(present))
            .is_some_and(|present| present == value.as_str());
        if is_right || (present.is_some() && mode == Mode::Default) || object.is_waived(context, rule, key) {
            continue;
        }
        if mode == Mode::Warn {
            let message = format!("`{key}` should be `{value}`");
            let field = place.join(".");
            object.breach(rule, mode, present.unwrap_or(object.root), &field, message, "");
            continue;
        }
        let target = match target {
            Some(target) => target,
            None => *target.insert(object.tree.mapping(object.root, &place)?),
        };
        object.tree.set(target, key, &Value::String(value.clone()))?;
    }
    Ok(())
}
