//! One entry of a list of image replacements: kustomize's `images`, and the rewriting of registries.

use crate::finding::Finding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Replaces the images of one name (`name` and any of `newName`, `newTag`, `digest`, `tagSuffix`), or the registry of
/// all images of that registry (`registry` and `newRegistry`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Image {
    /// The image's name, without tag and digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_name: Option<String>,
    /// Its new tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_tag: Option<String>,
    /// Its new digest (`sha256:…`), which replaces the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Appended to its tag, unless the tag ends with it. An image without tag has the tag `latest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_suffix: Option<String>,
    /// A registry, such as `docker.io`, which is also the registry of images that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// What takes the registry's place, such as `mirror.example.com` or `mirror.example.com/docker`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_registry: Option<String>,
}

/// What the schema cannot say of a written list of images at `place`.
pub(super) fn check(images: &Value, place: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, image) in images.as_array().into_iter().flatten().enumerate() {
        let Some(members) = image.as_object() else { continue };
        let place = format!("{place}[{index}]");
        let mut complain = |field: String, message: String, help: &str| {
            findings.push(Finding::error("configuration-image", message).field(field).help(help));
        };
        let text = |member: &str| members.get(member).and_then(Value::as_str);
        let has = |member: &str| members.contains_key(member);
        match (has("name"), has("registry")) {
            (false, false) => complain(
                place.clone(),
                "`name` is missing".to_owned(),
                "write `name` with `newName`, `newTag`, `digest` or `tagSuffix`, or `registry` with `newRegistry`",
            ),
            (true, true) => complain(
                format!("{place}.registry"),
                "`registry` stands beside `name`".to_owned(),
                "write two entries: one with `name`, one with `registry` and `newRegistry`",
            ),
            _ => {}
        }
        if has("registry") != has("newRegistry") {
            complain(
                place.clone(),
                "expected `registry` and `newRegistry` together".to_owned(),
                "write `{registry: docker.io, newRegistry: mirror.example.com}`",
            );
        }
        if let Some(name) = text("name").filter(|name| !is_image_name(name)) {
            complain(
                format!("{place}.name"),
                format!("`{name}` is not an image name: expected no tag, no digest and no expression"),
                "write the name as `nginx`, `library/nginx` or `localhost:5000/web`",
            );
        }
        for member in ["registry", "newRegistry"] {
            if let Some(registry) = text(member).filter(|registry| !is_registry(registry)) {
                complain(
                    format!("{place}.{member}"),
                    format!("`{registry}` is not a registry"),
                    "write a host, such as `docker.io` or `localhost:5000`; a path may follow the host",
                );
            }
        }
        for member in ["newTag", "digest"] {
            if has("tagSuffix") && has(member) {
                complain(
                    format!("{place}.tagSuffix"),
                    format!("`tagSuffix` has no effect beside `{member}`"),
                    "keep one of them",
                );
            }
        }
    }
    findings
}

/// Whether a text is an image name: a path, and before it perhaps a registry, whose port has the only colon.
fn is_image_name(text: &str) -> bool {
    let (registry, path) = text.split_once('/').unwrap_or(("", text));
    is_path(path) && (registry.is_empty() && !text.starts_with('/') || is_host(registry))
}

/// Whether a text is a host and perhaps a path.
fn is_registry(text: &str) -> bool {
    let (host, path) = text.split_once('/').unwrap_or((text, "x"));
    is_host(host) && is_path(path)
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    is_word(host) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_path(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_names_have_no_tag_and_no_expression() {
        for name in ["nginx", "library/nginx", "localhost:5000/team/web", "registry.example.com/a_b-c/d.e"] {
            assert!(is_image_name(name), "{name}");
        }
        for name in
            ["", "/nginx", "nginx:1", "nginx@sha256:abc", "ng.*", "a//b", "localhost:5000/web:1", "a:b/c"]
        {
            assert!(!is_image_name(name), "{name}");
        }
    }

    #[test]
    fn registries_are_hosts_with_an_optional_path() {
        for registry in ["docker.io", "localhost:5000", "mirror.example.com/docker/hub"] {
            assert!(is_registry(registry), "{registry}");
        }
        for registry in ["", "https://docker.io", "docker.io/", "a:b", "docker.io:"] {
            assert!(!is_registry(registry), "{registry}");
        }
    }
}
