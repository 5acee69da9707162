//! `standards_diff`: the changes between two versions of the standards, for one environment.

use ipsy_post_renderer::standards_document::StandardsDocument;
use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};
use serde_json::Value as Json;

use super::documents;

/// The function `standards_diff`.
pub(super) struct StandardsDiff;

impl Function for StandardsDiff {
    fn name(&self) -> &'static str {
        "standards_diff"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("Lists the changes between two versions of the standards")
            .describe("One line for each standard that differs in an environment, by its field: `~` changed, `+` added, `-` removed.")
            .parameter(Parameter::new("before", Type::String).describe("A standards document, as YAML or JSON."))
            .parameter(Parameter::new("after", Type::String).describe("Another one."))
            .parameter(Parameter::new("environment", Type::String).describe("The environment, or \"\" for what holds outside of all."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let environment = arguments.get(2).and_then(Value::as_str).filter(|name| !name.is_empty());
        let (before, after) = (read(&arguments, 0, environment)?, read(&arguments, 1, environment)?);
        Ok(Value::List(documents::differences(&before, &after).into_iter().map(Value::from).collect()))
    }
}

/// The standards of an environment in the document of an argument.
fn read(arguments: &[Value], position: usize, environment: Option<&str>) -> Result<Json, FunctionError> {
    let text = arguments.get(position).and_then(Value::as_str).unwrap_or_default();
    let name = if position == 0 { "before" } else { "after" };
    let standards =
        StandardsDocument::from_yaml(text, name).and_then(|document| document.of_environment(environment));
    let standards = standards.map_err(|findings| {
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        FunctionError::argument(position, told.join("\n"))
    })?;
    serde_json::to_value(standards).map_err(|error| FunctionError::argument(position, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: ipsy.dev/v1\nkind: Standards\n";

    fn call(before: &str, after: &str, environment: &str) -> Result<Value, FunctionError> {
        let document = |body: &str| Value::from(format!("{HEAD}{body}"));
        StandardsDiff.call(vec![document(before), document(after), Value::from(environment)])
    }

    #[test]
    fn only_what_an_environment_gets_is_compared() {
        let before =
            "resources: {maximum: {memory: 8Gi}}\nenvironments: {dev: {}, prod: {minimumReplicas: 2}}\n";
        let after =
            "resources: {maximum: {memory: 4Gi}}\nenvironments: {dev: {}, prod: {minimumReplicas: 3}}\n";
        let memory = "~ resources.maximum.memory: \"8Gi\" -> \"4Gi\"";
        let lines = |lines: &[&str]| Value::List(lines.iter().map(|line| Value::from(*line)).collect());
        assert_eq!(call(before, after, "dev").unwrap(), lines(&[memory]));
        let replicas = "~ minimumReplicas: 2 -> 3";
        assert_eq!(call(before, after, "prod").unwrap(), lines(&[replicas, memory]));
    }

    #[test]
    fn a_wrong_document_is_told_by_its_argument() {
        let error = call("", "lables: {}\n", "").unwrap_err();
        assert!(format!("{error:?}").contains("did you mean `labels`?"), "{error:?}");
        assert!(call("environments: {dev: {}}\n", "", "prd").is_err());
    }
}
