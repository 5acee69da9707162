//! The result of `check` as SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), which
//! code scanning of GitHub, GitLab and Azure DevOps reads.

use super::Checks;
use crate::command::rules::Explained;
use crate::finding::{Finding, Location, Severity};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one run with all streams.
pub(super) fn write(checks: &Checks, stream: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<&str> =
        checks.findings().map(Finding::rule).collect::<BTreeSet<_>>().into_iter().collect();
    let results: Vec<Value> = checks.findings().map(|finding| result(finding, &rules)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ipsy-post-renderer",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    writeln!(stream, "{log:#}")
}

fn rule(id: &str) -> Value {
    let Some(explained) = Explained::find(id) else { return json!({ "id": id }) };
    json!({
        "id": id,
        "shortDescription": { "text": explained.summary() },
        "help": { "text": explained.text(id), "markdown": explained.markdown(id) },
    })
}

fn result(finding: &Finding, rules: &[&str]) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = &finding.location;
    let mut text = String::new();
    for part in [&place.object, &place.field].into_iter().flatten() {
        text.push_str(part);
        text.push_str(": ");
    }
    text.push_str(&finding.message);
    if let Some(help) = &finding.help {
        text.push_str(". Help: ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": finding.id,
        "level": level,
        "message": { "text": text },
        "locations": [location(place)],
    });
    if let Ok(index) = rules.binary_search(&finding.rule()) {
        result["ruleIndex"] = index.into();
    }
    if let Some(template) = &place.template {
        result["relatedLocations"] = json!([{
            "message": { "text": "chart template" },
            "physicalLocation": { "artifactLocation": { "uri": uri(template) } },
        }]);
    }
    result
}

fn location(place: &Location) -> Value {
    let source = place.source.as_deref().unwrap_or("configuration");
    let mut location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(source) } } });
    if let Some(line) = place.line {
        let mut region = json!({ "startLine": line });
        if let Some(column) = place.column {
            region["startColumn"] = column.into();
        }
        location["physicalLocation"]["region"] = region;
    }
    if let Some(object) = &place.object {
        let mut logical = json!({ "name": object, "kind": "object" });
        if let Some(field) = &place.field {
            logical["fullyQualifiedName"] = format!("{object}: {field}").into();
        }
        location["logicalLocations"] = json!([logical]);
    }
    location
}

/// A path as a URI reference: relative paths stay relative, other characters than plain ones are percent-encoded.
fn uri(path: &str) -> String {
    let path = if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.to_owned() };
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("deploy/a b:c.yaml"), "deploy/a%20b%3Ac.yaml");
        assert_eq!(uri("/tmp/ü.yaml"), "file:///tmp/%C3%BC.yaml");
        assert_eq!(uri("stdin"), "stdin");
    }
}
