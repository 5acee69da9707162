//! The programs where nothing else is: an image with one file, a root folder without a C library, another processor.

use std::path::Path;
use std::time::Duration;

use acceptance::matrix::Table;
use acceptance::process::Process;
use anyhow::{Context, Result, ensure};

use super::Release;
use super::unpacked::{PROGRAMS, Unpacked};

/// A row for each place.
pub(super) fn rows(release: &Release, table: &mut Table) -> Result<()> {
    let own = Unpacked::for_platform(release, release.platform)?;
    table.row("chroot", "both programs run in a folder that holds nothing else", || alone(own.folder()))?;
    table.row("buildah", "the post-renderer runs in an image that holds nothing else", || {
        image(release, own.folder())
    })?;
    for &platform in &release.options.platforms {
        if (platform.system, platform.machine) == ("linux", "arm64") {
            let unpacked = Unpacked::for_platform(release, platform)?;
            table.row("qemu", "both programs run on arm64", || on_arm64(release, unpacked.folder()))?;
        }
    }
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

/// Runs them in an emulator. The post-renderer also renders, which uses vector instructions.
fn on_arm64(release: &Release, folder: &Path) -> Result<()> {
    let emulated = |program: &str| Process::new("qemu-aarch64-static").arg(folder.join(program));
    for program in PROGRAMS {
        let shown = emulated(program).arg("--version").succeed()?;
        ensure!(shown.stdout.contains(release.version), "it does not name its version: {}", shown.stdout);
    }
    let configuration = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {team: payments}}";
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
    let rendered = emulated(PROGRAMS[1]).arg("--config-json").arg(configuration).input(manifest).succeed()?;
    ensure!(rendered.stdout.contains("team: payments"), "the label is missing: {}", rendered.stdout);
    Ok(())
}
