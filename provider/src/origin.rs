//! Where Terraform keeps the state of this run, as far as a provider can know: part of the tags of what it makes, so that an
//! interrupted run is told from another state, and so that a message can say where the other one is.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::app::names::hexadecimal;

/// Longest value of a tag on every service.
const TAG_LENGTH: usize = 256;

/// Settings of backends that say where a state is. All others may be secret, and are left out.
const PLACES: [&str; 12] = [
    "address",
    "bucket",
    "container_name",
    "hostname",
    "key",
    "namespace",
    "organization",
    "path",
    "prefix",
    "region",
    "storage_account_name",
    "workspaces",
];

/// The place of the state of this run, in `region`. Terraform starts providers in the folder of the root module.
pub(crate) fn origin(region: &str) -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let data = variable("TF_DATA_DIR").map_or_else(|| PathBuf::from(".terraform"), PathBuf::from);
    let folder = env::current_dir().unwrap_or_default();
    let state = if let Some(workspace) = variable("TFC_WORKSPACE_SLUG") {
        format!("hcp {workspace}")
    } else {
        let workspace = variable("TF_WORKSPACE")
            .or_else(|| fs::read_to_string(data.join("environment")).ok())
            .unwrap_or_else(|| "default".to_owned());
        let backend = fs::read(data.join("terraform.tfstate")).ok();
        let backend = backend.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        format!("{} {}", place(backend.as_ref(), &folder), workspace.trim())
    };
    tag_value(&format!("{region} {state}"))
}

/// The place that a backend keeps states in, or the folder where there is none.
fn place(backend: Option<&Value>, folder: &Path) -> String {
    let backend = backend.and_then(|document| document.get("backend"));
    let settings = backend.and_then(|backend| backend.get("config")).and_then(Value::as_object);
    let kind = backend.and_then(|backend| backend.get("type")).and_then(Value::as_str).unwrap_or("local");
    match settings {
        Some(settings) if kind != "local" => {
            let whole = place_settings(settings);
            let name = |key: &str| settings.get(key).and_then(Value::as_str).unwrap_or_default();
            let readable = match kind {
                "s3" | "gcs" => format!("{}/{}{}", name("bucket"), name("key"), name("prefix")),
                "azurerm" => format!("{}/{}", name("container_name"), name("key")),
                _ => name("organization").to_owned(),
            };
            format!("{kind} {readable} {}", digest(&whole))
        }
        _ => {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let path = settings.and_then(|settings| settings.get("path")).and_then(Value::as_str);
            format!("local {name} {}", digest(&format!("{}\n{}", folder.display(), path.unwrap_or_default())))
        }
    }
}

fn place_settings(settings: &Map<String, Value>) -> String {
    let mut lines: Vec<String> = settings
        .iter()
        .filter(|(key, value)| PLACES.contains(&key.as_str()) && !value.is_null())
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    lines.sort();
    lines.join("\n")
}

fn digest(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes())).chars().take(12).collect()
}

/// What every service takes as the value of a tag: letters, digits, blanks and some signs.
fn tag_value(text: &str) -> String {
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || " _.:/=+-@".contains(sign);
    let value: String = text.chars().map(|sign| if allowed(sign) { sign } else { '_' }).collect();
    if value.len() <= TAG_LENGTH {
        return value;
    }
    let start: String = value.chars().take(TAG_LENGTH - 13).collect();
    format!("{start} {}", digest(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_folder_bucket_or_key_is_another_place_and_secrets_are_left_out() {
        let backend = |key: &str, secret: &str| {
            let config = json!({ "bucket": "states", "key": key, "secret_key": secret, "path": null });
            place(Some(&json!({ "backend": { "type": "s3", "config": config } })), Path::new("/a/b"))
        };
        assert!(backend("shop", "x").starts_with("s3 states/shop "));
        assert_eq!(backend("shop", "x"), backend("shop", "y"));
        assert_ne!(backend("shop", "x"), backend("search", "x"));
        let folder = |path: &str| place(None, Path::new(path));
        assert!(folder("/a/b").starts_with("local b "));
        assert_ne!(folder("/a/b"), folder("/c/b"));
    }

    #[test]
    fn a_place_fits_into_a_tag() {
        let long = tag_value(&"ä{}".repeat(200));
        assert_eq!(long.len(), TAG_LENGTH);
        assert!(!long.contains('{') && tag_value("us-east-1 s3 a/b.tfstate") == "us-east-1 s3 a/b.tfstate");
    }
}
