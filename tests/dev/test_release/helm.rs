//! The plugin and the charts, by real Helm, which verifies their provenance.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::matrix::Table;
use acceptance::platform::registry::Registry;
use acceptance::process::{Outcome, Process};
use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::Release;
use super::site::Site;

const LABELS: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {ipsy.dev/team: payments}}";

/// A row for each way.
pub(super) fn rows(release: &Release, table: &mut Table) -> Result<()> {
    table.row("Helm 4", "verifies the plugin's archive, installs it, renders through it", || {
        plugin(release)
    })?;
    table.row("Helm 4", "verifies and installs the plugin from a site", || plugin_from_site(release))?;
    table.row("Helm 4", "refuses the plugin's archive when a byte of it was changed", || {
        refuses_changed_plugin(release)
    })?;
    table.row("Helm 3 and 4", "verify the charts' archives", || charts(release))?;
    table
        .row("skopeo, Helm 3 and 4", "copy the charts into a registry, and pull them", || pulled(release))?;
    table.row("skopeo, Helm 4", "copy the plugin into a registry, verify and install it", || {
        plugin_from_registry(release)
    })
}

/// A user of Helm with an empty home and the key of the release.
struct User {
    home: TempDir,
    helm: PathBuf,
}

impl User {
    fn of(release: &Release, helm: PathBuf) -> Result<Self> {
        let home = tempfile::tempdir()?;
        release.signer().write_keyring(&home.path().join("release.gpg"))?;
        Ok(Self { home, helm })
    }

    fn keyring(&self) -> String {
        self.home.path().join("release.gpg").to_string_lossy().into_owned()
    }

    fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        self.run_trusting(arguments, None)
    }

    /// Runs Helm, which trusts the authority of a site.
    fn run_trusting(&self, arguments: &[&str], authority: Option<&Path>) -> Result<Outcome> {
        Process::new(&self.helm)
            .args(arguments)
            .env("HOME", self.home.path())
            .envs(authority.map(|authority| ("SSL_CERT_FILE", authority)))
            .within(self.home.path())
            .limit(Duration::from_mins(2))
            .run()
    }
}

fn plugin_archive(release: &Release) -> PathBuf {
    release.file(&format!("ipsy-{}.tgz", release.version))
}

fn chart_archive(release: &Release, name: &str) -> PathBuf {
    release.file(&format!("{name}-{}.tgz", release.version))
}

fn plugin(release: &Release) -> Result<()> {
    let user = User::of(release, release.tools.helm_4()?)?;
    let archive = plugin_archive(release);
    user.run(&["plugin", "install", &archive.to_string_lossy(), "--keyring", &user.keyring()])?.ok()?;
    renders_through_plugin(release, &user)
}

fn renders_through_plugin(release: &Release, user: &User) -> Result<()> {
    let chart = chart_archive(release, "ipsy-overprovisioner");
    let chart = chart.to_string_lossy();
    let argument = format!("--config-json={LABELS}");
    let rendered = user
        .run(&["template", "spare", &chart, "--post-renderer", "ipsy", "--post-renderer-args", &argument])?
        .ok()?;
    ensure!(rendered.stdout.contains("ipsy.dev/team: payments"), "the label is missing");
    Ok(())
}

/// From an address such as that of a release on GitHub.
fn plugin_from_site(release: &Release) -> Result<()> {
    let site = Site::start(&release.tools.moto_python)?;
    let archive = plugin_archive(release);
    let name = archive.file_name().context("an archive has a name")?.to_string_lossy();
    site.put(&name, &fs::read(&archive)?)?;
    site.put(&format!("{name}.prov"), &fs::read(format!("{}.prov", archive.display()))?)?;
    let user = User::of(release, release.tools.helm_4()?)?;
    let address = format!("{}/{name}", site.url);
    let install = ["plugin", "install", &address, "--keyring", &user.keyring()];
    let installed = user.run_trusting(&install, Some(&site.authority()))?.ok()?;
    ensure!(installed.everything().contains("Signed by"), "it was not verified: {}", installed.everything());
    renders_through_plugin(release, &user)
}

fn refuses_changed_plugin(release: &Release) -> Result<()> {
    let user = User::of(release, release.tools.helm_4()?)?;
    let original = plugin_archive(release);
    let name = original.file_name().context("an archive has a name")?;
    let changed = user.home.path().join(name);
    let mut bytes = fs::read(&original)?;
    bytes.push(0);
    fs::write(&changed, bytes)?;
    fs::copy(format!("{}.prov", original.display()), format!("{}.prov", changed.display()))?;
    let outcome =
        user.run(&["plugin", "install", &changed.to_string_lossy(), "--keyring", &user.keyring()])?;
    ensure!(outcome.code != 0, "it installed a changed archive");
    ensure!(outcome.stderr.contains("sha256"), "it failed for another reason: {}", outcome.stderr);
    Ok(())
}

fn charts(release: &Release) -> Result<()> {
    for helm in [release.tools.helm_3()?, release.tools.helm_4()?] {
        let user = User::of(release, helm)?;
        for name in CHARTS {
            let archive = chart_archive(release, name);
            let shown =
                user.run(&["verify", &archive.to_string_lossy(), "--keyring", &user.keyring()])?.ok()?;
            let told = format!("{}{}", shown.stdout, shown.stderr);
            ensure!(told.contains("Signed by"), "it does not name who signed: {told}");
        }
    }
    Ok(())
}

/// The charts of the release.
const CHARTS: [&str; 2] = ["ipsy-app", "ipsy-overprovisioner"];

/// Copies an image of the release's layout into a registry, unchanged.
fn copied(release: &Release, registry: &Registry, name: &str, folder: &str) -> Result<String> {
    let layout = release.file(&format!("ipsy_{}_oci.tar", release.version));
    let from = format!("oci-archive:{}:{name}:{}", layout.display(), release.version);
    let repository = format!("{}/{folder}/{name}", registry.host);
    let to = format!("docker://{repository}:{}", release.version);
    Process::new("skopeo")
        .args(["copy", "--quiet", "--preserve-digests", "--insecure-policy", "--dest-tls-verify=false"])
        .args([&from, &to])
        .succeed()?;
    Ok(format!("oci://{repository}"))
}

fn pulled(release: &Release) -> Result<()> {
    let images = tempfile::tempdir()?;
    let registry = Registry::start(images.path())?;
    for name in CHARTS {
        let address = copied(release, &registry, name, "charts")?;
        let published = fs::read(chart_archive(release, name))?;
        for helm in [release.tools.helm_3()?, release.tools.helm_4()?] {
            let user = User::of(release, helm)?;
            let pull = ["pull", &address, "--version", release.version, "--plain-http", "--verify"];
            user.run(&[&pull[..], &["--keyring", &user.keyring()]].concat())?.ok()?;
            let file = user.home.path().join(format!("{name}-{}.tgz", release.version));
            ensure!(fs::read(file)? == published, "{name} came back with other bytes");
        }
    }
    Ok(())
}

fn plugin_from_registry(release: &Release) -> Result<()> {
    let images = tempfile::tempdir()?;
    let registry = Registry::start(images.path())?;
    let address = format!("{}:{}", copied(release, &registry, "ipsy", "plugins")?, release.version);
    let user = User::of(release, release.tools.helm_4()?)?;
    let install = ["plugin", "install", &address, "--plain-http", "--keyring", &user.keyring()];
    let installed = user.run(&install)?.ok()?;
    ensure!(installed.everything().contains("Signed by"), "it was not verified: {}", installed.everything());
    renders_through_plugin(release, &user)
}
