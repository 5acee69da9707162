//! The repositories of sample apps: the files of `terraform-provider-ipsy bootstrap`, untouched, beside the sources below
//! `tests/platform/apps`, and the programs that an agent of the pipeline has.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::base_images;
use super::scan_databases::ScanPolicy;
use super::site::Site;
use super::world::World;
use crate::cluster::free_port;
use crate::matrix::chart;
use crate::process::{Outcome, Process};
use crate::terraform::Terraform;
use crate::workspace;

/// The registry that the apps name. `tests/platform/docker.sh` pushes to one on loopback instead.
pub(super) const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
/// The environment of all apps.
pub(super) const ENVIRONMENT: &str = "dev";

/// Looks at a step each second and for two seconds: the times that the project writes are too long for a test.
const SHORT_BAKE: &str = r#"resource "ipsy_app" "app" {
  rollout {
    preset      = "canary"
    steps       = [5, 25, 50, 100]
    bake        = "2s"
    interval    = "1s"
    min_healthy = 2
  }
}
"#;

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
    /// Whether EC2 instances serve it today.
    pub(super) on_ec2: bool,
}

/// The repository of a sample app.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) sample: Sample,
    pub(super) port: u64,
    /// Terraform in the folder `terraform` of the repository.
    pub(super) terraform: Terraform,
}

impl Project {
    /// Makes the repository with the command line, and commits it.
    pub(super) fn bootstrap(world: &World, sample: Sample, policy: &ScanPolicy) -> Result<Self> {
        let terraform = Terraform::with_configuration("", &world.tools, &world.programs)?;
        let mut terraform = terraform.against(&world.site.aws);
        let root = terraform.folder().join("repository");
        fs::remove_dir_all(terraform.configuration())?;
        symlink(root.join("terraform"), terraform.configuration())?;
        terraform.add_provider("hashicorp/helm", "3.2.0", &world.cluster_tools.helm_provider_3)?;
        let search = std::env::var("PATH").unwrap_or_default();
        let programs = terraform.folder().join("programs");
        lay_out_programs(world, &programs)?;
        for (name, value) in [
            ("PATH", format!("{}:{search}", programs.display())),
            ("IPSY_BUILDAH", world.buildah.options().join(" ")),
            ("IPSY_REGISTRY", world.images.host.clone()),
            ("XDG_RUNTIME_DIR", world.image_service.runtime_folder().display().to_string()),
            ("TF_CLI_ARGS_destroy", format!("-var-file=environments/{ENVIRONMENT}.tfvars.json")),
            ("TRIVY_CACHE_DIR", terraform.folder().join("trivy").display().to_string()),
        ] {
            terraform.set(name, &value);
        }
        let project = Self { sample, port: free_port()?.into(), terraform };
        let standards = project.write("standards.json", &world.standards(sample, policy)?)?;
        let arguments = project.write("app.json", &project.arguments(&world.site)?)?;
        Process::new(&world.programs.provider)
            .args(["bootstrap", "--yes", "--no-input", "--file"])
            .arg(arguments)
            .arg("--standards")
            .arg(standards)
            .arg("--directory")
            .arg(&root)
            .succeed()?;
        project.commit(&root)?;
        Ok(project)
    }

    /// The name of the app, and of its namespace.
    pub(super) fn app(&self) -> String {
        format!("app-{}", self.sample.name)
    }

    /// The host that leads to the app.
    pub(super) fn host(&self) -> String {
        format!("{}.{ENVIRONMENT}.example.com", self.app())
    }

    /// The image that the pipeline makes.
    pub(super) fn image(&self) -> String {
        format!("{REGISTRY}/{}:1", self.app())
    }

    /// The path of a file in the repository.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.terraform.folder().join("repository").join(name)
    }

    /// Runs a script of the repository, as a pipeline does.
    pub(super) fn script(&self, name: &str, arguments: &[&str]) -> Result<Outcome> {
        self.program("sh").arg(name).args(arguments).succeed()
    }

    /// A program in the repository, with the environment of the pipeline. Registries of packages may need variables of the
    /// caller.
    pub(super) fn program(&self, program: &str) -> Process {
        let pipeline = self.terraform.environment();
        Process::inheriting(program).envs(pipeline).within(self.path("")).limit(Duration::from_mins(15))
    }

    /// What is done before an installation: the post-renderer judges manifests by the report of the last scan.
    pub(super) fn judge_scan(&self) -> Process {
        let judge = self.program("ipsy-post-renderer").args(["check", "--scan-report", "scan.json"]);
        judge.args(["--standards", "terraform/standards.yaml"])
    }

    /// Adds what differs from a real cluster and from a real time to the configuration, in files beside the generated ones.
    pub(super) fn connect(&self, site: &Site) -> Result<()> {
        let cluster = format!(
            "provider \"helm\" {{\n  kubernetes = {{\n    config_path = \"{}\"\n  }}\n}}\n",
            site.cluster.kubeconfig.display()
        );
        self.terraform.write("cluster_override.tf", &cluster)?;
        if self.sample.on_ec2 { self.terraform.write("rollout_override.tf", SHORT_BAKE) } else { Ok(()) }
    }

    /// The arguments of `bootstrap`.
    fn arguments(&self, site: &Site) -> Result<Value> {
        let platform = &site.aws.platform;
        let ec2 = json!({ "target_group_arn": platform.legacy_target_group_arn });
        Ok(json!({
            "name": self.app(),
            "team": "payments",
            "runtime": self.sample.standard_runtime(),
            "build_tool": self.sample.build_tool,
            "port": self.port,
            "health_path": "/healthz",
            "registry": REGISTRY,
            "chart": chart("ipsy-app"),
            "environment": [{
                "name": ENVIRONMENT,
                "cluster": platform.clusters.first().context("the platform has a cluster")?,
                "listener_arn": platform.listener_arn,
                "hosts": [self.host()],
                "min_replicas": 2,
                "max_replicas": 4,
                "ec2": self.sample.on_ec2.then_some(ec2),
            }],
        }))
    }

    fn write(&self, name: &str, document: &Value) -> Result<PathBuf> {
        let path = self.terraform.folder().join(name);
        fs::write(&path, document.to_string())?;
        Ok(path)
    }

    fn commit(&self, root: &Path) -> Result<()> {
        for source in self.sample.sources {
            copy(&workspace::root().join("tests/platform/apps").join(source), root)?;
        }
        let git = |arguments: &[&str]| Process::new("git").args(arguments).within(root).succeed().map(drop);
        git(&["init", "--quiet"])?;
        git(&["add", "."])?;
        let author = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"];
        git(&[&author[..], &["commit", "--quiet", "--message", "begin"]].concat())?;
        git(&["remote", "add", "origin", "https://git.example.com/payments/app"])
    }
}

impl Sample {
    /// The name of its runtime in the standards: apps of Maven and of Gradle build in different images.
    fn standard_runtime(&self) -> String {
        match self.build_tool {
            Some(_) => format!("{}-{}", self.runtime, self.name),
            None => self.runtime.to_owned(),
        }
    }

    /// Its runtime in the standards, with the base images by digest.
    pub(super) fn in_standards(&self, world: &World) -> Result<Map<String, Value>> {
        let reference = |name: &str| -> Result<String> {
            let digest = base_images::digest(&world.image_tools.base_images, name)?;
            Ok(format!("{}/{name}@{digest}", world.base_images.host))
        };
        let [build, run] = self.images;
        let images = json!({ "build": reference(build)?, "run": reference(run)? });
        let runtime = json!({ "extends": self.runtime, "images": images });
        Ok(Map::from_iter([(self.standard_runtime(), runtime)]))
    }
}

/// The programs that the scripts of a repository call.
fn lay_out_programs(world: &World, folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    for (name, program) in [
        ("aws", world.image_tools.aws.clone()),
        ("docker", workspace::root().join("tests/platform/docker.sh")),
        ("ipsy-post-renderer", world.programs.post_renderer.clone()),
        ("terraform", world.tools.terraform.clone()),
        ("trivy", world.image_tools.trivy.clone()),
    ] {
        symlink(program, folder.join(name))?;
    }
    Ok(())
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
