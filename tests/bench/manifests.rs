//! Streams of Kubernetes manifests, read as values so that they can be compared by meaning.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use similar::TextDiff;

/// The objects of a stream, in its order; empty documents are left out.
pub fn objects(stream: &str) -> Result<Vec<Value>> {
    serde_yaml::Deserializer::from_str(stream)
        .map(|document| Value::deserialize(document).context("a document is not valid YAML"))
        .filter(|object| !matches!(object, Ok(Value::Null)))
        .collect()
}

/// The objects of a stream by `Kind/name`, sorted: the order of documents is Helm's affair.
pub fn sorted_objects(stream: &str) -> Result<Vec<(String, Value)>> {
    let mut named: Vec<_> = objects(stream)?.into_iter().map(|object| (title(&object), object)).collect();
    named.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(named)
}

/// The object of a kind and a name.
pub fn object(stream: &str, kind: &str, name: &str) -> Result<Value> {
    let wanted = format!("{kind}/{name}");
    let found = objects(stream)?.into_iter().find(|object| title(object) == wanted);
    found.with_context(|| format!("{wanted} not found"))
}

/// A unified difference between two texts.
pub fn difference(before: &str, after: &str, names: (&str, &str)) -> String {
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(names.0, names.1).to_string()
}

fn title(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "# a comment\n---\nkind: Service\nmetadata: {name: web}\n---\nkind: Deployment\nmetadata: {name: web}\n---\n";

    #[test]
    fn empty_documents_are_left_out() {
        assert_eq!(objects(STREAM).unwrap().len(), 2);
    }

    #[test]
    fn objects_are_found_by_kind_and_name() {
        assert_eq!(object(STREAM, "Service", "web").unwrap()["kind"], "Service");
        assert!(object(STREAM, "Service", "api").is_err());
    }

    #[test]
    fn order_does_not_matter_when_sorted() {
        let names: Vec<_> = sorted_objects(STREAM).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Deployment/web", "Service/web"]);
    }
}
