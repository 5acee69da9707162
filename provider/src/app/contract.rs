//! The contract between the provider's values and the standard chart: the chart's own schema.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// The schema, as Helm checks it.
const SCHEMA: &str = include_str!("../../../examples/charts/ipsy-app/values.schema.json");

/// What in `values` the chart would refuse: each with its place, in order. Empty if it takes them.
pub(crate) fn problems(values: &Value) -> Vec<String> {
    let mut problems: Vec<String> = validator()
        .iter_errors(values)
        .map(|error| {
            let place = error.instance_path().to_string();
            let place = place.trim_start_matches('/').replace('/', ".");
            if place.is_empty() { error.to_string() } else { format!("{place}: {error}") }
        })
        .collect();
    problems.sort();
    problems.dedup();
    problems
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(SCHEMA).expect("the chart's schema is JSON: a test reads it");
        jsonschema::draft7::new(&schema).expect("the chart's schema is a schema: a test compiles it")
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
        assert!(problems.iter().any(|problem| problem.contains("tagg")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("ports.http.port")), "{problems:?}");
    }
}
