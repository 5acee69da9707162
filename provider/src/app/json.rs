//! JSON in arguments: policies are compared by meaning, not by text.

use provider_framework::{Problem, Value};
use serde_json::Value as Json;

use super::policy::{canonical, document};

/// Whether a text is a JSON object, as every policy is.
pub(crate) fn is_object(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    match serde_json::from_str::<serde_json::Map<String, Json>>(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::new(
            "The policy is not a JSON object",
            format!("{error}. Use `jsonencode` or `data.aws_iam_policy_document`."),
        )),
    }
}

/// Whether a text is a JSON object. The message does not show the text, which may be sensitive.
pub(crate) fn is_json_object(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(_)) => Ok(()),
        Ok(_) => Err(Problem::new(
            "A JSON object is expected",
            "This is JSON, but not an object. Use `jsonencode({ … })`.",
        )),
        Err(error) => Err(Problem::new(
            "The text is not valid JSON",
            format!("Line {}, column {}. Use `jsonencode({{ … }})`.", error.line(), error.column()),
        )),
    }
}

/// Whether two texts are the same JSON: spaces and the order of keys say nothing.
pub(crate) fn same_json(left: &Value, right: &Value) -> bool {
    let read = |value: &Value| serde_json::from_str::<Json>(value.as_str()?).ok();
    matches!((read(left), read(right)), (Some(left), Some(right)) if left == right)
}

/// Whether two texts are policies that mean the same: a list of one element is that element, and lists of actions or
/// resources are sets. IAM gives a policy back as it was written, be it by hand or by `data.aws_iam_policy_document`.
pub(crate) fn same_policy(left: &Value, right: &Value) -> bool {
    let read = |value: &Value| {
        value.as_str().filter(|_| is_object(value).is_ok()).map(|text| canonical(&document(text)))
    };
    matches!((read(left), read(right)), (Some(left), Some(right)) if left == right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_the_same_however_it_is_written() {
        let text = |text: &str| Value::from(text);
        assert!(same_policy(&text(r#"{"a":1,"b":[]}"#), &text("{ \"b\": [], \"a\": 1 }")));
        assert!(!same_policy(&text(r#"{"a":1}"#), &text(r#"{"a":2}"#)));
        assert!(is_object(&text("[]")).is_err() && is_object(&text("{}")).is_ok());
    }

    #[test]
    fn only_a_json_object_is_taken_and_the_text_is_not_shown() {
        let check = |text: &str| is_json_object(&Value::from(text));
        assert!(check("{}").is_ok());
        assert_eq!(check("[]").unwrap_err().summary, "A JSON object is expected");
        let problem = check("{ \"password\": hunter2 }").unwrap_err();
        assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
    }

    #[test]
    fn a_policy_is_the_same_with_and_without_lists_of_one() {
        let text = |text: &str| Value::from(text);
        let by_hand =
            text(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a","Resource":"*"}}"#);
        let by_data_source = text(
            r#"{"Version": "2012-10-17", "Statement": [{"Action": ["a"], "Effect": "Allow", "Resource": "*"}]}"#,
        );
        assert!(same_policy(&by_hand, &by_data_source));
        assert!(!same_policy(
            &by_hand,
            &text(r#"{"Statement":{"Effect":"Deny","Action":"a","Resource":"*"}}"#)
        ));
        assert!(!same_policy(&text("{"), &text("{")));
    }
}
