//! The effective settings of an app, each with its source. A value that the user wrote is not repeated: it can be
//! sensitive, and Terraform hides it only in its own argument.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

use serde_json::Value;

use super::chart::{contains, fields, locate};
use super::layers::Layers;
use super::overrides;
use super::problem::{Place, parse_place, place_text};
use super::resolve::App;
use super::values::values;

/// Description of the attribute that shows all settings.
pub(crate) const DESCRIPTION: &str = "Every effective setting by its argument, with the source: an argument or the \
    `override` block that has it, the member of the standards with its file and line, the runtime, or a default. Values of \
    arguments are not repeated here. If only lines of the standards move, a plan does not show it.";

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An argument of the app.
    Argument,
    /// The provider or the chart.
    Default,
    /// The profile of a runtime, by its name.
    Runtime(String),
    /// A member of the standards with its place and overlay: `standards.yaml, line 12: environments.prod.minimumReplicas`.
    Standards(String),
    /// A backend that is new: it gets its weight when its pods are healthy.
    Entering,
    /// Another tool moves the weights.
    External,
}

impl Display for Source {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Argument => formatter.write_str("argument"),
            Self::Default => formatter.write_str("default"),
            Self::Runtime(name) => write!(formatter, "runtime {name}"),
            Self::Standards(field) => formatter.write_str(field),
            Self::Entering => formatter.write_str("a new backend enters without requests"),
            Self::External => formatter.write_str("another tool moves weights"),
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

    /// Notes an argument whose value is never a secret, such as a date.
    pub(crate) fn note_shown(&mut self, argument: &str, value: &str) {
        self.0.insert(argument.to_owned(), format!("{value} ({})", Source::Argument));
    }
}

/// Every effective setting of `app` by its argument: the noted ones, and all other values of the chart.
pub(crate) fn explain(app: &App) -> BTreeMap<String, String> {
    let mut all = app.explanations.clone();
    let values = values(app, &app.image.initial_reference(""), None, None);
    let own = Layers::of(app, None);
    for (path, value) in leaves(&values) {
        // The outputs `image_uri` and `target_groups` show these.
        let is_output = matches!(path.first().map(String::as_str), Some("image" | "targetGroups"));
        if is_output || own.set(&path) && !contains(&app.extra_values, &path) {
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
    for (name, backend) in &app.traffic.backends {
        let block = format!("backend[{name:?}]");
        for (path, _) in leaves(&backend.values) {
            let place = place_text(&locate(fields(), &path).places);
            all.0.insert(format!("{block}.{place}"), Source::Argument.to_string());
        }
        for (path, _) in leaves(&backend.extra_values) {
            all.0.insert(format!("{block}.{}", path.join(".")), format!("argument {block}.extra_values"));
        }
    }
    name_overrides(app, &mut all.0);
    all.0
}

/// Names the block that has an argument, if that is one for some environments.
fn name_overrides(app: &App, all: &mut BTreeMap<String, String>) {
    let argument = Source::Argument.to_string();
    for (place, text) in all.iter_mut().filter(|(_, text)| **text == argument) {
        let place = overrides::place(&app.arguments, &app.identity.environment, &parse_place(place));
        if let Some([block, index, ..]) = place.as_deref() {
            *text = format!("{argument} of {}", place_text(&[block.clone(), index.clone()]));
        }
    }
}

/// Lets `now` keep the texts of `before` that differ only in the place of a member of the standards: its line moves with
/// every comment above it.
pub(crate) fn keep_places(before: &BTreeMap<String, String>, now: &mut BTreeMap<String, String>) {
    for (argument, text) in now {
        let known = before.get(argument);
        if let Some(known) =
            known.filter(|known| without_place(known).is_some_and(|known| Some(known) == without_place(text)))
        {
            text.clone_from(known);
        }
    }
}

/// Value and member in `3 (standards.yaml, line 12: minimumReplicas)`; `None` for other sources.
fn without_place(text: &str) -> Option<(&str, &str)> {
    let (value, source) = text.strip_suffix(')')?.rsplit_once(" (")?;
    let (place, member) = source.split_once(": ")?;
    place.contains(", line ").then_some((value, member))
}

/// The fields of `value` that hold something, without those that have fields themselves.
fn leaves(value: &Value) -> Vec<(Vec<String>, &Value)> {
    let mut found = Vec::new();
    collect_leaves(value, &mut Vec::new(), &mut found);
    found
}

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
        let document = "apiVersion: ipsy.dev/v1\nkind: Standards\nminimumReplicas: 2\nlabels:\n  tier: web\n  \
                        app.kubernetes.io/part-of: shop\nenvironments:\n  dev: {}\n  prod:\n    minimumReplicas: 3\n";
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
            "backend": {
                "blue": { "cluster": "eks-blue", "weight": 100, "replicas": 4 },
                "green": { "cluster": "eks-green", "extra_values": json!({ "podAnnotations": { "a": canary } }).to_string() },
            },
            "override": [
                { "environments": ["dev"], "termination": { "drain_seconds": 7 } },
                { "environments": ["prod"], "termination": { "drain_seconds": 9 } },
            ],
            "termination": { "drain_seconds": 9 },
            "args": [canary],
            "file": { "/etc/token": { "content": canary } },
            "extra_values": json!({ "podAnnotations": { "token": canary } }).to_string(),
            "migration": { "args": [canary] },
            "worker": { "mail": { "env": { "TOKEN": canary }, "resources": { "memory": "1Gi" } } },
        }));
        for (argument, text) in [
            ("replicas", "3 (platform/standards.yaml, line 10: environments.prod.minimumReplicas)"),
            ("labels[\"tier\"]", "web (platform/standards.yaml, line 5: labels.tier)"),
            (
                "labels[\"app.kubernetes.io/part-of\"]",
                "shop (platform/standards.yaml, line 6: labels[\"app.kubernetes.io/part-of\"])",
            ),
            ("image.repository", "argument"),
            ("image.source", "pointer (default)"),
            ("image.parameter", "/ipsy/prod/shop/image (default)"),
            ("image.initial", "latest (default)"),
            ("backend[\"blue\"].weight", "argument"),
            ("backend[\"blue\"].replicas", "argument"),
            ("backend[\"green\"].weight", "0 (default)"),
            ("backend[\"green\"].podAnnotations.a", "argument backend[\"green\"].extra_values"),
            ("termination.drain_seconds", "argument of override[1]"),
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

    #[test]
    fn lines_that_move_are_not_a_change_of_a_setting() {
        let texts = |replicas: &str, labels: &str| {
            BTreeMap::from([
                ("replicas".to_owned(), replicas.to_owned()),
                ("labels".to_owned(), labels.to_owned()),
            ])
        };
        let before = texts("3 (standards.yaml, line 4: minimumReplicas)", "argument");
        let mut now = texts("3 (/a b/standards.yaml, line 5: minimumReplicas)", "argument");
        keep_places(&before, &mut now);
        assert_eq!(now, before);
        for other in [
            "4 (standards.yaml, line 5: minimumReplicas)",
            "3 (standards.yaml, line 5: environments.prod.minimumReplicas)",
            "3 (default)",
        ] {
            let mut now = texts(other, "default");
            keep_places(&before, &mut now);
            assert_eq!(now, texts(other, "default"));
        }
    }
}
