//! Which members of a standards document a `PostRenderConfig` has too.

use crate::configuration::{API_VERSION, KIND as POST_RENDER_CONFIG};
use serde_json::{Map, Value};

/// They have the same names and types there.
const SHARED: [&str; 11] = [
    "stamp",
    "labels",
    "annotations",
    "podTemplates",
    "resources",
    "standards",
    "listKeys",
    "podTemplatePaths",
    "unknownPodKinds",
    "hooks",
    "kapp",
];

/// The `PostRenderConfig` in the written standards of an environment.
pub(super) fn post_render_configuration(written: &Map<String, Value>) -> Value {
    let shared = SHARED.iter().filter_map(|name| Some(((*name).to_owned(), written.get(*name)?.clone())));
    let mut members: Map<String, Value> = shared.collect();
    members.insert("apiVersion".to_owned(), API_VERSION.into());
    members.insert("kind".to_owned(), POST_RENDER_CONFIG.into());
    if let Some(version) = written.get("version") {
        members.insert("standardsVersion".to_owned(), version.clone());
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Configuration, Layer};
    use crate::standards_document::Standards;
    use serde_json::json;

    /// Members of a `PostRenderConfig` that are an app's own affair.
    const OF_APPS: [&str; 5] =
        ["metadata", "standardsDocument", "kustomizations", "advancedSettings", "exceptions"];

    #[test]
    fn every_member_for_a_whole_platform_is_shared() {
        let names = |schema: Value| -> Vec<String> {
            schema["properties"].as_object().unwrap().keys().cloned().collect()
        };
        let in_configuration = names(schemars::schema_for!(Configuration).to_value());
        let in_standards = names(schemars::schema_for!(Standards).to_value());
        for name in in_configuration {
            let is_known = SHARED.contains(&name.as_str()) && in_standards.contains(&name);
            let is_own = ["apiVersion", "kind", "standardsVersion"].contains(&name.as_str());
            assert!(is_known != (is_own || OF_APPS.contains(&name.as_str())), "{name}");
        }
    }

    #[test]
    fn the_version_becomes_the_stamp() {
        let written = json!({"version": "7", "requiredLabels": ["team"], "labels": {"a": "b"}});
        let text = post_render_configuration(written.as_object().unwrap()).to_string();
        let layer = Layer::from_yaml(&text, "test").unwrap();
        let configuration = layer.into_configuration().unwrap();
        assert_eq!(configuration.standards_version.as_deref(), Some("7"));
        assert_eq!(configuration.labels["a"], "b");
    }
}
