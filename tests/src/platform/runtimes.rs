//! Images of every runtime: linted, tested, built, and started as Kubernetes does it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::container::Container;
use super::project::{Project, Sample, projects};
use super::world::World;
use crate::matrix::Table;
use crate::process::Process;
use crate::workspace;

const SAMPLES: [Sample; 8] = [
    Sample {
        build_tool: Some("maven"),
        sources: &["java", "java-maven"],
        ..sample("maven", "java", ["java-build", "java-run"])
    },
    Sample {
        build_tool: Some("gradle"),
        sources: &["java", "java-gradle"],
        ..sample("gradle", "java", ["java-build", "java-run"])
    },
    Sample { sources: &["node"], ..sample("node", "node", ["node", "node"]) },
    Sample { sources: &["python"], ..sample("python", "python", ["python", "python"]) },
    Sample { sources: &["go"], ..sample("go", "go", ["go-build", "empty"]) },
    Sample { sources: &["rust"], ..sample("rust", "rust", ["rust-build", "debian"]) },
    Sample { sources: &["ruby"], ..sample("ruby", "ruby", ["ruby", "ruby"]) },
    Sample { sources: &["static"], ..sample("static", "static", ["node", "nginx"]) },
];

const fn sample(name: &'static str, runtime: &'static str, images: [&'static str; 2]) -> Sample {
    Sample { name, runtime, build_tool: None, sources: &[], images }
}

const MEBIBYTE: u64 = 1024 * 1024;
/// How long an app may take to end after SIGTERM.
const DRAIN: Duration = Duration::from_secs(20);

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let projects = projects(world, &SAMPLES)?;
    for project in &projects {
        let with = project.sample.name;
        table.row(with, "hadolint has nothing to say about the generated Dockerfile", || {
            Process::new(&world.image_tools.hadolint).arg(project.path("Dockerfile")).succeed().map(drop)
        })?;
        if with == "ruby" {
            vendor_gems(world, project)?;
        }
        let mut built = false;
        table.row(with, "ci/image.sh: tests pass, the image is built and within its budget", || {
            project.build(world)?;
            built = true;
            Ok(())
        })?;
        if built {
            table.row(with, "the image has its labels and a user that is not root", || {
                labels(world, project)
            })?;
            table.row(
                with,
                "starts on a read-only root, answers probes, keeps its memory, ends on SIGTERM",
                || live(world, project),
            )?;
        }
    }
    refusals(world, table, &projects)
}

fn labels(world: &World, project: &Project) -> Result<()> {
    let configuration = world.buildah.configuration(&project.image())?;
    ensure!(configuration["User"] == "10001:10001", "{configuration}");
    let label = |name: &str| configuration["Labels"][format!("org.opencontainers.image.{name}")].clone();
    ensure!(label("title") == format!("app-{}", project.sample.name), "{configuration}");
    ensure!(label("vendor") == "payments", "{configuration}");
    ensure!(label("source") == "https://git.example.com/payments/app", "{configuration}");
    ensure!(label("revision").as_str().is_some_and(|revision| revision.len() == 40), "{configuration}");
    let base = label("base.name");
    ensure!(base.as_str().is_some_and(|base| base.contains("@sha256:")), "{configuration}");
    Ok(())
}

/// Starts the image with what the Helm values of the app say.
fn live(world: &World, project: &Project) -> Result<()> {
    let values = &project.values;
    let memory =
        values["resources"]["limits"]["memory"].as_str().context("the values have a limit of memory")?;
    let memory = memory.strip_suffix("Mi").context("the limit is in Mi")?.parse::<u64>()? * MEBIBYTE;
    let probe = &values["probes"]["startup"];
    let path = probe["httpGet"]["path"].as_str().with_context(|| format!("no startup probe in {values}"))?;
    let number = |name: &str, default: u64| probe[name].as_u64().unwrap_or(default);
    let limit = Duration::from_secs(number("periodSeconds", 10) * number("failureThreshold", 3));
    let mut container = Container::start(&world.buildah, &project.image(), &values["env"], memory)?;
    let body = container.answer(project.port, path, limit)?;
    ensure!(body.trim() == "ok", "{path} answered {body}");
    let mut ask = |path: &str| container.answer(project.port, path, Duration::from_secs(5));
    match project.sample.runtime {
        // 75 percent of the limit; a JVM rounds its heap down to its regions.
        "java" => within(&ask("/memory")?, memory * 70 / 100, memory * 76 / 100)?,
        "node" => within(&ask("/memory")?, memory * 60 / 100, memory * 95 / 100)?,
        "go" => within(&ask("/memory")?, memory * 89 / 100, memory * 91 / 100)?,
        "python" => ensure!(ask("/unbuffered")? == "1", "PYTHONUNBUFFERED is not set"),
        "ruby" => ensure!(ask("/arenas")? == "2", "MALLOC_ARENA_MAX is not set"),
        _ => {}
    }
    container.terminate(DRAIN)
}

fn within(text: &str, from: u64, to: u64) -> Result<()> {
    let bytes: u64 = text.trim().parse()?;
    ensure!((from..=to).contains(&bytes), "{bytes} bytes of memory are not between {from} and {to}");
    Ok(())
}

/// What must not become an image.
fn refusals(world: &World, table: &mut Table, projects: &[Project]) -> Result<()> {
    let project = |name: &str| projects.iter().find(|project| project.sample.name == name);
    let refused = |project: &Project, expected: &str| {
        let problem = project.build(world).err().context("it was built")?;
        ensure!(format!("{problem:#}").contains(expected), "{problem:#}");
        Ok(())
    };
    let node = project("node").context("node is a sample")?;
    table.row("node", "a failing test stops the build", || {
        replace(node, "app.test.js", "'ok'", "'no'")?;
        refused(node, "unknown paths have no answer")?;
        replace(node, "app.test.js", "'no'", "'ok'")
    })?;
    table.row("node", "package.json and its lock file differ: refused", || {
        replace(node, "package.json", "7.0.0", "6.0.0")?;
        refused(node, "npm ci")?;
        replace(node, "package.json", "6.0.0", "7.0.0")
    })?;
    table.row("node", "an image above the size budget is refused", || {
        replace(node, "ci/image.sh", "-gt 536870912", "-gt 1024")?;
        refused(node, "1024 are allowed")
    })?;
    let python = project("python").context("python is a sample")?;
    table.row("python", "a requirement with another hash is refused", || {
        replace(python, "requirements.txt", "sha256:4721", "sha256:0000")?;
        refused(python, "DO NOT MATCH THE HASHES")
    })?;
    let rust = project("rust").context("rust is a sample")?;
    table.row("rust", "Cargo.toml and its lock file differ: refused", || {
        replace(rust, "Cargo.toml", "\"0.3.18\"", "\"0.4\"")?;
        refused(rust, "--locked")
    })
}

fn replace(project: &Project, name: &str, from: &str, to: &str) -> Result<()> {
    let path = project.path(name);
    let text = std::fs::read_to_string(&path)?;
    ensure!(text.contains(from), "{name} holds no `{from}`:\n{text}");
    Ok(std::fs::write(path, text.replacen(from, to, 1))?)
}

/// Gems come from Debian's packages here, and the lock file names their versions.
fn vendor_gems(world: &World, project: &Project) -> Result<()> {
    let buildah = &world.buildah;
    let images: Value =
        serde_json::from_slice(&std::fs::read(world.image_tools.base_images.join("digests.json"))?)?;
    let digest = images["ruby"].as_str().context("there is a base image for Ruby")?;
    let container = buildah.container(&format!("{}/ruby@{digest}", world.base_images.host))?;
    let script = workspace::root().join("tests/platform/vendor-gems.rb");
    buildah.copy(&container, &[script, project.path("Gemfile")], "/gems/")?;
    buildah.run(
        &container,
        "cd /gems; ruby vendor-gems.rb . rack webrick; bundle config set path bundle; bundle lock --local",
    )?;
    let made = buildah.mount(&container)?.join("gems");
    std::fs::copy(made.join("Gemfile.lock"), project.path("Gemfile.lock"))?;
    Process::new("cp").arg("-R").arg(made.join("vendor")).arg(project.folder.path()).succeed().map(drop)
}
