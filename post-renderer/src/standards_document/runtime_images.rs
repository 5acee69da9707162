//! Base images of a runtime, from which the generated Dockerfile builds.

use crate::finding::Finding;
use crate::images::ImageReference;
use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Base images of a runtime, by digest, and the size budget of the images built from them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RuntimeImages {
    /// Image that the app is built in, as `maven:3.9@sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub build: Option<String>,
    /// Image that the app runs in, as `eclipse-temurin:21-jre@sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub run: Option<String>,
    /// The largest size of an app's image, unpacked. The pipeline refuses larger ones. Default: `512Mi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_size: Option<Quantity>,
}

/// Base images without a digest, which a schema cannot see.
pub(super) fn image_findings(standards: &Value) -> Vec<Finding> {
    let runtimes = standards.get("runtimes").and_then(Value::as_object).into_iter().flat_map(Map::iter);
    let images = runtimes.flat_map(|(runtime, profile)| {
        ["build", "run"].into_iter().filter_map(move |stage| {
            let image = profile.get("images")?.get(stage)?.as_str()?;
            Some((format!("runtimes.{runtime}.images.{stage}"), image))
        })
    });
    let floating = images.filter(|(_, image)| !ImageReference::parse(image).has_digest());
    floating
        .map(|(field, image)| {
            let message = format!("the base image `{image}` has no digest");
            let finding = Finding::error("configuration-invalid", message).field(field);
            finding.help("a tag can be moved: write NAME:TAG@sha256:…")
        })
        .collect()
}
