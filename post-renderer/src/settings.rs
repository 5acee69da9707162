//! Advanced settings before any manifest is there: reading, compiling and checking them. The provider calls this at
//! plan, with the functions that apply them at install time.

mod kustomization;
mod unknown_fields;

use crate::configuration::{AdvancedSetting, Configuration, Exception, Layer, ReadFile, Target, no_files};
use crate::finding::Finding;
use crate::standards::{Parts, standards};
use crate::target::Matcher;
use kustomization::check_kustomizations;
pub(crate) use kustomization::wrong_path;
use manifest_patch::{Body, Patch, PatchOptions, Problem, nearest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
pub use unknown_fields::unknown_fields;
pub(crate) use unknown_fields::unknown_fields_of;

/// Reads a configuration and checks everything that needs no manifest, with places in the text. `source_name` is named
/// in findings.
pub fn read_configuration(text: &str, source_name: &str) -> Result<Configuration, Vec<Finding>> {
    read_layer(text, source_name)?.into_configuration()
}

/// Reads one configuration layer and checks everything that needs no manifest, with places in the text.
/// `source_name` is named in findings.
pub(crate) fn read_layer(text: &str, source_name: &str) -> Result<Layer, Vec<Finding>> {
    read_layer_with_files(text, source_name, &no_files)
}

/// Like `read_layer`, for a configuration file: `read_file` reads the files that a kustomization file names.
pub(crate) fn read_layer_with_files(
    text: &str,
    source_name: &str,
    read_file: &ReadFile<'_>,
) -> Result<Layer, Vec<Finding>> {
    let layer = Layer::parse(text, source_name, read_file)?;
    let mut findings = layer.check_shape();
    findings.extend(check_written(layer.value()));
    if findings.is_empty() { Ok(layer) } else { Err(layer.placed(findings)) }
}

/// Checks the settings and exceptions of a configuration. Fields are those of the configuration
/// (`advancedSettings[0].patch`).
pub(crate) fn check(configuration: &Configuration) -> Vec<Finding> {
    let mut findings = check_all(
        configuration.advanced_settings.iter().enumerate(),
        configuration.exceptions.iter().enumerate().map(|(index, one)| (index, Exempted::of(one))),
    );
    let written = serde_json::to_value(&configuration.kustomizations).unwrap_or_default();
    findings.extend(check_kustomizations(written.as_array().map(Vec::as_slice).unwrap_or_default()));
    findings
}

/// The same for a configuration as it was written. What does not have the shape of a setting or exception is left to
/// the check of the shape.
fn check_written(value: &Value) -> Vec<Finding> {
    let settings: Vec<(usize, AdvancedSetting)> = items(value, "advancedSettings");
    let exceptions: Vec<(usize, Exempted)> = items(value, "exceptions");
    let settings = settings.iter().map(|(index, setting)| (*index, setting));
    let mut findings = check_all(settings, exceptions.into_iter());
    let written = value.get("kustomizations").and_then(Value::as_array);
    findings.extend(check_kustomizations(written.map(Vec::as_slice).unwrap_or_default()));
    findings
}

/// What is checked of an exception, even if the rest of it is wrong.
#[derive(Deserialize)]
struct Exempted {
    rule: String,
    reason: Option<Value>,
    owner: Option<Value>,
    target: Option<Target>,
}

impl Exempted {
    fn of(exception: &Exception) -> Self {
        Self {
            rule: exception.rule.clone(),
            reason: Some(Value::from(exception.reason.as_str())),
            owner: Some(Value::from(exception.owner.as_str())),
            target: exception.target.clone(),
        }
    }
}

/// The items of a list that have the given type, with their indices.
fn items<T: DeserializeOwned>(value: &Value, list: &str) -> Vec<(usize, T)> {
    let items = value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
    items.filter_map(|(index, item)| Some((index, serde_json::from_value(item.clone()).ok()?))).collect()
}

fn check_all<'c>(
    settings: impl Iterator<Item = (usize, &'c AdvancedSetting)>,
    exceptions: impl Iterator<Item = (usize, Exempted)>,
) -> Vec<Finding> {
    settings
        .flat_map(|(index, setting)| below(format!("advancedSettings[{index}]"), check_setting(setting)))
        .chain(exceptions.flat_map(|(index, exception)| {
            below(format!("exceptions[{index}]"), check_exception(&exception))
        }))
        .collect()
}

/// Compiles the patch of a setting. The problems' fields are relative to the setting (`patch[0].op`).
pub(crate) fn compile(setting: &AdvancedSetting) -> Result<Patch, Vec<Problem>> {
    let options = PatchOptions { create: setting.create, prepend: setting.prepend, lenient: setting.lenient };
    manifest_patch::compile(&setting.patch, options)
}

/// Puts the fields of findings below a place.
fn below(place: String, findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    findings.into_iter().map(move |finding| finding.below(&place))
}

fn check_exception(exception: &Exempted) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(check_rule(&exception.rule));
    for (field, text) in [("reason", &exception.reason), ("owner", &exception.owner)] {
        if text.as_ref().and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
            let message = format!("`{field}` must not be empty");
            findings.push(Finding::error("configuration-exception", message).field(field));
        }
    }
    findings.extend(check_target(exception.target.as_ref()));
    findings
}

/// Checks that there is a standard of this id, and that it has the part.
fn check_rule(rule: &str) -> Option<Finding> {
    let (id, part) = rule.split_once('/').map_or((rule, None), |(id, part)| (id, Some(part)));
    let unknown = |message: String, word: &str, known: Vec<&'static str>| {
        let hint = nearest(word, known.iter().copied()).map_or_else(
            || format!("known are `{}`", known.join("`, `")),
            |near| format!("did you mean `{near}`?"),
        );
        Some(Finding::error("configuration-standard", message).field("rule").help(hint))
    };
    let Some(rule) = standards().find(|rule| rule.id == id) else {
        return unknown(format!("`{id}` is not a standard"), id, standards().map(|rule| rule.id).collect());
    };
    match (rule.parts, part) {
        (Parts::None, Some(part)) => {
            let message = format!("`{id}` has no parts; got `{part}`");
            Some(
                Finding::error("configuration-standard", message).field("rule").help(format!("write `{id}`")),
            )
        }
        (Parts::Named(what), Some(part)) if part.trim().is_empty() => {
            let message = format!("the part after `{id}/` is missing");
            let help = format!("write `{id}` for the whole rule, or {what} after the slash");
            Some(Finding::error("configuration-standard", message).field("rule").help(help))
        }
        (Parts::Fixed(known), Some(part)) if !known.contains(&part) => {
            unknown(format!("`{part}` is not a part of `{id}`"), part, known.to_vec())
        }
        (Parts::None | Parts::Fixed(_) | Parts::Named(_), _) => None,
    }
}

/// Checks the expressions and selectors of a target.
fn check_target(target: Option<&Target>) -> impl Iterator<Item = Finding> {
    let found = target.and_then(|target| Matcher::compile(target).err()).unwrap_or_default();
    below("target".to_owned(), found)
}

/// Checks what can be known of a setting before any manifest is there: that its patch parses and of which kind
/// it is, and that its target's expressions and selectors are well formed. Fields are relative to the setting
/// (`target.name`, `patch[0].op`).
pub fn check_setting(setting: &AdvancedSetting) -> Vec<Finding> {
    let mut findings = Vec::new();
    let compiled =
        compile(setting).map_err(|problems| findings.extend(problems.into_iter().map(Finding::from))).ok();
    findings.extend(check_target(setting.target.as_ref()));
    // An empty patch is ignored, so it needs no target.
    let compiled = compiled.filter(|patch| !patch.is_empty());
    match (&setting.target, compiled.map(|patch| patch.body)) {
        (None, Some(Body::Operations(_))) => findings.push(
            Finding::error("target-missing", "a JSON 6902 patch does not name its object")
                .field("target")
                .help("add a target, such as `target: {kind: Deployment}`"),
        ),
        (None, Some(Body::Merge(members))) => {
            let named = members.get("kind").is_some_and(Value::is_string)
                && members
                    .get("metadata")
                    .and_then(|metadata| metadata.get("name"))
                    .is_some_and(Value::is_string);
            if !named {
                findings.push(
                    Finding::error("target-missing", "neither a target nor the patch itself names an object")
                        .field("target")
                        .help("add a target, or `apiVersion`, `kind` and `metadata.name` to the patch"),
                );
            }
        }
        _ => {}
    }
    for (name, value) in &setting.options {
        let known = matches!(name.as_str(), "allowNameChange" | "allowKindChange");
        if !known || *value {
            let message = if known {
                "names and kinds are never changed: Helm and kapp find their objects by them".to_owned()
            } else {
                format!("`{name}` is not an option of a patch")
            };
            findings.push(Finding::error("patch-option", message).field(format!("options.{name}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_checked_without_manifests() {
        let setting = |value: Value| serde_json::from_value::<AdvancedSetting>(value).unwrap();
        assert_eq!(check_setting(&setting(json!({"target": {"kind": "A"}, "patch": "a: b"}))), []);
        let found = check_setting(&setting(json!({"target": {"name": "("}, "patch": "- {op: x, path: a}"})));
        let fields: Vec<&str> =
            found.iter().filter_map(|finding| finding.location.field.as_deref()).collect();
        assert_eq!(fields, ["patch[0].path", "patch[0].op", "target.name"]);
    }
}
