//! Turns a kustomization file into a configuration: every mistake is found at once, in the file's own fields.

use super::files::{ReadFile, inline};
use super::refused::refused;
use crate::configuration::validate::member_findings;
use crate::configuration::{API_VERSION, KIND};
use crate::finding::Finding;
use serde_json::{Map, Value, json};

/// Where the content of a kustomization file stands in its configuration.
pub(in crate::configuration) const PREFIX: &str = "kustomizations[0]";

/// The `apiVersion` of a kustomization file.
const VERSION: &str = "kustomize.config.k8s.io/v1beta1";
/// The `kind` of a kustomization file.
const KUSTOMIZATION: &str = "Kustomization";

/// The members that say what kustomize reads and writes; here that is the stream.
const IGNORED: [&str; 5] = ["apiVersion", "kind", "metadata", "resources", "sortOptions"];

/// Names under which kustomize finds its file; there, `apiVersion` and `kind` are optional.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a configuration is a kustomization file.
pub(in crate::configuration) fn is_kustomization(value: &Value, source_name: &str) -> bool {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    let is_anonymous = value.get("kind").is_none() && value.get("apiVersion").is_none();
    let file_name = source_name.rsplit(['/', '\\']).next().unwrap_or_default();
    text("kind") == Some(KUSTOMIZATION)
        || text("apiVersion").is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
        || is_anonymous && FILE_NAMES.contains(&file_name)
}

/// The configuration that a kustomization file is, and what is wrong with the file beyond that configuration. Findings
/// name the file's own fields.
pub(in crate::configuration) fn convert(value: &Value, read: &ReadFile<'_>) -> (Value, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut members = value.as_object().cloned().unwrap_or_default();
    check_ignored(&members, &mut findings);
    members.retain(|member, _| {
        let refused = refused(member);
        let is_kept = refused.is_none() && !IGNORED.contains(&member.as_str());
        findings.extend(refused);
        is_kept
    });
    inline(&mut members, read, &mut findings);
    (json!({ "apiVersion": API_VERSION, "kind": KIND, "kustomizations": [members] }), findings)
}

/// Checks the members that need no change of the stream.
fn check_ignored(members: &Map<String, Value>, findings: &mut Vec<Finding>) {
    for (member, wanted) in [("apiVersion", VERSION), ("kind", KUSTOMIZATION)] {
        let Some(found) = members.get(member) else { continue };
        if found.as_str() != Some(wanted) {
            let message = format!("expected `{wanted}`, got `{}`", found.as_str().unwrap_or("another type"));
            findings.push(Finding::error("configuration-version", message).field(member));
        }
    }
    let schema = json!({ "properties": {
        "metadata": { "type": "object" },
        "resources": { "type": "array", "items": { "type": "string" } },
        "sortOptions": { "type": "object" },
    } });
    findings.extend(member_findings(members, &schema));
}
