//! The repositories of sample apps: the files of `data.ipsy_bootstrap` beside the sources below `tests/platform/apps`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::base_images;
use super::world::World;
use crate::cluster::free_port;
use crate::process::Process;
use crate::terraform::Terraform;
use crate::workspace;

/// A sample app.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) runtime: &'static str,
    /// The argument `build_tool`.
    pub(super) build_tool: Option<&'static str>,
    /// Folders of its sources below `tests/platform/apps`.
    pub(super) sources: &'static [&'static str],
    /// Base images in which it builds and runs.
    pub(super) images: [&'static str; 2],
}

/// The repository of a sample app.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) sample: Sample,
    pub(super) folder: TempDir,
    pub(super) port: u64,
    /// Helm values of the app.
    pub(super) values: Value,
}

impl Project {
    /// The image that [`Self::build`] makes.
    pub(super) fn image(&self) -> String {
        format!("registry.test/app-{}:1", self.sample.name)
    }

    /// The path of a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Tests and builds the image with the project's own script.
    pub(super) fn build(&self, world: &World) -> Result<()> {
        let path =
            format!("{}:{}", self.path(".programs").display(), std::env::var("PATH").unwrap_or_default());
        Process::inheriting("sh")
            .args(["ci/image.sh", &self.image()])
            .env("PATH", path)
            .env("IPSY_BUILDAH", world.buildah.options().join(" "))
            .within(self.folder.path())
            .limit(std::time::Duration::from_mins(15))
            .succeed()
            .map(drop)
    }
}

/// The repositories of all samples, by one `terraform apply`.
pub(super) fn projects(world: &World, samples: &[Sample]) -> Result<Vec<Project>> {
    let ports = samples.iter().map(|_| free_port().map(u64::from)).collect::<Result<Vec<u64>>>()?;
    let text = configuration(samples, &ports);
    let terraform = Terraform::with_configuration(&text, &world.tools, &world.programs)?;
    terraform.write("standards.json", &standards(world, samples)?.to_string())?;
    terraform.init()?;
    terraform.apply()?;
    let (files, values) = (terraform.output("files")?, terraform.output("values")?);
    samples
        .iter()
        .zip(ports)
        .map(|(sample, port)| {
            let values = values[sample.name].as_str().context("values are a text")?;
            let values = serde_json::from_str(values)?;
            let project = Project { sample: *sample, folder: tempfile::tempdir()?, port, values };
            lay_out(&project, &files[sample.name])?;
            Ok(project)
        })
        .collect()
}

fn configuration(samples: &[Sample], ports: &[u64]) -> String {
    let samples: Map<String, Value> = samples
        .iter()
        .zip(ports)
        .map(|(sample, port)| {
            let facts = json!({"runtime": runtime(sample), "tool": sample.build_tool, "port": port});
            (sample.name.to_owned(), facts)
        })
        .collect();
    format!(
        r#"terraform {{
  required_providers {{
    ipsy = {{
      source = "ipsy/ipsy"
    }}
  }}
}}

provider "ipsy" {{
  standards_file = "${{path.module}}/standards.json"
}}

locals {{
  samples = jsondecode(<<-JSON
    {}
  JSON
  )
}}

data "ipsy_bootstrap" "app" {{
  for_each    = local.samples
  name        = "app-${{each.key}}"
  team        = "payments"
  runtime     = each.value.runtime
  build_tool  = each.value.tool
  port        = each.value.port
  health_path = "/healthz"
  registry    = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
  chart       = "oci://registry.example.com/charts/ipsy-app"
  environment {{
    name    = "dev"
    cluster = "eks-dev"
  }}
}}

data "ipsy_values" "app" {{
  for_each    = local.samples
  name        = "app-${{each.key}}"
  environment = "dev"
  team        = "payments"
  runtime     = each.value.runtime
  image {{
    repository = "registry.example.com/app"
    source     = "literal"
    tag        = "1"
  }}
  port {{
    name = "http"
    port = each.value.port
  }}
  health_check {{
    path = "/healthz"
  }}
}}

output "files" {{
  value = {{ for name, project in data.ipsy_bootstrap.app : name => project.files }}
}}

output "values" {{
  value     = {{ for name, app in data.ipsy_values.app : name => app.values }}
  sensitive = true
}}
"#,
        Value::Object(samples)
    )
}

/// The name of a sample's runtime in the standards: Gradle builds in another image than Maven.
fn runtime(sample: &Sample) -> String {
    if sample.build_tool.is_some() {
        format!("{}-{}", sample.runtime, sample.name)
    } else {
        sample.runtime.to_owned()
    }
}

/// A standards document that names the base images by digest.
fn standards(world: &World, samples: &[Sample]) -> Result<Value> {
    let mut runtimes = Map::new();
    for sample in samples {
        let reference = |name: &str| -> Result<String> {
            let digest = base_images::digest(&world.image_tools.base_images, name)?;
            Ok(format!("{}/{name}@{digest}", world.base_images.host))
        };
        let [build, run] = sample.images;
        let images = json!({"build": reference(build)?, "run": reference(run)?});
        runtimes.insert(runtime(sample), json!({"extends": sample.runtime, "images": images}));
    }
    Ok(json!({"apiVersion": "ipsy.dev/v1", "kind": "Standards", "version": "1", "runtimes": runtimes}))
}

fn lay_out(project: &Project, files: &Value) -> Result<()> {
    let root = project.folder.path();
    for (name, text) in files.as_object().context("files are a map")? {
        let path = root.join(name);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(path, text.as_str().unwrap_or_default())?;
    }
    let ours = workspace::root().join("tests/platform");
    for source in project.sample.sources {
        copy(&ours.join("apps").join(source), root)?;
    }
    let programs = project.path(".programs");
    fs::create_dir(&programs)?;
    symlink(ours.join("docker.sh"), programs.join("docker"))?;
    let git = |arguments: &[&str]| Process::new("git").args(arguments).within(root).succeed().map(drop);
    git(&["init", "--quiet"])?;
    git(&["add", "."])?;
    let author = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"];
    git(&[&author[..], &["commit", "--quiet", "--message", "begin"]].concat())?;
    git(&["remote", "add", "origin", "https://git.example.com/payments/app"])
}

/// Copies the files of a folder, less what builds leave there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() => {
                fs::create_dir_all(&target)?;
                copy(&entry.path(), &target)?;
            }
            kind if kind.is_file() => drop(fs::copy(entry.path(), target)?),
            _ => bail!("{} is neither a file nor a folder", entry.path().display()),
        }
    }
    Ok(())
}
