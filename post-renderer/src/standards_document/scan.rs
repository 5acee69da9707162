//! Where the pipelines' scanner has its database of vulnerabilities from. What breaks the build is decided by the
//! standard `image-scan`.

use crate::finding::Finding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Database of vulnerabilities of the pipelines' scanner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScanDatabase {
    /// Repositories of the database, tried in order: `registry.example.com/trivy-db:2`.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub repositories: Vec<String>,
    /// Maximum age of the database in days. A pipeline without a repository scans with the last good database until
    /// then, and fails afterwards.
    #[schemars(range(min = 1))]
    pub maximum_days: u32,
}

impl Default for ScanDatabase {
    fn default() -> Self {
        let usual = ["mirror.gcr.io/aquasec/trivy-db:2", "ghcr.io/aquasecurity/trivy-db:2"];
        Self { repositories: usual.map(ToOwned::to_owned).to_vec(), maximum_days: 2 }
    }
}

/// Repositories that are not references of images: they stand unquoted in scripts.
pub(super) fn repository_findings(standards: &Value) -> Vec<Finding> {
    let repositories = standards.pointer("/scanDatabase/repositories").and_then(Value::as_array);
    let texts = repositories
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, text)| Some((index, text.as_str()?)));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./:_-@".contains(&byte);
    texts
        .filter(|(_, text)| !text.bytes().all(plain))
        .map(|(index, text)| {
            let message = format!("`{text}` is not a repository of a registry");
            let field = format!("scanDatabase.repositories[{index}]");
            Finding::error("configuration-invalid", message)
                .field(field)
                .help("write it as `registry.example.com/trivy-db:2`")
        })
        .collect()
}
