//! The life of a release, with Helm 3 and with Helm 4, from the values of a real `terraform apply`.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::Table;
use super::live;
use super::world::{APP, World, chart};
use crate::cluster::until;
use crate::helm::Helm;
use crate::process::Outcome;

/// Kinds of what the chart makes for the quickstart.
const KINDS: &str = "deployments,replicasets,pods,services,serviceaccounts,configmaps,\
     horizontalpodautoscalers,poddisruptionbudgets,externalsecrets,targetgroupbindings";

/// Helm 3, which takes a program as post-renderer.
pub(super) fn three(world: &World, table: &mut Table) -> Result<()> {
    Release { world, helm: world.helm_3()?, name: "Helm 3", namespace: "helm-3" }.run(table)
}

/// Helm 4, which takes a plugin that `helm plugin install` installed.
pub(super) fn four(world: &World, table: &mut Table) -> Result<()> {
    Release { world, helm: world.helm_4()?, name: "Helm 4", namespace: "helm-4" }.run(table)
}

struct Release<'a> {
    world: &'a World,
    helm: Helm,
    name: &'static str,
    namespace: &'static str,
}

impl Release<'_> {
    fn run(&self, table: &mut Table) -> Result<()> {
        let cluster = &self.world.cluster;
        cluster.namespace(self.namespace, &[])?;
        table.row(self.name, "install --dry-run=server: accepted, nothing is made", || {
            let shown = self.act("install", &["--dry-run=server"])?.stdout;
            ensure!(shown.contains("app.kubernetes.io/part-of: shop"), "it was not post-rendered:\n{shown}");
            self.nothing_is_left()
        })?;
        table.row(
            self.name,
            "install --wait: labels, limits, patch and stamp are live; HPA scales it",
            || {
                self.act("install", &["--wait"])?;
                live::check_app(cluster, self.namespace)
            },
        )?;
        table.row(self.name, "upgrade without a change: the same pods, not a field differs", || {
            let before = self.live()?;
            self.act("upgrade", &["--wait"])?;
            let changed = live::differences(&before, &self.live()?);
            ensure!(changed.is_empty(), "these differ: {changed:?}");
            let generations = live::pod_generations(cluster, self.namespace)?;
            ensure!(generations == 1, "there are {generations} generations of pods");
            Ok(())
        })?;
        table.row(
            self.name,
            "new image by the pointer: the image alone differs; replicas, limits stay",
            || {
                live::scale_up(cluster, self.namespace)?;
                let before = self.live()?;
                self.act_with("upgrade", &self.world.new_values.to_string_lossy(), &["--wait"])?;
                live::check_only_the_image_changed(&before, &self.live()?)
            },
        )?;
        table.row(self.name, "rollback: the old image again; replicas, limits stay", || {
            let after = self.live()?;
            self.run_helm(&["rollback", APP, "2", "--wait"])?;
            live::check_only_the_image_changed(&self.live()?, &after)
        })?;
        table.row(self.name, "uninstall --wait: nothing is left", || {
            self.run_helm(&["uninstall", APP, "--wait"])?;
            self.nothing_is_left()
        })
    }

    fn live(&self) -> Result<Value> {
        live::deployment(&self.world.cluster, self.namespace)
    }

    fn nothing_is_left(&self) -> Result<()> {
        // Pods go after what they belong to.
        until("an empty namespace", || Ok(left(self.world, self.namespace)?.is_empty()))
    }

    fn act(&self, command: &str, more: &[&str]) -> Result<Outcome> {
        self.act_with(command, &self.world.values.to_string_lossy(), more)
    }

    fn act_with(&self, command: &str, values: &str, more: &[&str]) -> Result<Outcome> {
        let (chart, config) = (chart("ipsy-app"), self.world.config.to_string_lossy());
        let mut all = vec![command, APP, &chart, "--values", values];
        all.extend(more);
        all.extend(self.helm.post_renderer_flags(&["--config", &config]));
        self.run_helm(&all)
    }

    fn run_helm(&self, arguments: &[&str]) -> Result<Outcome> {
        self.helm.run(&[arguments, &["--namespace", self.namespace]].concat())?.ok()
    }
}

/// What the app has in a namespace, by name.
pub(super) fn left(world: &World, namespace: &str) -> Result<Vec<String>> {
    let selector = format!("app.kubernetes.io/instance={APP}");
    let arguments = ["get", KINDS, "--namespace", namespace, "--selector", &selector, "--output", "name"];
    Ok(world.cluster.kubectl(&arguments)?.ok()?.stdout.lines().map(ToOwned::to_owned).collect())
}
