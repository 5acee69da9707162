//! Where things are: the checkout, the folder of build results, the folder of tools.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::Process;

/// The root of the checkout.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The cargo that runs us, or the one on the path, with the versions of `Cargo.lock` and no others.
pub fn cargo() -> Process {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Process::inheriting(program).arg("--locked").within(root())
}

/// What cargo knows about the workspace.
pub fn metadata() -> Result<&'static Value> {
    static METADATA: OnceLock<Value> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let text = cargo().args(["metadata", "--format-version=1", "--no-deps"]).succeed()?.stdout;
    let document = serde_json::from_str(&text).context("`cargo metadata` gave no JSON")?;
    Ok(METADATA.get_or_init(|| document))
}

/// Where cargo puts what it builds.
pub fn target_folder() -> Result<PathBuf> {
    let folder = metadata()?["target_directory"].as_str();
    folder.map(PathBuf::from).context("`cargo metadata` names no target directory")
}

/// The version of the provider: all crates share one.
pub fn version() -> Result<&'static str> {
    let packages = metadata()?["packages"].as_array();
    packages
        .and_then(|packages| packages.iter().find(|package| package["name"] == "acceptance"))
        .and_then(|package| package["version"].as_str())
        .context("`cargo metadata` names no version")
}

/// The folders of the packages of the workspace.
pub fn members() -> Result<Vec<PathBuf>> {
    let packages = metadata()?["packages"].as_array().context("`cargo metadata` lists no packages")?;
    let manifests = packages.iter().filter_map(|package| package["manifest_path"].as_str());
    Ok(manifests.filter_map(|manifest| Path::new(manifest).parent()).map(Path::to_owned).collect())
}

/// Where the pinned tools are installed.
pub fn tools_folder() -> PathBuf {
    std::env::var_os("IPSY_TOOLS_DIR").map_or_else(|| root().join(".tools"), PathBuf::from)
}

/// This machine in the words of Go and Terraform, such as `linux` and `amd64`.
pub fn platform() -> (&'static str, &'static str) {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    (system, machine)
}
