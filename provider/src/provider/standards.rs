//! The provider's standards: the file, over it the document in the block, over that the block's own arguments.

use ipsy_post_renderer::{Finding, Severity};
use provider_framework::{Diagnostic, Diagnostics, Path};
use serde_json::{Map, Value, json};

use super::schema::{ProviderConfig, StandardsConfig};
use crate::app::standards::StandardsDocument;

/// How messages name the block.
const BLOCK: &str = "the provider's `standards` block";

/// Reads and checks the standards; `None` if there are errors. The file is only read with `with_file`:
/// Terraform also validates configurations on machines that don't have it.
pub(super) fn resolve(
    config: &ProviderConfig,
    with_file: bool,
    diagnostics: &mut Diagnostics,
) -> Option<StandardsDocument> {
    let mut standards = StandardsDocument::default();
    if let Some(path) = config.standards_file.as_deref().filter(|_| with_file) {
        let read = read(path, diagnostics);
        standards = standards.below(read.unwrap_or_default());
    }
    if let Some(block) = &config.standards {
        if let Some(text) = &block.document {
            let name = "the document in the provider's `standards` block";
            let read = StandardsDocument::from_yaml(text, name);
            standards =
                standards.below(report(read, |_| Path::root("standards").attribute("document"), diagnostics));
        }
        let members = members(block);
        if !members.is_empty() {
            let read = StandardsDocument::from_members(members, BLOCK);
            standards = standards.below(report(read, argument, diagnostics));
        }
    }
    (!diagnostics.has_errors()).then_some(standards)
}

fn read(path: &str, diagnostics: &mut Diagnostics) -> Option<StandardsDocument> {
    let place = Path::root("standards_file");
    match std::fs::read_to_string(path) {
        Ok(text) => Some(report(StandardsDocument::from_yaml(&text, path), |_| place.clone(), diagnostics)),
        Err(error) => {
            let detail = format!(
                "{error}. A relative path starts at the folder that Terraform runs in; write `\"${{path.module}}/…\"` for one beside the configuration."
            );
            diagnostics.push(
                Diagnostic::error(format!("The standards in `{path}` can't be read"), detail).at(place),
            );
            None
        }
    }
}

/// The document, or what is wrong with it, at the argument that a field is written in.
fn report(
    read: Result<StandardsDocument, Vec<Finding>>,
    place: impl Fn(&str) -> Path,
    diagnostics: &mut Diagnostics,
) -> StandardsDocument {
    read.unwrap_or_else(|findings| {
        for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
            let field = finding.location.field.clone().unwrap_or_default();
            let summary = if field.is_empty() {
                "The standards can't be used".to_owned()
            } else {
                format!("The standards can't be used: `{field}`")
            };
            diagnostics.push(Diagnostic::error(summary, finding.to_string()).at(place(&field)));
        }
        StandardsDocument::default()
    })
}

/// The block's own arguments as members of a document.
fn members(block: &StandardsConfig) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    set("version", block.version.as_deref().map(Value::from));
    set("mode", block.mode.as_deref().map(Value::from));
    set("requiredLabels", block.required_labels.clone().map(Value::from));
    set("labels", block.labels.as_ref().map(|labels| json!(labels)));
    set("annotations", block.annotations.as_ref().map(|annotations| json!(annotations)));
    set("logs", block.log_retention_days.map(|days| json!({ "retentionDays": days })));
    set(
        "resources",
        block.resources.as_ref().map(|resources| {
            let pairs = |cpu: &Option<String>, memory: &Option<String>| {
                let both = [("cpu", cpu), ("memory", memory)].into_iter();
                both.filter_map(|(name, amount)| Some((name.to_owned(), Value::from(amount.clone()?))))
                    .collect::<Map<_, _>>()
            };
            let mut members = json!({
                "defaults": {
                    "requests": pairs(&resources.default_cpu_request, &resources.default_memory),
                    "limits": pairs(&resources.default_cpu_limit, &resources.default_memory),
                },
                "minimum": pairs(&resources.min_cpu, &resources.min_memory),
                "maximum": pairs(&resources.max_cpu, &resources.max_memory),
            });
            if let Some(mode) = &resources.mode {
                members["mode"] = Value::from(mode.as_str());
            }
            members
        }),
    );
    members
}

/// The argument of the block that a member of its document comes from.
fn argument(field: &str) -> Path {
    let block = Path::root("standards");
    match field.split(['.', '[']).next() {
        Some("version") => block.attribute("version"),
        Some("mode") => block.attribute("mode"),
        Some("requiredLabels") => block.attribute("required_labels"),
        Some("labels") => block.attribute("labels"),
        Some("annotations") => block.attribute("annotations"),
        Some("logs") => block.attribute("log_retention_days"),
        Some("resources") => block.attribute("resources"),
        _ => block,
    }
}
