//! The policy in `examples/policies`: a cluster that refuses what went around the post-renderer.

use anyhow::{Result, ensure};

use super::Table;
use super::world::{APP, World, chart};
use crate::cluster::until;
use crate::workspace;

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let cluster = &world.cluster;
    let policy = workspace::root().join("examples/policies/require-post-renderer.yaml");
    cluster.kubectl(&["apply", "--server-side", "--filename", &policy.to_string_lossy()])?.ok()?;
    let (chart, values, config) =
        (chart("ipsy-app"), world.values.to_string_lossy(), world.config.to_string_lossy());
    for (name, helm) in world.helms()? {
        let namespace = format!("enforced-{}", name.to_lowercase().replace(' ', "-"));
        cluster.namespace(&namespace, &["ipsy.dev/enforce=true"])?;
        // The API server takes up a new policy within seconds.
        until("the policy", || {
            let bare = ["create", "deployment", "bare", "--image=bare", "--namespace", &namespace];
            Ok(cluster.kubectl(&[bare.as_slice(), &["--dry-run=server"]].concat())?.code != 0)
        })?;
        let install = ["install", APP, &chart, "--values", &values, "--namespace", &namespace];
        table.row(name, "install without the post-renderer: refused by the admission policy", || {
            let refused = helm.run(&install)?;
            ensure!(refused.code != 0, "it was accepted:\n{}", refused.stdout);
            let told = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            ensure!(
                told.contains("did not go through the post-renderer"),
                "it was refused otherwise: {told}"
            );
            helm.run(&["uninstall", APP, "--namespace", &namespace])?.ok().map(drop)
        })?;
        table.row(name, "install with it: accepted by the same policy", || {
            let flags = helm.post_renderer_flags(&["--config", &config]);
            helm.run(&[install.as_slice(), &flags, &["--wait"]].concat())?.ok().map(drop)
        })?;
    }
    Ok(())
}
