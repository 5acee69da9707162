//! The contract between the provider's values and the standard chart: the chart's own schema.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::chart::document::{Place, schema};

/// A value that the chart would refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Refusal {
    /// The field: names, keys and positions from the root.
    pub(crate) path: Vec<String>,
    /// Why the chart refuses it.
    pub(crate) reason: String,
    /// The reason without the value.
    pub(crate) reason_without_value: String,
    /// Whether `reason` shows a text of the user, which can be sensitive.
    pub(crate) shows_text: bool,
}

impl Refusal {
    /// The field with dots between the steps; empty for the values as a whole.
    pub(crate) fn field(&self) -> String {
        self.path.join(".")
    }
}

/// The values that the chart would refuse, in order; empty if it accepts all of them.
pub(crate) fn refusals(values: &Value) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> =
        validator().iter_errors(values).flat_map(|error| of_error(&error)).collect();
    refusals.sort();
    refusals.dedup();
    refusals
}

/// The refused values, one line each, with their places.
pub(crate) fn problems(values: &Value) -> Vec<String> {
    let line = |refusal: &Refusal| match refusal.field() {
        field if field.is_empty() => refusal.reason.clone(),
        field => format!("{field}: {}", refusal.reason),
    };
    refusals(values).iter().map(line).collect()
}

fn of_error(error: &ValidationError<'_>) -> Vec<Refusal> {
    let pointer = error.instance_path().to_string();
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    let path: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
    let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() else {
        let masked = || error.masked().to_string();
        let (reason, reason_without_value) = match alternatives(&path, error) {
            Some(reason) => (reason.clone(), reason),
            None => (error.to_string(), masked()),
        };
        let is_choice = matches!(error.kind(), ValidationErrorKind::Enum { .. });
        let shows_text = !is_choice && !matches!(**error.instance(), Value::Number(_) | Value::Bool(_));
        return vec![Refusal { path, reason, reason_without_value, shows_text }];
    };
    let refusal = |name: &String| {
        let path = path.iter().chain(std::iter::once(name)).cloned().collect();
        let reason = format!("the chart has no field `{name}` here, or does not take this name");
        Refusal { path, reason_without_value: reason.clone(), reason, shows_text: false }
    };
    unexpected.iter().map(refusal).collect()
}

/// The reason of an error about fields that exclude each other. The validator's own words for it show the whole value and
/// no names.
fn alternatives(path: &[String], error: &ValidationError<'_>) -> Option<String> {
    let place = path.iter().try_fold(Place::root(), |place, step| place.step(step))?;
    let names: Vec<String> = place.alternatives().iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
            Some(format!("exactly one of {names} must be set"))
        }
        ValidationErrorKind::Not { .. } => Some(format!("at most one of {names} can be set")),
        _ => None,
    }
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        jsonschema::draft7::new(schema()).expect("the chart's schema is a schema: a test compiles it")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_value_and_a_wrong_one_are_both_told_by_place() {
        let values = json!({
            "app": { "name": "checkout" },
            "image": { "repository": "checkout", "tagg": "1" },
            "ports": { "http": { "port": "8080" } },
        });
        let problems = problems(&values);
        assert!(problems.iter().any(|problem| problem.starts_with("image.tagg: ")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("ports.http.port: ")), "{problems:?}");
    }

    #[test]
    fn alternatives_are_named() {
        let values = |volume: Value| {
            json!({
                "app": { "name": "checkout" },
                "image": { "repository": "checkout" },
                "volumes": { "data": volume },
            })
        };
        let one = "volumes.data: exactly one of `emptyDir`, `claim`, `configMap`, `secret` must be set";
        assert_eq!(problems(&values(json!({ "mountPath": "/data" }))), [one]);
        assert_eq!(problems(&values(json!({ "emptyDir": {}, "secret": "a" }))), [one]);
        let budget = json!({
            "app": { "name": "checkout" },
            "image": { "repository": "checkout" },
            "pdb": { "maxUnavailable": 1, "minAvailable": 1 },
        });
        assert_eq!(problems(&budget), ["pdb: at most one of `maxUnavailable`, `minAvailable` can be set"]);
    }
}
