//! `cargo dev test-release`: installs a release in each way that users have, from its artefacts alone, and
//! prints it as a table. Each way begins with an empty home and an environment that holds nothing of the caller's.

mod container;
mod helm;
mod remote_runs;
mod reproduction;
mod site;
mod terraform;
mod unpacked;

use std::fs;
use std::path::PathBuf;

use acceptance::console::Console;
use acceptance::helm::Helm;
use acceptance::matrix::Table;
use acceptance::process::Process;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Result, ensure};
use tempfile::TempDir;

use super::demo;
use super::release::{self, Options, Platform, Signer};
use unpacked::Unpacked;

/// The release under test, with what installs it.
struct Release {
    folder: TempDir,
    options: Options,
    version: &'static str,
    /// That of this machine.
    platform: Platform,
    tools: Tools,
    opentofu: PathBuf,
}

impl Release {
    /// An artefact.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn signer(&self) -> &Signer {
        &self.options.signer
    }

    /// The provider's archive for this machine, by its name.
    fn provider_archive(&self) -> String {
        format!("terraform-provider-ipsy_{}_{}.zip", self.version, self.platform)
    }
}

/// Makes a release for `platforms`, or for all, and installs it. Programs for Linux on arm64 run in an emulator. With
/// `twice`, a second release from a copy of the sources must have the same bytes.
pub(crate) fn run(
    console: Console,
    platforms: Vec<Platform>,
    programs: Option<PathBuf>,
    twice: bool,
) -> Result<()> {
    ensure!(!twice || programs.is_none(), "programs that are given are not built, so not twice either");
    Tools::install_for_release_tests(console)?;
    let folder = tempfile::Builder::new().prefix("ipsy-release-").tempdir()?;
    let signer = Signer::for_a_test()?;
    let options = Options::from_command_line(Some(folder.path().to_owned()), platforms, signer, programs)?;
    let platform = Platform::of_this_machine()?;
    ensure!(options.platforms.contains(&platform), "only a release for {platform} can be installed here");
    release::run(console, &options)?;
    let release = Release {
        folder,
        options,
        version: workspace::version()?,
        platform,
        tools: Tools::ready(console)?,
        opentofu: Tools::opentofu(console)?,
    };
    let step = console.step("installing the release");
    let mut table = Table::new(console);
    table.row("sha256sum, gpg", "the digests and their signatures hold", || digests(&release))?;
    table.row("gpg", "a private key as CI keeps it signs, and the public key verifies", || {
        signature_of_ci(&release)
    })?;
    table.row("file", "each archive holds programs for its platform", || unpacked::kinds(&release))?;
    terraform::rows(&release, &mut table)?;
    helm::rows(&release, &mut table)?;
    container::rows(&release, &mut table)?;
    table.row("Terraform, Helm 3 and 4", "the demonstration runs with the released programs", || {
        let unpacked = Unpacked::for_platform(&release, platform)?;
        let (tools, programs) = (&release.tools, unpacked.programs()?);
        let helms = [Helm::three(tools, &programs.post_renderer)?, Helm::four(tools, &programs)?];
        demo::tour(Console::quiet(), tools, &programs, &helms)
    })?;
    remote_runs::rows(console, &release, &mut table)?;
    if twice {
        table.row("make release", "a copy of the sources in another folder gives the same bytes", || {
            reproduction::check(console, &release)
        })?;
    }
    table.finish(step)
}

fn signature_of_ci(release: &Release) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    fs::write(&file, "text")?;
    Signer::with_private_key(&release.signer().private_key()?)?.sign(&file)?;
    release.signer().verify(&file)?;
    ensure!(Signer::with_private_key("").is_err(), "it signs without a key");
    Ok(())
}

fn digests(release: &Release) -> Result<()> {
    for name in ["terraform-provider-ipsy", "ipsy"] {
        let list = format!("{name}_{}_SHA256SUMS", release.version);
        let checked = Process::new("sha256sum")
            .args(["--check", "--strict", &list])
            .within(release.folder.path())
            .succeed()?;
        let files = checked.stdout.lines().count();
        // For a single platform: the provider's archive and its manifest.
        ensure!(files >= 2, "{list} lists {files} files");
        release.signer().verify(&release.file(&list))?;
    }
    Ok(())
}
