//! The scheduled scan of `examples/cluster-scan`: the API server takes it, and real Trivy does in a cluster what its
//! `CronJob` describes, with the rights of its service account.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::scan_databases::{self, Advisory};
use super::world::World;
use crate::cluster::Cluster;
use crate::matrix::Table;
use crate::process::{Outcome, Process};
use crate::workspace;

const WITH: &str = "examples/cluster-scan";
const NAME: &str = "cluster-scan";
/// A vulnerability of a package that every image of Debian has.
const PLANTED: Advisory = Advisory { id: "CVE-2026-90002", package: "zlib", fixed: "9:9", severity: 4 };

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    // A cluster of its own: the other scenarios install apps whose registry cannot be reached.
    let cluster = Cluster::start(&world.cluster_tools)?;
    let file = workspace::root().join("examples/cluster-scan/cluster-scan.yaml");
    let mut job = Value::Null;
    table.row(WITH, "the API server and the post-renderer accept it", || {
        let check = Process::new(&world.programs.post_renderer).args(["check", "--standards"]);
        let standards = workspace::root().join("examples/quickstart/standards.yaml");
        check.arg(standards).input(fs::read(&file)?).succeed()?;
        cluster.kubectl(&["apply", "--server-side", "--filename", &file.to_string_lossy()])?.ok()?;
        let path = format!("/apis/batch/v1/namespaces/{NAME}/cronjobs/{NAME}");
        job = cluster.api.get(&path)?.context("the CronJob is missing")?;
        Ok(())
    })?;
    let image = format!("{}/debian:12", world.base_images.host);
    cluster.namespace("shop", &[])?;
    cluster.kubectl(&["create", "deployment", "web", "--namespace", "shop", "--image", &image])?.ok()?;
    let folder = tempfile::tempdir()?;
    let kubeconfig = kubeconfig(&cluster, folder.path())?;
    let scan = |cache: &str| scan(world, &job, &kubeconfig, &folder.path().join(cache));
    table.row(WITH, "with the account's rights, the scan of the cluster passes", || {
        let told = scan("first")?.ok()?.everything();
        // The report has only workloads with vulnerabilities.
        ensure!(told.contains("Summary Report") && !told.contains("forbidden"), "{told}");
        Ok(())
    })?;
    table.row(WITH, "a planted vulnerable package in a running image fails it", || {
        scan_databases::push(&world.image_tools, &world.images.host, &[PLANTED], 0)?;
        let outcome = scan("second");
        scan_databases::push(&world.image_tools, &world.images.host, &[], 0)?;
        let outcome = outcome?;
        ensure!(outcome.code == 1, "the scan passed: {}", outcome.everything());
        ensure!(outcome.stdout.contains("Deployment/web"), "{}", outcome.everything());
        Ok(())
    })
}

/// Runs Trivy with the arguments and variables of the `CronJob`, but for the registry and the folder of the database.
fn scan(world: &World, job: &Value, kubeconfig: &Path, cache: &Path) -> Result<Outcome> {
    let container = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_array().context("the CronJob has arguments")?;
    let mut trivy = Process::new(&world.image_tools.trivy).args(arguments.iter().filter_map(Value::as_str));
    for variable in container["env"].as_array().into_iter().flatten() {
        let (name, value) = (variable["name"].as_str(), variable["value"].as_str());
        trivy = trivy.env(name.context("a variable has a name")?, value.unwrap_or_default());
    }
    trivy
        .env("TRIVY_DB_REPOSITORY", format!("{}/trivy-db:2", world.images.host))
        .env("TRIVY_CACHE_DIR", cache)
        .env("KUBECONFIG", kubeconfig)
        .run()
}

/// A kubeconfig with a token of the `CronJob`'s service account.
fn kubeconfig(cluster: &Cluster, folder: &Path) -> Result<PathBuf> {
    let token = cluster.kubectl(&["create", "token", NAME, "--namespace", NAME])?.ok()?.stdout;
    let authority = folder.join("authority.pem");
    fs::write(&authority, cluster.certificate_authority()?)?;
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": NAME, "cluster": { "server": cluster.url, "certificate-authority": authority } }],
        "users": [{ "name": NAME, "user": { "token": token.trim() } }],
        "contexts": [{ "name": NAME, "context": { "cluster": NAME, "user": NAME } }],
        "current-context": NAME,
    });
    let path = folder.join("kubeconfig");
    fs::write(&path, config.to_string())?;
    Ok(path)
}
