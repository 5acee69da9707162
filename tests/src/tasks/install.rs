//! `cargo dev install`: the programs, as they are published, where Terraform and Helm find it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::console::Console;
use crate::helm;
use crate::process::Process;
use crate::programs::{Profile, Programs};
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

/// Builds and installs.
pub fn run(console: Console) -> Result<()> {
    let step = console.step("building the programs as they are published");
    let programs = Programs::build(Profile::Distribution)?;
    step.done("built");

    let step = console.step("installing");
    let places = Places {
        plugins: place("IPSY_PLUGIN_DIR", ".terraform.d/plugins")?,
        programs: place("PREFIX", ".local")?.join("bin"),
    };
    for path in install(&programs, &places)? {
        console.say(path.display());
    }
    console.say(register_plugin(&programs)?);
    step.done("`terraform init` finds `ipsy/ipsy`, Helm 3 takes `--post-renderer ipsy-post-renderer`");
    Ok(())
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

/// Puts the plugin where Helm 4 finds it if told to, if the Helm on the path is Helm 4. It is not installed into Helm's
/// own directory: Helm 3 may share that, and loads no plugin at all beside one of Helm 4.
fn register_plugin(programs: &Programs) -> Result<String> {
    let helm = Process::inheriting("helm").args(["version", "--template={{.Version}}"]).run();
    let version = helm.map(|answer| answer.stdout).unwrap_or_default();
    if !version.starts_with("v4.") {
        return Ok("no Helm 4 on the path: its plugin is not registered".to_owned());
    }
    let plugins = place("IPSY_HELM_PLUGIN_DIR", ".local/share/ipsy/helm-4-plugins")?;
    let folder = plugins.join("ipsy");
    let _ = fs::remove_dir_all(&folder);
    helm::lay_out_plugin(&folder, &programs.post_renderer)?;
    Ok(format!("Helm 4 takes `--post-renderer ipsy` with HELM_PLUGINS={}", plugins.display()))
}

fn place(variable: &str, default: &str) -> Result<PathBuf> {
    if let Some(given) = std::env::var_os(variable).filter(|given| !given.is_empty()) {
        return Ok(given.into());
    }
    let home = std::env::var_os("HOME").with_context(|| format!("neither {variable} nor HOME is set"))?;
    Ok(Path::new(&home).join(default))
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
