//! Where the pipelines' scanner has its databases from. What breaks the build is decided by the
//! standard `image-scan`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Databases of the pipelines' scanner: of vulnerabilities, and of the archives by which it knows Java libraries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScanDatabase {
    /// Repositories of the database of vulnerabilities, tried in order: `registry.example.com/trivy-db:2`.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub repositories: Vec<String>,
    /// Maximum age of the database in days. A pipeline without a repository scans with the last good database until
    /// then, and fails afterwards.
    #[schemars(range(min = 1))]
    pub maximum_days: u32,
    /// Repositories of the database of Java archives, tried in order: `registry.example.com/trivy-java-db:1`. Only apps in
    /// Java need it.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub java_repositories: Vec<String>,
    /// Maximum age of the database of Java archives in days. It is made once a week.
    #[schemars(range(min = 1))]
    pub java_maximum_days: u32,
}

impl Default for ScanDatabase {
    fn default() -> Self {
        let usual = ["mirror.gcr.io/aquasec/trivy-db:2", "ghcr.io/aquasecurity/trivy-db:2"];
        let java = ["mirror.gcr.io/aquasec/trivy-java-db:1", "ghcr.io/aquasecurity/trivy-java-db:1"];
        Self {
            repositories: usual.map(ToOwned::to_owned).to_vec(),
            maximum_days: 2,
            java_repositories: java.map(ToOwned::to_owned).to_vec(),
            java_maximum_days: 14,
        }
    }
}
