//! The programs where nothing else is: an image with one file, a root folder without a C library, another processor.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Platform, Release};
use crate::matrix::Table;
use crate::process::Process;

/// A row for each place.
pub(super) fn rows(release: &Release, table: &mut Table) -> Result<()> {
    let unpacked = tempfile::tempdir()?;
    for platform in &release.platforms {
        let folder = unpacked.path().join(platform.machine);
        std::fs::create_dir(&folder)?;
        unpack(release, *platform, &folder)?;
    }
    let own = unpacked.path().join(release.platform.machine);
    table.row("chroot", "both programs run in a folder that holds nothing else", || alone(&own))?;
    table.row("buildah", "the post-renderer runs in an image that holds nothing else", || {
        image(release, &own)
    })?;
    let arm64 = unpacked.path().join("arm64");
    if arm64.exists() {
        table.row("qemu", "both programs run on arm64", || on_arm64(release, &arm64))?;
    }
    Ok(())
}

const PROGRAMS: [&str; 2] = ["terraform-provider-ipsy", "ipsy-post-renderer"];

/// Unpacks both programs, under their plain names.
fn unpack(release: &Release, platform: Platform, folder: &Path) -> Result<()> {
    let version = release.version;
    let zip = release.file(&format!("terraform-provider-ipsy_{version}_{platform}.zip"));
    Process::new("python3").args(["-m", "zipfile", "--extract"]).arg(zip).arg(folder).succeed()?;
    let provider = folder.join(PROGRAMS[0]);
    std::fs::rename(folder.join(format!("terraform-provider-ipsy_v{version}")), &provider)?;
    // Python's zipfile does not keep modes.
    Process::new("chmod").arg("755").arg(&provider).succeed()?;
    let archive = release.file(&format!("ipsy-post-renderer_{version}_{platform}.tar.gz"));
    Process::new("tar")
        .arg("--extract")
        .arg("--file")
        .arg(archive)
        .arg("--directory")
        .arg(folder)
        .succeed()?;
    Ok(())
}

fn alone(folder: &Path) -> Result<()> {
    for program in PROGRAMS {
        let shown = Process::new("unshare")
            .args(["--map-root-user", "--root"])
            .arg(folder)
            .arg(format!("/{program}"))
            .arg("--version")
            .succeed()
            .with_context(|| format!("{program} needs more than itself"))?;
        ensure!(shown.stdout.contains(program), "it does not name itself: {}", shown.stdout);
    }
    Ok(())
}

fn image(release: &Release, folder: &Path) -> Result<()> {
    let storage = tempfile::tempdir()?;
    let buildah = |arguments: &[&str]| {
        Process::new("buildah")
            .arg("--root")
            .arg(storage.path().join("images"))
            .arg("--runroot")
            .arg(storage.path().join("run"))
            .args(["--storage-driver", "vfs"])
            .args(arguments)
            .limit(Duration::from_mins(2))
            .succeed()
    };
    let program = folder.join("ipsy-post-renderer").to_string_lossy().into_owned();
    let container = buildah(&["from", "scratch"])?.stdout.trim().to_owned();
    buildah(&["copy", "--chmod", "755", &container, &program, "/ipsy-post-renderer"])?;
    buildah(&["config", "--entrypoint", r#"["/ipsy-post-renderer"]"#, &container])?;
    buildah(&["commit", "--quiet", &container, "ipsy-post-renderer"])?;
    let fresh = buildah(&["from", "--pull-never", "localhost/ipsy-post-renderer"])?.stdout.trim().to_owned();
    let shown = buildah(&["run", "--isolation", "chroot", &fresh, "/ipsy-post-renderer", "--version"])?;
    ensure!(shown.stdout.contains(release.version), "it does not name its version: {}", shown.stdout);
    Ok(())
}

fn on_arm64(release: &Release, folder: &Path) -> Result<()> {
    for program in PROGRAMS {
        let path: PathBuf = folder.join(program);
        let shown = Process::new("qemu-aarch64-static").arg(path).arg("--version").succeed()?;
        ensure!(shown.stdout.contains(release.version), "it does not name its version: {}", shown.stdout);
    }
    Ok(())
}
