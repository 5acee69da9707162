//! Small databases for Trivy, in a registry on loopback: of vulnerabilities, and of the archives of Java.

use anyhow::Result;
use serde_json::{Value, json};

use crate::process::Process;
use crate::tools::ImageTools;

/// Vulnerabilities that Trivy can find.
#[derive(Debug, Clone, Copy)]
pub(super) struct Advisory {
    pub(super) id: &'static str,
    pub(super) package: &'static str,
    /// The first version that does not have it.
    pub(super) fixed: &'static str,
    /// From 0, unknown, to 4, critical.
    pub(super) severity: u8,
}

/// What the standards of an app decide about scans.
#[derive(Debug, Clone)]
pub(super) struct ScanPolicy {
    /// The registries of the databases, in the order in which they are asked.
    pub(super) hosts: Vec<String>,
    /// The accepted vulnerabilities.
    pub(super) waivers: Value,
    /// How old a database may be.
    pub(super) maximum_days: u32,
}

impl ScanPolicy {
    /// The usual policy, without waivers.
    pub(super) fn usual(host: &str) -> Self {
        Self { hosts: vec![host.to_owned()], waivers: json!([]), maximum_days: 2 }
    }

    /// The member `imageScan` of the standards.
    pub(super) fn image_scan(&self) -> Value {
        json!({ "mode": "enforce", "severity": "HIGH", "waivers": self.waivers })
    }

    /// The member `scanDatabase` of the standards: a repository that nothing serves comes before those that work.
    pub(super) fn scan_database(&self) -> Value {
        let named = |name: &str| self.hosts.iter().map(|host| format!("{host}/{name}")).collect::<Vec<_>>();
        let repositories = [vec!["127.0.0.1:1/trivy-db:2".to_owned()], named("trivy-db:2")].concat();
        json!({
            "repositories": repositories,
            "maximumDays": self.maximum_days,
            "javaRepositories": named("trivy-java-db:1"),
        })
    }
}

/// Trivy's tables of Java archives.
const JAVA_TABLES: &str = "
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute('CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)')
    database.execute('CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT)')
";

/// Makes both databases, as if that had been some days ago, and pushes them.
pub(super) fn push(tools: &ImageTools, host: &str, advisories: &[Advisory], days: u32) -> Result<()> {
    let made =
        Process::new("date").args(["--utc", "--date", &format!("{days} days ago"), "+%FT%TZ"]).succeed()?;
    let list: Vec<Value> = advisories
        .iter()
        .map(|one| {
            json!({
                "id": one.id,
                "platform": "debian 12",
                "package": one.package,
                "fixed": one.fixed,
                "severity": one.severity,
            })
        })
        .collect();
    let folder = tempfile::tempdir()?;
    let java = folder.path().join("trivy-java.db");
    Process::new("python3").args(["-c", JAVA_TABLES]).arg(&java).succeed()?;
    Process::new(&tools.trivy_database)
        .args([host, made.stdout.trim()])
        .arg(&java)
        .input(json!(list).to_string())
        .succeed()
        .map(drop)
}
