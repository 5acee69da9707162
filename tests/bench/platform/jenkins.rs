//! The shared library for Jenkins, tested by Maven without a network.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::project::Project;
use super::world::World;
use crate::matrix::Table;
use crate::process::Process;
use crate::tools::library;
use crate::workspace;

const WITH: &str = "Jenkins library";
const LIMIT: Duration = Duration::from_mins(15);
const TESTS: &str = "src/test/groovy/PipelineTest.groovy";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let library = Library::copy(world)?;
    let text = fs::read_to_string(library.folder.path().join(TESTS))?;
    let number = text.matches("@Test").count();
    table.row(WITH, &format!("mvn --offline test: {number} tests of every stage and failure"), || {
        let told = library.maven(Process::new("mvn"), &[])?;
        let expected = format!("Tests run: {number}, Failures: 0, Errors: 0, Skipped: 0");
        ensure!(number > 0 && told.contains(&expected), "`{expected}` is not in:\n{told}");
        Ok(())
    })
}

/// A copy of the library, in which Maven writes.
pub(super) struct Library {
    folder: TempDir,
    repository: String,
}

impl Library {
    pub(super) fn copy(world: &World) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Process::new("cp").arg("-R").arg(library().join(".")).arg(folder.path()).succeed()?;
        let repository = world.image_tools.maven_repository.display().to_string();
        Ok(Self { folder, repository })
    }

    /// Runs the Jenkinsfile of a project with its shell commands: `a_merge` or `a_form`.
    pub(super) fn run(&self, way: &str, project: &Project, tag: &str) -> Result<()> {
        let test = "RealPipelineTest.groovy";
        let tests = self.folder.path().join(TESTS);
        let beside = tests.parent().map(|folder| folder.join(test)).context("a file lies in a folder")?;
        fs::copy(workspace::root().join("tests/platform/jenkins").join(test), beside)?;
        let chosen = format!("-Dtest=RealPipelineTest#{way}");
        let repository = format!("-Drepository={}", absolute(&project.path(""))?);
        self.maven(project.program("mvn"), &[&chosen, &repository, &format!("-Dtag={tag}")]).map(drop)
    }

    fn maven(&self, maven: Process, arguments: &[&str]) -> Result<String> {
        let outcome = maven
            .args(["--batch-mode", "--offline", "test"])
            .arg(format!("-Dmaven.repo.local={}", self.repository))
            .args(arguments)
            .within(self.folder.path())
            .limit(LIMIT)
            .run()?;
        ensure!(outcome.code == 0, "{}", outcome.everything());
        Ok(outcome.stdout)
    }
}

fn absolute(path: &Path) -> Result<String> {
    Ok(path.canonicalize()?.display().to_string())
}
