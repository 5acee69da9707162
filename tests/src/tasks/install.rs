//! `cargo dev install`: a release build where Terraform and Helm find it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::console::Console;
use crate::helm;
use crate::process::Process;
use crate::programs::{Profile, Programs};
use crate::workspace;

/// Builds and installs. `PREFIX` (default `~/.local`) gets the post-renderer, and
/// `IPSY_PLUGIN_DIR` (default `~/.terraform.d/plugins`) the provider.
pub fn run(console: Console) -> Result<()> {
    let step = console.step("building a release");
    let programs = Programs::build(Profile::Release)?;
    step.done("built");

    let step = console.step("installing");
    let provider = install_provider(&programs, &place("IPSY_PLUGIN_DIR", ".terraform.d/plugins")?)?;
    console.say(format!("provider       {}", provider.display()));
    let binaries = place("PREFIX", ".local")?.join("bin");
    fs::create_dir_all(&binaries)?;
    let post_renderer = binaries.join("ipsy-post-renderer");
    replace(&programs.post_renderer, &post_renderer)?;
    console.say(format!("post-renderer  {}", post_renderer.display()));
    console.say(format!("Helm 4 plugin  {}", register_plugin(&programs)?));
    step.done("`terraform init` finds `ipsy/ipsy`, Helm 3 takes `--post-renderer ipsy-post-renderer`");
    Ok(())
}

/// Puts the provider into a mirror that Terraform searches without being told to.
fn install_provider(programs: &Programs, mirror: &Path) -> Result<PathBuf> {
    let version = workspace::version()?;
    let (system, machine) = workspace::platform();
    let folder =
        mirror.join("registry.terraform.io/ipsy/ipsy").join(version).join(format!("{system}_{machine}"));
    fs::create_dir_all(&folder)?;
    let program = folder.join(format!("terraform-provider-ipsy_v{version}"));
    replace(&programs.provider, &program)?;
    Ok(program)
}

/// Registers the plugin with the Helm on the path, if that is Helm 4.
fn register_plugin(programs: &Programs) -> Result<String> {
    let helm = Process::inheriting("helm").args(["version", "--template={{.Version}}"]).run();
    let version = helm.map(|answer| answer.stdout).unwrap_or_default();
    if !version.starts_with("v4.") {
        return Ok("not registered: there is no Helm 4 on the path".to_owned());
    }
    // Helm links to a plugin that is installed from a folder, so the folder has to stay.
    let folder = place("IPSY_HELM_PLUGIN_DIR", ".local/share/ipsy/helm-plugin")?;
    let _ = fs::remove_dir_all(&folder);
    helm::lay_out_plugin(&folder, &programs.post_renderer)?;
    let _ = Process::inheriting("helm").args(["plugin", "uninstall", "ipsy"]).run();
    Process::inheriting("helm").args(["plugin", "install"]).arg(&folder).succeed()?;
    Ok(format!("`--post-renderer ipsy`, from {}", folder.display()))
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
    let fresh = place.with_extension("new");
    fs::copy(program, &fresh)
        .and_then(|_| fs::rename(&fresh, place))
        .with_context(|| format!("cannot install {}", place.display()))
}
