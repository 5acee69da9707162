//! The plugin for Helm 4: one archive for all platforms, so that `helm plugin install URL` has one address.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::helm::PLUGIN_MANIFEST;
use anyhow::{Context, Result};
use serde_yaml::{Mapping, Value};

use super::archive::{self, Entry};
use super::chart;
use super::checkout::Checkout;
use super::platform::Platform;
use super::program::Program;
use super::signature::Signer;

/// Writes the archive and its provenance.
pub(super) fn archive(
    folder: &Path,
    version: &str,
    programs: &[(Platform, PathBuf)],
    checkout: &Checkout,
    signer: &Signer,
) -> Result<PathBuf> {
    let manifest = manifest(programs, checkout)?;
    let mut entries = vec![
        Entry::text("ipsy/plugin.yaml", manifest.clone()),
        Entry::file("ipsy/LICENSE", &checkout.root.join("LICENSE"))?,
    ];
    for (platform, program) in programs {
        entries.push(Entry::program(format!("ipsy/bin/{}", program_name(*platform)), program)?);
    }
    let path = folder.join(format!("ipsy-{version}.tgz"));
    fs::write(&path, archive::tar_gz(entries)?)?;
    chart::write_provenance(&path, &manifest, signer)?;
    Ok(path)
}

fn program_name(platform: Platform) -> String {
    platform.file_name(&format!("{}_{platform}", Program::PostRenderer.name()))
}

/// plugin.yaml of the checkout, with a command for each platform in place of its only one.
fn manifest(programs: &[(Platform, PathBuf)], checkout: &Checkout) -> Result<String> {
    let text = fs::read_to_string(checkout.root.join(PLUGIN_MANIFEST))?;
    let mut manifest: Value = serde_yaml::from_str(&text)?;
    let commands = manifest
        .get_mut("runtimeConfig")
        .and_then(|runtime| runtime.get_mut("platformCommand"))
        .and_then(Value::as_sequence_mut)
        .context("plugin.yaml has no runtimeConfig.platformCommand")?;
    let arguments = commands
        .first()
        .and_then(|command| command.get("args"))
        .cloned()
        .context("the command of plugin.yaml has no args")?;
    *commands = programs.iter().map(|(platform, _)| command(*platform, &arguments)).collect();
    Ok(serde_yaml::to_string(&manifest)?)
}

fn command(platform: Platform, arguments: &Value) -> Value {
    let program = format!("${{HELM_PLUGIN_DIR}}/bin/{}", program_name(platform));
    let fields = [
        ("os", Value::from(platform.system)),
        ("arch", Value::from(platform.machine)),
        ("command", Value::from(program)),
        ("args", arguments.clone()),
    ];
    Value::Mapping(fields.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<Mapping>())
}
