//! kapp: Helm only renders, kapp shows what changes, applies it and waits.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::live;
use super::world::{APP, World, chart, explains_refusal};
use super::{Table, helm};
use crate::process::{Outcome, Process};

const NAMESPACE: &str = "kapp";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let cluster = &world.cluster;
    cluster.namespace(NAMESPACE, &[])?;
    table.row(
        "kapp",
        "deploy, with its diff and its wait: labels, limits, patch and stamp are live",
        || {
            let shown = deploy(world, NAMESPACE, &world.values)?;
            ensure!(shown.stdout.contains("@@ create deployment/checkout"), "no diff:\n{}", shown.stdout);
            live::check_app(cluster, NAMESPACE)
        },
    )?;
    table.row("kapp", "deploy again, scaled by the autoscaler: no changes", || {
        live::scale_up(cluster, NAMESPACE)?;
        let before = live::deployment(cluster, NAMESPACE)?;
        let shown = deploy(world, NAMESPACE, &world.values)?.stdout;
        ensure!(shown.contains("0 create, 0 delete, 0 update"), "it changes something:\n{shown}");
        ensure!(live::deployment(cluster, NAMESPACE)? == before, "the Deployment differs");
        Ok(())
    })?;
    table.row("kapp", "new image by the pointer: the image alone differs; replicas, limits stay", || {
        let before = live::deployment(cluster, NAMESPACE)?;
        let shown = deploy(world, NAMESPACE, &world.new_values)?.stdout;
        ensure!(shown.contains("0 create, 0 delete, 1 update"), "it changes more than one object:\n{shown}");
        live::check_only_the_image_changed(&before, &live::deployment(cluster, NAMESPACE)?)
    })?;
    table.row(
        "kapp",
        "`values` of two clusters: the chart refuses them, and kapp changes nothing",
        || {
            let before = live::deployment(cluster, NAMESPACE)?;
            let values = world.values_of_two_clusters()?;
            let refused =
                format!("{:#}", deploy(world, NAMESPACE, &values).err().context("it was deployed")?);
            ensure!(explains_refusal(&refused), "{refused}");
            // What a pipe hands on when `helm template` fails.
            ensure!(apply(world, NAMESPACE, String::new()).is_err(), "kapp takes an empty stream");
            ensure!(live::deployment(cluster, NAMESPACE)? == before, "the Deployment differs");
            Ok(())
        },
    )?;
    table.row("kapp", "delete: nothing is left", || {
        kapp(world).args(["delete", "--app", APP, "--namespace", NAMESPACE, "--yes"]).succeed()?;
        let left = helm::left(world, NAMESPACE)?;
        ensure!(left.is_empty(), "left: {left:?}");
        Ok(())
    })
}

/// The app in a namespace, as kapp deploys it.
pub(super) fn deploy(world: &World, namespace: &str, values: &Path) -> Result<Outcome> {
    apply(world, namespace, render(world, values, &["--deployer", "kapp"])?)
}

fn apply(world: &World, namespace: &str, manifests: String) -> Result<Outcome> {
    kapp(world)
        .args(["deploy", "--app", APP, "--namespace", namespace, "--into-ns", namespace])
        .args(["--file", "-", "--file"])
        .arg(&world.kapp_config)
        .args(["--diff-changes", "--yes", "--wait-check-interval", "500ms"])
        .input(manifests)
        .succeed()
}

/// What `helm template` renders, through the post-renderer as a filter.
pub(super) fn render(world: &World, values: &Path, arguments: &[&str]) -> Result<String> {
    let chart = chart("ipsy-app");
    let rendered = world.helm_3()?.template(APP, Path::new(&chart), values)?.ok()?.stdout;
    let filtered = Process::new(&world.programs.post_renderer)
        .arg("--config")
        .arg(&world.config)
        .args(arguments)
        .input(rendered)
        .succeed()
        .context("the post-renderer refuses the chart")?;
    Ok(filtered.stdout)
}

fn kapp(world: &World) -> Process {
    let (name, path) = ("KUBECONFIG", &world.cluster.kubeconfig);
    Process::new(&world.cluster_tools.kapp).env(name, path).env("HOME", world.folder.path())
}
