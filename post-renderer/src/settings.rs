//! Advanced settings before any manifest is there: reading, compiling and checking them. The provider calls this at
//! plan, with the functions that apply them at install time.

use crate::configuration::{AdvancedSetting, Configuration, Layer, Target};
use crate::finding::Finding;
use crate::standards::standards;
use crate::target::Matcher;
use manifest_patch::{Body, Patch, PatchOptions, Problem, nearest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a configuration and checks everything that needs no manifest, with places in the text. `source_name` is named
/// in findings.
pub fn read_configuration(text: &str, source_name: &str) -> Result<Configuration, Vec<Finding>> {
    read_layer(text, source_name)?.into_configuration()
}

/// Reads one configuration layer and checks everything that needs no manifest, with places in the text.
/// `source_name` is named in findings.
pub(crate) fn read_layer(text: &str, source_name: &str) -> Result<Layer, Vec<Finding>> {
    let layer = Layer::parse(text, source_name)?;
    let mut findings = layer.check_shape();
    findings.extend(check_written(layer.value()));
    if findings.is_empty() { Ok(layer) } else { Err(layer.placed(findings)) }
}

/// Checks the settings and exceptions of a configuration. Fields are those of the configuration
/// (`advancedSettings[0].patch`).
pub(crate) fn check(configuration: &Configuration) -> Vec<Finding> {
    check_all(
        configuration.advanced_settings.iter().enumerate(),
        configuration
            .exceptions
            .iter()
            .enumerate()
            .map(|(index, one)| (index, one.rule.as_str(), one.target.as_ref())),
    )
}

/// The same for a configuration as it was written. What does not have the shape of a setting or exception is left to
/// the check of the shape.
fn check_written(value: &Value) -> Vec<Finding> {
    let settings: Vec<(usize, AdvancedSetting)> = items(value, "advancedSettings");
    let exceptions: Vec<(usize, Exempted)> = items(value, "exceptions");
    check_all(
        settings.iter().map(|(index, setting)| (*index, setting)),
        exceptions.iter().map(|(index, one)| (*index, one.rule.as_str(), one.target.as_ref())),
    )
}

/// What is checked of an exception, even if the rest of it is wrong.
#[derive(Deserialize)]
struct Exempted {
    rule: String,
    target: Option<Target>,
}

/// The items of a list that have the given type, with their indices.
fn items<T: DeserializeOwned>(value: &Value, list: &str) -> Vec<(usize, T)> {
    let items = value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
    items.filter_map(|(index, item)| Some((index, serde_json::from_value(item.clone()).ok()?))).collect()
}

fn check_all<'c>(
    settings: impl Iterator<Item = (usize, &'c AdvancedSetting)>,
    exceptions: impl Iterator<Item = (usize, &'c str, Option<&'c Target>)>,
) -> Vec<Finding> {
    settings
        .flat_map(|(index, setting)| below(format!("advancedSettings[{index}]"), check_setting(setting)))
        .chain(exceptions.flat_map(|(index, rule, target)| {
            below(format!("exceptions[{index}]"), check_exception(rule, target))
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
    findings.into_iter().map(move |finding| {
        let field = format!("{place}.{}", finding.location.field.as_deref().unwrap_or_default());
        finding.field(field)
    })
}

fn check_exception(rule: &str, target: Option<&Target>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let id = rule.split_once('/').map_or(rule, |(id, _)| id);
    let known = || standards().map(|rule| rule.id);
    if !known().any(|known| known == id) {
        let hint = nearest(id, known()).map_or_else(
            || format!("known standards are `{}`", known().collect::<Vec<_>>().join("`, `")),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{id}` is not a standard");
        findings.push(Finding::error("configuration-standard", message).field("rule").help(hint));
    }
    findings.extend(check_target(target));
    findings
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
                    Finding::error(
                        "target-missing",
                        "neither a target nor the patch itself says which object it is for",
                    )
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
                format!("`{name}` is no option of a patch")
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
