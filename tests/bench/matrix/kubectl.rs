//! Plain `kubectl apply --server-side` of what the post-renderer leaves.

use std::path::Path;

use anyhow::{Result, ensure};

use super::world::World;
use super::{Table, kapp, live};

const NAMESPACE: &str = "kubectl";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let cluster = &world.cluster;
    cluster.namespace(NAMESPACE, &[])?;
    table.row("kubectl", "apply --server-side: labels, limits, patch and stamp are live", || {
        apply(world, &world.values)?;
        live::check_app(cluster, NAMESPACE)
    })?;
    table.row("kubectl", "apply again, scaled by the autoscaler: not a field differs", || {
        live::scale_up(cluster, NAMESPACE)?;
        let before = live::deployment(cluster, NAMESPACE)?;
        apply(world, &world.values)?;
        let changed = live::differences(&before, &live::deployment(cluster, NAMESPACE)?);
        ensure!(changed.is_empty(), "these differ: {changed:?}");
        Ok(())
    })?;
    table.row("kubectl", "new image by the pointer: the image alone differs; replicas, limits stay", || {
        let before = live::deployment(cluster, NAMESPACE)?;
        apply(world, &world.new_values)?;
        live::check_only_the_image_changed(&before, &live::deployment(cluster, NAMESPACE)?)
    })
}

fn apply(world: &World, values: &Path) -> Result<()> {
    let manifests = kapp::render(world, values, &[])?;
    let arguments = ["apply", "--server-side", "--namespace", NAMESPACE, "--filename", "-"];
    world.cluster.kubectl_with_input(&arguments, &manifests)?.ok().map(drop)
}
