//! The provider from a mirror on disk, a mirror on the network, and a registry, by real Terraform and `OpenTofu`.

use std::fs;
use std::path::Path;

use acceptance::matrix::Table;
use acceptance::process::{Outcome, Process};
use acceptance::terraform::REGISTRIES;
use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use super::Release;
use super::site::Site;

/// A row for each way and program.
pub(super) fn rows(release: &Release, table: &mut Table) -> Result<()> {
    let programs = [("Terraform", &release.tools.terraform), ("OpenTofu", &release.opentofu)];
    for (with, program) in programs {
        table.row(with, "installs from a mirror on disk", || from_disk(release, program))?;
        table.row(with, "installs from a mirror on the network", || from_network(release, program))?;
        table.row(with, "installs from a registry, and verifies the signature", || {
            from_registry(release, program)
        })?;
        table.row(with, "refuses an archive from a registry whose list of digests was changed", || {
            refuses_changed_digests(release, program)
        })?;
    }
    Ok(())
}

/// A user with an empty home and one configuration.
struct User<'a> {
    home: TempDir,
    program: &'a Path,
}

impl<'a> User<'a> {
    fn with(program: &'a Path, source: &str, settings: &str) -> Result<Self> {
        let home = tempfile::tempdir()?;
        fs::write(home.path().join("terraform.rc"), settings)?;
        let text = format!(
            "terraform {{\n  required_providers {{\n    ipsy = {{\n      source = \"{source}\"\n    }}\n  }}\n}}\n"
        );
        fs::create_dir(home.path().join("configuration"))?;
        fs::write(home.path().join("configuration/main.tf"), text)?;
        Ok(Self { home, program })
    }

    fn run(&self, arguments: &[&str], authority: Option<&Path>) -> Result<Outcome> {
        Process::new(self.program)
            .args(arguments)
            .env("HOME", self.home.path())
            .env("TF_CLI_CONFIG_FILE", self.home.path().join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .envs(authority.map(|authority| ("SSL_CERT_FILE", authority)))
            .within(self.home.path().join("configuration"))
            .run()
    }

    /// Installs the provider, and starts it for its schema.
    fn installs(&self, authority: Option<&Path>) -> Result<String> {
        let initialised = self.run(&["init", "-no-color", "-input=false"], authority)?.ok()?;
        let schema = self.run(&["providers", "schema", "-json"], authority)?.ok()?;
        ensure!(schema.stdout.contains("\"ipsy_app\""), "the schema has no ipsy_app");
        Ok(initialised.stdout)
    }
}

fn from_disk(release: &Release, program: &Path) -> Result<()> {
    let mirror = tempfile::tempdir()?;
    for registry in REGISTRIES {
        let folder = mirror.path().join(registry).join("ipsy/ipsy");
        fs::create_dir_all(&folder)?;
        let archive = release.provider_archive();
        fs::copy(release.file(&archive), folder.join(&archive))?;
    }
    let settings = installation(&format!("filesystem_mirror {{\n    path = \"{}\"", mirror.path().display()));
    User::with(program, "ipsy/ipsy", &settings)?.installs(None).map(drop)
}

fn from_network(release: &Release, program: &Path) -> Result<()> {
    let site = Site::start(&release.tools.moto_python)?;
    let archive = release.provider_archive();
    for registry in REGISTRIES {
        let folder = format!("mirror/{registry}/ipsy/ipsy");
        site.put(&format!("{folder}/{archive}"), &fs::read(release.file(&archive))?)?;
        site.put_document(&format!("{folder}/index.json"), &json!({"versions": {release.version: {}}}))?;
        let archives = json!({"archives": {release.platform.to_string(): {"url": archive}}});
        site.put_document(&format!("{folder}/{}.json", release.version), &archives)?;
    }
    let settings = installation(&format!("network_mirror {{\n    url = \"{}/mirror/\"", site.url));
    User::with(program, "ipsy/ipsy", &settings)?.installs(Some(&site.authority())).map(drop)
}

fn from_registry(release: &Release, program: &Path) -> Result<()> {
    let site = registry(release)?;
    let user = User::with(program, &format!("{}/ipsy/ipsy", site.host()), "")?;
    let told = user.installs(Some(&site.authority()))?;
    let key = release.signer().key_id()?;
    ensure!(told.contains(&format!("key ID {key}")), "it does not name the key {key}: {told}");
    Ok(())
}

fn refuses_changed_digests(release: &Release, program: &Path) -> Result<()> {
    let site = registry(release)?;
    let sums = sums(release);
    let mut text = fs::read_to_string(release.file(&sums))?;
    text.push('\n');
    site.put(&format!("files/{sums}"), text.as_bytes())?;
    let user = User::with(program, &format!("{}/ipsy/ipsy", site.host()), "")?;
    let outcome = user.run(&["init", "-no-color", "-input=false"], Some(&site.authority()))?;
    ensure!(outcome.code != 0, "it installed an archive whose list of digests was changed");
    ensure!(outcome.stderr.contains("signature"), "it failed for another reason: {}", outcome.stderr);
    Ok(())
}

fn sums(release: &Release) -> String {
    format!("terraform-provider-ipsy_{}_SHA256SUMS", release.version)
}

/// A registry by <https://developer.hashicorp.com/terraform/internals/provider-registry-protocol>.
fn registry(release: &Release) -> Result<Site> {
    let site = Site::start(&release.tools.moto_python)?;
    let (version, platform) = (release.version, release.platform);
    let archive = release.provider_archive();
    let sums = sums(release);
    for name in [&archive, &sums, &format!("{sums}.sig")] {
        site.put(&format!("files/{name}"), &fs::read(release.file(name))?)?;
    }
    site.put_document(".well-known/terraform.json", &json!({"providers.v1": "/v1/providers/"}))?;
    let platforms = [json!({"os": platform.system, "arch": platform.machine})];
    let versions = json!({"versions": [{"version": version, "protocols": ["5.0"], "platforms": platforms}]});
    site.put_document("v1/providers/ipsy/ipsy/versions", &versions)?;
    let digests = fs::read_to_string(release.file(&sums))?;
    let digest = digests.lines().find_map(|line| line.strip_suffix(&format!("  {archive}")));
    let key = json!({"key_id": release.signer().key_id()?, "ascii_armor": release.signer().public_key()?});
    let download = json!({
        "protocols": ["5.0"],
        "os": platform.system,
        "arch": platform.machine,
        "filename": archive,
        "download_url": format!("{}/files/{archive}", site.url),
        "shasums_url": format!("{}/files/{sums}", site.url),
        "shasums_signature_url": format!("{}/files/{sums}.sig", site.url),
        "shasum": digest,
        "signing_keys": {"gpg_public_keys": [key]},
    });
    let path = format!("v1/providers/ipsy/ipsy/{version}/download/{}/{}", platform.system, platform.machine);
    site.put_document(&path, &download)?;
    Ok(site)
}

fn installation(method: &str) -> String {
    format!("provider_installation {{\n  {method}\n  }}\n}}\n")
}
