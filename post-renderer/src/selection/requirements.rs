//! What a selector demands of labels, and whether labels satisfy it.

use serde_json::{Map, Value};

/// The requirements of one selector: all must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirements(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Requirements {
    /// Reads a selector in any of the forms that Kubernetes and its extensions use:
    /// `{matchLabels: {…}, matchExpressions: […]}`, `{labels: {…}}` (Istio), or labels themselves (Service).
    pub(super) fn of(selector: &Value) -> Option<Self> {
        let members = selector.as_object()?;
        let equal = |labels: &Value| labels.as_object().and_then(equalities);
        if members.contains_key("matchLabels") || members.contains_key("matchExpressions") {
            let mut found = members.get("matchLabels").and_then(equal).unwrap_or_default();
            let expressions = members.get("matchExpressions").and_then(Value::as_array);
            found.extend(expressions.into_iter().flatten().filter_map(expression));
            return Some(Self(found));
        }
        members.get("labels").and_then(equal).or_else(|| equalities(members)).map(Self)
    }

    /// Keys of the labels that it reads.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|requirement| requirement.key.as_str())
    }

    /// Labels of which one must be there: the key and its values, for each key that must have one of some values.
    pub(super) fn equalities(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().filter_map(|requirement| match &requirement.operator {
            Operator::In(values) => Some((requirement.key.as_str(), values.as_slice())),
            Operator::NotIn(_) | Operator::Exists | Operator::DoesNotExist => None,
        })
    }

    /// Whether the labels that `value` looks up satisfy it.
    pub(super) fn match_labels<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.0.iter().all(|requirement| {
            let found = value(&requirement.key);
            let is_one_of =
                |values: &[String]| found.is_some_and(|found| values.iter().any(|value| value == found));
            match &requirement.operator {
                Operator::In(values) => is_one_of(values),
                Operator::NotIn(values) => !is_one_of(values),
                Operator::Exists => found.is_some(),
                Operator::DoesNotExist => found.is_none(),
            }
        })
    }
}

/// `{app: web}` as requirements; `None` where a value is not a text, so that these are not labels.
fn equalities(labels: &Map<String, Value>) -> Option<Vec<Requirement>> {
    let equality = |(key, value): (&String, &Value)| {
        let values = vec![value.as_str()?.to_owned()];
        Some(Requirement { key: label_key(key), operator: Operator::In(values) })
    };
    labels.iter().map(equality).collect()
}

fn expression(expression: &Value) -> Option<Requirement> {
    let key = label_key(expression.get("key")?.as_str()?);
    let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
    let values = values.filter_map(|value| value.as_str().map(ToOwned::to_owned)).collect();
    let operator = match expression.get("operator")?.as_str()? {
        "In" => Operator::In(values),
        "NotIn" => Operator::NotIn(values),
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        _ => return None,
    };
    Some(Requirement { key, operator })
}

/// Cilium writes where a label comes from in front of its key: `k8s:app`, `any:app`.
fn label_key(key: &str) -> String {
    key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(selector: &Value, matches: bool) {
        let labels = |key: &str| match key {
            "app" => Some("web"),
            "tier" => Some(""),
            _ => None,
        };
        assert_eq!(Requirements::of(selector).unwrap().match_labels(labels), matches, "{selector}");
    }

    #[test]
    fn selectors_match_as_in_kubernetes() {
        let expression = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for selector in [
            json!({}),
            json!({"app": "web"}),
            json!({"k8s:app": "web"}),
            json!({"labels": {"app": "web"}}),
            json!({"matchLabels": {"app": "web", "tier": ""}}),
            json!({"matchLabels": null, "matchExpressions": []}),
            expression("app", "In", &["db", "web"]),
            expression("app", "NotIn", &["db"]),
            expression("none", "NotIn", &["db"]),
            expression("app", "Exists", &[]),
            expression("none", "DoesNotExist", &[]),
        ] {
            check(&selector, true);
        }
        for selector in [
            json!({"app": "db"}),
            json!({"none": "web"}),
            json!({"matchLabels": {"app": "web", "tier": "front"}}),
            expression("app", "In", &["db"]),
            expression("none", "In", &["db"]),
            expression("app", "NotIn", &["web"]),
            expression("none", "Exists", &[]),
            expression("app", "DoesNotExist", &[]),
        ] {
            check(&selector, false);
        }
    }

    #[test]
    fn other_mappings_are_not_selectors() {
        for value in [json!("app=web"), json!([]), json!({"type": {"a": "b"}}), json!({"port": 80})] {
            assert_eq!(Requirements::of(&value), None, "{value}");
        }
    }
}
