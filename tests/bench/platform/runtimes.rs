//! An app of every runtime: its repository, its image, and its way to the cluster.

use anyhow::{Result, ensure};

use super::delivery;
use super::project::{Project, Sample};
use super::scan_databases::ScanPolicy;
use super::world::World;
use crate::matrix::{Table, Verdict};
use crate::process::Process;
use crate::workspace;

const SAMPLES: [Sample; 7] = [
    Sample {
        build_tool: Some("maven"),
        sources: &["java", "java-maven"],
        ..sample("maven", "java", ["java-build", "java-run"])
    },
    Sample { sources: &["node"], ..sample("node", "node", ["node", "node"]) },
    Sample { sources: &["python"], ..sample("python", "python", ["python", "python"]) },
    Sample { sources: &["go"], ..sample("go", "go", ["go-build", "empty"]) },
    Sample { sources: &["rust"], ..sample("rust", "rust", ["rust-build", "debian"]) },
    Sample { sources: &["ruby"], ..sample("ruby", "ruby", ["ruby", "ruby"]) },
    Sample { sources: &["static"], ..sample("static", "static", ["node", "nginx"]) },
];

/// Runtimes whose Dockerfile is linted and not built, and why. Their base images are never started.
const ONLY_LINTED: [(Sample, &str); 2] = [
    (
        Sample { build_tool: Some("gradle"), ..sample("gradle", "java", ["java-build", "java-run"]) },
        "not built here: Debian 12 has Gradle 4.4.1, which has no lock files",
    ),
    (sample("dotnet", "dotnet", ["debian", "debian"]), "not built here: Debian 12 has no .NET SDK"),
];

const fn sample(name: &'static str, runtime: &'static str, images: [&'static str; 2]) -> Sample {
    Sample { name, runtime, build_tool: None, sources: &[], images, on_ec2: true }
}

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let policy = ScanPolicy::usual(&world.images.host);
    for sample in SAMPLES {
        let mut made = None;
        table.row(sample.name, "bootstrap on the command line: pinned, and accepted by hadolint", || {
            let project = Project::bootstrap(world, sample, &policy)?;
            if sample.name == "ruby" {
                vendor_gems(world, &project)?;
            }
            project.program("ipsy-post-renderer").args(["check", "--pins", "."]).succeed()?;
            lint(world, &project)?;
            made = Some(project);
            Ok(())
        })?;
        let Some(project) = made else { continue };
        let mut built = false;
        table.row(
            sample.name,
            "ci/image.sh: tests pass, the image is built and within its budget",
            || {
                project.script("ci/image.sh", &[&project.image()])?;
                built = true;
                labels(world, &project)
            },
        )?;
        if built {
            delivery::run(world, &project, table)?;
            refusals(&project, table)?;
        }
    }
    for (sample, reason) in ONLY_LINTED {
        table.row(
            sample.name,
            "bootstrap on the command line: the Dockerfile is accepted by hadolint",
            || lint(world, &Project::bootstrap(world, sample, &policy)?),
        )?;
        table.judged(sample.name, reason, || Ok(Verdict::LeftOut))?;
    }
    Ok(())
}

fn lint(world: &World, project: &Project) -> Result<()> {
    Process::new(&world.image_tools.hadolint).arg(project.path("Dockerfile")).succeed().map(drop)
}

fn labels(world: &World, project: &Project) -> Result<()> {
    let configuration = world.buildah.configuration(&project.image())?;
    ensure!(configuration["User"] == "10001:10001", "{configuration}");
    let label = |name: &str| configuration["Labels"][format!("org.opencontainers.image.{name}")].clone();
    ensure!(label("title") == project.app(), "{configuration}");
    ensure!(label("vendor") == "payments", "{configuration}");
    ensure!(label("source") == "https://git.example.com/payments/app", "{configuration}");
    ensure!(label("revision").as_str().is_some_and(|revision| revision.len() == 40), "{configuration}");
    let base = label("base.name");
    ensure!(base.as_str().is_some_and(|base| base.contains("@sha256:")), "{configuration}");
    Ok(())
}

/// What must not become an image.
fn refusals(project: &Project, table: &mut Table) -> Result<()> {
    let name = project.sample.name;
    let refused = |file: &str, from: &str, to: &str, expected: &str| {
        replace(project, file, from, to)?;
        let outcome = project.program("sh").args(["ci/image.sh", &project.image()]).run()?;
        replace(project, file, to, from)?;
        let is_refused = outcome.code != 0 && outcome.everything().contains(expected);
        ensure!(is_refused, "{}", outcome.everything());
        Ok(())
    };
    match name {
        "node" => {
            table.row(name, "a failing test stops the build", || {
                refused("app.test.js", "'ok'", "'no'", "unknown paths have no answer")
            })?;
            table.row(name, "package.json and its lock file differ: refused", || {
                refused("package.json", "7.0.0", "6.0.0", "npm ci")
            })?;
            table.row(name, "an image above the size budget is refused", || {
                refused("ci/image.sh", "-gt 536870912", "-gt 1024", "536870912 are allowed")
            })
        }
        "python" => table.row(name, "a requirement with another hash is refused", || {
            refused("requirements.txt", "sha256:4721", "sha256:0000", "DO NOT MATCH THE HASHES")
        }),
        "rust" => table.row(name, "Cargo.toml and its lock file differ: refused", || {
            refused("Cargo.toml", "\"0.3.18\"", "\"0.4\"", "--locked")
        }),
        _ => Ok(()),
    }
}

fn replace(project: &Project, name: &str, from: &str, to: &str) -> Result<()> {
    let path = project.path(name);
    let text = std::fs::read_to_string(&path)?;
    ensure!(text.contains(from), "`{from}` is not in {name}:\n{text}");
    Ok(std::fs::write(path, text.replacen(from, to, 1))?)
}

/// Gems come from Debian's packages here, and the lock file names their versions.
fn vendor_gems(world: &World, project: &Project) -> Result<()> {
    let buildah = &world.buildah;
    let digest = super::base_images::digest(&world.image_tools.base_images, "ruby")?;
    let container = buildah.container(&format!("{}/ruby@{digest}", world.base_images.host))?;
    let script = workspace::root().join("tests/platform/vendor-gems.rb");
    buildah.copy(&container, &[script, project.path("Gemfile")], "/gems/")?;
    buildah.run(&container, "cd /gems; ruby vendor-gems.rb . rack webrick; bundle lock --local")?;
    let made = buildah.mount(&container)?.join("gems");
    std::fs::copy(made.join("Gemfile.lock"), project.path("Gemfile.lock"))?;
    Process::new("cp").arg("-R").arg(made.join("vendor")).arg(project.path("")).succeed().map(drop)
}
