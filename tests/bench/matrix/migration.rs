//! The migration of an app: a job before each install and upgrade, as a service account that nothing else has.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::world::{APP, World, chart};
use super::{Table, kapp};
use crate::aws_bench::AwsBench;
use crate::terraform::Terraform;

const ACCOUNT: &str = "checkout-migration";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let values = values(world)?;
    for (name, helm) in world.helms()? {
        let namespace = format!("migration-{}", name.to_lowercase().replace(' ', "-"));
        world.cluster.namespace(&namespace, &[])?;
        let act = |command: &str| {
            let (chart, values) = (chart("ipsy-app"), values.to_string_lossy());
            let config = world.config.to_string_lossy();
            let flags = helm.post_renderer_flags(&["--config", &config]);
            let release = [command, APP, &chart, "--values", &values, "--namespace", &namespace, "--wait"];
            helm.run(&[&release[..], &flags].concat())?.ok()
        };
        table.row(name, "install: the migration ran before, as an account of its own", || {
            act("install")?;
            came_first(world, &namespace, &migrated(world, &namespace)?)
        })?;
        table.row(name, "upgrade: the migration ran again", || {
            let before = migrated(world, &namespace)?;
            act("upgrade")?;
            ran_again(&before, &migrated(world, &namespace)?)
        })?;
        helm.run(&["uninstall", APP, "--namespace", &namespace, "--wait"])?.ok()?;
    }
    let namespace = "migration-kapp";
    world.cluster.namespace(namespace, &[])?;
    table.row("kapp", "deploy, twice: the migration ran before each", || {
        kapp::deploy(world, namespace, &values)?;
        let before = migrated(world, namespace)?;
        came_first(world, namespace, &before)?;
        kapp::deploy(world, namespace, &values)?;
        ran_again(&before, &migrated(world, namespace)?)
    })
}

/// The values of the quickstart with a migration, as a file.
fn values(world: &World) -> Result<PathBuf> {
    let aws = AwsBench::start(&world.tools)?;
    let terraform = Terraform::quickstart(&world.tools, &world.programs, &aws)?;
    let port = "  port {";
    let migration = format!("  migration {{\n    args = [\"migrate\"]\n  }}\n\n{port}");
    terraform.replace("main.tf", port, &migration)?;
    terraform.init()?;
    terraform.apply()?;
    let text = terraform.output("values")?;
    world.write("migration-values.json", text.as_str().context("`values` are a text")?)
}

/// The job of the migration, which has done its work.
fn migrated(world: &World, namespace: &str) -> Result<Value> {
    let path = format!("/apis/batch/v1/namespaces/{namespace}/jobs/{APP}-migration");
    let job = world.cluster.api.get(&path)?.context("job not found")?;
    ensure!(job["status"]["succeeded"] == 1, "it did not succeed: {}", job["status"]);
    let account = &job["spec"]["template"]["spec"]["serviceAccountName"];
    ensure!(account == ACCOUNT, "it ran as {account}");
    Ok(job)
}

/// At the first install the Deployment is made when the job has ended.
fn came_first(world: &World, namespace: &str, job: &Value) -> Result<()> {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{APP}");
    let app = world.cluster.api.get(&path)?.context("Deployment not found")?;
    let (ended, made) = (&job["status"]["completionTime"], &app["metadata"]["creationTimestamp"]);
    let in_order = matches!((ended.as_str(), made.as_str()), (Some(ended), Some(made)) if ended <= made);
    ensure!(in_order, "the job ended at {ended}, and the Deployment was made at {made}");
    Ok(())
}

fn ran_again(before: &Value, after: &Value) -> Result<()> {
    let same = before["metadata"]["uid"] == after["metadata"]["uid"];
    ensure!(!same, "the job is still the one of before");
    Ok(())
}
