//! The effective settings of an app, each with its source. A value that the user wrote is not repeated: it can be
//! sensitive, and Terraform hides it only in its own argument.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

use serde_json::Value;

use super::chart::{contains, fields, locate};
use super::problem::{Place, place_text};
use super::resolve::App;
use super::values::values;

/// Description of the attribute that shows all settings.
pub(crate) const DESCRIPTION: &str = "Every effective setting by its argument, with the source: an argument, the \
    standards with the field, the runtime, or a default. Values of arguments are not repeated here.";

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An argument of the app.
    Argument,
    /// The provider or the chart.
    Default,
    /// The profile of a runtime, by its name.
    Runtime(String),
    /// A field of the standards, such as `standards.yaml: logs.retentionDays`. It has neither version nor line, so that
    /// it stays the same while the value does.
    Standards(String),
}

impl Display for Source {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Argument => formatter.write_str("argument"),
            Self::Default => formatter.write_str("default"),
            Self::Runtime(name) => write!(formatter, "runtime {name}"),
            Self::Standards(field) => formatter.write_str(field),
        }
    }
}

/// Effective settings by argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Explanations(BTreeMap<String, String>);

impl Explanations {
    /// Notes that the setting at `argument` got `value` from `source`.
    pub(crate) fn note(&mut self, argument: &str, value: impl Into<Value>, source: &Source) {
        let text = match (source, value.into()) {
            (Source::Argument, _) => source.to_string(),
            (_, Value::String(value)) => format!("{value} ({source})"),
            (_, value) => format!("{value} ({source})"),
        };
        self.0.insert(argument.to_owned(), text);
    }

    /// Notes an argument whose value is no secret by its nature, such as a date.
    pub(crate) fn note_shown(&mut self, argument: &str, value: &str) {
        self.0.insert(argument.to_owned(), format!("{value} ({})", Source::Argument));
    }
}

/// Every effective setting of `app` by its argument: the noted ones, and all other values of the chart.
pub(crate) fn explain(app: &App) -> BTreeMap<String, String> {
    let mut all = app.explanations.clone();
    let values = values(app, &app.image.initial_reference(""), None, None);
    let mut leaves = Vec::new();
    collect_leaves(&values, &mut Vec::new(), &mut leaves);
    for (path, value) in leaves {
        // The outputs `image_uri` and `target_groups` show these.
        if matches!(path.first().map(String::as_str), Some("image" | "targetGroups")) {
            continue;
        }
        let located = locate(fields(), &path);
        let place = place_text(&located.places);
        if contains(&app.extra_values, &path) {
            all.0.insert(path.join("."), "argument extra_values".to_owned());
        } else if !place.is_empty() && !all.0.contains_key(&place) {
            let source =
                if is_set(&app.arguments, &located.places) { Source::Argument } else { Source::Default };
            all.note(&place, value.clone(), &source);
        }
    }
    all.0
}

/// The fields of `value` that hold something, without those that have fields themselves.
fn collect_leaves<'v>(value: &'v Value, path: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, &'v Value)>) {
    match value {
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::Array(items) if items.is_empty() => {}
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name.clone());
                collect_leaves(member, path, leaves);
                path.pop();
            }
        }
        _ => leaves.push((path.clone(), value)),
    }
}

/// Whether the configuration has a value at `places`.
fn is_set(arguments: &Value, places: &[Place]) -> bool {
    let mut here = arguments;
    for place in places {
        here = match place {
            Place::Attribute(name) | Place::Key(name) => &here[name],
            Place::Index(index) => &here[*index],
        };
    }
    !here.is_null()
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use serde_json::json;
    use time::macros::date;

    use super::*;
    use crate::app::arguments::AppConfig;
    use crate::app::problem::Problems;
    use crate::app::resolve::resolve;

    fn explained(arguments: &Value) -> BTreeMap<String, String> {
        let document = "apiVersion: ipsy.dev/v1\nkind: Standards\nminimumReplicas: 2\nlabels: {tier: web}\n\
                        environments: {prod: {minimumReplicas: 3}}\n";
        let document = StandardsDocument::from_yaml(document, "platform/standards.yaml").unwrap();
        let config = AppConfig::from_json(arguments).unwrap();
        let mut problems = Problems::default();
        let app = resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        assert!(problems.0.is_empty(), "{problems:?}");
        explain(&app)
    }

    #[test]
    fn every_setting_has_its_source_and_no_value_of_the_user() {
        let canary = "canary-4711";
        let all = explained(&json!({
            "name": "shop",
            "environment": "prod",
            "runtime": "java",
            "image": { "repository": "shop" },
            "port": { "http": { "port": 8080 } },
            "env": { "TOKEN": canary },
            "args": [canary],
            "file": { "/etc/token": { "content": canary } },
            "extra_values": json!({ "podAnnotations": { "token": canary } }).to_string(),
            "migration": { "args": [canary] },
            "worker": { "mail": { "env": { "TOKEN": canary }, "resources": { "memory": "1Gi" } } },
        }));
        for (argument, text) in [
            ("replicas", "3 (standards.yaml: environments.prod.minimumReplicas)"),
            ("labels[\"tier\"]", "web (standards.yaml: labels.tier)"),
            ("resources.memory", "512Mi (runtime java)"),
            ("env[\"JAVA_TOOL_OPTIONS\"]", "-XX:MaxRAMPercentage=75.0 (runtime java)"),
            ("probes.startup.failure_threshold", "30 (runtime java)"),
            ("disruption_budget.max_unavailable", "1 (default)"),
            ("env[\"TOKEN\"]", "argument"),
            ("worker[\"mail\"].resources.memory", "argument"),
            ("podAnnotations.token", "argument extra_values"),
            ("logs.retention_days", "30 (default)"),
        ] {
            assert_eq!(all.get(argument).map(String::as_str), Some(text), "{argument}: {all:#?}");
        }
        assert!(!format!("{all:?}").contains(canary), "{all:#?}");
    }
}
