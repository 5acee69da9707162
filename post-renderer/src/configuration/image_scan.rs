//! Parameters of the standard `image-scan`: which findings of a scanner fail, and which are waived until when.

use super::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `image-scan`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImageScan {
    /// How strict. An image cannot be mended, so `default` only warns.
    pub mode: Mode,
    /// Vulnerabilities of this severity and above break the standard.
    pub severity: ScanSeverity,
    /// Whether vulnerabilities without a fixed version break it as well.
    pub unfixed: bool,
    /// Vulnerabilities that are accepted until a day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<ScanWaiver>,
}

/// Severity of a vulnerability, as Trivy writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ScanSeverity {
    /// Not rated.
    Unknown,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    #[default]
    High,
    /// Critical.
    Critical,
}

impl ScanSeverity {
    /// The name, as Trivy writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// This severity and all above it.
    pub fn and_above(self) -> impl Iterator<Item = Self> {
        let all = [Self::Unknown, Self::Low, Self::Medium, Self::High, Self::Critical];
        all.into_iter().filter(move |severity| *severity >= self)
    }
}

/// A vulnerability that is accepted until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScanWaiver {
    /// Id of the vulnerability, such as `CVE-2026-1234`.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Package that it is accepted in; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub package: Option<String>,
    /// Why it does no harm, or cannot be fixed yet.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Who answers for it.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Last day, as `2027-01-31`.
    #[schemars(extend("format" = "date"))]
    pub expires: String,
}
