//! The project that `data.ipsy_bootstrap` makes, brought to life as its pipelines do it: by its own script, with
//! the genuine Helm provider.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Table;
use super::world::{World, chart};
use crate::aws_bench::AwsBench;
use crate::cluster::until;
use crate::terraform::{Plan, Terraform};
use crate::workspace;

const WITH: &str = "data.ipsy_bootstrap";
const NAMESPACE: &str = "orders";
const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1.0.0";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let aws = AwsBench::start(&world.tools)?;
    table.row(WITH, "a project with a bucket for its states: terraform validate", || {
        let project = project(world, &aws, &files(world, &aws, "  state_bucket = \"acme-states\"\n")?)?;
        project.run(&["init", "-backend=false", "-input=false", "-no-color"])?.ok()?;
        project.run(&["validate", "-no-color"])?.ok().map(drop)
    })?;
    let project = project(world, &aws, &files(world, &aws, "")?)?;
    table.row(WITH, "first plan of the project: app and release, nothing unknown in `values`", || {
        project.init()?;
        let plan = project.plan()?;
        ensure!(plan.actions("ipsy_app.app") == ["create"], "{}", plan.text);
        ensure!(plan.actions("helm_release.app") == ["create"], "{}", plan.text);
        ensure!(values(&plan)?["env"]["PORT"] == "8080", "{}", plan.text);
        Ok(())
    })?;
    table.row(WITH, "ci/deploy.sh without an image: what the app needs in AWS, no release", || {
        deploy(&project, &[])?;
        ensure!(!aws.resources()?.is_empty(), "nothing was made in AWS");
        ensure!(deployment(world)?.is_none(), "there is a Deployment before there is an image");
        Ok(())
    })?;
    table.row(WITH, "ci/deploy.sh with an image: it runs, with labels and stamp", || {
        deploy(&project, &[IMAGE])?;
        let live = deployment(world)?.context("Deployment not found")?;
        let image = &live["spec"]["template"]["spec"]["containers"][0]["image"];
        ensure!(image == IMAGE, "the image is {image}");
        let metadata = &live["metadata"];
        ensure!(metadata["labels"]["ipsy.dev/team"] == "payments", "{metadata}");
        ensure!(metadata["annotations"]["ipsy.dev/standards-version"] == "2026.11", "{metadata}");
        Ok(())
    })?;
    table.row(WITH, "plan again: no changes", || {
        let plan = project.plan()?;
        ensure!(!plan.has_changes, "{}", plan.text);
        Ok(())
    })?;
    table.row(WITH, "destroy: nothing is left in the cluster or in AWS", || {
        project.destroy()?;
        until("that the Deployment is deleted", || Ok(deployment(world)?.is_none()))?;
        let left = aws.resources()?;
        ensure!(left.is_empty(), "left in AWS: {left:?}");
        Ok(())
    })
}

/// What the data source makes, by the standards of the quickstart; `more` are further arguments.
fn files(world: &World, aws: &AwsBench, more: &str) -> Result<Value> {
    let standards = workspace::root().join("examples/quickstart/standards.yaml");
    let cluster = aws.platform.clusters.first().context("the platform has a cluster")?;
    let environment = |name: &str| {
        format!(
            "  environment {{\n    name = \"{name}\"\n    cluster = \"{cluster}\"\n    listener_arn = \"{}\"\n    \
             hosts = [\"orders.{name}.example.com\"]\n  }}\n",
            aws.platform.listener_arn
        )
    };
    let text = format!(
        "terraform {{\n  required_providers {{\n    ipsy = {{\n      source = \"ipsy/ipsy\"\n    }}\n  }}\n}}\n\
         provider \"ipsy\" {{\n  standards_file = \"{}\"\n}}\n\
         data \"ipsy_bootstrap\" \"orders\" {{\n  name = \"orders\"\n  team = \"payments\"\n  runtime = \"node\"\n  \
         port = 8080\n  health_path = \"/healthz\"\n  labels = {{ cost-center = \"cc-42\" }}\n  \
         registry = \"{}\"\n  chart = \"{}\"\n{more}{}{}}}\n\
         output \"files\" {{\n  value = data.ipsy_bootstrap.orders.files\n}}\n",
        standards.display(),
        IMAGE.split('/').next().unwrap_or_default(),
        chart("ipsy-app"),
        environment("dev"),
        environment("prod"),
    );
    let terraform = Terraform::with_configuration(&text, &world.tools, &world.programs)?;
    terraform.init()?;
    terraform.apply()?;
    terraform.output("files")
}

/// The project in a working directory. Beside it lies what a machine that deploys has: Terraform and the AWS
/// command line, of which the script needs one command.
fn project(world: &World, aws: &AwsBench, files: &Value) -> Result<Terraform> {
    let mut terraform = Terraform::with_configuration("", &world.tools, &world.programs)?.against(aws);
    let root = terraform.folder().to_owned();
    fs::remove_file(terraform.configuration().join("main.tf"))?;
    symlink(terraform.configuration(), root.join("terraform"))?;
    for (name, text) in files.as_object().context("files are a map")? {
        write(&root.join(name), text.as_str().unwrap_or_default())?;
    }
    // The cluster's endpoint in AWS is made up.
    let reached = format!(
        "provider \"helm\" {{\n  kubernetes = {{\n    config_path = \"{}\"\n  }}\n}}\n",
        world.cluster.kubeconfig.display()
    );
    terraform.write("cluster_override.tf", &reached)?;
    let programs = root.join("programs");
    let script = fs::read_to_string(workspace::root().join("tests/cluster/aws.py"))?;
    let aws_command = programs.join("aws");
    write(&aws_command, &format!("#!{}\n{script}", world.tools.moto_python.display()))?;
    fs::set_permissions(&aws_command, fs::Permissions::from_mode(0o755))?;
    symlink(&world.tools.terraform, programs.join("terraform"))?;
    terraform.set("PATH", &format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default()));
    for command in ["plan", "destroy"] {
        terraform.set(&format!("TF_CLI_ARGS_{command}"), "-var-file=environments/dev.tfvars.json");
    }
    terraform.add_provider("hashicorp/helm", "3.2.0", &world.cluster_tools.helm_provider_3)?;
    Ok(terraform)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    Ok(fs::write(path, text)?)
}

fn deploy(project: &Terraform, image: &[&str]) -> Result<()> {
    let script = project.beside("sh").args(["ci/deploy.sh", "dev"]).args(image);
    script.within(project.folder()).succeed().map(drop)
}

fn values(plan: &Plan) -> Result<Value> {
    let text = plan.change("helm_release.app")["after"]["values"][0].as_str();
    Ok(serde_json::from_str(text.with_context(|| format!("`values` are not known:\n{}", plan.text))?)?)
}

fn deployment(world: &World) -> Result<Option<Value>> {
    world.cluster.api.get(&format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/orders"))
}
