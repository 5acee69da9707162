//! `cargo dev test-release`: installs a release in each way that users have, from its artefacts alone, and
//! prints it as a table. Each way begins with an empty home and an environment that holds nothing of the caller's.

mod container;
mod helm;
mod site;
mod terraform;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use super::release::{self, Options, Platform, Signer};
use crate::console::Console;
use crate::matrix::Table;
use crate::process::Process;
use crate::tools::Tools;
use crate::workspace;

/// The release under test, with what installs it.
struct Release {
    folder: TempDir,
    signer: Signer,
    version: &'static str,
    /// That of this machine.
    platform: Platform,
    /// All that it was made for.
    platforms: Vec<Platform>,
    tools: Tools,
    opentofu: PathBuf,
}

impl Release {
    /// An artefact.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The provider's archive for this machine, by its name.
    fn provider_archive(&self) -> String {
        format!("terraform-provider-ipsy_{}_{}.zip", self.version, self.platform)
    }
}

/// Makes a release for `platforms`, or for all, and installs it. Programs for Linux on arm64 run in an emulator.
pub fn run(console: Console, platforms: Vec<Platform>) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("ipsy-release-").tempdir()?;
    let options = Options::from_command_line(Some(folder.path().to_owned()), platforms, None, false)?;
    release::run(console, &options)?;
    let release = Release {
        folder,
        signer: options.signer,
        version: workspace::version()?,
        platform: Platform::of_this_machine()?,
        platforms: options.platforms,
        tools: Tools::ready(console)?,
        opentofu: Tools::opentofu(console)?,
    };
    let step = console.step("installing the release");
    let mut table = Table::new(console);
    table.row("sha256sum, gpg", "the digests and their signatures hold", || digests(&release))?;
    terraform::rows(&release, &mut table)?;
    helm::rows(&release, &mut table)?;
    container::rows(&release, &mut table)?;
    table.finish(step)
}

fn digests(release: &Release) -> Result<()> {
    for name in ["terraform-provider-ipsy", "ipsy"] {
        let list = format!("{name}_{}_SHA256SUMS", release.version);
        let checked = Process::new("sha256sum")
            .args(["--check", "--strict", &list])
            .within(release.folder.path())
            .succeed()?;
        let files = checked.stdout.lines().count();
        ensure!(files >= 3, "{list} lists {files} files");
        release.signer.verify(&release.file(&list))?;
    }
    Ok(())
}
