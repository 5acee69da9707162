//! A `kustomization.yaml` as configuration: patches, labels, commonAnnotations and images; the rest of kustomize
//! makes or names objects, which a renderer of finished manifests must not.

use super::{API_VERSION, KIND};
use crate::finding::Finding;
use serde_json::{Map, Value, json};
use yaml_edit::member_name;

/// Whether a file is kustomize's.
pub(super) fn is_one(value: &Value) -> bool {
    value.get("kind").and_then(Value::as_str) == Some("Kustomization")
        || value
            .get("apiVersion")
            .and_then(Value::as_str)
            .is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
}

/// Translates it; findings name its own fields.
pub(super) fn convert(value: &Value) -> Result<Value, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut output = Map::new();
    output.insert("apiVersion".to_owned(), API_VERSION.into());
    output.insert("kind".to_owned(), KIND.into());
    let mut settings = Vec::new();
    for (key, part) in value.as_object().into_iter().flatten() {
        match key.as_str() {
            // `resources` and `sortOptions` say what kustomize reads and writes; here that is the stream.
            "apiVersion" | "kind" | "metadata" | "resources" | "sortOptions" => {}
            "patches" | "patchesJson6902" => settings.extend(patches(part, &mut findings)),
            "patchesStrategicMerge" => settings.extend(strategic(part, &mut findings)),
            "labels" => labels(part, &mut output, &mut findings),
            "commonAnnotations" => {
                output.insert("annotations".to_owned(), part.clone());
                output.insert("podTemplates".to_owned(), merged(output.get("podTemplates"), "annotations"));
            }
            "images" => {
                let images =
                    json!({ "imagePinning": { "mode": "default", "images": part, "allow": [".*"] } });
                output.insert("standards".to_owned(), images);
            }
            "commonLabels" => findings.push(
                Finding::error(
                    "kustomization-field",
                    "`commonLabels` also changes selectors, which breaks upgrades",
                )
                .field(key)
                .help("write them as `labels`, without `includeSelectors`"),
            ),
            other => findings.push(
                Finding::error("kustomization-field", format!("`{other}` is not supported here"))
                    .field(member_name(other))
                    .help("supported are `patches`, `labels`, `commonAnnotations` and `images`"),
            ),
        }
    }
    if !settings.is_empty() {
        output.insert("advancedSettings".to_owned(), Value::Array(settings));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let value = Value::Object(output);
    let findings = super::validate::validate(&value);
    if findings.is_empty() { Ok(value) } else { Err(findings) }
}

/// kustomize puts patched and new elements first, creates what is missing, and lets targets miss.
fn patches(part: &Value, findings: &mut Vec<Finding>) -> Vec<Value> {
    let mut settings = Vec::new();
    for (index, entry) in part.as_array().into_iter().flatten().enumerate() {
        let field = format!("patches[{index}]");
        if entry.get("path").is_some() {
            findings.push(
                Finding::error("kustomization-path", "a patch in a file of its own cannot be read here")
                    .field(format!("{field}.path"))
                    .help("write the patch itself with `patch: |-`"),
            );
            continue;
        }
        let mut setting = Map::new();
        for name in ["target", "patch", "options"] {
            if let Some(value) = entry.get(name) {
                setting.insert(name.to_owned(), value.clone());
            }
        }
        settings.push(like_kustomize(setting));
    }
    settings
}

fn strategic(part: &Value, findings: &mut Vec<Finding>) -> Vec<Value> {
    let mut settings = Vec::new();
    for (index, entry) in part.as_array().into_iter().flatten().enumerate() {
        match entry.as_str() {
            Some(text) if text.contains(':') => {
                let setting = Map::from_iter([("patch".to_owned(), Value::from(text))]);
                settings.push(like_kustomize(setting));
            }
            _ => findings.push(
                Finding::error("kustomization-path", "a patch in a file of its own cannot be read here")
                    .field(format!("patchesStrategicMerge[{index}]"))
                    .help("write the patch itself as a text"),
            ),
        }
    }
    settings
}

fn like_kustomize(mut setting: Map<String, Value>) -> Value {
    setting.insert("create".to_owned(), true.into());
    setting.insert("prepend".to_owned(), true.into());
    Value::Object(setting)
}

fn labels(part: &Value, output: &mut Map<String, Value>, findings: &mut Vec<Finding>) {
    let mut pairs = Map::new();
    for (index, entry) in part.as_array().into_iter().flatten().enumerate() {
        let says = |name: &str| entry.get(name).and_then(Value::as_bool) == Some(true);
        if says("includeSelectors") || entry.get("fields").is_some() {
            findings.push(
                Finding::error("kustomization-labels", "labels in selectors or other fields break upgrades")
                    .field(format!("labels[{index}]"))
                    .help("leave `includeSelectors` and `fields` out"),
            );
        }
        if says("includeTemplates") {
            output.insert("podTemplates".to_owned(), merged(output.get("podTemplates"), "labels"));
        }
        pairs.extend(entry.get("pairs").and_then(Value::as_object).cloned().unwrap_or_default());
    }
    output.insert("labels".to_owned(), Value::Object(pairs));
}

fn merged(below: Option<&Value>, name: &str) -> Value {
    let mut members = below.and_then(Value::as_object).cloned().unwrap_or_default();
    members.insert(name.to_owned(), true.into());
    Value::Object(members)
}
