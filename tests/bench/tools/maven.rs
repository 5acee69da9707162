//! What Maven downloads for a project, kept so that its tests run without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::installation::Installation;
use crate::process::Process;

const LIMIT: Duration = Duration::from_mins(20);
/// The copy of the project's `pom.xml`, which names all versions.
const WANTED: &str = "pom.xml";

/// A local repository of Maven with everything that `mvn test` of a project needs. It is made again if `pom.xml` changes.
pub(super) fn repository(name: &str, project: &Path, installation: &Installation) -> Result<PathBuf> {
    let wanted = fs::read_to_string(project.join(WANTED))?;
    let is_there =
        |folder: &Path| fs::read_to_string(folder.join(WANTED)).is_ok_and(|installed| installed == wanted);
    installation.installed(
        name,
        format!("downloading what Maven needs for {name} (once)"),
        is_there,
        |half_done| {
            let copy = tempfile::tempdir()?;
            Process::new("cp").arg("-R").arg(project.join(".")).arg(copy.path()).succeed()?;
            Process::inheriting("mvn")
                .args(["--batch-mode", "--quiet", "--strict-checksums", "test"])
                .arg(format!("-Dmaven.repo.local={}", half_done.display()))
                .within(copy.path())
                .limit(LIMIT)
                .succeed()?;
            Ok(fs::write(half_done.join(WANTED), &wanted)?)
        },
    )
}
