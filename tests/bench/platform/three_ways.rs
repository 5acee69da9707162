//! Three ways to deploy one app: a merge and a form in Jenkins, by the generated Jenkinsfile, and three commands. Each
//! begins with nothing, and gives the same manifests.

use anyhow::{Context, Result, ensure};

use super::jenkins::Library;
use super::project::{Project, REGISTRY, Sample};
use super::scan_databases::ScanPolicy;
use super::world::World;
use crate::helm::Helm;
use crate::matrix::Table;
use crate::process::Process;

const WITH: &str = "three ways";
const SAMPLE: Sample = Sample {
    name: "ways",
    runtime: "static",
    build_tool: None,
    sources: &["static"],
    images: ["node", "nginx"],
    on_ec2: false,
};
const TAG: &str = "1";
/// Lines of the generated Jenkinsfile.
const LINES: usize = 12;

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let project = Project::bootstrap(world, SAMPLE, &ScanPolicy::usual(&world.images.host))?;
    project.connect(&world.site)?;
    let library = Library::copy(world)?;
    table.row(WITH, "the generated Jenkinsfile has at most 12 lines", || {
        let lines = std::fs::read_to_string(project.path("Jenkinsfile"))?.lines().count();
        ensure!(lines <= LINES, "it has {lines} lines");
        Ok(())
    })?;
    let mut hashes = Vec::new();
    let mut way = |table: &mut Table, what: &str, deploy: &dyn Fn() -> Result<()>| {
        table.row(WITH, what, || {
            deploy()?;
            hashes.push(manifests(world, &project)?);
            project.terraform.destroy().map(drop)
        })
    };
    way(table, "a merge: the Jenkinsfile builds, scans, pushes and deploys", &|| {
        library.run("a_merge", &project, TAG)
    })?;
    way(table, "a form: the Jenkinsfile deploys the tag that was pushed", &|| {
        library.run("a_form", &project, TAG)
    })?;
    way(table, "three commands of the generated README", &|| commands(&project))?;
    table.row(WITH, "the manifests of all three have one hash", || {
        ensure!(hashes.len() == 3, "only {} of them have deployed", hashes.len());
        ensure!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
        Ok(())
    })
}

/// Runs the three commands as the README has them.
fn commands(project: &Project) -> Result<()> {
    let text = std::fs::read_to_string(project.path("README.md"))?;
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ sh ")).collect();
    ensure!(commands.len() == 3, "{commands:?}");
    for command in commands {
        let command = command.replace(":TAG", &format!(":{TAG}"));
        let words: Vec<&str> = command.split(' ').collect();
        let (script, arguments) = words.split_first().context("a command is not empty")?;
        project.script(script, arguments)?;
    }
    Ok(())
}

/// The hash of the manifests that Helm has installed.
fn manifests(world: &World, project: &Project) -> Result<String> {
    let helm = Helm::three(&world.tools, &world.programs.post_renderer)?.within(&world.site.cluster);
    let app = project.app();
    let manifests = helm.run(&["get", "manifest", &app, "--namespace", &app])?.ok()?.stdout;
    ensure!(manifests.contains(&format!("{REGISTRY}/{app}:{TAG}")), "{manifests}");
    ensure!(manifests.contains("ipsy.dev/standards-version"), "{manifests}");
    Ok(Process::new("sha256sum").input(manifests).succeed()?.stdout)
}
