//! `cargo dev install`: the programs, as they are published, where Terraform and Helm find them.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::console::Console;
use acceptance::helm;
use acceptance::install::{Places, install};
use acceptance::process::Process;
use acceptance::programs::{Profile, Programs};
use anyhow::{Context, Result};

/// Builds and installs.
pub(crate) fn run(console: Console) -> Result<()> {
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
