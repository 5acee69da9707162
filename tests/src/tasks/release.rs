//! `cargo dev release`: everything that a release publishes, in one folder.
//!
//! The same sources give the same bytes in any checkout: compilers are given neutral names for the
//! folders of this machine, and archives carry one fixed time, no owners, and their entries in order.

mod archive;
mod bill_of_materials;
mod chart;
mod checksums;
mod helm_plugin;
mod open_container;
mod platform;
mod post_renderer;
mod program;
mod provider;
mod signature;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::console::Console;
use crate::tools::Tools;
use crate::workspace;
pub use open_container::Layout;
pub use platform::Platform;
use program::{Builder, Program};
pub use signature::Signer;

/// The charts that are published, as folders of the checkout.
const CHARTS: [&str; 2] = ["examples/charts/ipsy-app", "examples/charts/ipsy-overprovisioner"];

/// What is made, and where.
#[derive(Debug)]
pub struct Options {
    /// The folder of the artefacts; it must be empty or missing.
    pub folder: PathBuf,
    /// For which platforms.
    pub platforms: Vec<Platform>,
    /// Whose signature it carries.
    pub signer: Signer,
    /// Only the post-renderer, its plugin and the charts: the provider takes most of the time.
    pub without_provider: bool,
}

impl Options {
    /// As a person asks for it: every choice has a default.
    pub fn from_command_line(
        folder: Option<PathBuf>,
        platforms: Vec<Platform>,
        key: Option<String>,
        without_provider: bool,
    ) -> Result<Self> {
        Ok(Self {
            folder: match folder {
                Some(folder) => folder,
                None => workspace::target_folder()?.join("release-artefacts"),
            },
            platforms: if platforms.is_empty() { Platform::ALL.to_vec() } else { platforms },
            signer: match key {
                Some(key) => Signer::with_key(key),
                None => Signer::for_a_test()?,
            },
            without_provider,
        })
    }
}

/// Makes the artefacts of a release.
pub fn run(console: Console, options: &Options) -> Result<()> {
    let folder = &options.folder;
    prepare(folder)?;
    let version = workspace::version()?;
    let builder = Builder::ready(console)?;

    let mut post_renderers = Vec::new();
    for &platform in &options.platforms {
        let step = console.step(format!("the post-renderer for {platform}"));
        post_renderers.push((platform, builder.build(Program::PostRenderer, platform)?));
        step.done("built");
    }
    let mut artefacts = Vec::new();
    let pages = post_renderer::Pages::generated()?;
    for (platform, program) in &post_renderers {
        artefacts.push(post_renderer::archive(folder, version, *platform, program, &pages)?);
    }
    let step = console.step("the plugin for Helm 4, and the charts");
    artefacts.push(helm_plugin::archive(folder, version, &post_renderers, &options.signer)?);
    let helm = Tools::ready(console)?.helm_4;
    for chart in CHARTS {
        let archive = chart::archive(folder, &helm, &workspace::root().join(chart), &options.signer)?;
        open_container::write(&folder.join("charts"), &archive)?;
        artefacts.push(archive.path);
    }
    step.done("packed");

    if !options.without_provider {
        let mut zips = Vec::new();
        for &platform in &options.platforms {
            let step = console.step(format!("the provider for {platform}"));
            let program = builder.build(Program::Provider, platform)?;
            zips.push(provider::archive(folder, version, platform, &program)?);
            step.done("built");
        }
        provider::describe(folder, version, zips, &options.signer)?;
    }
    for program in [Program::PostRenderer, Program::Provider] {
        artefacts.push(bill_of_materials::write(console, folder, version, program)?);
    }
    let sums = folder.join(format!("ipsy_{version}_SHA256SUMS"));
    checksums::write(&sums, &artefacts)?;
    options.signer.sign(&sums)?;
    console.say(folder.display());
    Ok(())
}

fn prepare(folder: &PathBuf) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty: a release is made into an empty folder", folder.display());
    }
    Ok(())
}
