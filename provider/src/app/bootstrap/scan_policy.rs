//! The policy of the standards as Trivy reads it: `trivy.yaml` and `.trivyignore.yaml`.

use ipsy_post_renderer::configuration::{ImageScan, ScanSeverity};
use serde_json::{Value, json};
use time::Date;
use time::macros::format_description;

use crate::app::standards::Standards;

/// What both files say first.
const HEAD: &str = "# From the standards document, by data.ipsy_bootstrap.\n";

/// What the standards decide about scans, or the defaults.
fn policy(standards: &Standards) -> ImageScan {
    standards.standards.image_scan.clone().unwrap_or_default()
}

/// The text of `trivy.yaml`.
pub(super) fn configuration(standards: &Standards) -> String {
    let policy = policy(standards);
    let severities: Vec<&str> = policy.severity.and_above().map(ScanSeverity::name).collect();
    written(&json!({
        "ignorefile": ".trivyignore.yaml",
        "severity": severities,
        "vulnerability": { "ignore-unfixed": !policy.unfixed },
    }))
}

/// The text of `.trivyignore.yaml`. Trivy ignores no entry after the first moment of the day that it names.
pub(super) fn waivers(standards: &Standards) -> String {
    let waivers = policy(standards).waivers;
    let entries = waivers.iter().map(|waiver| {
        let mut entry = json!({
            "id": waiver.id,
            "statement": format!("{} ({})", waiver.reason, waiver.owner),
            "expired_at": day_after(&waiver.expires),
        });
        if let Some(package) = &waiver.package {
            // A package URL without a version is any version, and without a type it matches none.
            entry["purls"] = json!(PACKAGE_TYPES.map(|kind| format!("pkg:{kind}/{package}")));
        }
        entry
    });
    written(&json!({ "vulnerabilities": entries.collect::<Vec<Value>>() }))
}

/// The day after a day such as `2027-01-31`.
fn day_after(day: &str) -> String {
    let next = Date::parse(day, format_description!("[year]-[month]-[day]")).ok().and_then(Date::next_day);
    next.map_or_else(|| day.to_owned(), |next| next.to_string())
}

/// Types of package URLs that Trivy writes for the runtimes here.
const PACKAGE_TYPES: [&str; 8] = ["cargo", "deb/debian", "gem", "golang", "maven", "npm", "nuget", "pypi"];

fn written(document: &Value) -> String {
    format!("{HEAD}{}", serde_yaml::to_string(document).unwrap_or_default())
}
