//! The programs, as they are published, where Terraform and Helm find them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::programs::Programs;
use crate::terraform::REGISTRIES;
use crate::workspace;

/// Where things go.
#[derive(Debug, Clone)]
pub struct Places {
    /// A mirror that Terraform searches: `IPSY_PLUGIN_DIR`, by default `~/.terraform.d/plugins`.
    pub plugins: PathBuf,
    /// Programs: the folder `bin` of `PREFIX`, by default `~/.local`.
    pub programs: PathBuf,
}

/// Puts the provider into the mirror, for Terraform and for `OpenTofu`, and the post-renderer beside
/// other programs; returns all paths, the post-renderer's last.
pub fn install(programs: &Programs, places: &Places) -> Result<Vec<PathBuf>> {
    let version = workspace::version()?;
    let (system, machine) = workspace::platform();
    let mut installed = Vec::new();
    for registry in REGISTRIES {
        let folder = places.plugins.join(registry).join("ipsy/ipsy").join(version);
        let folder = folder.join(format!("{system}_{machine}"));
        let provider = folder.join(format!("terraform-provider-ipsy_v{version}"));
        replace(&programs.provider, &provider)?;
        installed.push(provider);
    }
    let post_renderer = places.programs.join("ipsy-post-renderer");
    replace(&programs.post_renderer, &post_renderer)?;
    installed.push(post_renderer);
    Ok(installed)
}

/// Replaces a program that may be running: its file is left to those who have it open.
fn replace(program: &Path, place: &Path) -> Result<()> {
    let folder = place.parent().context("a program lies in a folder")?;
    let name = place.file_name().context("a program has a name")?.to_string_lossy();
    // A hidden name: Terraform takes the first file that starts with the provider's.
    let fresh = folder.join(format!(".{name}.new"));
    fs::create_dir_all(folder)
        .and_then(|()| fs::copy(program, &fresh))
        .and_then(|_| fs::rename(&fresh, place))
        .with_context(|| format!("cannot install {}", place.display()))
}
