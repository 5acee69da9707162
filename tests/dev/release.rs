//! `cargo dev release`: everything that a release publishes, in one folder.
//!
//! The same sources give the same bytes in any checkout: compilers are given neutral names for the
//! folders of this machine, and archives carry one fixed time, no owners, and their entries in order.

mod archive;
mod bill_of_materials;
mod chart;
mod checkout;
mod checksums;
mod helm_plugin;
mod open_container;
mod platform;
mod post_renderer;
mod program;
mod provider;
mod signature;

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result, bail};

pub(crate) use checkout::Checkout;
use open_container::Layout;
pub(crate) use platform::Platform;
use program::{Builder, Program, Source};
pub(crate) use signature::Signer;

/// The charts that are published, as folders of the checkout.
const CHARTS: [&str; 2] = ["examples/charts/ipsy-app", "examples/charts/ipsy-overprovisioner"];

/// What is made, and where.
#[derive(Debug)]
pub(crate) struct Options {
    /// The folder of the artefacts; it must be empty or missing.
    pub(crate) folder: PathBuf,
    /// For which platforms.
    pub(crate) platforms: Vec<Platform>,
    /// Whose signature it carries.
    pub(crate) signer: Signer,
    /// The folder of programs that were built before; without it, they are built.
    pub(crate) programs: Option<PathBuf>,
    /// What it is made of.
    pub(crate) checkout: Checkout,
}

impl Options {
    /// As a person asks for it: every choice has a default.
    pub(crate) fn from_command_line(
        folder: Option<PathBuf>,
        platforms: Vec<Platform>,
        signer: Signer,
        programs: Option<PathBuf>,
    ) -> Result<Self> {
        let folder = match folder {
            Some(folder) => folder,
            None => workspace::target_folder()?.join("release-artefacts"),
        };
        let platforms = match &programs {
            _ if !platforms.is_empty() => platforms,
            Some(_) => Platform::ALL.to_vec(),
            None => Platform::built_here(),
        };
        Ok(Self { folder, platforms, signer, programs, checkout: Checkout::here()? })
    }

    /// The names of all platforms.
    fn platform_names(&self) -> String {
        self.platforms.iter().map(Platform::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Makes the artefacts of a release.
pub(crate) fn run(console: Console, options: &Options) -> Result<()> {
    let Options { folder, checkout, signer, .. } = options;
    prepare(folder)?;
    let version = workspace::version()?;
    let source = match &options.programs {
        Some(programs) => Source::Given(programs),
        None => Source::Built(Builder::ready(console, checkout)?),
    };

    let post_renderers = programs(console, &source, Program::PostRenderer, &options.platforms)?;
    let mut artefacts = Vec::new();
    let pages = post_renderer::Pages::generated()?;
    for (platform, program) in &post_renderers {
        artefacts.push(post_renderer::archive(folder, version, *platform, program, checkout, &pages)?);
    }
    let step = console.step("the plugin for Helm 4, and the charts");
    let mut layout = Layout::default();
    let plugin = helm_plugin::archive(folder, version, &post_renderers, checkout, signer)?;
    layout.add_plugin("ipsy", version, &plugin)?;
    artefacts.push(plugin);
    let helm = Tools::ready(console)?.helm_4()?;
    for chart in CHARTS {
        let chart = chart::archive(folder, &helm, &checkout.root.join(chart), signer)?;
        layout.add_chart(&chart)?;
        artefacts.push(chart.path);
    }
    let images = folder.join(format!("ipsy_{version}_oci.tar"));
    layout.write(&images)?;
    artefacts.push(images);
    step.done("packed");

    let mut zips = Vec::new();
    for (platform, program) in programs(console, &source, Program::Provider, &options.platforms)? {
        zips.push(provider::archive(folder, version, platform, &program, checkout)?);
    }
    provider::describe(folder, version, zips, signer)?;

    let step = console.step("bills of materials, digests");
    for program in Program::ALL {
        artefacts.push(bill_of_materials::write(console, folder, version, program, checkout)?);
    }
    let sums = folder.join(format!("ipsy_{version}_SHA256SUMS"));
    checksums::write(&sums, &artefacts)?;
    signer.sign(&sums)?;
    step.done(format!("{} for {}", folder.display(), options.platform_names()));
    Ok(())
}

/// Builds the programs of a release into a folder, for `run` on another machine to pack and sign them.
pub(crate) fn build(console: Console, folder: Option<PathBuf>, platforms: Vec<Platform>) -> Result<()> {
    let checkout = Checkout::here()?;
    let folder = folder.unwrap_or_else(|| checkout.target.join("release-programs"));
    let platforms = if platforms.is_empty() { Platform::built_here() } else { platforms };
    let source = Source::Built(Builder::ready(console, &checkout)?);
    for program in Program::ALL {
        for (platform, built) in programs(console, &source, program, &platforms)? {
            let to = program.path_in(&folder, platform);
            fs::create_dir_all(to.parent().context("a program lies in a folder")?)?;
            fs::copy(&built, &to).with_context(|| format!("cannot copy {}", built.display()))?;
        }
    }
    console.say(folder.display());
    Ok(())
}

/// Both programs as they are published for this machine: those that the caller names, else built.
pub(crate) fn programs_of_this_machine(console: Console) -> Result<Programs> {
    if let Some(given) = Programs::given()? {
        return Ok(given);
    }
    let (checkout, platform) = (Checkout::here()?, Platform::of_this_machine()?);
    let builder = Builder::ready(console, &checkout)?;
    let build = |program| builder.build(program, platform);
    Ok(Programs { provider: build(Program::Provider)?, post_renderer: build(Program::PostRenderer)? })
}

/// A program for each platform.
fn programs(
    console: Console,
    source: &Source,
    program: Program,
    platforms: &[Platform],
) -> Result<Vec<(Platform, PathBuf)>> {
    let mut paths = Vec::new();
    for &platform in platforms {
        let step = console.step(format!("{} for {platform}", program.name()));
        let path = source.program(program, platform)?;
        step.done(format!("{:.1} MB", megabytes(&path)?));
        paths.push((platform, path));
    }
    Ok(paths)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of programs are far below 2^52 bytes")]
fn megabytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1e6)
}

fn prepare(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty: a release is made into an empty folder", folder.display());
    }
    Ok(())
}
