//! The scans of the pipelines with real Trivy: what fails them, what a waiver does, and which database they use when
//! repositories are not reachable. The same reports are given to the post-renderer.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::project::{Project, Sample};
use super::registry::Registry;
use super::scan_databases::{self, Advisory, ScanPolicy};
use super::world::World;
use crate::matrix::Table;
use crate::process::{Outcome, Process};

const WITH: &str = "Trivy 0.74.0";
const SAMPLE: Sample = Sample {
    name: "scanned",
    runtime: "node",
    build_tool: None,
    sources: &[],
    images: ["node", "node"],
    on_ec2: false,
};
/// A vulnerability of a source package that every image of Debian has.
const PLANTED: Advisory = Advisory { id: "CVE-2026-90001", package: "zlib", fixed: "9:9", severity: 4 };
/// The installed package.
const INSTALLED: &str = "zlib1g";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let storage = tempfile::tempdir()?;
    let registry = Registry::start(storage.path())?;
    let push = |advisories: &[Advisory], days: u32| {
        scan_databases::push(&world.image_tools, &registry.host, advisories, days)
    };
    let usual = ScanPolicy::usual(&registry.host);
    let scans = |policy: &ScanPolicy| -> Result<Scans> {
        let project = Project::bootstrap(world, SAMPLE, policy)?;
        Ok(Scans { project, image: format!("{}/debian:12", world.base_images.host) })
    };
    let accepted_until = |last_day: &str| -> Result<ScanPolicy> {
        Ok(ScanPolicy { waivers: waiver(last_day)?, ..usual.clone() })
    };
    let two = ScanPolicy { hosts: vec![registry.host.clone(), world.images.host.clone()], ..usual.clone() };
    let patient = ScanPolicy { maximum_days: 10, ..usual.clone() };
    let (strict, waived, expired) =
        (scans(&usual)?, scans(&accepted_until("today")?)?, scans(&accepted_until("yesterday")?)?);
    let (two, patient) = (scans(&two)?, scans(&patient)?);
    let caches = tempfile::tempdir()?;
    let (cache, old) = (caches.path().join("cache"), caches.path().join("old"));

    table.row(WITH, "the first repository is unreachable: the database of the second one is used", || {
        push(&[], 0)?;
        let told = strict.scan(&cache)?.ok()?.everything();
        contains(&told, "warning: 127.0.0.1:1/trivy-db:2 has no current database")?;
        contains(&told, &format!("database of {}/trivy-db:2", registry.host))
    })?;
    let mut report = String::new();
    table.row(
        WITH,
        "a planted vulnerable package fails the scan, and its report the post-renderer",
        || {
            push(&[PLANTED], 0)?;
            let outcome = strict.scan(&cache)?;
            ensure!(outcome.code == 1, "the scan passed: {}", outcome.everything());
            contains(&outcome.stderr, PLANTED.id)?;
            report = std::fs::read_to_string(strict.project.path("scan.json"))?;
            let refused = strict.check(&report)?;
            ensure!(refused.code == 1, "{}", refused.everything());
            contains(&refused.stdout, &format!("image-scan/{}", PLANTED.id))
        },
    )?;
    table.row(WITH, "a waiver passes both, on its last day too", || {
        waived.scan(&cache)?.ok()?;
        waived.check(&report)?.ok().map(drop)
    })?;
    table.row(WITH, "an expired waiver fails both", || {
        let outcome = expired.scan(&cache)?;
        ensure!(outcome.code == 1, "the scan passed: {}", outcome.everything());
        contains(&outcome.stderr, PLANTED.id)?;
        let refused = expired.check(&report)?;
        ensure!(refused.code == 1, "{}", refused.everything());
        contains(&refused.stdout, "its waiver ended on")
    })?;
    table.row(WITH, "an old database in the repositories does not replace a newer one: a warning", || {
        push(&[], 3)?;
        // The newer one knows the planted vulnerability.
        let outcome = strict.scan(&cache)?;
        contains(&outcome.stderr, "warning: scanning with the last good database")?;
        contains(&outcome.stderr, PLANTED.id)?;
        patient.scan(&old)?.ok().map(drop)
    })?;
    table.row(WITH, "an old database in one repository: the database of the next one is used", || {
        let told = two.scan(&caches.path().join("two"))?.ok()?.everything();
        contains(&told, &format!("warning: {}/trivy-db:2 has no current database", registry.host))?;
        contains(&told, &format!("database of {}/trivy-db:2", world.images.host))
    })?;
    drop(registry);
    table.row(WITH, "no repository is reachable: the last good database is used, with a warning", || {
        let outcome = waived.scan(&cache)?.ok()?;
        contains(&outcome.stderr, "warning: scanning with the last good database")
    })?;
    table.row(
        WITH,
        "no repository is reachable and the last good database is too old: the scan fails",
        || {
            let outcome = strict.scan(&old)?;
            ensure!(outcome.code == 1, "the scan passed: {}", outcome.everything());
            contains(&outcome.stderr, "172800 are allowed (scanDatabase.maximumDays in the standards)")
        },
    )?;
    table.row(WITH, "no repository is reachable and the machine has no database: the scan fails", || {
        let outcome = strict.scan(&caches.path().join("empty"))?;
        ensure!(outcome.code == 1, "the scan passed: {}", outcome.everything());
        contains(&outcome.stderr, "no repository has a current database, and this machine has none")
    })
}

/// A project that scans an image.
struct Scans {
    project: Project,
    image: String,
}

impl Scans {
    /// What the pipelines call, with a folder for the databases.
    fn scan(&self, cache: &Path) -> Result<Outcome> {
        let script = self.project.program("sh").args(["ci/scan.sh", &self.image]);
        script.env("TRIVY_CACHE_DIR", cache).run()
    }

    /// The post-renderer judges a pod by a report.
    fn check(&self, report: &str) -> Result<Outcome> {
        std::fs::write(self.project.path("scan.json"), report)?;
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "name": "app" },
            "spec": { "containers": [{ "name": "app", "image": self.image }] },
        });
        self.project.judge_scan().input(pod.to_string()).run()
    }
}

/// A waiver whose last day is `today` or `yesterday`.
fn waiver(last_day: &str) -> Result<Value> {
    let day = Process::new("date").args(["--utc", "--date", last_day, "+%F"]).succeed()?;
    Ok(json!([{
        "id": PLANTED.id,
        "package": INSTALLED,
        "reason": "not reachable",
        "owner": "payments",
        "expires": day.stdout.trim(),
    }]))
}

fn contains(text: &str, expected: &str) -> Result<()> {
    ensure!(text.contains(expected), "`{expected}` is not in:\n{text}");
    Ok(())
}
