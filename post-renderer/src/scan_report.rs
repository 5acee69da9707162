//! Reports of Trivy (`trivy image --format json`): which images were scanned when, and what was found in them.

use crate::configuration::ScanSeverity;
use crate::finding::Finding;
use crate::images::ImageReference;
use serde::Deserialize;

/// What a scan found in one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReport {
    /// The image as the scanner was told it, and its references by digest.
    images: Vec<String>,
    /// Day of the scan, as `2027-01-31`; empty if the report has none.
    pub(crate) day: String,
    /// What was found.
    pub(crate) vulnerabilities: Vec<Vulnerability>,
}

/// A vulnerability of a package in an image.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    pub(crate) id: String,
    #[serde(rename = "PkgName")]
    pub(crate) package: String,
    #[serde(default)]
    pub(crate) installed_version: String,
    /// Empty where no version is fixed.
    #[serde(default)]
    pub(crate) fixed_version: String,
    pub(crate) severity: ScanSeverity,
}

/// The parts of Trivy's report that are read. It has many more, and gets more with each version.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    schema_version: u64,
    artifact_name: String,
    artifact_type: String,
    #[serde(default)]
    created_at: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    results: Vec<ScanResult>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Metadata {
    repo_tags: Vec<String>,
    repo_digests: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ScanResult {
    vulnerabilities: Vec<Vulnerability>,
}

impl ScanReport {
    /// Reads a report. `source_name` is named in the finding.
    pub fn from_json(text: &str, source_name: &str) -> Result<Self, Box<Finding>> {
        let wrong = |message: String| {
            let finding = Finding::error("scan-report", format!("`{source_name}`: {message}"));
            Box::new(finding.help("write it with `trivy image --format json --output FILE IMAGE`"))
        };
        let report: Report = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if report.schema_version != 2 || report.artifact_type != "container_image" {
            return Err(wrong("not a report of Trivy about an image".to_owned()));
        }
        let names = [vec![report.artifact_name], report.metadata.repo_digests, report.metadata.repo_tags];
        Ok(Self {
            images: names.concat(),
            day: report.created_at.get(..10).unwrap_or_default().to_owned(),
            vulnerabilities: report.results.into_iter().flat_map(|result| result.vulnerabilities).collect(),
        })
    }

    /// Whether it is about an image. A digest decides alone, since the tag beside it may have moved.
    pub(crate) fn is_about(&self, image: &ImageReference) -> bool {
        self.images.iter().map(|text| ImageReference::parse(text)).any(|scanned| {
            let tag = |one: &ImageReference| one.tag.clone().unwrap_or_else(|| "latest".to_owned());
            let is_same = if image.has_digest() {
                scanned.digest == image.digest
            } else {
                scanned.digest.is_none() && tag(&scanned) == tag(image)
            };
            is_same && scanned.full_name() == image.full_name()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> ScanReport {
        let text = r#"{"SchemaVersion": 2, "ArtifactName": "registry.example.com/web:1.0", "ArtifactType":
            "container_image", "CreatedAt": "2026-11-27T10:00:00Z", "Metadata": {"RepoDigests":
            ["registry.example.com/web@sha256:aa"]}, "Results": [{"Target": "web", "Class": "lang-pkgs"}]}"#;
        ScanReport::from_json(text, "scan.json").unwrap()
    }

    #[test]
    fn an_image_is_found_by_digest_or_tag() {
        let is_about = |text: &str| report().is_about(&ImageReference::parse(text));
        assert!(is_about("registry.example.com/web@sha256:aa"));
        assert!(is_about("registry.example.com/web:2.0@sha256:aa"));
        assert!(is_about("registry.example.com/web:1.0"));
        assert!(!is_about("registry.example.com/web:1.0@sha256:bb"));
        assert!(!is_about("registry.example.com/web"));
        assert!(!is_about("registry.example.com/other@sha256:aa"));
        assert_eq!(report().day, "2026-11-27");
    }

    #[test]
    fn other_reports_are_refused() {
        let refused = |text: &str| ScanReport::from_json(text, "scan.json").unwrap_err().to_string();
        assert!(refused("{}").contains("`scan.json`"), "{}", refused("{}"));
        let filesystem = r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem"}"#;
        assert!(refused(filesystem).contains("not a report of Trivy about an image"));
    }
}
