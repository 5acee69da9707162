//! The standard `image-scan`: images were scanned, and what was found in them is below the limit or waived.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, ImageScan as Policy, Mode, ScanWaiver};
use crate::images::ImageReference;
use crate::object::{Context, ImageUse, Object};
use crate::scan_report::{ScanReport, Vulnerability};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "image-scan",
    summary: "Images were scanned and have no severe vulnerabilities.",
    effect: "With `--scan-report`, reports images without a report, and vulnerabilities above the limit that no waiver \
             accepts.",
    why: "A vulnerability with a known fix is the cheapest way into a cluster.",
    source: "standards.imageScan",
    before: "`image: registry.example.com/web@sha256:…` with CVE-2026-1234 (CRITICAL), fixed in a later version",
    after: "An error; it passes after an update of the package, or with a waiver for `CVE-2026-1234`.",
    exempt: "An entry of `waivers` with reason, owner and last day, or an exception for `image-scan/CVE-2026-1234`; for \
             an image without a report, an exception for `image-scan` with its name: \
             `image-scan/registry.example.com/web`.",
    parts: Parts::Named("the id of a vulnerability, or an image's name without tag and digest"),
};

/// The standard `image-scan`.
pub(super) struct ImageScan;

impl Standard for ImageScan {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.image_scan.as_ref().map_or(Mode::Off, |scan| scan.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(policy) = &context.configuration.standards.image_scan else { return Ok(()) };
        if context.scan_reports.is_empty() {
            return Ok(());
        }
        for image in object.images() {
            let reference = ImageReference::parse(&image.text);
            let reports = context.scan_reports.iter().filter(|report| report.is_about(&reference));
            match reports.max_by(|one, other| one.day.cmp(&other.day)) {
                Some(report) => judge(object, context, policy, &image, report),
                None if object.is_waived(context, RULE.id, &reference.name) => {}
                None => {
                    let message = format!("`{}` was not scanned", image.text);
                    let help =
                        "scan it with `trivy image --format json`, and pass the report with `--scan-report`";
                    object.breach(RULE.id, policy.mode, image.node, &image.field, message, help);
                }
            }
        }
        Ok(())
    }
}

/// Reports the vulnerabilities of an image that the policy does not let pass.
fn judge(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    policy: &Policy,
    image: &ImageUse,
    report: &ScanReport,
) {
    // Without a date, a waiver is judged by the day of the scan: rendering does not depend on the clock.
    let day = context.as_of.unwrap_or(&report.day);
    for found in &report.vulnerabilities {
        let is_severe =
            found.severity >= policy.severity && (policy.unfixed || !found.fixed_version.is_empty());
        let waivers = policy.waivers.iter().filter(|waiver| is_for(waiver, found));
        // ISO dates order as texts do.
        let (current, expired): (Vec<&ScanWaiver>, Vec<&ScanWaiver>) =
            waivers.partition(|waiver| waiver.expires.as_str() >= day);
        if !is_severe || !current.is_empty() || object.is_waived(context, RULE.id, &found.id) {
            continue;
        }
        let ended = expired.first().map(|waiver| format!("; its waiver ended on {}", waiver.expires));
        let message = format!(
            "`{}` has {} ({}) in {} {}{}",
            image.text,
            found.id,
            found.severity.name(),
            found.package,
            found.installed_version,
            ended.unwrap_or_default()
        );
        let help = match found.fixed_version.as_str() {
            "" => "no version is fixed; replace the package, or add a waiver with reason, owner and last day"
                .to_owned(),
            fixed => format!("update {} to {fixed} and build the image again", found.package),
        };
        let id = format!("{}/{}", RULE.id, found.id);
        object.breach(&id, policy.mode, image.node, &image.field, message, &help);
    }
}

fn is_for(waiver: &ScanWaiver, found: &Vulnerability) -> bool {
    waiver.id == found.id && waiver.package.as_ref().is_none_or(|package| *package == found.package)
}
