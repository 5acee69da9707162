//! The programs of a release for one platform, unpacked as users do it.

use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::programs::{POST_RENDERER, PROVIDER, Programs};
use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::{Platform, Release};

/// The names of both programs.
pub(super) const PROGRAMS: [&str; 2] = [PROVIDER, POST_RENDERER];

/// A folder with both programs under their plain names, and what else is in their archives.
pub(super) struct Unpacked {
    folder: TempDir,
}

impl Unpacked {
    /// Both programs for a platform.
    pub(super) fn for_platform(release: &Release, platform: Platform) -> Result<Self> {
        let version = release.version;
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(platform.file_name(name));
        unpack(&release.file(&format!("{PROVIDER}_{version}_{platform}.zip")), folder.path())?;
        std::fs::rename(at(&format!("{PROVIDER}_v{version}")), at(PROVIDER))?;
        let ending = if platform.system == "windows" { "zip" } else { "tar.gz" };
        unpack(&release.file(&format!("{POST_RENDERER}_{version}_{platform}.{ending}")), folder.path())?;
        Ok(Self { folder })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Both programs, for this machine.
    pub(super) fn programs(&self) -> Result<Programs> {
        Programs::within(self.folder())
    }
}

fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let name = archive.to_string_lossy();
    let unpacking = if name.ends_with(".zip") {
        Process::new("python3").args(["-c", UNZIP]).arg(archive).arg(folder)
    } else {
        Process::new("tar").arg("--extract").arg("--file").arg(archive).arg("--directory").arg(folder)
    };
    unpacking.succeed().map(drop).with_context(|| format!("cannot unpack {name}"))
}

/// Like `unzip`. Python's zipfile alone does not restore modes.
const UNZIP: &str = "import os, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
for entry in archive.infolist():
    os.chmod(archive.extract(entry, sys.argv[2]), entry.external_attr >> 16 & 0o777)";

/// Checks that the archives of each platform hold programs of this operating system and processor.
pub(super) fn kinds(release: &Release) -> Result<()> {
    for &platform in &release.options.platforms {
        let unpacked = Unpacked::for_platform(release, platform)?;
        let [system, machine] = words_of_file(platform);
        for program in PROGRAMS {
            let path: PathBuf = unpacked.folder().join(platform.file_name(program));
            let printed = Process::new("file").arg("--brief").arg(&path).succeed()?.stdout;
            ensure!(
                printed.contains(system) && printed.contains(machine),
                "{program} for {platform} is {printed}"
            );
        }
    }
    Ok(())
}

/// What `file` prints of a program's format and processor.
fn words_of_file(platform: Platform) -> [&'static str; 2] {
    match (platform.system, platform.machine) {
        ("linux", "amd64") => ["ELF", "x86-64"],
        ("linux", _) => ["ELF", "aarch64"],
        ("windows", _) => ["PE32+", "x86-64"],
        (_, "amd64") => ["Mach-O", "x86_64"],
        _ => ["Mach-O", "arm64"],
    }
}
