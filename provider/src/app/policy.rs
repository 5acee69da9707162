//! Policies as documents: compared by meaning. IAM and ECR give a document back in a spelling of their own, with
//! one element instead of a list of one, and lists in another order.

use serde_json::Value;

/// Members of a statement whose lists are sets (IAM's grammar of policies).
const SETS: [&str; 6] = ["Action", "NotAction", "Resource", "NotResource", "AWS", "Service"];

/// Members of a rule of a lifecycle policy whose lists are sets, but always lists.
const LIFECYCLE_SETS: [&str; 2] = ["tagPatternList", "tagPrefixList"];

/// A policy document; text that is not JSON stays unchanged.
pub(crate) fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// The one form of all documents that mean the same: keys in order, sets sorted, one element without a list, an
/// account's root by its ARN.
pub(crate) fn canonical(document: &Value) -> Value {
    form("", document)
}

fn form(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            sorted.into_iter().map(|(name, value)| (name.clone(), form(name, value))).collect()
        }
        Value::Array(elements) if SETS.contains(&name) || name == "Federated" => {
            let mut elements: Vec<Value> = elements.iter().map(|element| form(name, element)).collect();
            elements.sort_by_key(ToString::to_string);
            elements.dedup();
            match <[Value; 1]>::try_from(elements) {
                Ok([only]) => only,
                Err(elements) => Value::Array(elements),
            }
        }
        // ECR gives the rules of a lifecycle policy back by their priority, and their lists sorted.
        Value::Array(rules) if name == "rules" && rules.iter().all(|rule| priority(rule).is_some()) => {
            let mut rules: Vec<Value> = rules.iter().map(|rule| form("", rule)).collect();
            rules.sort_by_key(priority);
            Value::Array(rules)
        }
        Value::Array(elements) if LIFECYCLE_SETS.contains(&name) => {
            let mut elements = elements.clone();
            elements.sort_by_key(ToString::to_string);
            elements.dedup();
            Value::Array(elements)
        }
        // A policy with one statement may do without the list.
        Value::Array(elements) if name == "Statement" && elements.len() == 1 => {
            elements.first().map(|only| form(name, only)).unwrap_or_default()
        }
        Value::Array(elements) => Value::Array(elements.iter().map(|element| form("", element)).collect()),
        // `123456789012` and `arn:aws:iam::123456789012:root` are one principal.
        Value::String(text) if name == "AWS" => Value::String(account_of(text).unwrap_or(text).to_owned()),
        other => other.clone(),
    }
}

/// The priority of a rule of a lifecycle policy.
fn priority(rule: &Value) -> Option<i64> {
    rule.get("rulePriority")?.as_i64()
}

/// The account whose root a principal is.
fn account_of(principal: &str) -> Option<&str> {
    let (_, rest) = principal.split_once(":iam::")?;
    rest.strip_suffix(":root").filter(|id| id.len() == 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) {
        assert_eq!(canonical(&document(left)), canonical(&document(right)));
    }

    #[test]
    fn documents_that_mean_the_same_have_one_form() {
        same(r#"{"Statement":[{"Action":["b","a"]}]}"#, r#"{"Statement":{"Action":["a","b"]}}"#);
        same(r#"{"Statement":{"Action":"a"}}"#, r#"{"Statement":[{"Action":["a"]}]}"#);
        same(
            r#"{"Principal":{"AWS":["123456789012"]}}"#,
            r#"{"Principal":{"AWS":"arn:aws:iam::123456789012:root"}}"#,
        );
    }

    #[test]
    fn lifecycle_policies_are_compared_by_priority() {
        same(
            r#"{"rules":[{"rulePriority":20},{"rulePriority":5,"selection":{"tagPatternList":["z*","a*"]}}]}"#,
            r#"{"rules":[{"rulePriority":5,"selection":{"tagPatternList":["a*","z*"]}},{"rulePriority":20}]}"#,
        );
        let text =
            canonical(&document(r#"{"rules":[{"rulePriority":1,"selection":{"tagPrefixList":["v"]}}]}"#));
        assert!(text.to_string().contains(r#"["v"]"#), "a list of one stays a list: {text}");
    }

    #[test]
    fn documents_that_differ_stay_apart() {
        let differ = |left: &str, right: &str| {
            assert_ne!(canonical(&document(left)), canonical(&document(right)));
        };
        differ(r#"{"Action":"a"}"#, r#"{"NotAction":"a"}"#);
        // The order of statements is kept: it is the order in which people read them.
        differ(r#"{"Statement":[{"Sid":"a"},{"Sid":"b"}]}"#, r#"{"Statement":[{"Sid":"b"},{"Sid":"a"}]}"#);
        differ(r#"{"rules":[{"a":[1,2]}]}"#, r#"{"rules":[{"a":[2,1]}]}"#);
        assert_eq!(document("no json"), Value::String("no json".into()));
    }
}
